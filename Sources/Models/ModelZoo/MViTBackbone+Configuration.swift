internal import Configuration
internal import Kernels
internal import NN
internal import Tensors

extension MViTBackbone {
  /// Reads the table off a PySlowFast configuration.
  ///
  /// - Throws: `ModelConfigurationError`.
  init(_ config: Configuration) throws {
    let depth = config[.mvitDepth]
    let widthFactors = try config.factors(.mvitDimMul, depth: depth)
    let headFactors = try config.factors(.mvitHeadMul, depth: depth)
    let strides = try MViTStrides(config)
    let patch = try config.patch()
    let ratio = config[.mvitMlpRatio]
    guard (0.01...64).contains(ratio) else {
      throw ModelConfigurationError.impossible(
        key: Key.mvitMlpRatio.name, found: "\(ratio)", expected: "0.01 to 64",
        todo: "set \(Key.mvitMlpRatio.name) 4.0, as the published models do")
    }
    let widensInAttention = config[.mvitDimMulInAtt]
    guard let pooling = Pooling(rawValue: config[.mvitMode]) else {
      throw ModelConfigurationError.impossible(
        key: Key.mvitMode.name, found: config[.mvitMode], expected: "a way to pool",
        todo: "set \(Key.mvitMode.name) conv")
    }
    frames = config[.dataNumFrames]
    inChannels = try config[.dataInputChannelNum].entry(0, of: .dataInputChannelNum)
    crop = config[.dataTrainCropSize]
    takesWholeFrames = config[.detectionEnable]
    coversFrames = true
    self.patch = Pool(kernel: patch.kernel, stride: patch.stride)
    patchPadding = patch.padding
    width = config[.mvitEmbedDim]
    self.pooling = pooling
    poolsFirst = config[.mvitPoolFirst]
    hasClassToken = config[.mvitClsEmbedOn]
    positions = Self.positions(config)
    resizing = .linear
    normalizesStem = config[.mvitNormStem]
    hasSpacePositions = config[.mvitRelPosSpatial]
    hasTimePositions = config[.mvitRelPosTemporal]
    addsQueries = config[.mvitResidualPooling]
    self.widensInAttention = widensInAttention
    hasSeparateProjections = config[.mvitSeparateQkv]
    hasProjectionBias = config[.mvitQkvBias]
    hasKeyBias = true
    convertsKernels = config[.trainCheckpointInInit]
    output =
      config[.detectionEnable]
      ? .map : config[.mvitUseMeanPooling] ? .mean : config[.mvitClsEmbedOn] ? .classToken : .map
    reversible = try Reversible(config)
    regularization = try Regularization(config)
    blocks = []
    // As the reference has it: sizes rounded down, where pools round up.
    var (width, heads, size) = (self.width, config[.mvitNumHeads], grid)
    for index in 0..<depth {
      heads = Self.rounded(heads, by: headFactors[index], divisor: 1)
      if reversible != nil, index > 0 { width = Self.rounded(width, by: widthFactors[index - 1], divisor: heads) }
      // Where the dense layers widen, those of the block before a factor's.
      let next = widensInAttention ? index : index + 1
      let output = Self.rounded(
        width, by: widthFactors[reversible == nil ? next : index],
        divisor: Self.rounded(heads, by: headFactors[reversible == nil ? next : index + 1], divisor: 1))
      // No products of factors beyond what a number holds.
      guard ModelZoo.stageChannels.contains(output), ModelZoo.stageChannels.contains(heads) else {
        throw ModelConfigurationError.impossible(
          key: Key.mvitDimMul.name, found: config.literal(.mvitDimMul),
          expected:
            "factors that leave 1 to \(ModelZoo.stageChannels.upperBound) channels and heads: block \(index) would "
            + "have \(output) channels and \(heads) heads",
          todo: "set \(Key.mvitDimMul.name) and \(Key.mvitHeadMul.name) as a published config does")
      }
      let attention = widensInAttention || reversible != nil ? output : width
      let streams = reversible.map { $0.transitions.contains(index) ? $0.inside.widening : 1 } ?? 1
      let (query, key) = (strides.queries[index], strides.keys[index])
      let ownKey = key.map(strides.pool)
      let ownQuery = query.map(strides.pool)
      let shorter = query.map { size.divided(by: $0) } ?? size
      let seen = max(shorter.h, (key.map { size.divided(by: $0) } ?? size).h)
      blocks.append(
        Block(
          width: streams * width, attention: attention, hidden: Int(Double(attention) * ratio), output: output,
          heads: heads, queryPool: ownQuery?.orNone, keyPool: ownKey?.orNone, skipPool: query.flatMap(Self.skipPool),
          spaceRows: 2 * seen - 1, timeRows: 2 * size.t - 1))
      size = shorter
      if reversible == nil { width = output }
    }
    try check(config)
    try checkStreams(config)
    try checkMaps(config)
    try checkTables(config)
  }

  /// Rounds a width as the reference does: to the nearest multiple of the divisor, and up where rounding down would lose more
  /// than a tenth.
  static func rounded(_ width: Int, by factor: Double, divisor: Int) -> Int {
    let scaled = Double(width) * factor
    let result = max(1, Int(scaled + Double(divisor) / 2) / divisor * divisor)
    return Double(result) < 0.9 * scaled ? result + divisor : result
  }

  /// How the shortcut is pooled beside queries of that stride.
  private static func skipPool(_ stride: Extent3) -> Pool? {
    stride == .one ? nil : Pool(kernel: MViTStrides.kernel(stride), stride: stride)
  }

  private static func positions(_ config: Configuration) -> Positions {
    if !config[.mvitUseAbsPos] { return .none }
    if config[.mvitSepPosEmbed] { return .separate }
    return config[.mvitUseFixedSincosPos] ? .jointTwice : .joint
  }
}

extension MViTBackbone.Pool {
  /// The reference leaves a pool out that is of one place and does not move.
  fileprivate var orNone: MViTBackbone.Pool? { kernel == .one && stride == .one ? nil : self }
}

extension Extent3 {
  /// Rounded down, be it to 0.
  func roundedDown(by stride: Extent3) -> Extent3 { Extent3(t / stride.t, h / stride.h, w / stride.w) }

  /// Rounded down, at least 1.
  func divided(by stride: Extent3) -> Extent3 {
    Extent3(max(1, t / stride.t), max(1, h / stride.h), max(1, w / stride.w))
  }
}

/// The strides of queries, and of keys and values, block by block; nil for a block that no list names.
struct MViTStrides {
  let queries: [Extent3?]
  let keys: [Extent3?]
  /// `MVIT.POOL_KVQ_KERNEL`
  private let ownKernel: Extent3?

  init(_ config: Configuration) throws(ModelConfigurationError) {
    let depth = config[.mvitDepth]
    let queries = try config.strides(.mvitPoolQStride, depth: depth)
    var keys = try config.strides(.mvitPoolKvStride, depth: depth)
    if config[.mvitPoolKvStrideAdaptive] != nil {
      // What a checkpoint's configuration lists beside it follows from it.
      var stride = try config.extent(.mvitPoolKvStrideAdaptive)!
      keys = queries.map { query in
        if let query { stride = stride.divided(by: query) }
        return stride
      }
    }
    self.queries = queries
    self.keys = keys
    ownKernel = try config.extent(.mvitPoolKvqKernel)
  }

  /// Without `MVIT.POOL_KVQ_KERNEL`: one more than the stride, along axes that it moves on.
  static func kernel(_ stride: Extent3) -> Extent3 {
    func length(_ stride: Int) -> Int { stride > 1 ? stride + 1 : 1 }
    return Extent3(length(stride.t), length(stride.h), length(stride.w))
  }

  func pool(_ stride: Extent3) -> MViTBackbone.Pool {
    MViTBackbone.Pool(kernel: ownKernel ?? Self.kernel(stride), stride: stride)
  }
}

extension Configuration {
  /// The factors of a list of blocks and factors; 1 where it names none. One more than there are blocks, as in the reference.
  fileprivate func factors(_ key: Key<[[Double]]>, depth: Int) throws(ModelConfigurationError) -> [Double] {
    var result = [Double](repeating: 1, count: depth + 1)
    for entry in self[key] {
      guard entry.count == 2, let block = Int(exactly: entry[0]), result.indices.contains(block), entry[1] > 0,
        entry[1] <= 64
      else {
        throw ModelConfigurationError.impossible(
          key: key.name, found: "\(entry)",
          expected: "pairs of a block from 0 to \(depth) and its factor, up to 64", todo: "give pairs such as [1, 2.0]")
      }
      result[block] = entry[1]
    }
    return result
  }

  fileprivate func strides(_ key: Key<[[Int]]>, depth: Int) throws(ModelConfigurationError) -> [Extent3?] {
    var result = [Extent3?](repeating: nil, count: depth)
    for entry in self[key] {
      guard entry.count == 4, result.indices.contains(entry[0]), entry[1...].allSatisfy({ 1...256 ~= $0 }) else {
        throw ModelConfigurationError.impossible(
          key: key.name, found: "\(entry)",
          expected: "lists of a block from 0 to \(depth - 1) and its strides in time, height and width",
          todo: "give entries such as [1, 1, 2, 2]")
      }
      result[entry[0]] = Extent3(entry[1], entry[2], entry[3])
    }
    return result
  }

  fileprivate func extent(_ key: Key<[Int]?>) throws(ModelConfigurationError) -> Extent3? {
    guard let lengths = self[key] else { return nil }
    guard lengths.count == 3 else {
      throw ModelConfigurationError.impossible(
        key: key.name, found: "\(lengths)", expected: "three lengths: time, height and width",
        todo: "give three, or null")
    }
    return Extent3(lengths[0], lengths[1], lengths[2])
  }

  /// The convolution that makes patches.
  fileprivate func patch() throws(ModelConfigurationError) -> (kernel: Extent3, stride: Extent3, padding: Extent3) {
    func extent(_ key: Key<[Int]>, time: Int) throws(ModelConfigurationError) -> Extent3 {
      let lengths = self[key]
      let count = self[.mvitPatch2d] ? 2 : 3
      guard lengths.count == count else {
        throw ModelConfigurationError.impossible(
          key: key.name, found: "\(lengths)", expected: "\(count) lengths with MVIT.PATCH_2D \(literal(.mvitPatch2d))",
          todo: "give as many, or set \(Key.mvitPatch2d.name)")
      }
      return count == 2
        ? Extent3(time, lengths[0], lengths[1]) : Extent3(lengths[0], lengths[1], lengths[2])
    }
    return (
      try extent(.mvitPatchKernel, time: 1), try extent(.mvitPatchStride, time: 1),
      try extent(.mvitPatchPadding, time: 0)
    )
  }
}

internal import Configuration
internal import NN
internal import Tensors

extension MViTBackbone.Reversible {
  /// - Returns: Nil where the configuration is of no reversible network.
  /// - Throws: `ModelConfigurationError`.
  init?(_ config: Configuration) throws(ModelConfigurationError) {
    if !config[.mvitRevEnable] { return nil }
    let (transitions, depth) = (config[.mvitRevBufferLayers], config[.mvitDepth])
    let sorted = transitions.sorted()
    // Two streams come in and go out of each.
    guard transitions.allSatisfy({ (1..<max(1, depth - 1)).contains($0) }),
      zip(sorted, sorted.dropFirst()).allSatisfy({ $1 > $0 + 1 })
    else {
      throw .impossible(
        key: Key.mvitRevBufferLayers.name, found: "\(transitions)",
        expected: "blocks after the first and before the last, \(depth - 1), none beside another",
        todo: "give the blocks that MVIT.POOL_Q_STRIDE pools, such as [1, 3, 14]")
    }
    self.transitions = Set(transitions)
    inside = try Self.fusion(config, .mvitRevPreQFusion)
    atEnd = try Self.fusion(config, .mvitRevRespathFuse)
  }

  /// `concat_linear_2` has a layer twice as wide between; a dropout's rate may follow.
  private static func fusion(
    _ config: Configuration, _ key: Key<String>
  ) throws(ModelConfigurationError) -> Fusion {
    let name = config[key]
    switch name {
    case "add": return .each(.sum)
    case "avg": return .each(.mean)
    case "max": return .each(.maximum)
    case "min": return .each(.minimum)
    case "concat": return .concatenation
    default: break
    }
    let normed = "ln+"
    let isNormalized = name.hasPrefix(normed)
    let parts = name.dropFirst(isNormalized ? normed.count : 0).split(separator: "_", omittingEmptySubsequences: false)
    let factor = parts.count > 2 ? Double(parts[2]) : 1
    guard (2...4).contains(parts.count), parts[0] == "concat", parts[1] == "linear", let factor,
      (0.01...64).contains(factor)
    else {
      throw .impossible(
        key: key.name, found: name, expected: "add, avg, max, min, concat or concat_linear_2",
        todo: "set \(key.name) \(key.fallback), or what the weights were trained with")
    }
    return .dense(factor: factor, isNormalized: isNormalized)
  }
}

extension MViTBackbone {
  /// Refuses reversible networks whose streams do not fit.
  func checkStreams(_ config: Configuration) throws(ModelConfigurationError) {
    guard let reversible else { return }
    for (index, block) in blocks.enumerated() where !reversible.transitions.contains(index) {
      let pools = block.queryPool.map { $0.stride != .one } ?? false
      if block.width == block.output && !pools { continue }
      throw .impossible(
        key: Key.mvitRevBufferLayers.name, found: "\(config[.mvitRevBufferLayers])",
        expected: "every block whose queries are pooled or whose channels widen: block \(index) is none of these",
        todo: "add \(index)")
    }
    if case .each = reversible.atEnd, output != .mean {
      throw .impossible(
        key: Key.mvitRevRespathFuse.name, found: config[.mvitRevRespathFuse],
        expected: "concat or concat_linear where the streams are normalised before they are one",
        todo: "set \(Key.mvitRevRespathFuse.name) concat, or \(Key.mvitUseMeanPooling.name) True")
    }
    // The reference multiplies all factors first, and rounds once.
    let factors = config[.mvitDimMul].compactMap(\.last)
    let end = Self.rounded(width, by: factors.reduce(1, *), divisor: config[.mvitNumHeads])
    if let last = blocks.last?.output, last != end {
      throw .impossible(
        key: Key.mvitDimMul.name, found: config.literal(.mvitDimMul),
        expected:
          "factors of blocks that are among \(Key.mvitRevBufferLayers.name), to whole widths: all together make "
          + "\(end) channels of \(width), and the last block has \(last)",
        todo: "give a pair such as [1, 2.0] for each of \(reversible.transitions.sorted())")
    }
  }

  /// Refuses reversible networks whose maps are not what the reference takes them for: that of a block divided by its
  /// stride and rounded down, where a later block's tokens are laid out as a map again.
  func checkMaps(_ config: Configuration) throws(ModelConfigurationError) {
    if reversible == nil { return }
    var extent = grid
    for (index, block) in blocks.enumerated() {
      guard let pool = block.queryPool else { continue }
      let made = pool.output(for: extent)
      let taken = extent.roundedDown(by: pool.stride)
      let isSeen = blocks[(index + 1)...].contains { later in
        poolsFirst || hasSpacePositions || hasTimePositions || later.queryPool != nil || later.keyPool != nil
      }
      if made != taken && isSeen {
        let isDivided = [\Extent3.t, \.h, \.w].allSatisfy { extent[keyPath: $0] % pool.stride[keyPath: $0] == 0 }
        let key = isDivided ? Key.mvitPoolKvqKernel.name : Key.mvitPoolQStride.name
        let strides = blocks.compactMap(\.queryPool?.stride)
        let (times, pixels) = strides.reduce((patch.stride.t, patch.stride.h)) { ($0.0 * $1.t, $0.1 * max($1.h, $1.w)) }
        throw .impossible(
          key: key,
          found: isDivided ? config.literal(.mvitPoolKvqKernel) : config.literal(.mvitPoolQStride),
          expected:
            "a map that the strides divide, in a reversible network: block \(index) would make \(made) of \(extent), and "
            + "PySlowFast's goes on with \(taken)",
          todo: isDivided
            ? "give odd lengths, such as \"[3, 3, 3]\""
            : "set \(Key.dataTrainCropSize.name) and \(Key.dataTestCropSize.name) to a multiple of \(pixels), and "
              + "\(Key.dataNumFrames.name) to one of \(times)")
      }
      extent = made
    }
  }

  /// Refuses relative positions of maps of which the strides leave nothing: the reference's table would have less than no row.
  func checkTables(_ config: Configuration) throws(ModelConfigurationError) {
    if !hasSpacePositions && !hasTimePositions { return }
    var size = grid
    for (index, block) in blocks.enumerated() {
      let queries = block.queryPool.map { size.roundedDown(by: $0.stride) } ?? size
      let keys = block.keyPool.map { size.roundedDown(by: $0.stride) } ?? size
      let isEmpty = (hasSpacePositions && max(queries.h, keys.h) < 1, hasTimePositions && size.t < 1)
      if isEmpty.0 || isEmpty.1 {
        throw .impossible(
          key: Key.mvitPoolQStride.name, found: config.literal(.mvitPoolQStride),
          expected:
            "strides no larger than the map, with relative positions: of block \(index)'s \(size), rounded down, "
            + "nothing would be left",
          todo: "give smaller strides, larger clips, or set "
            + "\(isEmpty.0 ? Key.mvitRelPosSpatial.name : Key.mvitRelPosTemporal.name) False")
      }
      size = queries
    }
  }
}

extension Configuration {
  /// What the reference asserts of reversible networks.
  func checkReversible() throws(ConfigurationError) {
    if !self[.mvitRevEnable] { return }
    if self[.mvitClsEmbedOn] {
      throw .impossible(
        problem: "a reversible network has no class token", keys: [cite(.mvitRevEnable), cite(.mvitClsEmbedOn)],
        remedy: "set \(Key.mvitClsEmbedOn.name) False, as the published weights have it")
    }
    if self[.detectionEnable] {
      throw .impossible(
        problem: "a reversible network scores whole clips", keys: [cite(.mvitRevEnable), cite(.detectionEnable)],
        remedy: "take a config of MViTv2, and its weights")
    }
  }
}

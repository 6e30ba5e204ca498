internal import Configuration
internal import VideoModels

/// Recognises MViT by its tensors.
struct MViTRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex

  /// What a block's tensors tell.
  private struct Block {
    let width: Int
    let attention: Int
    let hidden: Int
    let output: Int
    /// Channels of a head; nil where nothing tells.
    let head: Int?
    let poolsQueries: Bool
  }

  init?(_ tensors: TensorIndex) {
    guard let patches = tensors.shape("\(MViTNames.patches).proj.weight"), patches.count == 5,
      tensors.hasPrefix(MViTNames.block(0) + ".")
    else { return nil }
    self.tensors = tensors
    network = Recognition("MViT")
    let family = MViTFamily()
    network.set(.modelArch, family.archs[0])
    network.set(.modelModelName, family.modelNames[0], or: family.modelNames)
    let blocks = (0..<1024).lazy.map { Self.block(tensors, $0) }.prefix { $0 != nil }.compactMap { $0 }
    guard let first = blocks.first else { return }
    network.set(.mvitDepth, "\(blocks.count)")
    network.set(.mvitEmbedDim, "\(patches[0])")
    network.set(.dataInputChannelNum, "[\(patches[1])]")
    network.set(.mvitMlpRatio, "\(Double(first.hidden) / Double(first.attention))")
    addTokens()
    addSizes()
    addWidths(Array(blocks))
    addAttention(Array(blocks))
    let isPooled = blocks.contains { $0.poolsQueries } || tensors.shape(pool("k")) != nil
    network.summary = isPooled ? summary : "ViT"
    if isPooled {
      network.traits = [summary.lowercased(), "\(blocks.count)"]
      network.hasPublishedWidths =
        patches[0] == (blocks.count == 48 ? 144 : 96) && first.hidden == 4 * first.attention
    } else {
      network.addViT(width: patches[0], depth: blocks.count, isUsual: first.hidden == 4 * first.attention)
    }
    network.addPatches(tensors, isPooled: isPooled)
    network.remark(
      "strides, the clip's length and its size leave no trace in the tensors",
      leavingOpen: Key.mvitPoolQStride.name, Key.mvitPoolKvStrideAdaptive.name, Key.dataNumFrames.name,
      Key.dataTestCropSize.name)
  }

  private func pool(_ letter: String) -> String { "\(MViTNames.block(0)).attn.pool_\(letter).weight" }

  private var hasRelativePositions: Bool { tensors.shape("\(MViTNames.block(0)).attn.rel_pos_h") != nil }

  private var summary: String { hasRelativePositions ? "MViTv2" : "MViTv1" }

  private static func block(_ tensors: TensorIndex, _ index: Int) -> Block? {
    let name = MViTNames.block(index)
    func shape(_ tensor: String) -> [Int]? { tensors.shape("\(name).\(tensor)") }
    guard let width = shape("norm1.weight")?.first, let attention = shape("norm2.weight")?.first,
      let hidden = shape("mlp.fc1.weight")?.first, let output = shape("mlp.fc2.weight")?.first
    else { return nil }
    let head =
      shape("attn.rel_pos_h")?.last ?? shape("attn.norm_k.weight")?.first ?? shape("attn.norm_q.weight")?.first
    return Block(
      width: width, attention: attention, hidden: hidden, output: output, head: head.flatMap { $0 > 0 ? $0 : nil },
      poolsQueries: shape("attn.pool_q.weight") != nil)
  }

  private mutating func addTokens() {
    func has(_ name: String) -> String { tensors.shape(name) == nil ? "False" : "True" }
    network.set(.mvitClsEmbedOn, has(MViTNames.classToken))
    let isSeparate = tensors.shape(MViTNames.space) != nil
    network.set(.mvitUseAbsPos, isSeparate || tensors.shape(MViTNames.joint) != nil ? "True" : "False")
    if isSeparate || tensors.shape(MViTNames.joint) != nil {
      network.set(.mvitSepPosEmbed, isSeparate ? "True" : "False")
    }
    network.set(.mvitNormStem, has("\(MViTNames.stemNorm).weight"))
  }

  /// The clips that the tables of positions are for, where patches are 4 pixels and 2 frames apart, as the published ones.
  private mutating func addSizes() {
    let attention = "\(MViTNames.block(0)).attn"
    func length(_ shape: [Int], _ axis: Int) -> Int? { shape.indices.contains(axis) ? min(shape[axis], 1 << 20) : nil }
    func distances(_ name: String) -> Int? {
      tensors.shape("\(attention).\(name)").flatMap { length($0, 0) }.map { ($0 + 1) / 2 }
    }
    let places = tensors.shape(MViTNames.space).flatMap { length($0, 1) }
    let side = places.map { Int(Double($0).squareRoot().rounded()) } ?? distances("rel_pos_h") ?? 56
    let times = tensors.shape(MViTNames.time).flatMap { length($0, 1) } ?? distances("rel_pos_t")
    for key in [Key.dataTrainCropSize.name, Key.dataTestCropSize.name] { network.untraced[key] = "\(4 * side)" }
    if let times { network.untraced[Key.dataNumFrames.name] = "\(2 * times)" }
    network.untraced[Key.mvitPatchPadding.name] = "[1, 3, 3]"
  }

  private mutating func addWidths(_ blocks: [Block]) {
    let widensInAttention = blocks.contains { $0.attention != $0.width }
    let widensLast = blocks.contains { $0.attention != $0.output }
    if widensInAttention || widensLast { network.set(.mvitDimMulInAtt, widensInAttention ? "True" : "False") }
    var factors: [String] = []
    for (index, block) in blocks.enumerated() where block.output != block.width {
      factors.append(pair(widensInAttention ? index : index + 1, block.output, block.width))
    }
    network.set(.mvitDimMul, "[\(factors.joined(separator: ", "))]")
    let heads = blocks.map { block in block.head.map { max(1, block.attention / $0) } }
    guard let first = heads[0] else {
      return network.remark(
        "the number of heads leaves no trace in the tensors", leavingOpen: Key.mvitNumHeads.name)
    }
    network.set(.mvitNumHeads, "\(first)")
    var (last, changes): (Int, [String]) = (first, [])
    for (index, number) in heads.enumerated() {
      guard let number, number != last else { continue }
      changes.append(pair(index, number, last))
      last = number
    }
    network.set(.mvitHeadMul, "[\(changes.joined(separator: ", "))]")
  }

  /// A block and its factor, as the configuration's literals have them.
  private func pair(_ block: Int, _ now: Int, _ before: Int) -> String {
    "[\(Double(block)), \(Double(now) / Double(before))]"
  }

  private mutating func addAttention(_ blocks: [Block]) {
    let name = "\(MViTNames.block(0)).attn"
    func has(_ tensor: String) -> String { tensors.shape("\(name).\(tensor)") == nil ? "False" : "True" }
    let isSeparate = tensors.shape("\(name).q.weight") != nil
    network.set(.mvitSeparateQkv, isSeparate ? "True" : "False")
    network.set(.mvitQkvBias, has(isSeparate ? "q.bias" : "qkv.bias"))
    network.set(.mvitRelPosSpatial, has("rel_pos_h"))
    network.set(.mvitRelPosTemporal, has("rel_pos_t"))
    // The published networks with relative positions have both.
    network.untraced[Key.mvitResidualPooling.name] = hasRelativePositions ? "True" : "False"
    // Without a key's kernel the strides make kernels, and they differ.
    let kernels = blocks.indices.compactMap { tensors.shape("\(MViTNames.block($0)).attn.pool_k.weight") }
      .filter { $0.count == 5 }.map { Array($0[2...]) }
    if let kernel = kernels.first {
      network.set(
        .mvitPoolKvqKernel, kernels.allSatisfy { $0 == kernel } && kernels.count == blocks.count ? "\(kernel)" : "None")
    }
    addStrides(blocks, kernels)
  }

  /// Those of the published networks, which halve the map where they widen.
  private mutating func addStrides(_ blocks: [Block], _ kernels: [[Int]]) {
    if kernels.isEmpty { return }
    let widensInAttention = blocks.contains { $0.attention != $0.width }
    let strides = blocks.indices.filter { blocks[$0].poolsQueries }.map { index in
      let widens = widensInAttention ? blocks[index].width != blocks[index].output : true
      return "[\(index), 1, \(widens ? "2, 2" : "1, 1")]"
    }
    network.untraced[Key.mvitPoolQStride.name] = "[\(strides.joined(separator: ", "))]"
    network.untraced[Key.mvitPoolKvStrideAdaptive.name] = "[1, 8, 8]"
  }
}

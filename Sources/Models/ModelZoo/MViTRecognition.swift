internal import Configuration
internal import VideoModels

/// Recognises MViT by its tensors.
struct MViTRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex

  /// What a block's tensors tell; nil where those that would are missing.
  private struct Block {
    var width: Int?
    var attention: Int?
    var hidden: Int?
    var output: Int?
    /// Channels of a head.
    var head: Int?
    var poolsQueries = false
    var poolsKeys = false
    var kernel: [Int]?
  }

  /// As published.
  private static let depths = [16, 24, 48]

  init?(_ tensors: TensorIndex) {
    let patches = tensors.shape("\(MViTNames.patches).proj.weight").flatMap { $0.count == 5 ? $0 : nil }
    let numbers = tensors.numbers(after: MViTNames.blocks)
    guard let count = numbers.max().map({ $0 + 1 }), patches != nil || Self.hasMarks(tensors, numbers) else {
      return nil
    }
    self.tensors = tensors
    network = Recognition("MViT")
    let family = MViTFamily()
    network.set(.modelArch, family.archs[0])
    network.set(.modelModelName, family.modelNames[0], or: family.modelNames)
    var blocks = (0..<count).map { Self.block(tensors, $0) }
    Self.join(&blocks)
    guard let first = blocks.first(where: { $0.hidden != nil && $0.attention != nil }),
      let width = patches?[0] ?? blocks[0].width
    else { return }
    // What ends before the last normalisation, and has no head, was cut.
    let isCut = !tensors.hasPrefix(MViTNames.norm + ".") && !tensors.hasPrefix(Projection.headPrefix)
    let depth = isCut ? Self.depths.first { $0 >= count } ?? count : count
    network.set(.mvitDepth, "\(depth)", or: isCut ? Self.depths.filter { $0 >= count }.map(String.init) : [])
    network.set(.mvitEmbedDim, "\(width)")
    if let patches { network.set(.dataInputChannelNum, "[\(patches[1])]") }
    network.set(.mvitMlpRatio, "\(Double(first.hidden!) / Double(first.attention!))")
    addTokens()
    addSizes()
    addWidths(blocks)
    addAttention(blocks)
    let isPooled = blocks.contains { $0.poolsQueries || $0.poolsKeys }
    network.summary = isPooled ? summary : "ViT"
    if isPooled {
      if !isCut { network.traits = [summary.lowercased(), "\(count)"] }
      network.hasPublishedWidths = width == (count == 48 ? 144 : 96) && first.hidden == 4 * first.attention!
    } else {
      network.addViT(width: width, depth: depth, isUsual: first.hidden == 4 * first.attention!)
    }
    network.addPatches(tensors, isPooled: isPooled)
    network.remark(
      "strides, the clip's length and its size leave no trace in the tensors",
      leavingOpen: Key.mvitPoolQStride.name, Key.mvitPoolKvStrideAdaptive.name, Key.dataNumFrames.name,
      Key.dataTestCropSize.name)
  }

  /// Whether blocks without patches are those of an MViT: other transformers have blocks of these names, too.
  private static func hasMarks(_ tensors: TensorIndex, _ numbers: Set<Int>) -> Bool {
    numbers.count { number in
      let name = MViTNames.block(number)
      return tensors.hasPrefix("\(name).norm1.") && tensors.hasPrefix("\(name).mlp.fc1.")
        && ["pool_k", "norm_k", "pool_q", "rel_pos_"].contains { tensors.hasPrefix("\(name).attn.\($0)") }
    } > 1
  }

  private var hasRelativePositions: Bool { hasInBlocks("rel_pos_") }

  /// Whether any block has a part of its attention whose name begins so.
  private func hasInBlocks(_ part: String) -> Bool {
    tensors.numbers(after: MViTNames.blocks).contains { tensors.hasPrefix("\(MViTNames.block($0)).attn.\(part)") }
  }

  private var summary: String { hasRelativePositions ? "MViTv2" : "MViTv1" }

  private static func block(_ tensors: TensorIndex, _ index: Int) -> Block {
    let name = MViTNames.block(index)
    func shape(_ tensor: String) -> [Int]? { tensors.shape("\(name).\(tensor)") }
    func first(_ tensors: String...) -> Int? { tensors.lazy.compactMap { shape($0)?.first }.first }
    func last(_ tensors: String...) -> Int? { tensors.lazy.compactMap { shape($0)?.last }.first }
    func has(_ parts: String...) -> Bool { parts.contains { tensors.hasPrefix("\(name).attn.\($0)") } }
    var block = Block()
    block.width = first("norm1.weight", "norm1.bias") ?? last("attn.qkv.weight", "attn.q.weight")
    block.attention =
      first("norm2.weight", "norm2.bias", "attn.proj.weight", "attn.proj.bias", "attn.q.weight")
      ?? first("attn.qkv.weight").map { $0 / 3 } ?? last("mlp.fc1.weight")
    block.hidden = first("mlp.fc1.weight", "mlp.fc1.bias") ?? last("mlp.fc2.weight")
    block.output = first("mlp.fc2.weight", "mlp.fc2.bias")
    let letters = ["k", "v", "q"]
    let heads =
      ["rel_pos_h", "rel_pos_w", "rel_pos_t"].compactMap { last("attn.\($0)") }
      + letters.flatMap { letter in
        ["norm_\(letter).weight", "norm_\(letter).bias", "pool_\(letter).weight"].compactMap { first("attn.\($0)") }
      }
    // What most of them say: one that is damaged is to be named, not believed.
    let counts = Dictionary(heads.filter { $0 > 0 }.map { ($0, 1) }, uniquingKeysWith: +)
    block.head = heads.max { (counts[$0] ?? 0) < (counts[$1] ?? 0) }.flatMap { $0 > 0 ? $0 : nil }
    block.poolsQueries = has("pool_q.", "norm_q.")
    block.poolsKeys = has("pool_k.", "norm_k.", "pool_v.", "norm_v.")
    block.kernel = ["k", "v"].lazy.compactMap { shape("attn.pool_\($0).weight") }.first { $0.count == 5 }
      .map { Array($0[2...]) }
    return block
  }

  /// Takes what a block does not tell from those beside it.
  private static func join(_ blocks: inout [Block]) {
    for index in blocks.indices {
      if blocks[index].width == nil { blocks[index].width = index > 0 ? blocks[index - 1].output : nil }
      if blocks[index].output == nil, index + 1 < blocks.count { blocks[index].output = blocks[index + 1].width }
      blocks[index].width = blocks[index].width ?? blocks[index].attention ?? blocks[index].output
      blocks[index].output = blocks[index].output ?? blocks[index].attention ?? blocks[index].width
      blocks[index].attention = blocks[index].attention ?? blocks[index].width
    }
  }

  private mutating func addTokens() {
    func text(_ flag: Bool) -> String { flag ? "True" : "False" }
    func has(_ names: String...) -> Bool { names.contains { tensors.shape($0) != nil } }
    network.set(.mvitClsEmbedOn, text(has(MViTNames.classToken, MViTNames.classPosition)))
    let isSeparate = has(MViTNames.space, MViTNames.time, MViTNames.classPosition)
    let isAbsolute = isSeparate || has(MViTNames.joint)
    network.set(.mvitUseAbsPos, text(isAbsolute))
    if isAbsolute { network.set(.mvitSepPosEmbed, text(isSeparate)) }
    network.set(.mvitNormStem, text(tensors.hasPrefix(MViTNames.stemNorm + ".")))
  }

  /// The clips that the tables of positions are for, where patches are 4 pixels and 2 frames apart, as the published ones.
  private mutating func addSizes() {
    let attention = "\(MViTNames.block(0)).attn"
    func length(_ shape: [Int], _ axis: Int) -> Int? { shape.indices.contains(axis) ? min(shape[axis], 1 << 20) : nil }
    func distances(_ name: String) -> Int? {
      tensors.shape("\(attention).\(name)").flatMap { length($0, 0) }.map { ($0 + 1) / 2 }
    }
    let places = tensors.shape(MViTNames.space).flatMap { length($0, 1) }
    let side =
      places.map { Int(Double($0).squareRoot().rounded()) } ?? distances("rel_pos_h") ?? distances("rel_pos_w") ?? 56
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
    for (index, block) in blocks.enumerated() {
      guard let output = block.output, let width = block.width, output != width else { continue }
      factors.append(pair(widensInAttention ? index : index + 1, output, width))
    }
    network.set(.mvitDimMul, "[\(factors.joined(separator: ", "))]")
    let heads = blocks.map { block in block.head.flatMap { head in block.attention.map { max(1, $0 / head) } } }
    // Heads have as many channels in the first block as in those after it.
    let ofOthers = blocks.lazy.compactMap(\.head).first.flatMap { head in blocks[0].attention.map { max(1, $0 / head) }
    }
    guard let first = heads[0] ?? ofOthers else {
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
    func has(_ part: String) -> String { hasInBlocks(part) ? "True" : "False" }
    let isSeparate = hasInBlocks("q.")
    network.set(.mvitSeparateQkv, isSeparate ? "True" : "False")
    network.set(.mvitQkvBias, has(isSeparate ? "q.bias" : "qkv.bias"))
    let isSpatial = hasInBlocks("rel_pos_h") || hasInBlocks("rel_pos_w")
    network.set(.mvitRelPosSpatial, isSpatial ? "True" : "False")
    network.set(.mvitRelPosTemporal, has("rel_pos_t"))
    // The published networks with relative positions have both.
    network.untraced[Key.mvitResidualPooling.name] = hasRelativePositions ? "True" : "False"
    // Without a key's kernel the strides make kernels, and they differ.
    let kernels = blocks.compactMap(\.kernel)
    if let kernel = kernels.first {
      let isOne = kernels.allSatisfy { $0 == kernel } && blocks.allSatisfy(\.poolsKeys)
      network.set(.mvitPoolKvqKernel, isOne ? "\(kernel)" : "None")
    }
    addStrides(blocks, kernels)
  }

  /// Those of the published networks, which halve the map where they widen.
  private mutating func addStrides(_ blocks: [Block], _ kernels: [[Int]]) {
    if kernels.isEmpty { return }
    let widensInAttention = blocks.contains { $0.attention != $0.width }
    // Where dense layers widen, the block after them is the first of the wider ones.
    let widening = blocks.indices.filter { index in
      widensInAttention
        ? blocks[index].width != blocks[index].output : index > 0 && blocks[index].width != blocks[index - 1].width
    }
    let strides = blocks.indices.filter { blocks[$0].poolsQueries }.map { index in
      "[\(index), 1, \(widening.isEmpty || widening.contains(index) ? "2, 2" : "1, 1")]"
    }
    network.untraced[Key.mvitPoolQStride.name] = "[\(strides.joined(separator: ", "))]"
    network.untraced[Key.mvitPoolKvStrideAdaptive.name] = "[1, 8, 8]"
  }
}

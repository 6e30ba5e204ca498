internal import Configuration
internal import Tensors
internal import VideoModels

extension MViTFamily {
  var peers: [any PeerMapping] { [MViTInPyTorchVideo(), VideoMAEOfAuthors(), VideoMAEInMMAction2()] }
}

/// MViT in PyTorchVideo.
private struct MViTInPyTorchVideo: PeerMapping {
  var library: String { PyTorchVideo.name }

  private static let patches = "patch_embed.patch_model"
  private static let encoding = "cls_positional_encoding"
  private static let norm = "norm_embed"
  private static let head = "head.proj"
  /// What newer versions save a second time.
  private static let twice = "._attention_pool_"

  /// The layers beside the blocks, there and here.
  private static let ends = [
    (patches, "\(MViTNames.patches).proj"), (encoding, ""), (norm, MViTNames.norm), (head, Projection.scope),
  ]

  func read(_ file: PeerFile) -> PeerReading? {
    let marks = [Self.patches, Self.encoding, Self.norm, Self.head].map { $0 + "." }
    let hasBlocks = file.first(containing: "\(MViTNames.blocks).0.attn.") != nil
    let prefix = ["", "model."].first { prefix in
      file.names.contains { name in marks.contains { name.hasPrefix(prefix + $0) } }
    }
    if !hasBlocks, file.first(containing: Self.encoding) == nil { return nil }
    guard let prefix else { return nil }
    let blocks = Set(
      file.names.filter { $0.hasPrefix("\(prefix)\(MViTNames.blocks).") }.compactMap { name in
        name.lastIndex(of: ".").map { String(name[..<$0]) }
      })
    let (copies, own) = (blocks.filter { $0.hasPart(Self.twice) }, blocks.filter { !$0.hasPart(Self.twice) })
    let modules =
      Self.ends.map { PeerNetwork.Module(own: prefix + $0.0, model: $0.1) }
      + own.sorted().map { PeerNetwork.Module(own: $0, model: String($0.dropFirst(prefix.count))) }
    var semantics = PyTorchVideo.semantics
    semantics.backbone = PeerMViT(
      hasSeparateProjections: own.contains { $0.hasSuffix(".attn.q") })
    var network = PeerNetwork(library: library, modules: modules, scoresBoxes: false, semantics: semantics)
    network.ignored = copies.sorted().map { $0 + "." }
    return .network(network)
  }

  // MARK: Writing

  var archs: [String] { MViTFamily().archs }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers {
    let blocks = (0..<1024).map(MViTNames.block).prefix { network.tensors.hasPrefix("\($0).") }
    let parts =
      ["norm1", "norm2", "mlp.fc1", "mlp.fc2", "proj", "attn.proj"]
      + ["q", "k", "v"].flatMap { ["attn.\($0)", "attn.pool_\($0)", "attn.norm_\($0)"] }
    let modules = blocks.flatMap { block in parts.map { "\(block).\($0)" } }
    var layers = ConvertedLayers(
      modules: Self.ends.map { PeerNetwork.Module(own: $0.0, model: $0.1) }
        + modules.map { PeerNetwork.Module(own: $0, model: $0) })
    layers.obstacles = obstacles(network, Array(blocks))
    return layers
  }

  private func obstacles(_ network: ConvertedNetwork, _ blocks: [String]) -> [String] {
    let tensors = network.tensors
    func has(_ end: String) -> Bool { blocks.contains { tensors.shape("\($0).attn.\(end)") != nil } }
    var words: [String] = []
    if blocks.isEmpty { words.append("blocks of two streams") }
    if has("rel_pos_h") || has("rel_pos_t") { words.append("relative positions") }
    if blocks.contains(where: { tensors.shape("\($0).\(MViTNames.scales.attention)") != nil }) {
      words.append("scales of the branches")
    }
    if has(MViTNames.queryBias) { words.append("biases of queries and values alone") }
    if tensors.hasPrefix("\(MViTNames.stemNorm).") { words.append("a normalisation before the blocks") }
    if tensors.shape("\(MViTNames.patches).proj.weight")?.dropFirst(2).first == 1 {
      words.append("patches of pictures")
    }
    guard let config = network.config else { return words }
    if config[.mvitUseMeanPooling] { words.append("a mean over the map that is normalised after it is taken") }
    if config[.mvitResidualPooling] { words.append("queries that are added to what is made of them") }
    return words
  }

  /// Three layers of the one that makes queries, keys and values: the hub's networks have them.
  func prepare(_ weights: inout NamedWeights) {
    weights.tensors = weights.tensors.flatMap { item -> [(name: String, tensor: Tensor)] in
      let joint = ".attn.qkv."
      guard let range = item.name.firstRange(of: joint), let rows = item.tensor.shape.first, rows % 3 == 0 else {
        return [item]
      }
      let size = item.tensor.count / 3
      return ["q", "k", "v"].enumerated().map { index, letter in
        (
          String(item.name[..<range.lowerBound]) + ".attn.\(letter)." + item.name[range.upperBound...],
          Tensor(
            [rows / 3] + item.tensor.shape.dropFirst(), item.tensor.array[index * size..<(index + 1) * size])
        )
      }
    }
  }
}

/// What a library's MViT does otherwise than a configuration says.
private struct PeerMViT: PeerBackbone {
  let hasSeparateProjections: Bool

  /// One layer of three times the width, or three, are the same function.
  func adapt(_ backbone: inout MViTBackbone, _ adaptation: inout PeerAdaptation) {
    backbone.hasSeparateProjections = hasSeparateProjections
  }
}

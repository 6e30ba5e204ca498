internal import VideoModels

extension MViTFamily {
  var peers: [any PeerMapping] { [MViTInPyTorchVideo()] }
}

/// MViT in PyTorchVideo: read, and not written.
private struct MViTInPyTorchVideo: PeerMapping {
  var library: String { PyTorchVideo.name }

  private static let patches = "patch_embed.patch_model"
  private static let encoding = "cls_positional_encoding"
  private static let norm = "norm_embed"
  private static let head = "head.proj"
  /// What newer versions save a second time.
  private static let twice = "._attention_pool_"

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
    let ends = [
      (Self.patches, "\(MViTNames.patches).proj"), (Self.encoding, ""), (Self.norm, MViTNames.norm),
      (Self.head, Projection.scope),
    ]
    let modules =
      ends.map { PeerNetwork.Module(own: prefix + $0.0, model: $0.1) }
      + own.sorted().map { PeerNetwork.Module(own: $0, model: String($0.dropFirst(prefix.count))) }
    var semantics = PyTorchVideo.semantics
    semantics.backbone = PeerMViT(
      hasSeparateProjections: own.contains { $0.hasSuffix(".attn.q") })
    var network = PeerNetwork(library: library, modules: modules, scoresBoxes: false, semantics: semantics)
    network.ignored = copies.sorted().map { $0 + "." }
    return .network(network)
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

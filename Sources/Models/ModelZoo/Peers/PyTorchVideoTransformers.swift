/// PyTorchVideo's MViT, which cannot be built yet: whose file it is is said.
struct PyTorchVideoTransformers: PeerMapping {
  var library: String { PyTorchVideo.name }

  /// Parts of names that the hub's transformers have, and PySlowFast's have not.
  private static let marks = ["patch_embed.patch_model.", "cls_positional_encoding."]

  func read(_ file: PeerFile) -> PeerReading? {
    Self.marks.lazy.compactMap { file.first(containing: $0) }.first.map {
      .unsupported(library: library, what: "MViT, a transformer", example: $0)
    }
  }
}

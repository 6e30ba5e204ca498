internal import Configuration
internal import VideoModels

/// PySlowFast's models that no family here builds: their configurations load and their files are recognised, so that it
/// can be said. A family that builds one takes its names from here.
enum UnbuiltModels {
  static let modelNames = ["MViT", "MaskMViT", "ContrastiveModel"]
  /// The sections of a configuration that shape them.
  static let sections = ["MVIT"]
  /// What their tensors' names begin with, the first of the network first.
  static let firstModule = "patch_embed"
  static let modules = [firstModule, "blocks", "cls_token", "pos_embed", "pos_embed_spatial", "norm"]
  /// Tensors that one of them alone has.
  private static let marks = [
    ("\(firstModule).proj.weight", "MViT"), ("blocks.0.attn.qkv.weight", "MViT"),
  ]

  static func has(_ modelName: String) -> Bool {
    modelNames.contains(modelName) || modelName.hasPrefix(Configuration.wrapperPrefix)
  }

  /// Parts of names that the transformers of PyTorchVideo's hub have, and PySlowFast's have not.
  private static let marksOfPyTorchVideo = ["patch_embed.patch_model.", "cls_positional_encoding."]

  /// Whose network a file of another library holds; nil for all that families may know.
  static func read(_ file: PeerFile) -> PeerReading? {
    marksOfPyTorchVideo.lazy.compactMap { file.first(containing: $0) }.first.map {
      .unsupported(library: PyTorchVideo.name, what: "MViT, a transformer", example: $0)
    }
  }

  static func recognise(_ tensors: TensorIndex) -> String? {
    marks.first { tensors.shape($0.0) != nil }?.1
  }

  /// Whether names are those of one of PySlowFast's.
  static func owns(_ name: String) -> Bool { name == marks[0].0 }
}

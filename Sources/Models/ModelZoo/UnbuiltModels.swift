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

  static func recognise(_ tensors: TensorIndex) -> String? {
    marks.first { tensors.shape($0.0) != nil }?.1
  }

  /// Whether names are those of one of PySlowFast's.
  static func owns(_ name: String) -> Bool { name == marks[0].0 }
}

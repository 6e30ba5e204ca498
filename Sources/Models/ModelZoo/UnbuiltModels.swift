internal import Configuration
internal import VideoModels

/// PySlowFast's models that no family here builds: their configurations load and their files are recognised, so that it
/// can be said. A family that builds one takes its names from here.
enum UnbuiltModels {
  static let modelNames = ["MViT"] + pretrained
  /// Those that pretraining makes; their configurations describe no test.
  static let pretrained = ["MaskMViT", "ContrastiveModel"]
  /// The sections of a configuration that shape them.
  static let sections = ["MVIT"]
  /// What their tensors' names begin with, the first of the network first.
  static let firstModule = "patch_embed"
  static let modules = [firstModule, "blocks", "cls_token", "pos_embed", "pos_embed_spatial", "norm"]
  private static let patches = "\(firstModule).proj.weight"
  private static let attention = "blocks.0.attn.qkv.weight"
  /// What the names of its blocks begin with, those of reversible ones last. Patches alone other transformers have too:
  /// Swin's, torchvision's for one, whose blocks are called otherwise.
  private static let blocks = ["blocks.0.", "rev_backbone.layers.0."]

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
    let hasBlocks = blocks.contains(where: tensors.hasPrefix)
    return hasBlocks && [patches, attention].contains { tensors.shape($0) != nil } ? "MViT" : nil
  }

  /// Whether names are those of one of PySlowFast's.
  static func owns(_ name: String) -> Bool { name == patches }
}

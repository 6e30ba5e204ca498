internal import Configuration

/// PySlowFast's models that no family here builds: their configurations load and their files are recognised, so that it
/// can be said. A family that builds one takes its names from here.
enum UnbuiltModels {
  /// Those that pretraining makes; their configurations describe no test.
  static let modelNames = ["MaskMViT", "ContrastiveModel"]

  static func has(_ modelName: String) -> Bool {
    modelNames.contains(modelName) || modelName.hasPrefix(Configuration.wrapperPrefix)
  }

  /// Whether names are those of one of PySlowFast's.
  static func owns(_ name: String) -> Bool { name == "\(MViTNames.patches).proj.weight" }
}

internal import Configuration
internal import ModelZoo

/// The configuration of a file, or SlowFast R50 32x2 for AVA where none is named, with overrides; its notices go to
/// stderr.
func benchConfiguration(_ path: String?, _ overrides: [String]) throws -> Configuration {
  if let path {
    let loaded = try Configuration.load(path: path, overrides: overrides, rules: ModelRules())
    for notice in loaded.notices { Console.warn(notice) }
    return loaded
  }
  var config = Configuration(rules: ModelRules())
  try config.apply(overrides: slowFastR50 + overrides)
  return config
}

/// The settings of SlowFast R50 32x2 on AVA, where they differ from the defaults.
private let slowFastR50 = [
  "DETECTION.ENABLE", "True", "DETECTION.ALIGNED", "False", "DATA.NUM_FRAMES", "32", "DATA.SAMPLING_RATE", "2",
  "SLOWFAST.ALPHA", "4", "SLOWFAST.FUSION_KERNEL_SZ", "7", "RESNET.NUM_BLOCK_TEMP_KERNEL",
  "[[3, 3], [4, 4], [6, 6], [3, 3]]", "RESNET.SPATIAL_STRIDES", "[[1, 1], [2, 2], [2, 2], [1, 1]]",
  "RESNET.SPATIAL_DILATIONS", "[[1, 1], [1, 1], [1, 1], [2, 2]]", "NONLOCAL.LOCATION",
  "[[[], []], [[], []], [[], []], [[], []]]", "NONLOCAL.GROUP", "[[1, 1], [1, 1], [1, 1], [1, 1]]",
  "MODEL.NUM_CLASSES", "80", "MODEL.HEAD_ACT", "sigmoid",
]

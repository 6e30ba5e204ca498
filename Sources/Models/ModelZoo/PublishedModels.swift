internal import Configuration
internal import VideoModels

/// The networks that PySlowFast, PyTorchVideo and MMAction2 have published, and their own numbers.
///
/// Sources: PySlowFast's MODEL_ZOO.md, PyTorchVideo's model_zoo.md, MMAction2's README of each config.
struct PublishedModel: Sendable {
  let library: String
  /// What tells the network, see `traits`.
  let traits: String
  /// Its name in the library, and clips.
  let name: String
  /// The configuration in this project that suits.
  let config: String
  /// Top-1 on Kinetics-400 in per cent, or mAP on AVA; with the words that tell.
  let number: String

  init(_ library: String, _ traits: String, _ name: String, _ config: String, _ number: String) {
    self.library = library
    self.traits = traits
    self.name = name
    self.config = "configs/\(config).yaml"
    self.number = number
  }

  /// The published networks that a file of such traits may be.
  static func candidates(_ library: String, _ traits: [String]) -> [PublishedModel] {
    all.filter { $0.library == library && $0.traits.split(separator: " ").map(String.init) == traits }
  }

  /// What tells a network: architecture, depth, what it scores, and what is unusual about it.
  static func traits(_ network: Recognition, scoresBoxes: Bool?, classes: Int?, _ semantics: PeerSemantics?) -> [String]
  {
    let settings = Dictionary(network.settings.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    func value<Content: Sendable>(_ key: Key<Content>) -> String? { settings[key.name] }
    guard let arch = value(.modelArch), let scoresBoxes else { return [] }
    var traits = [arch]
    if let depth = value(.resnetDepth) { traits.append("R\(depth)") }
    if let factor = value(.x3dDepthFactor) { traits.append(factor) }
    traits.append(scoresBoxes ? "boxes" : classes.map { "\($0)" } ?? "clips")
    if let kernel = value(.slowfastFusionKernelSz) { traits.append("k\(kernel)") }
    if value(.resnetDepth) == "101", value(.resnetNumBlockTempKernel)?.contains("23") == true { traits.append("23") }
    if value(.nonlocalLocation) != nil { traits.append("nl") }
    if let boxes = semantics?.boxes {
      if boxes.hasContext { traits.append("context") }
      if boxes.frames == .maximum { traits.append("max") }
      if boxes.hidden != nil { traits.append("mlp") }
    }
    return traits
  }

  private static let all = ofPySlowFast + ofPyTorchVideo + ofMMAction2

  private static let ofPySlowFast = [
    ("c2d R50 400", "C2D 8x8 R50 (no pool)", "Kinetics/c2/C2D_NOPOOL_8x8_R50", "67.2 top-1, 87.8 top-5"),
    ("i3d R50 400", "I3D 8x8 R50", "Kinetics/c2/I3D_8x8_R50", "73.5 top-1, 90.8 top-5"),
    ("i3d R50 400 nl", "I3D NLN 8x8 R50", "Kinetics/c2/I3D_NLN_8x8_R50", "74.0 top-1, 91.1 top-5"),
    ("slow R50 400", "Slow 4x16 R50", "Kinetics/c2/SLOW_4x16_R50", "72.7 top-1, 90.3 top-5"),
    ("slow R50 400", "Slow 8x8 R50", "Kinetics/c2/SLOW_8x8_R50", "74.8 top-1, 91.6 top-5"),
    ("slowfast R50 400 k5", "SlowFast 4x16 R50", "Kinetics/c2/SLOWFAST_4x16_R50", "75.6 top-1, 92.0 top-5"),
    ("slowfast R50 400 k7", "SlowFast 8x8 R50", "Kinetics/c2/SLOWFAST_8x8_R50", "77.0 top-1, 92.6 top-5"),
    ("x3d 2.2 400", "X3D XS", "Kinetics/X3D_XS", "69.5 top-1 of 30 views"),
    ("x3d 2.2 400", "X3D S", "Kinetics/X3D_S", "73.5 top-1 of 30 views"),
    ("x3d 2.2 400", "X3D M", "Kinetics/X3D_M", "76.2 top-1 of 30 views"),
    ("x3d 5.0 400", "X3D L", "Kinetics/X3D_L", "77.5 top-1 of 30 views"),
    ("slow R50 boxes", "Slow 4x16 R50", "AVA/c2/SLOW_8x8_R50", "19.5 mAP (v2.2)"),
    ("slowfast R101 boxes k5 nl", "SlowFast 8x8 R101", "AVA/c2/SLOWFAST_32x2_R101_50_50_v2.1", "28.2 mAP (v2.1)"),
    ("slowfast R101 boxes k5 nl", "SlowFast 8x8 R101", "AVA/c2/SLOWFAST_32x2_R101_50_50", "29.1 mAP (v2.2)"),
    ("slowfast R101 boxes k5 nl", "SlowFast 16x8 R101", "AVA/c2/SLOWFAST_64x2_R101_50_50", "29.4 mAP (v2.2)"),
    ("slowfast R101 boxes k5", "SlowFast 8x8 R101", "AVA/c2/SLOWFAST_32x2_R101_50_50", "29.1 mAP (v2.2)"),
  ].map { PublishedModel("PySlowFast", $0.0, $0.1, $0.2, $0.3) }

  private static let ofPyTorchVideo = [
    ("slowfast R50 boxes k7", "slowfast_r50_detection", "AVA/c2/SLOWFAST_32x2_R50", "24.67 mAP (v2.2)"),
    ("slow R50 boxes", "slow_r50_detection", "AVA/c2/SLOW_8x8_R50", "19.5 mAP (v2.2)"),
    ("slowfast R50 400 k7", "slowfast_r50", "Kinetics/SLOWFAST_8x8_R50", "76.94 top-1"),
    ("slowfast R101 400 k5 23", "slowfast_r101", "Kinetics/c2/SLOWFAST_8x8_R101_101_101", "77.90 top-1"),
    ("slowfast R101 400 k5", "slowfast_16x8_r101_50_50", "Kinetics/c2/SLOWFAST_16x8_R101_50_50", "78.70 top-1"),
    ("slow R50 400", "slow_r50", "Kinetics/SLOW_8x8_R50", "74.58 top-1"),
    ("c2d R50 400", "c2d_r50", "Kinetics/C2D_8x8_R50", "71.46 top-1"),
    ("i3d R50 400", "i3d_r50", "Kinetics/I3D_8x8_R50", "73.27 top-1"),
    ("x3d 2.2 400", "x3d_xs", "Kinetics/X3D_XS", "69.12 top-1"),
    ("x3d 2.2 400", "x3d_s", "Kinetics/X3D_S", "73.33 top-1"),
    ("x3d 2.2 400", "x3d_m", "Kinetics/X3D_M", "75.94 top-1"),
    ("x3d 5.0 400", "x3d_l", "Kinetics/X3D_L", "77.44 top-1"),
  ].map { PublishedModel(PyTorchVideo.name, $0.0, $0.1, $0.2, $0.3) }

  private static let slowOnly = "AVA/SLOW_8x8_R50_SHORT"
  private static let slowFast = "AVA/SLOWFAST_32x2_R50_SHORT"

  private static let ofMMAction2 = [
    ("slow R50 boxes", "slowonly r50 4x16x1, K400", slowOnly, "20.72 mAP (v2.1)"),
    ("slow R50 boxes", "slowonly r50 4x16x1, K700", slowOnly, "22.77 mAP (v2.1)"),
    ("slow R50 boxes", "slowonly r50 8x8x1, AVA-Kinetics, K400 or K700", slowOnly, "26.10 or 27.82 mAP (v2.2)"),
    ("slow R50 boxes nl", "slowonly r50-nl 4x16x1", slowOnly, "21.55 mAP (v2.1)"),
    ("slow R50 boxes nl", "slowonly r50-nl 8x8x1", slowOnly, "23.77 mAP (v2.1)"),
    ("slow R101 boxes 23", "slowonly r101 8x8x1", slowOnly, "24.83 mAP (v2.1)"),
    ("slow R50 boxes context", "slowonly r50 8x8x1, context", slowOnly, "28.31 mAP (v2.2)"),
    ("slow R50 boxes context max", "slowonly r50 8x8x1, context, temporal max", slowOnly, "28.48 mAP (v2.2)"),
    (
      "slow R50 boxes context max mlp", "slowonly r50 8x8x1 or 16x4x1, all options", slowOnly,
      "29.83 to 31.29 mAP (v2.2)"
    ),
    ("slowfast R50 boxes k5", "slowfast r50 4x16x1", slowFast, "24.32 mAP (v2.1)"),
    ("slowfast R50 boxes k5 context", "slowfast r50 4x16x1, context", slowFast, "25.34 mAP (v2.1)"),
    ("slowfast R50 boxes k7", "slowfast r50 8x8x1", slowFast, "25.80 mAP (v2.1), 25.90 (v2.2)"),
    ("slowfast R50 boxes k7 max", "slowfast r50 8x8x1, temporal max", slowFast, "26.41 or 26.65 mAP (v2.2)"),
    ("slowfast R50 400 k5", "slowfast r50 4x16x1", "Kinetics/SLOWFAST_4x16_R50", "75.55 top-1"),
    ("slowfast R50 400 k7", "slowfast r50 8x8x1", "Kinetics/SLOWFAST_8x8_R50", "76.80 top-1"),
    ("slow R50 400", "slowonly r50 4x16x1", "Kinetics/SLOW_4x16_R50", "72.97 top-1"),
    ("slow R50 400", "slowonly r50 8x8x1", "Kinetics/SLOW_8x8_R50", "75.15 top-1"),
  ].map { PublishedModel(MMAction2.name, $0.0, $0.1, $0.2, $0.3) }
}

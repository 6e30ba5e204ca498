extension PublishedModel {
  /// Sources: PyTorchVideo's model_zoo.md, and PySlowFast's page of the same networks as it wraps them.
  static let ofPyTorchVideo: [PublishedModel] = [
    entry("slowfast R50 400 k5", "SlowFast 4x16 R50", "SLOWFAST_4x16_R50", "75.34 top-1, 91.89 top-5", .loads),
    entry("slowfast R50 400 k7", "slowfast_r50", "SLOWFAST_8x8_R50", "76.94 top-1, 92.69 top-5", .reproduced),
    entry("slowfast R101 400 k5 23", "slowfast_r101", "SLOWFAST_8x8_R101", "77.90 top-1, 93.27 top-5", .loads),
    entry(
      "slowfast R101 400 k5", "slowfast_16x8_r101_50_50", "SLOWFAST_16x8_R101_50_50", "78.70 top-1, 93.61 top-5", .loads
    ),
    entry("slow R50 400", "Slow 4x16 R50", "SLOW_4x16_R50", "72.40 top-1, 90.18 top-5", .loads),
    entry("slow R50 400", "slow_r50", "SLOW_8x8_R50", "74.58 top-1, 91.63 top-5", .loads),
    entry("c2d R50 400", "c2d_r50", "C2D_8x8_R50", "71.46 top-1, 89.68 top-5", .loads),
    entry("i3d R50 400", "i3d_r50", "I3D_8x8_R50", "73.27 top-1, 90.70 top-5", .loads),
    entry("r2plus1d R50 400", "r2plus1d_r50", "R2PLUS1D_16x4_R50", "76.01 top-1, 92.23 top-5", .reproduced),
    entry("csn R101 400", "csn_r101", "CSN_32x2_R101", "77.00 top-1, 92.90 top-5", .reproduced),
    entry("x3d 2.2 400", "x3d_xs", "X3D_XS", "69.12 top-1, 88.63 top-5", .loads),
    entry("x3d 2.2 400", "x3d_s", "X3D_S", "73.33 top-1, 91.27 top-5", .reproduced),
    entry("x3d 2.2 400", "x3d_m", "X3D_M", "75.94 top-1, 92.72 top-5", .loads),
    entry("x3d 5.0 400", "x3d_l", "X3D_L", "77.44 top-1, 93.31 top-5", .loads),
    entry("slow R50 174", "Slow 8x8 R50", "SLOW_8x8_R50", "60.04 top-1, 85.19 top-5", .loads, "SSv2", "ssv2"),
    entry(
      "slowfast R50 174 k7", "SlowFast 8x8 R50", "SLOWFAST_8x8_R50", "61.68 top-1, 86.92 top-5", .loads, "SSv2", "ssv2"),
    entry("slow R50 157", "Slow 8x8 R50", "SLOW_8x8_R50", "34.72 mAP", .loads, "Charades", "charades"),
    entry("slowfast R50 157 k7", "SlowFast 8x8 R50", "SLOWFAST_8x8_R50", "37.24 mAP", .loads, "Charades", "charades"),
    PublishedModel(
      PyTorchVideo.name, "slowfast R50 boxes k7", "slowfast_r50_detection", "AVA/c2/SLOWFAST_32x2_R50",
      "ava/SLOWFAST_8x8_R50_DETECTION.pyth", "24.67 mAP (v2.2)", .reproduced),
    PublishedModel(
      PyTorchVideo.name, "slow R50 boxes", "slow_r50_detection", "AVA/c2/SLOW_8x8_R50",
      "ava/SLOW_4x16_R50_DETECTION.pyth", "19.5 mAP (v2.2)", .reproduced),
    PublishedModel(
      PyTorchVideo.name, "mvitv1 16 400", "mvit_base_16x4", "Kinetics/pytorchvideo/MVIT_B_16x4_CONV",
      "kinetics/MVIT_B_16x4.pyth", "78.85 top-1 of 5 views", .reproduced),
    PublishedModel(
      PyTorchVideo.name, "mvitv1 24 400", "mvit_base_32x3", "Kinetics/MVIT_B_32x3_CONV",
      "kinetics/MVIT_B_32x3_f294077834.pyth", "80.30 top-1 of 5 views", .loads),
  ]

  private static func entry(
    _ traits: String, _ name: String, _ file: String, _ number: String, _ status: Status,
    _ dataset: String = "Kinetics", _ folder: String = "kinetics"
  ) -> PublishedModel {
    PublishedModel(
      PyTorchVideo.name, traits, name, "\(dataset)/pytorchvideo/\(file)", "\(folder)/\(file).pyth", number, status)
  }

  private static let videoMAE = "VIDEOMAE_VIT"
  private static let slowOnly = "AVA/SLOW_8x8_R50_SHORT"
  private static let slowFast = "AVA/SLOWFAST_32x2_R50_SHORT"

  /// Source: MMAction2's README of each config.
  static let ofMMAction2 = (detectors + recognisers).map {
    PublishedModel(MMAction2.name, $0.0, $0.1, $0.2, nil, $0.3, $0.4)
  }

  private static let detectors: [(String, String, String, String, Status)] = [
    ("slow R50 boxes", "slowonly r50 4x16x1, K400", slowOnly, "20.72 mAP (v2.1)", .reproduced),
    ("slow R50 boxes", "slowonly r50 4x16x1, K700", slowOnly, "22.77 mAP (v2.1)", .reproduced),
    (
      "slow R50 boxes", "slowonly r50 8x8x1, AVA-Kinetics, K400 or K700", slowOnly, "26.10 or 27.82 mAP (v2.2)", .loads
    ),
    ("slow R50 boxes nl", "slowonly r50-nl 4x16x1", slowOnly, "21.55 mAP (v2.1)", .loads),
    ("slow R50 boxes nl", "slowonly r50-nl 8x8x1", slowOnly, "23.77 mAP (v2.1)", .reproduced),
    ("slow R101 boxes 23", "slowonly r101 8x8x1", slowOnly, "24.83 mAP (v2.1)", .loads),
    ("slow R50 boxes context", "slowonly r50 8x8x1, context", slowOnly, "28.31 mAP (v2.2)", .loads),
    ("slow R50 boxes context max", "slowonly r50 8x8x1, context, temporal max", slowOnly, "28.48 mAP (v2.2)", .loads),
    (
      "slow R50 boxes context max mlp", "slowonly r50 8x8x1 or 16x4x1, all options", slowOnly,
      "29.83 to 31.29 mAP (v2.2)", .reproduced
    ),
    ("slowfast R50 boxes k5", "slowfast r50 4x16x1", slowFast, "24.32 mAP (v2.1)", .loads),
    ("slowfast R50 boxes k5 context", "slowfast r50 4x16x1, context", slowFast, "25.34 mAP (v2.1)", .loads),
    ("slowfast R50 boxes k7", "slowfast r50 8x8x1", slowFast, "25.80 mAP (v2.1), 25.90 (v2.2)", .reproduced),
    ("slowfast R50 boxes k7 max", "slowfast r50 8x8x1, temporal max", slowFast, "26.41 or 26.65 mAP (v2.2)", .loads),
    ("vit768 12 boxes", "videomae vit-base 16x4x1", "AVA/\(videoMAE)_B_16x4", "33.6 mAP (v2.2)", .reproduced),
    ("vit1024 24 boxes", "videomae vit-large 16x4x1", "AVA/\(videoMAE)_L_16x4", "38.7 mAP (v2.2)", .loads),
  ]

  /// Source: VideoMAE-Action-Detection's MODEL_ZOO.md. The second figure is of weights that were tuned on Kinetics first.
  static let ofVideoMAE: [PublishedModel] = [
    ("vit384 12 boxes", "S", "22.5 or 28.4", .loads), ("vit768 12 boxes", "B", "26.7 or 31.8", .reproduced),
    ("vit1024 24 boxes", "L", "34.3 or 37.0", .loads), ("vit1280 32 boxes", "H", "36.5 or 39.5", .loads),
  ].map { (traits: String, size: String, number: String, status: Status) in
    PublishedModel(
      VideoMAEOfAuthors().library, traits, "ViT-\(size) 16x4", "AVA/VideoMAE/VIT_\(size)_16x4", nil,
      "\(number) mAP (v2.2)", status)
  }

  private static let recognisers: [(String, String, String, String, Status)] = [
    ("slowfast R50 400 k5", "slowfast r50 4x16x1", "Kinetics/SLOWFAST_4x16_R50", "75.55 top-1", .loads),
    ("slowfast R50 400 k7", "slowfast r50 8x8x1", "Kinetics/SLOWFAST_8x8_R50", "76.80 top-1", .reproduced),
    ("slow R50 400", "slowonly r50 4x16x1", "Kinetics/SLOW_4x16_R50", "72.97 top-1", .loads),
    ("slow R50 400", "slowonly r50 8x8x1", "Kinetics/SLOW_8x8_R50", "75.15 top-1", .loads),
    ("vit768 12 400", "videomae vit-base 16x4x1", "Kinetics/\(videoMAE)_B_16x4", "81.3 top-1", .reproduced),
    ("vit1024 24 400", "videomae vit-large 16x4x1", "Kinetics/\(videoMAE)_L_16x4", "85.3 top-1", .loads),
    ("vit768 12 400", "videomaev2 vit-base 16x4x1", "Kinetics/\(videoMAE)_B_16x4", "86.6 top-1", .loads),
  ]
}

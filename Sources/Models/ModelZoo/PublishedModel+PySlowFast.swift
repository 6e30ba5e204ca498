extension PublishedModel {
  private typealias Entry = (
    traits: String, name: String, config: String?, file: String?, number: String, status: Status
  )

  /// Sources: PySlowFast's MODEL_ZOO.md and the pages of its projects.
  static let ofPySlowFast = (kinetics + ava + otherDatasets + transformers + selfSupervised).map {
    PublishedModel(ownLibrary, $0.traits, $0.name, $0.config, $0.file, $0.number, $0.status)
  }

  private static let kinetics: [Entry] = [
    (
      "c2d R50 400", "C2D 8x8 R50 (no pool)", "Kinetics/c2/C2D_NOPOOL_8x8_R50", "C2D_NOPOOL_8x8_R50.pkl",
      "67.2 top-1, 87.8 top-5", .loads
    ),
    (
      "i3d R50 400", "I3D 8x8 R50", "Kinetics/c2/I3D_8x8_R50", "I3D_8x8_R50.pkl", "73.5 top-1, 90.8 top-5", .loads
    ),
    (
      "i3d R50 400 nl", "I3D NLN 8x8 R50", "Kinetics/c2/I3D_NLN_8x8_R50", "I3D_NLN_8x8_R50.pkl",
      "74.0 top-1, 91.1 top-5", .reproduced
    ),
    (
      "slow R50 400", "Slow 4x16 R50", "Kinetics/c2/SLOW_4x16_R50", "SLOWONLY_4x16_R50.pkl", "72.7 top-1, 90.3 top-5",
      .loads
    ),
    (
      "slow R50 400", "Slow 8x8 R50", "Kinetics/c2/SLOW_8x8_R50", "SLOWONLY_8x8_R50.pkl", "74.8 top-1, 91.6 top-5",
      .loads
    ),
    (
      "slowfast R50 400 k5", "SlowFast 4x16 R50", "Kinetics/c2/SLOWFAST_4x16_R50", "SLOWFAST_4x16_R50.pkl",
      "75.6 top-1, 92.0 top-5", .reproduced
    ),
    (
      "slowfast R50 400 k7", "SlowFast 8x8 R50", "Kinetics/c2/SLOWFAST_8x8_R50", "SLOWFAST_8x8_R50.pkl",
      "77.0 top-1, 92.6 top-5", .loads
    ),
    (
      "slowfast R50 400 k7", "SlowFast 8x8 R50, stepwise", "Kinetics/SLOWFAST_8x8_R50_stepwise",
      "SLOWFAST_8x8_R50_stepwise.pkl", "76.8 top-1, 92.7 top-5", .loads
    ),
    (
      "slowfast R50 400 k7", "SlowFast 8x8 R50, multigrid", "Kinetics/SLOWFAST_8x8_R50_stepwise_multigrid",
      "SLOWFAST_8x8_R50_stepwise_multigrid.pkl", "76.6 top-1, 92.7 top-5", .loads
    ),
    ("x3d 2.2 400", "X3D XS", "Kinetics/X3D_XS", "x3d_xs.pyth", "69.5 top-1 of 30 views, 68.7 of 10", .reproduced),
    ("x3d 2.2 400", "X3D S", "Kinetics/X3D_S", "x3d_s.pyth", "73.5 top-1 of 30 views, 73.1 of 10", .loads),
    ("x3d 2.2 400", "X3D M", "Kinetics/X3D_M", "x3d_m.pyth", "76.2 top-1 of 30 views, 75.1 of 10", .reproduced),
    ("x3d 5.0 400", "X3D L", "Kinetics/X3D_L", "x3d_l.pyth", "77.5 top-1 of 30 views, 76.9 of 10", .loads),
  ]

  private static let forTraining = "none: to begin training for AVA with"

  private static let ava: [Entry] = [
    ("slow R50 boxes", "Slow 4x16 R50", "AVA/c2/SLOW_8x8_R50", "ava/C2D_8x8_R50.pkl", "19.5 mAP (v2.2)", .loads),
    (
      "slowfast R101 boxes k5 nl", "SlowFast 8x8 R101", "AVA/c2/SLOWFAST_32x2_R101_50_50_v2.1",
      "ava/SLOWFAST_32x2_R101_50_50_v2.1.pkl", "28.2 mAP (v2.1)", .reproduced
    ),
    (
      "slowfast R101 boxes k5 nl", "SlowFast 8x8 R101", "AVA/c2/SLOWFAST_32x2_R101_50_50",
      "ava/SLOWFAST_32x2_R101_50_50.pkl", "29.1 mAP (v2.2)", .reproduced
    ),
    (
      "slowfast R101 boxes k5 nl", "SlowFast 16x8 R101", "AVA/c2/SLOWFAST_64x2_R101_50_50",
      "ava/SLOWFAST_64x2_R101_50_50.pkl", "29.4 mAP (v2.2)", .loads
    ),
    (
      "", "Slow 4x16 R50, Kinetics-400", "Kinetics/c2/SLOW_4x16_R50", "ava/pretrain/C2D_8x8_R50.pkl", forTraining,
      .loads
    ),
    (
      "", "SlowFast 8x8 R101, Kinetics-600 (for v2.1)", "Kinetics/c2/SLOWFAST_NLN_16x8_R101_50_50",
      "ava/pretrain/SLOWFAST_32x2_R101_50_50_v2.1.pkl", forTraining, .loads
    ),
    (
      "", "SlowFast 8x8 R101, Kinetics-600", "Kinetics/c2/SLOWFAST_NLN_16x8_R101_50_50",
      "ava/pretrain/SLOWFAST_32x2_R101_50_50.pkl", forTraining, .loads
    ),
    (
      "", "SlowFast 16x8 R101, Kinetics-600", "Kinetics/c2/SLOWFAST_NLN_16x8_R101_50_50",
      "ava/pretrain/SLOWFAST_64x2_R101_50_50.pkl", forTraining, .loads
    ),
  ]

  private static let otherDatasets: [Entry] = [
    (
      "slowfast R50 174 k7", "SlowFast 16x8 R50", "SSv2/SLOWFAST_16x8_R50", "SSv2/SLOWFAST_16x8_R50.pkl",
      "63.0 top-1, 88.5 top-5", .reproduced
    ),
    (
      "slowfast R50 174 k7", "SlowFast 16x8 R50, multigrid", "SSv2/SLOWFAST_16x8_R50_multigrid",
      "SSv2/SLOWFAST_16x8_R50_multigrid.pkl", "63.5 top-1, 88.7 top-5", .loads
    ),
    (
      "slowfast R50 157 k7", "SlowFast 16x8 R50", "Charades/SLOWFAST_16x8_R50", "Charades/SLOWFAST_16x8_R50.pkl",
      "38.9 mAP", .reproduced
    ),
    (
      "slowfast R50 157 k7", "SlowFast 16x8 R50, multigrid", "Charades/SLOWFAST_16x8_R50_multigrid",
      "Charades/SLOWFAST_16x8_R50_multigrid.pkl", "38.6 mAP", .loads
    ),
    ("2d R50 1000", "ResNet R50", "ImageNet/RES_R50", "R50_IN1K.pyth", "76.4 top-1, 93.2 top-5", .loads),
  ]

  private static let transformers: [Entry] = [
    (
      "mvitv1 16 400", "MViTv1-B 16x4, Kinetics-400", "Kinetics/MVIT_B_16x4_CONV", nil, "78.4 top-1, 93.5 top-5",
      .reproduced
    ),
    (
      "revmvit96 16 400", "rev-MViT-B 16x4, Kinetics-400", "Kinetics/REV_MVIT_B_16x4_CONV", "REV_MVIT_B_16x4.pyth",
      "78.4 top-1, 93.4 top-5", .loads
    ),
    (
      "mvitv1 24 400", "MViTv1-B 32x3, Kinetics-400", "Kinetics/MVIT_B_32x3_CONV", "mvit/k400.pyth",
      "80.4 top-1, 94.8 top-5", .reproduced
    ),
    (
      "mvitv1 24 600", "MViTv1-B 32x3, Kinetics-600", "Kinetics/MVIT_B_32x3_CONV", "mvit/k600.pyth",
      "83.9 top-1, 96.5 top-5", .loads
    ),
    (
      "mvitv2 16 400", "MViTv2-S 16x4, Kinetics-400", "Kinetics/MVITv2_S_16x4", "MViTv2_S_16x4_k400_f302660347.pyth",
      "81.0 top-1, 94.6 top-5", .reproduced
    ),
    (
      "mvitv2 24 400", "MViTv2-B 32x3, Kinetics-400", "Kinetics/MVITv2_B_32x3", "MViTv2_B_32x3_k400_f304025456.pyth",
      "82.9 top-1, 95.7 top-5", .reproduced
    ),
    (
      "mvitv2 48 400", "MViTv2-L 40x3, Kinetics-400", "Kinetics/MVITv2_L_40x3_test",
      "MViTv2_L_40x3_k400_f306903192.pyth", "86.1 top-1, 97.0 top-5", .loads
    ),
    (
      "mvitv2 16 174", "MViTv2-S 16x4, SSv2", "SSv2/MVITv2_S_16x4", "MViTv2_S_16x4_ssv2_f308341823.pyth",
      "68.2 top-1, 91.4 top-5", .loads
    ),
    (
      "mvitv2 24 174", "MViTv2-B 32x3, SSv2", "SSv2/MVITv2_B_32x3", "MViTv2_B_32x3_ssv2_f305803282.pyth",
      "70.5 top-1, 92.7 top-5", .loads
    ),
    (
      "mvitv2 48 174", "MViTv2-L 40x3, SSv2", "SSv2/MVITv2_L_40x3", "MViTv2_L_40x3_ssv2_f309603968.pyth",
      "73.3 top-1, 94.1 top-5", .loads
    ),
    ("mvitv2 10 1000", "MViTv2-T, ImageNet", "ImageNet/MVITv2_T", "MViTv2_T_in1k.pyth", "82.3 top-1", .loads),
    ("mvitv2 16 1000", "MViTv2-S, ImageNet", "ImageNet/MVITv2_S", "MViTv2_S_in1k.pyth", "83.6 top-1", .loads),
    ("mvitv2 24 1000", "MViTv2-B, ImageNet", "ImageNet/MVITv2_B", "MViTv2_B_in1k.pyth", "84.4 top-1", .loads),
    ("mvitv1 16 1000", "MViT-B-16, ImageNet", "ImageNet/MVIT_B_16_CONV", nil, "82.9 top-1, 96.3 top-5", .loads),
    (
      "revvit384 12 1000", "rev-ViT-S, ImageNet", "ImageNet/REV_VIT_S", "REV_VIT_S.pyth", "79.9 top-1, 94.9 top-5",
      .loads
    ),
    (
      "revvit768 12 1000", "rev-ViT-B, ImageNet", "ImageNet/REV_VIT_B", "REV_VIT_B.pyth", "81.8 top-1, 95.6 top-5",
      .loads
    ),
    (
      "revmvit96 16 1000", "rev-MViT-B, ImageNet", "ImageNet/REV_MVIT_B_16_CONV", "REV_MVIT_B.pyth",
      "82.9 top-1, 96.3 top-5", .loads
    ),
  ]

  private static let masked = Status.unsupported(
    why: "pretraining weights: scores come after fine-tuning, with configs/masked_ssl")
  private static let contrastive = Status.unsupported(
    why: "pretraining weights: scores come after fine-tuning, with configs/contrastive_ssl")

  private static let selfSupervised: [Entry] = [
    ("", "MAE ViT-B 16x4", nil, "VIT_B_16x4_MAE_PT.pyth", "81.3 top-1 once fine-tuned", masked),
    ("", "MAE ViT-L 16x4", nil, "VIT_L_16x4_MAE_PT.pyth", "84.8 top-1 once fine-tuned", masked),
    ("", "MAE ViT-H 16x4", nil, "VIT_H_16x4_MAE_PT_400e_85.1.pyth", "85.1 top-1 once fine-tuned", masked),
    (
      "", "MaskFeat ViT-B, ImageNet", nil, "in1k_VIT_B_MaskFeat_PT_epoch_01600.pyth", "84.0 top-1 once fine-tuned",
      masked
    ),
    (
      "", "MaskFeat ViT-L, ImageNet", nil, "in1k_VIT_L_MaskFeat_PT_epoch_01600.pyth", "85.7 top-1 once fine-tuned",
      masked
    ),
    ("", "MaskFeat MViT-S 16x4", nil, "k400_MVIT_S_MaskFeat_PT_epoch_00300.pyth", "82.2 top-1 once fine-tuned", masked),
    ("", "MaskFeat MViT-L 16x4", nil, "k400_MVIT_L_MaskFeat_PT_epoch_00800.pyth", "84.3 top-1 once fine-tuned", masked),
    ("", "MoCo Slow 8x8 R50, 2 clips", nil, "MoCo_SlowR50_8x8_T2_epoch_00200.pyth", "66.6 top-1 (linear)", contrastive),
    ("", "BYOL Slow 8x8 R50, 2 clips", nil, "BYOL_SlowR50_8x8_T2_epoch_00200.pyth", "67.4 top-1 (linear)", contrastive),
    (
      "", "SimCLR Slow 8x8 R50, 2 clips", nil, "SimCLR_SlowR50_8x8_T2_epoch_00200.pyth", "61.5 top-1 (linear)",
      contrastive
    ),
    ("", "SwAV Slow 8x8 R50, 2 clips", nil, "SwAV_SlowR50_8x8_T2_epoch_00200.pyth", "62.6 top-1 (linear)", contrastive),
    ("", "MoCo Slow 8x8 R50, 4 clips", nil, "MoCo_SlowR50_8x8_T4_epoch_00200.pyth", "71.0 top-1 (linear)", contrastive),
    ("", "BYOL Slow 8x8 R50, 4 clips", nil, "BYOL_SlowR50_8x8_T4_epoch_00200.pyth", "70.1 top-1 (linear)", contrastive),
    (
      "", "BYOL Slow 16x4 R50, 4 clips", nil, "BYOL_SlowR50_16x4_T4_epoch_00200.pyth", "71.1 top-1 (linear)",
      contrastive
    ),
  ]
}

extension ResNetFamily {
  /// PySlowFast has published no weights for these. Of several that differ in their training alone, one.
  var unpublished: [UnpublishedConfig] {
    Self.configs.flatMap { traits, paths in
      paths.map { UnpublishedConfig(traits: PublishedModel.words(traits), config: "configs/\($0).yaml") }
    }
  }

  private static let configs: KeyValuePairs = [
    "c2d R50 400": ["Kinetics/C2D_8x8_R50"],
    "c2d R50 400 nl": ["Kinetics/C2D_NLN_8x8_R50"],
    "i3d R101 400 23": ["Kinetics/I3D_8x8_R101"],
    "i3d R101 400 23 nl": ["Kinetics/I3D_NLN_8x8_R101"],
    "slowfast R18 13 k5": ["demo/SLOWFAST_8x4_R18_CLASSES"],
    "slowfast R18 boxes k5": ["demo/SLOWFAST_8x4_R18_SMALL", "demo/SLOWFAST_8x4_R18_FAST_SMALL"],
    "slowfast R18 boxes k5 nl": ["demo/SLOWFAST_8x4_R18_NLN_SMALL"],
    "slow R50 400 nl": ["Kinetics/SLOW_NLN_4x16_R50", "Kinetics/SLOW_NLN_8x8_R50"],
    "slow R50 101": ["contrastive_ssl/finetune_ucf_Slow_R50_syn8"],
    "slow R50 157": ["Charades/pytorchvideo/SLOW_8x8_R50"],
    "slow R50 174": ["contrastive_ssl/finetune_SSv2_Slow_R50_syn8"],
    "slow R50 boxes": ["AVA/SLOW_8x8_R50_SHORT", "contrastive_ssl/finetune_ava_Slow_R50_syn8"],
    "slowfast R101 400 k5": ["Kinetics/c2/SLOWFAST_8x8_R101_50_50", "Kinetics/c2/SLOWFAST_16x8_R101_50_50"],
    "slowfast R101 400 k5 23": ["Kinetics/c2/SLOWFAST_8x8_R101_101_101", "Kinetics/c2/SLOWFAST_8x8_R101_50_101"],
    "slowfast R101 400 k5 nl": ["Kinetics/c2/SLOWFAST_NLN_16x8_R101_50_50"],
    "slowfast R50 400 k5 nl": ["Kinetics/SLOWFAST_NLN_4x16_R50", "Kinetics/SLOWFAST_NLN_8x8_R50"],
    "slowfast R50 boxes k7": ["AVA/SLOWFAST_32x2_R50_SHORT", "AVA/c2/SLOWFAST_32x2_R50"],
  ]
}

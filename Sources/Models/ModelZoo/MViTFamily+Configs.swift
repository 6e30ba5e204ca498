extension MViTFamily {
  /// Without published weights, or with those of a page that is no table.
  var unpublished: [UnpublishedConfig] {
    Self.configs.map { traits, path in
      UnpublishedConfig(traits: PublishedModel.words(traits), config: "configs/\(path).yaml")
    }
  }

  private static let configs: KeyValuePairs = [
    "vit768 12 400": "masked_ssl/k400_VIT_B_16x4_FT",
    "vit1024 24 400": "masked_ssl/k400_VIT_L_16x4_FT",
    "vit1280 32 400": "masked_ssl/k400_VIT_H_16x4_FT",
    "vit768 12 1000": "masked_ssl/in1k_VIT_B_MaskFeat_FT",
    "vit1024 24 1000": "masked_ssl/in1k_VIT_L_MaskFeat_FT",
    "mvitv2 16 400": "masked_ssl/k400_MVITv2_S_16x4_FT",
    "mvitv2 48 400": "masked_ssl/k400_MVITv2_L_16x4_FT",
    "mvitv2 16 boxes": "AVA/MVITv2_S_16x4",
  ]
}

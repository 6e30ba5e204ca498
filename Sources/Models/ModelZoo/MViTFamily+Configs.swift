extension MViTFamily {
  /// Without published weights, or with those of a page that is no table.
  var unpublished: [UnpublishedConfig] {
    func all(_ configs: KeyValuePairs<String, String>, _ library: String?) -> [UnpublishedConfig] {
      configs.map { traits, path in
        UnpublishedConfig(traits: PublishedModel.words(traits), config: "configs/\(path).yaml", library: library)
      }
    }
    return all(Self.configs, nil) + all(Self.configsOfVideoMAE, VideoMAEOfAuthors().library)
  }

  /// Of files with the names of VideoMAE's authors.
  private static let configsOfVideoMAE: KeyValuePairs = [
    "vit768 12 400": "Kinetics/VIDEOMAE_VIT_B_16x4",
    "vit1024 24 400": "Kinetics/VIDEOMAE_VIT_L_16x4",
  ]

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

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// MViT written under PyTorchVideo's names.
@Suite struct MViTConversionTests {
  private static let thin = [
    "MVIT.EMBED_DIM", "8", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32", "DATA.NUM_FRAMES", "4",
    "MVIT.DEPTH", "4", "MVIT.DIM_MUL", "[[1, 2.0]]", "MVIT.HEAD_MUL", "[[1, 2.0]]", "MVIT.POOL_Q_STRIDE",
    "[[1, 1, 2, 2]]",
  ]

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(
      path: "\(projectRoot)/configs/\(name).yaml", overrides: Self.thin + more, rules: ModelRules())
  }

  private func file(_ config: Configuration) throws -> Checkpoint {
    let weights = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: weights, engine: Engine(threads: 1))
    let random = RandomWeights(seed: 8)
    return try save(weights.report.missing.map { ($0.name, random.tensor($0.name, $0.shape)) })
  }

  private func scores(_ checkpoint: Checkpoint, _ config: Configuration) throws -> [Float] {
    var architecture = try Architecture(config)
    _ = try PeerNetwork(checkpoint)?.adapt(&architecture, config)
    let weights = WeightReader(checkpoint)
    let model = VideoModel(architecture, weights: weights, engine: Engine(threads: 1))
    try weights.report.check(allowPartial: false)
    #expect(weights.report.unused == [])
    let clip = RandomWeights(seed: 2).tensor("clip.weight", [1, 3, 4, 32, 32])
    return try model.classify(FeatureMap(channelsFirst: clip)).array
  }

  @Test func thereAndBack() throws {
    let config = try config("Kinetics/MVIT_B_16x4_CONV")
    let own = try file(config)
    let there = try WeightConversion(own, to: .pytorchvideo)
    let names = Set(there.tensors.map(\.name))
    for name in [
      "patch_embed.patch_model.weight", "cls_positional_encoding.cls_token",
      "cls_positional_encoding.pos_embed_spatial", "blocks.0.attn.q.weight", "blocks.3.attn.norm_v.bias",
      "norm_embed.weight", "head.proj.bias",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(!names.contains { $0.contains("qkv") || $0.contains("patch_embed.proj") })
    let library = try save(there.tensors)
    #expect(PeerNetwork(library)?.library == "PyTorchVideo")
    let expected = try scores(own, config)
    #expect(difference(try scores(library, config), expected, .exact) == nil)
    let back = try save(WeightConversion(library, to: .pyslowfast).tensors)
    #expect(PeerNetwork(back) == nil)
    #expect(
      difference(
        try scores(back, self.config("Kinetics/MVIT_B_16x4_CONV", ["MVIT.SEPARATE_QKV", "True"])), expected, .exact)
        == nil)
  }

  @Test(arguments: [
    ("Kinetics/MVITv2_S_16x4", [], "relative positions"), ("ImageNet/MVIT_B_16_CONV", [], "patches of pictures"),
    ("Kinetics/MVIT_B_16x4_CONV", ["MVIT.NORM_STEM", "True"], "a normalisation before the blocks"),
    ("Kinetics/REV_MVIT_B_16x4_CONV", ["MVIT.REV.BUFFER_LAYERS", "[1]"], "blocks of two streams"),
  ])
  func whatTheLibraryHasNotIsRefused(_ name: String, _ more: [String], _ part: String) throws {
    let frames = name.hasPrefix("ImageNet") ? ["DATA.NUM_FRAMES", "1"] : []
    var checkpoint = try file(config(name, more + frames))
    if frames != [] {
      // As the library saves a convolution of pictures.
      checkpoint = try save(
        checkpoint.entries.map { entry in
          let tensor = try checkpoint.tensor(entry.name)
          return (entry.name, entry.name == "patch_embed.proj.weight" ? tensor.reshaped([8, 3, 7, 7]) : tensor)
        })
    }
    let error = #expect(throws: ConversionError.self) { _ = try WeightConversion(checkpoint, to: .pytorchvideo) }
    #expect("\(error!)".contains(part), "\(error!)")
  }
}

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// Configurations and files of ViT, of MViT of pictures, of reversible networks.
@Suite struct TransformerTests {
  private func shipped(_ name: String, _ overrides: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: overrides, rules: ModelRules())
  }

  private func requested(_ config: Configuration) throws -> [LoadReport.Missing] {
    let weights = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: weights, engine: Engine(threads: 1))
    return weights.report.missing
  }

  private func items(_ config: Configuration) throws -> [(name: String, tensor: Tensor)] {
    let random = RandomWeights(seed: 3)
    return try requested(config).map { ($0.name, random.tensor($0.name, $0.shape)) }
  }

  private func report(_ checkpoint: Checkpoint, _ config: Configuration) throws -> LoadReport {
    let reader = WeightReader(checkpoint)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    var report = reader.report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), config)
    return report
  }

  /// Parameters and tensors of the published networks, as PySlowFast counts them.
  @Test(arguments: [
    ("masked_ssl/k400_VIT_B_16x4_FT", 86_702_224, 154), ("masked_ssl/in1k_VIT_B_MaskFeat_FT", 86_567_656, 152),
    ("masked_ssl/k400_MVITv2_S_16x4_FT", 36_475_120, 397), ("ImageNet/MVIT_B_16_CONV", 36_982_600, 311),
    ("ImageNet/MVITv2_T", 24_173_320, 242), ("ImageNet/MVITv2_S", 34_870_216, 380),
    ("ImageNet/MVITv2_B", 51_472_744, 564), ("ImageNet/REV_VIT_S", 22_434_664, 199),
    ("ImageNet/REV_VIT_B", 87_335_656, 199), ("ImageNet/REV_MVIT_B_16_CONV", 39_689_320, 380),
    ("Kinetics/REV_MVIT_B_16x4_CONV", 34_963_120, 295),
  ])
  func publishedNetworks(_ name: String, _ parameters: Int, _ tensors: Int) throws {
    let found = try requested(shipped(name))
    #expect(found.count == tensors)
    #expect(found.reduce(0) { $0 + $1.shape.reduce(1, *) } == parameters)
  }

  /// Those that are large: a block counts for all, and the whole for its blocks.
  @Test(arguments: [
    ("masked_ssl/k400_VIT_L_16x4_FT", 304_506_256, 24, 12_596_224),
    ("masked_ssl/k400_VIT_H_16x4_FT", 632_424_080, 32, 19_677_440),
    ("masked_ssl/in1k_VIT_L_MaskFeat_FT", 304_326_632, 24, 12_596_224),
  ])
  func publishedLargeNetworks(_ name: String, _ parameters: Int, _ depth: Int, _ block: Int) throws {
    #expect(try shipped(name)[.mvitDepth] == depth)
    let found = try requested(shipped(name, ["MVIT.DEPTH", "1"]))
    #expect(found.reduce(0) { $0 + $1.shape.reduce(1, *) } + (depth - 1) * block == parameters)
  }

  static let thin = [
    "MVIT.EMBED_DIM", "16", "MVIT.NUM_HEADS", "2", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
  ]
  static let vit = "masked_ssl/k400_VIT_B_16x4_FT"

  // MARK: Masked pretraining

  private func pretrained(_ prefix: String) throws -> Checkpoint {
    let encoder = try items(shipped(Self.vit, Self.thin)).filter { !$0.name.hasPrefix("head.") }
    let decoder = [
      "mask_token", "decoder_embed.weight", "dec_pos_embed_spatial", "pred_head.transforms.0.0.norm1.weight",
      "pred_head.projections.0.weight",
    ].map { (name: $0, tensor: Tensor(zeros: [1, 1, 8])) }
    return try save((encoder + decoder).map { (name: prefix + $0.name, tensor: $0.tensor) })
  }

  /// The encoder is read, what decoded is left out and said to be.
  @Test(arguments: ["", "backbone.", "module."]) func encodersOfPretraining(_ prefix: String) throws {
    let checkpoint = try pretrained(prefix)
    let report = try report(checkpoint, shipped(Self.vit, Self.thin))
    #expect(report.missing.map(\.name) == ["head.projection.weight", "head.projection.bias"])
    #expect(report.mismatched.isEmpty && report.unused.isEmpty)
    #expect(
      checkpoint.notices.contains {
        $0.hasPrefix(
          "the weights are those of masked pretraining: 5 tensors of its decoder are left out ('\(prefix)mask_token'")
      }, "\(checkpoint.notices)")
    let text = describe(checkpoint)
    #expect(text.contains("architecture  ViT, by") && text.contains("there is no head"), "\(text.prefix(1500))")
  }

  // MARK: Pictures and clips

  private static let image = "masked_ssl/in1k_VIT_B_MaskFeat_FT"
  private static let begins = ["TRAIN.CHECKPOINT_IN_INIT", "True"]
  private static let joint = ["MVIT.SEP_POS_EMBED", "False", "MVIT.USE_ABS_POS", "False", "MODEL.NUM_CLASSES", "1000"]

  /// Kernels of pictures are repeated for every frame, not divided; without the key they do not fit.
  @Test func clipsBeginWithPictures() throws {
    var weights = try items(shipped(Self.image, Self.thin)).filter { $0.name != "pos_embed" }
    let index = try #require(weights.firstIndex { $0.name == "patch_embed.proj.weight" })
    let kernel = weights[index].tensor
    weights[index].tensor = kernel.reshaped([16, 3, 16, 16])
    let checkpoint = try save(weights)
    #expect(
      try report(checkpoint, shipped(Self.vit, Self.thin + Self.joint)).mismatched.map(\.name) == [
        "patch_embed.proj.weight"
      ])
    let config = try shipped(Self.vit, Self.thin + Self.joint + Self.begins)
    let begun = try report(checkpoint, config)
    #expect(begun.isComplete)
    #expect(
      begun.notices.contains(
        "1 tensor of w.safetensors is repeated for every frame, as a training begins (TRAIN.CHECKPOINT_IN_INIT): "
          + "'patch_embed.proj.weight' 16x3x16x16 becomes 16x3x2x16x16"), "\(begun.notices)")
    func embedding(_ file: Checkpoint, _ config: Configuration, _ clip: Tensor) throws -> [Float] {
      let model = VideoModel(try Architecture(config), weights: WeightReader(file), engine: Engine(threads: 1))
      let found = try model.features(FeatureMap(channelsFirst: clip), keepingNamed: true)
      return try #require(found.named.first { $0.name == "patch_embed.p0" }).map.channelsFirst().array
    }
    // A still clip's patches of two frames are twice those of its picture, but for the bias.
    let (frame, still) = (Tensor(zeros: [1, 3, 1, 32, 32]), Tensor(zeros: [1, 3, 16, 32, 32]))
    for c in 0..<3 {
      for place in 0..<1024 {
        let value = Float((c * 1024 + place) % 97) / 97
        frame.mutableValues[c * 1024 + place] = value
        for t in 0..<16 { still.mutableValues[(c * 16 + t) * 1024 + place] = value }
      }
    }
    let found = try embedding(checkpoint, config, still)
    let picture = try embedding(checkpoint, shipped(Self.image, Self.thin), frame)
    let bias = try #require(weights.first { $0.name == "patch_embed.proj.bias" }).tensor.array
    var expected: [Float] = []
    for c in 0..<16 {
      let ofFrame = (0..<4).map { 2 * picture[c * 4 + $0] - bias[c] }
      for _ in 0..<8 { expected += ofFrame }
    }
    #expect(difference(found, expected, .network) == nil)
  }

  /// The other way round they are added up, and the tables of a frame's places and of the class token become one.
  @Test func picturesBeginWithClips() throws {
    let weights = try items(shipped(Self.vit, Self.thin + ["MODEL.NUM_CLASSES", "1000"]))
    let checkpoint = try save(weights)
    let plain = try shipped(Self.image, Self.thin)
    #expect(try report(checkpoint, plain).missing.map(\.name) == ["pos_embed"])
    let report = try report(checkpoint, shipped(Self.image, Self.thin + Self.begins))
    #expect(report.isComplete && report.unused == ["pos_embed_temporal"])
    for part in [
      "is added up over the frames, as a training begins (TRAIN.CHECKPOINT_IN_INIT): 'patch_embed.proj.weight' "
        + "16x3x2x16x16 becomes 16x3x1x16x16",
      "is made of the class token's position and those of a frame's places, as a training begins "
        + "(TRAIN.CHECKPOINT_IN_INIT): 'pos_embed' 1x5x16",
    ] { #expect(report.notices.contains { $0.contains(part) }, "\(part): \(report.notices)") }
  }

  /// Tables of relative positions of another size are stretched, and that is said once.
  @Test func stretchedTablesAreSaid() throws {
    func config(_ side: String) throws -> Configuration {
      try shipped(
        "ImageNet/MVITv2_T", ["MVIT.EMBED_DIM", "8", "DATA.TRAIN_CROP_SIZE", side, "DATA.TEST_CROP_SIZE", side])
    }
    let checkpoint = try save(items(config("96")))
    let same = try report(checkpoint, config("96"))
    #expect(same.isComplete && !same.notices.contains { $0.contains("stretched") })
    let stretched = try report(checkpoint, config("64")).notices.filter { $0.contains("stretched") }
    #expect(
      stretched == [
        "20 tensors of w.safetensors are stretched to this network's positions: 'blocks.0.attn.rel_pos_h' 47x8 becomes "
          + "31x8, and 19 more"
      ], "\(stretched)")
  }

  /// A table with a column too few is what is wrong, and not what agrees with all else.
  @Test func aDamagedTableIsNamedFirst() throws {
    let config = try shipped(
      "ImageNet/MVITv2_T", ["MVIT.EMBED_DIM", "8", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64"])
    let checkpoint = try save(
      items(config).map { name, tensor in
        (name, name == "blocks.3.attn.rel_pos_h" ? Tensor(zeros: [tensor.shape[0], 4]) : tensor)
      })
    let lines = try report(checkpoint, config).notices.filter { !$0.hasPrefix("partial load") }
    let blamed = lines.filter { $0.contains("pool_q") || $0.contains("pool_k") || $0.contains("norm_") }
    #expect(blamed.isEmpty, "\(lines)")
    #expect(lines.first { $0.contains("blocks.") }?.contains("'blocks.3.attn.rel_pos_h'") == true, "\(lines)")
  }

  // MARK: Misfits

  @Test func tablesOfOtherSizesNameTheirKey() throws {
    let config = try shipped(Self.image, Self.thin)
    let other = try save(
      items(
        shipped(
          Self.image,
          ["MVIT.EMBED_DIM", "16", "MVIT.NUM_HEADS", "2", "DATA.TRAIN_CROP_SIZE", "48", "DATA.TEST_CROP_SIZE", "48"])))
    let report = try report(other, config)
    #expect(report.mismatched.map(\.name) == ["pos_embed"])
    #expect(report.mismatched.first?.hints == ["DATA.TRAIN_CROP_SIZE"])
  }

  @Test func missingClassTokenNamesItsKey() throws {
    let config = try shipped(Self.vit, Self.thin)
    let checkpoint = try save(items(config).filter { $0.name != "cls_token" && $0.name != "pos_embed_class" })
    let report = try report(checkpoint, config)
    #expect(Set(report.missing.map(\.name)) == ["cls_token", "pos_embed_class"])
    #expect(report.hints.changes == "MVIT.CLS_EMBED_ON False", "\(report.hints.changes ?? "")")
  }

  private static let reversible = "ImageNet/REV_MVIT_B_16_CONV"

  @Test(arguments: [
    (reversible, ["MVIT.CLS_EMBED_ON", "True"], "a reversible network has no class token"),
    (reversible, ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"], "a reversible network scores whole clips"),
    (
      reversible, ["MVIT.REV.BUFFER_LAYERS", "[0]"],
      "MVIT.REV.BUFFER_LAYERS must be blocks after the first and before the last, 15"
    ),
    (reversible, ["MVIT.REV.BUFFER_LAYERS", "[15]"], "MVIT.REV.BUFFER_LAYERS"),
    (reversible, ["MVIT.REV.BUFFER_LAYERS", "[3, 4]"], "none beside another"),
    (reversible, ["MVIT.REV.BUFFER_LAYERS", "[1, 14]"], "block 3 is none of these"),
    (reversible, ["MVIT.REV.PRE_Q_FUSION", "product"], "MVIT.REV.PRE_Q_FUSION"),
    (reversible, ["MVIT.REV.PRE_Q_FUSION", "concat_linear_x"], "concat_linear_2"),
    (reversible, ["MVIT.REV.RESPATH_FUSE", "avg"], "set MVIT.REV.RESPATH_FUSE concat, or MVIT.USE_MEAN_POOLING True"),
    (reversible, ["MVIT.REV.RES_PATH", "max"], "MVIT.REV.RES_PATH"),
    (
      reversible, ["DATA.TRAIN_CROP_SIZE", "240", "DATA.TEST_CROP_SIZE", "240"],
      "set DATA.TRAIN_CROP_SIZE and DATA.TEST_CROP_SIZE to a multiple of 32"
    ),
    (
      reversible, ["MVIT.POOL_KVQ_KERNEL", "[1, 1, 1]", "DATA.TRAIN_CROP_SIZE", "40", "DATA.TEST_CROP_SIZE", "40"],
      "of 32"
    ),
    (reversible, ["MVIT.POOL_KVQ_KERNEL", "[1, 2, 2]"], "MVIT.POOL_KVQ_KERNEL"),
    (
      reversible, ["MVIT.DIM_MUL", "[[1, 2.0], [3, 2.0], [14, 2.0], [16, 2.0]]"],
      "all together make 1536 channels of 96, and the last block has 768"
    ),
    ("ImageNet/MVITv2_T", ["MVIT.POOL_Q_STRIDE", "[[1, 1, 64, 64]]"], "MVIT.POOL_Q_STRIDE"),
    ("ImageNet/MVITv2_T", ["MVIT.POOL_Q_STRIDE", "[[1, 1, 64, 64]]"], "or set MVIT.REL_POS_SPATIAL False"),
    (vit, ["MVIT.USE_FIXED_SINCOS_POS", "True"], "absolute positions of one table"),
    (
      vit, ["MVIT.USE_FIXED_SINCOS_POS", "True", "MVIT.SEP_POS_EMBED", "False", "MVIT.EMBED_DIM", "24"],
      "a multiple of 16 channels"
    ),
    (vit, ["DATA.TRAIN_CROP_SIZE", "40", "DATA.TEST_CROP_SIZE", "44"], "DATA.TEST_CROP_SIZE"),
  ])
  func impossibleConfigurations(_ name: String, _ overrides: [String], _ part: String) throws {
    let error = #expect(throws: (any Error).self) { _ = try Architecture(shipped(name, overrides)) }
    #expect("\(error!)".contains(part), "\(error!)")
  }

  /// What the messages advise is possible, and so is an odd map that no later block lays out again.
  @Test(arguments: [
    ["DATA.TRAIN_CROP_SIZE", "256", "DATA.TEST_CROP_SIZE", "256"],
    ["MVIT.POOL_KVQ_KERNEL", "[1, 1, 1]", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64"],
    [
      "DATA.TRAIN_CROP_SIZE", "28", "DATA.TEST_CROP_SIZE", "28", "MVIT.POOL_KV_STRIDE_ADAPTIVE", "None",
      "MVIT.POOL_Q_STRIDE", "[[14, 1, 2, 2]]",
    ],
  ])
  func possibleConfigurations(_ overrides: [String]) throws {
    _ = try requested(shipped(Self.reversible, ["MVIT.EMBED_DIM", "8"] + overrides))
  }

  /// With boxes the tables' squares and the frames need not be of one size.
  @Test func framesOfOtherSizesWithBoxes() throws {
    let config = try shipped("AVA/MVITv2_S_16x4", ["DATA.TEST_CROP_SIZE", "256"])
    let architecture = try Architecture(config)
    let backbone = try #require(architecture.backbone as? MViTBackbone)
    #expect(backbone.crop == 224 && backbone.takesWholeFrames && architecture.notices.isEmpty)
  }

  // MARK: Recognition

  @Test(arguments: [
    ("masked_ssl/k400_VIT_B_16x4_FT", "ViT"), ("masked_ssl/k400_VIT_H_16x4_FT", "ViT"),
    ("masked_ssl/in1k_VIT_L_MaskFeat_FT", "ViT"), ("masked_ssl/k400_MVITv2_S_16x4_FT", "MViTv2"),
    ("ImageNet/MVIT_B_16_CONV", "MViTv1"), ("ImageNet/MVITv2_T", "MViTv2"), ("ImageNet/REV_VIT_S", "reversible ViT"),
    ("ImageNet/REV_MVIT_B_16_CONV", "reversible MViT"), ("Kinetics/REV_MVIT_B_16x4_CONV", "reversible MViT"),
  ])
  func filesAreRecognised(_ name: String, _ summary: String) throws {
    let heads =
      summary.hasSuffix("ViT") && !summary.hasSuffix("MViT")
      ? ["MVIT.EMBED_DIM", "128", "MVIT.NUM_HEADS", "2"] : ["MVIT.EMBED_DIM", "8"]
    let config = try shipped(name, heads + ["DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64"])
    let file = try save(items(config))
    let network = try #require(ArchitectureGuess(file).network)
    #expect(network.summary == summary && network.oddity == nil)
    for setting in network.settings {
      #expect(setting.admits(config.literal(setting.key) ?? ""), "\(setting.key) \(setting.value)")
    }
    let text = describe(file)
    #expect(text.contains("overrides that suit these weights") || text.contains("config  "), "\(text.prefix(2000))")
  }

  // MARK: VideoMAE

  /// A detector's tensors with MMAction2's names.
  private func mmaction2() throws -> [(name: String, tensor: Tensor)] {
    let config = try shipped("AVA/VIDEOMAE_VIT_B_16x4", ["MVIT.EMBED_DIM", "128", "MVIT.NUM_HEADS", "2"])
    return try items(config).flatMap { item -> [(name: String, tensor: Tensor)] in
      if item.name.hasSuffix(".attn.qkv.bias") {
        let scope = "backbone." + item.name.dropLast(8)
        return ["q_bias", "v_bias"].map { (scope + $0, Tensor(zeros: [128])) }
      }
      if item.name.hasPrefix("head.") {
        let rest = item.name.dropFirst("head.projection.".count)
        return [("roi_head.bbox_head.fc_cls.\(rest)", Tensor(zeros: [81] + item.tensor.shape.dropFirst()))]
      }
      let name = item.name.replacing("patch_embed.proj.", with: "patch_embed.projection.")
        .replacing(".fc1.", with: ".layers.0.0.").replacing(".fc2.", with: ".layers.1.")
      return [("backbone." + name, item.tensor)]
    }
  }

  @Test func detectorsOfMMAction2AreRecognised() throws {
    let checkpoint = try save(mmaction2())
    let text = describe(checkpoint)
    for line in [
      "architecture  VideoMAE's ViT", "library       MMAction2", "MVIT.QKV_BIAS True", "MVIT.USE_ABS_POS True",
      "DETECTION.ROI_XFORM_RESOLUTION 8", "DETECTION.ALIGNED True", "DETECTION.SPATIAL_SCALE_FACTOR 16",
      "MVIT.NUM_HEADS 2", "MVIT.EMBED_DIM 128", "DATA.TRAIN_CROP_SIZE 224", "MVIT.PATCH_PADDING \"[0, 0, 0]\"",
    ] { #expect(text.contains(line), "\(line): \(text.prefix(3000))") }
    #expect(!text.contains("of no layer"), "\(text.prefix(3000))")
    // Its positions are made where the file has none.
    let without = try save(mmaction2().filter { $0.name != "backbone.pos_embed" })
    #expect(describe(without).contains("MVIT.USE_ABS_POS True"))
  }

  /// Boxes lie on a map of patches, whatever their size.
  @Test func patchesOfOtherSizes() throws {
    let weights = try mmaction2().filter { !$0.name.hasSuffix("pos_embed") }.map { name, tensor in
      (name: name, tensor: name.hasSuffix("projection.weight") ? Tensor(zeros: [128, 3, 2, 14, 14]) : tensor)
    }
    #expect(describe(try save(weights)).contains("DETECTION.SPATIAL_SCALE_FACTOR 14"))
  }

  /// The authors' recognisers have the configs of MMAction2's.
  @Test(arguments: ["B", "L"]) func configsOfTheAuthorsFiles(_ size: String) throws {
    let shapes = try requested(shipped("Kinetics/VIDEOMAE_VIT_\(size)_16x4")).flatMap {
      item -> [(name: String, shape: [Int])] in
      if item.name == "pos_embed" { return [] }
      if item.name.hasSuffix(".attn.qkv.bias") {
        return ["q_bias", "v_bias"].map { (item.name.dropLast(8) + $0, [item.shape[0] / 3]) }
      }
      let name = item.name.hasPrefix("head.") ? item.name.replacing("head.projection.", with: "head.") : item.name
      return [(name.hasPrefix("norm.") ? "fc_" + name : name, item.shape)]
    }
    let text = describe(try saveZeros(shapes)) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
    #expect(
      text.contains("config        configs/Kinetics/VIDEOMAE_VIT_\(size)_16x4.yaml, as it stands"),
      "\(text.prefix(2500))")
  }

  /// Tables of positions that are not separate tell how many frames and places they are for, where these are squares.
  @Test(arguments: [(1568, "16", "224"), (6 * 256, "12", "256"), (16 * 49, "32", "112")])
  func jointPositions(_ rows: Int, _ frames: String, _ side: String) throws {
    let weights = try mmaction2().filter { $0.name != "backbone.pos_embed" }
    let text = describe(try save(weights + [(name: "backbone.pos_embed", tensor: Tensor(zeros: [1, rows, 128]))]))
    #expect(
      text.contains("DATA.NUM_FRAMES \(frames)\n") && text.contains("DATA.TRAIN_CROP_SIZE \(side)\n"),
      "\(text.prefix(3000))")
  }

  @Test func aClassTokenIsRefused() throws {
    let checkpoint = try save(mmaction2() + [(name: "backbone.cls_token", tensor: Tensor(zeros: [128]))])
    #expect(ArchitectureGuess(checkpoint).obstacle?.reason.contains("a ViT with a class token") == true)
  }

  /// Blocks whose branches are scaled (`init_values`) are read; a file that lacks one of the scales is not whole.
  @Test func scalesOfBranches() throws {
    let scales = (0..<12).flatMap { block in
      ["gamma_1", "gamma_2"].map { (name: "backbone.blocks.\(block).\($0)", tensor: Tensor(zeros: [128])) }
    }
    let whole = describe(try save(mmaction2() + scales))
    #expect(whole.contains("architecture  VideoMAE's ViT") && !whole.contains("of no layer"), "\(whole.prefix(3000))")
    #expect(whole.contains("MVIT.EMBED_DIM 128") && !whole.contains("lacks"), "\(whole.prefix(3000))")
    let cut = describe(try save(mmaction2() + scales.filter { $0.name != "backbone.blocks.7.gamma_2" }))
    #expect(cut.contains("lacks 1 tensor") && cut.contains("'blocks.7.gamma_2'"), "\(cut.prefix(3000))")
  }
}

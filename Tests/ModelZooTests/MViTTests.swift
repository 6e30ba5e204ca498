import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// MViT's configurations and files.
@Suite struct MViTTests {
  private func shipped(_ name: String, _ overrides: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: overrides, rules: ModelRules())
  }

  private func requested(_ config: Configuration) throws -> [LoadReport.Missing] {
    let weights = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: weights, engine: Engine(threads: 1))
    return weights.report.missing
  }

  /// Parameters and tensors of the published networks, as PySlowFast counts them.
  @Test(arguments: [
    ("Kinetics/MVIT_B_16x4_CONV", 36_610_672, 313), ("Kinetics/MVIT_B_32x3_CONV", 53_115_280, 439),
    ("Kinetics/MVITv2_S_16x4", 34_537_744, 397), ("Kinetics/MVITv2_B_32x3", 51_230_128, 589),
  ])
  func publishedNetworks(_ name: String, _ parameters: Int, _ tensors: Int) throws {
    let found = try requested(shipped(name))
    #expect(found.count == tensors)
    #expect(found.reduce(0) { $0 + $1.shape.reduce(1, *) } == parameters)
  }

  @Test func stridesAndWidthsOfMViTv2S() throws {
    let backbone = try #require(try Architecture(shipped("Kinetics/MVITv2_S_16x4")).backbone as? MViTBackbone)
    #expect(backbone.featureStride == 32 && backbone.featureChannels == [768] && backbone.grid == Extent3(8, 56, 56))
    #expect(backbone.blocks.map(\.heads) == [1, 2, 2] + [Int](repeating: 4, count: 11) + [8, 8])
    #expect(backbone.blocks.map(\.spaceRows) == [111, 55, 55] + [Int](repeating: 27, count: 12) + [13])
    #expect(backbone.blocks.allSatisfy { $0.timeRows == 15 && $0.attention / $0.heads == 96 })
    #expect(backbone.blocks.map { $0.keyPool?.stride.h } == [8, 4, 4] + [Int](repeating: 2, count: 11) + [1, 1])
  }

  /// Without a kernel of their own pools of stride 1 do not exist.
  @Test func poolsOfMViTB32x3() throws {
    let backbone = try #require(try Architecture(shipped("Kinetics/MVIT_B_32x3_CONV")).backbone as? MViTBackbone)
    #expect(backbone.blocks[0].keyPool?.kernel == Extent3(1, 9, 9))
    #expect(backbone.blocks[2].queryPool?.kernel == Extent3(1, 3, 3) && backbone.blocks[3].queryPool == nil)
    #expect(backbone.blocks[21...].allSatisfy { $0.keyPool == nil })
    // The dense layers before widen.
    #expect(backbone.blocks[1].attention == 96 && backbone.blocks[1].output == 192)
  }

  private static let base = ["DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64", "MVIT.EMBED_DIM", "8"]

  @Test(arguments: [
    (["DATA.TEST_CROP_SIZE", "72"], "MViT takes clips of the one size"),
    (
      ["DATA.TRAIN_CROP_SIZE", "66", "DATA.TEST_CROP_SIZE", "66"],
      "set DATA.TRAIN_CROP_SIZE and DATA.TEST_CROP_SIZE 64 or 68, as"
    ),
    (["DATA.TRAIN_CROP_SIZE", "3", "DATA.TEST_CROP_SIZE", "3"], "DATA.TEST_CROP_SIZE 4, as"),
    (["DATA.NUM_FRAMES", "7"], "set DATA.NUM_FRAMES 6 or 8, as"),
    (["DATA.NUM_FRAMES", "1"], "set DATA.NUM_FRAMES 2, as"),
    (["MVIT.PATCH_PADDING", "[2, 4, 4]"], "set MVIT.PATCH_PADDING \"[1, 3, 3]\""),
    (["MVIT.PATCH_PADDING", "[0, 0, 0]"], "set MVIT.PATCH_PADDING \"[1, 3, 3]\""),
    (["MVIT.PATCH_KERNEL", "[2, 8, 8]"], "set MVIT.PATCH_PADDING \"[0, 2, 2]\""),
    (["MVIT.POOL_KVQ_KERNEL", "[3, 2, 2]"], "in block 0 8x16x16 would become 8x17x17 and 8x16x16"),
    (
      ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MVIT.POOL_KVQ_KERNEL", "[3, 2, 2]"],
      "MVIT.POOL_KVQ_KERNEL must be kernels after which"
    ),
    (["MVIT.PATCH_KERNEL", "[7, 7]"], "MVIT.PATCH_KERNEL must be 3 lengths"),
    (["MVIT.NUM_HEADS", "3", "MVIT.DIM_MUL_IN_ATT", "False"], "MVIT.NUM_HEADS"), (["MVIT.MODE", "mean"], "MVIT.MODE"),
    (["MVIT.NORM", "batchnorm"], "layernorm"), (["MVIT.MODE", "conv_unshared"], "set MVIT.POOL_FIRST True"),
    (["MVIT.DIM_MUL", "[[17, 2.0]]"], "MVIT.DIM_MUL must be pairs of a block from 0 to 16"),
    (["MVIT.HEAD_MUL", "[[1]]"], "MVIT.HEAD_MUL must be pairs"),
    (["MVIT.POOL_Q_STRIDE", "[[16, 1, 2, 2]]"], "MVIT.POOL_Q_STRIDE must be lists of a block from 0 to 15"),
    (
      ["MVIT.POOL_KV_STRIDE_ADAPTIVE", "None", "MVIT.POOL_KV_STRIDE", "[[0, 0, 1, 1]]"],
      "MVIT.POOL_KV_STRIDE must be lists"
    ),
    (["MVIT.POOL_KVQ_KERNEL", "[3, 3]"], "three lengths"),
    (
      ["MVIT.POOL_Q_STRIDE", "[[0, 1, 1, 2], [1, 1, 1, 1]]"],
      "one stride for height and width, with relative positions: block 1"
    ),
    (["MVIT.REV.ENABLE", "True"], "a reversible network has no"),
    (["MVIT.USE_FIXED_SINCOS_POS", "True"], "absolute positions of one table"),
    (["MVIT.MODE", "avg", "DATA.NUM_FRAMES", "4"], "maps as large as the pools' kernels 3x3x3"),
    (
      ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MVIT.POOL_Q_STRIDE", "[[1, 2, 2, 2]]"],
      "strides of 1 in time"
    ),
    (["MVIT.EMBED_DIM", "0"], "MVIT.EMBED_DIM"), (["MVIT.MLP_RATIO", "nan"], "MVIT.MLP_RATIO"),
    (["MVIT.MLP_RATIO", "0.01"], "channels"), (["MVIT.MLP_RATIO", "1e300"], "0.01 to 64"),
    (["MVIT.DIM_MUL", "[[1, 64.0], [2, 64.0], [3, 64.0]]"], "channels and heads: block 2 would"),
  ])
  func impossibleConfigurations(_ overrides: [String], _ part: String) throws {
    let error = #expect(throws: (any Error).self) {
      _ = try Architecture(shipped("Kinetics/MVITv2_S_16x4", Self.base + overrides))
    }
    #expect("\(error!)".contains(part), "\(error!)")
  }

  private static let oneBlock = [
    "MVIT.DEPTH", "1", "MVIT.DIM_MUL", "[]", "MVIT.HEAD_MUL", "[]", "MVIT.POOL_Q_STRIDE", "[]",
  ]

  /// Tables of other lengths are stretched when they are loaded; joint ones are not.
  @Test func tablesAreResized() throws {
    let config = try shipped("Kinetics/MVITv2_S_16x4", Self.base + Self.oneBlock)
    var items = try requested(config).map { ($0.name, Tensor(zeros: $0.shape)) }
    for index in items.indices where items[index].0.contains("rel_pos") { items[index].1 = Tensor(zeros: [9, 8]) }
    func report(_ items: [(String, Tensor)], _ config: Configuration) throws -> LoadReport {
      let reader = WeightReader(try save(items.map { (name: $0.0, tensor: $0.1) }))
      _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
      return reader.report
    }
    #expect(try report(items, config).isComplete)
    for index in items.indices where items[index].0.contains("rel_pos") { items[index].1 = Tensor(zeros: [9, 7]) }
    #expect(try report(items, config).mismatched.count == 3)
    for index in items.indices where items[index].0.contains("rel_pos") { items[index].1 = Tensor(zeros: [0, 8]) }
    #expect(try report(items, config).mismatched.count == 3)
    let absolute = try shipped(
      "Kinetics/MVIT_B_16x4_CONV",
      Self.base + Self.oneBlock)
    var tables = try requested(absolute).map { ($0.name, Tensor(zeros: $0.shape)) }
    func set(_ name: String, _ rows: Int) {
      for index in tables.indices where tables[index].0 == name { tables[index].1 = Tensor(zeros: [1, rows, 8]) }
    }
    set("pos_embed_spatial", 9)
    set("pos_embed_temporal", 3)
    #expect(try report(tables, absolute).isComplete)
    // Of no square.
    set("pos_embed_spatial", 8)
    #expect(try report(tables, absolute).mismatched.map(\.name) == ["pos_embed_spatial"])
  }

  @Test(arguments: [
    ("Kinetics/MVIT_B_16x4_CONV", "MViTv1"), ("Kinetics/MVIT_B_32x3_CONV", "MViTv1"),
    ("Kinetics/MVITv2_S_16x4", "MViTv2"), ("Kinetics/MVITv2_B_32x3", "MViTv2"),
  ])
  func filesAreRecognised(_ name: String, _ summary: String) throws {
    let config = try shipped(name, Self.base)
    let file = try save(try requested(config).map { (name: $0.name, tensor: Tensor(zeros: $0.shape)) })
    let network = try #require(ArchitectureGuess(file).network)
    #expect(network.summary == summary && network.oddity == nil)
    for key in ["DEPTH", "DIM_MUL", "HEAD_MUL", "POOL_KVQ_KERNEL", "DIM_MUL_IN_ATT", "SEP_POS_EMBED", "USE_ABS_POS"] {
      guard let setting = network.settings.first(where: { $0.key == "MVIT." + key }) else { continue }
      #expect(setting.admits(config.literal(setting.key) ?? ""), "\(setting.key) \(setting.value)")
    }
    #expect(describe(file).contains("overrides that suit these weights") || describe(file).contains("config  "))
  }
}

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import TestSupport
import Tensors
import Testing
import VideoModels

/// MViT of small widths.
@Suite struct MViTTests {
  /// Two blocks, the second of which widens and halves the map.
  static let small = [
    "MODEL.MODEL_NAME", "MViT", "MODEL.ARCH", "mvit", "MODEL.NUM_CLASSES", "5", "DATA.NUM_FRAMES", "4",
    "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32", "DATA.INPUT_CHANNEL_NUM", "[3]", "MVIT.DEPTH", "2",
    "MVIT.EMBED_DIM", "8", "MVIT.MLP_RATIO", "2.0", "MVIT.PATCH_PADDING", "[1, 3, 3]", "MVIT.DIM_MUL", "[[1, 2.0]]",
    "MVIT.HEAD_MUL", "[[1, 2.0]]", "MVIT.POOL_KVQ_KERNEL", "[3, 3, 3]", "MVIT.POOL_KV_STRIDE_ADAPTIVE", "[1, 2, 2]",
    "MVIT.POOL_Q_STRIDE", "[[0, 1, 1, 1], [1, 1, 2, 2]]",
  ]
  static let second = [
    "MVIT.USE_ABS_POS", "False", "MVIT.REL_POS_SPATIAL", "True", "MVIT.REL_POS_TEMPORAL", "True",
    "MVIT.DIM_MUL_IN_ATT", "True", "MVIT.RESIDUAL_POOLING", "True",
  ]
  private let clip = filledClip([2, 3, 4, 32, 32])

  private func scores(_ overrides: [String], _ engine: Engine = Engine(threads: 2)) throws -> [Float] {
    try loaded(Architecture(configured(Self.small + overrides)), engine: engine).classify(clip).array
  }

  /// A configuration drawn from a seed.
  static func drawn(_ seed: UInt64) -> [String] {
    var generator = SeededGenerator(seed: seed)
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func flag(_ key: String) -> [String] { [key, pick(0...1) == 0 ? "False" : "True"] }
    let (depth, heads) = (pick(1...3), pick(1...3))
    let poolsFirst = pick(0...2) == 0
    let mode = ["conv", "conv", "max", "avg", "conv_unshared"][pick(0...(poolsFirst ? 4 : 3))]
    let widening = pick(0...depth)
    var overrides = [
      "MVIT.DEPTH", "\(depth)", "MVIT.NUM_HEADS", "\(heads)", "MVIT.EMBED_DIM", "\(heads * 2 * pick(1...3))",
      "MVIT.MODE",
      mode, "MVIT.POOL_FIRST", poolsFirst ? "True" : "False", "MVIT.DIM_MUL", "[[\(widening), 2.0]]",
      "MVIT.HEAD_MUL", "[[\(widening), \(pick(1...2)).0]]",
    ]
    // Means take no map that is smaller than their kernel.
    overrides += ["DATA.NUM_FRAMES", mode == "avg" ? "6" : ["2", "4"][pick(0...1)]]
    let strides = (0..<depth).filter { _ in pick(0...2) > 0 }.map { index in
      "[\(index), 1, \(index == 0 && pick(0...1) == 0 ? "2, 2" : "1, 1")]"
    }
    overrides += ["MVIT.POOL_Q_STRIDE", "[\(strides.joined(separator: ", "))]"]
    let adaptive = ["None", "[1, 2, 2]", "[1, 1, 1]"][pick(0...2)]
    overrides += ["MVIT.POOL_KV_STRIDE_ADAPTIVE", adaptive]
    overrides += ["MVIT.POOL_KVQ_KERNEL", pick(0...2) == 0 ? "None" : "[\(pick(0...1) * 2 + 1), 3, 3]"]
    for key in [
      "CLS_EMBED_ON", "USE_ABS_POS", "SEP_POS_EMBED", "REL_POS_SPATIAL", "REL_POS_TEMPORAL", "RESIDUAL_POOLING",
      "DIM_MUL_IN_ATT", "SEPARATE_QKV", "QKV_BIAS", "NORM_STEM", "USE_MEAN_POOLING",
    ] { overrides += flag("MVIT." + key) }
    return overrides
  }

  /// Depths, pools, heads, tokens and positions as drawn: the fast ways and the plain ones are the same network.
  @Test(arguments: 0..<24 as Range<UInt64>) func drawnNetworksAgreeWithReferences(_ seed: UInt64) throws {
    let config = try configured(Self.small + Self.drawn(seed))
    let architecture = try Architecture(config)
    let frames = config[.dataNumFrames]
    let clip = filledClip([1, 3, frames, 32, 32])
    let expected = try loaded(architecture, engine: Engine(planner: ConvolutionPlanner(forced: .reference)))
      .classify(clip).array
    for threads in [1, 3] {
      let found = try loaded(architecture, engine: Engine(threads: threads)).classify(clip).array
      let gap = difference(found, expected, .absolute(2e-5), "seed \(seed), \(Self.drawn(seed))")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// The same in bfloat16, to what it rounds.
  @Test(arguments: 0..<12 as Range<UInt64>) func drawnNetworksInBFloat16(_ seed: UInt64) throws {
    guard KernelTable.best.supportsBFloat16 else { return }
    let config = try configured(Self.small + Self.drawn(seed))
    let architecture = try Architecture(config)
    let clip = filledClip([1, 3, config[.dataNumFrames], 32, 32])
    let expected = try loaded(architecture, engine: Engine(planner: ConvolutionPlanner(forced: .reference)))
      .classify(clip).array
    for threads in [1, 3] {
      let found = try loaded(architecture, engine: Engine(threads: threads, activations: .bfloat16)).classify(clip)
        .array
      let gap = difference(found, expected, .absolute(0.02), "seed \(seed), \(Self.drawn(seed))")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  /// In bfloat16 the scores are nearly the same.
  @Test(arguments: [[], second]) func bfloat16(_ overrides: [String]) throws {
    guard KernelTable.best.supportsBFloat16 else { return }
    let found = try scores(overrides, Engine(threads: 2, activations: .bfloat16))
    #expect(difference(found, try scores(overrides), .absolute(0.02)) == nil)
  }

  /// A clip's scores do not depend on what lies beside it.
  @Test(arguments: [[], second]) func itemsAreApart(_ overrides: [String]) throws {
    let model = try loaded(Architecture(configured(Self.small + overrides)))
    let both = try model.classify(clip).array
    let first = FeatureMap(
      channelsFirst: Tensor([1, 3, 4, 32, 32], clip.channelsFirst().array.prefix(3 * 4 * 32 * 32)))
    #expect(difference(try model.classify(first).array, Array(both.prefix(5)), .exact) == nil)
  }

  /// One layer for queries, keys and values, or three of its parts.
  @Test func separateProjectionsAreTheSameFunction() throws {
    let architecture = try Architecture(configured(Self.small + Self.second))
    let separate = try Architecture(configured(Self.small + Self.second + ["MVIT.SEPARATE_QKV", "True"]))
    var parts: [String: Tensor] = [:]
    for item in requested(architecture) where item.name.contains(".qkv.") {
      let joint = filled(item.name, item.shape)
      let rows = item.shape[0] / 3
      let size = joint.count / 3
      for (index, letter) in ["q", "k", "v"].enumerated() {
        parts[item.name.replacing(".qkv.", with: ".\(letter).")] = Tensor(
          [rows] + item.shape.dropFirst(), joint.array[index * size..<(index + 1) * size])
      }
    }
    let found = try loaded(separate, replacing: parts).classify(clip).array
    #expect(difference(found, try loaded(architecture).classify(clip).array, .exact) == nil)
  }

  /// A table of sines and cosines is added twice, as PySlowFast does.
  @Test func fixedPositionsCountTwice() throws {
    let small = Self.small + ["MVIT.EMBED_DIM", "16"]
    let joint = try Architecture(configured(small))
    let fixed = try Architecture(configured(small + ["MVIT.USE_FIXED_SINCOS_POS", "True"]))
    let table = try #require(requested(joint).first { $0.name == "pos_embed" })
    let half = filled(table.name, table.shape)
    let whole = Tensor(half.shape, half.array.map { 2 * $0 })
    let found = try loaded(fixed).classify(clip).array
    #expect(
      difference(found, try loaded(joint, replacing: ["pos_embed": whole]).classify(clip).array, .rounding) == nil)
  }

  @Test func otherClipsAreRefused() throws {
    let model = try loaded(Architecture(configured(Self.small)))
    for (height, width) in [(36, 32), (32, 36), (64, 64)] {
      let error = #expect(throws: VideoModelError.self) {
        _ = try model.classify(filledClip([1, 3, 4, height, width]))
      }
      #expect(error == .wrongSize(expected: 32, height: height, width: width))
    }
  }
}

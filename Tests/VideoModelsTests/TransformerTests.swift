import Checkpoint
import Configuration
import Foundation
import Inference
import Kernels
import ModelZoo
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

private let folder = projectRoot + "/Tests/Fixtures/Transformers"

/// Transformers of the fixtures; see the README beside them.
struct TransformerCases: Decodable {
  /// Of PySlowFast's names.
  struct Own: Decodable, CustomTestStringConvertible {
    let name: String
    let overrides: [String]
    let input: [Int]
    let boxes: [[Float]]?
    let tensors: Int
    let parameters: Int
    let names: String

    var testDescription: String { name }
  }

  /// Of another library's, with its tensors: "blocks.0.norm1.weight 16".
  struct Peer: Decodable, CustomTestStringConvertible {
    let name: String
    let overrides: [String]
    let input: [Int]
    let boxes: [[Float]]?
    let tensors: [String]

    var testDescription: String { name }

    func weights() -> [(name: String, tensor: Tensor)] {
      tensors.map { line in
        let parts = line.split(separator: " ")
        return (String(parts[0]), filled(String(parts[0]), parts[1].split(separator: "x").map { Int($0)! }))
      }
    }
  }

  /// What all have, under their own overrides.
  let base: [String]
  let own: [Own]
  let peers: [Peer]

  func configuration(_ overrides: [String]) throws -> Configuration { try configured(base + overrides) }

  static let all: TransformerCases = {
    let empty = TransformerCases(base: [], own: [], peers: [])
    guard let data = FileManager.default.contents(atPath: folder + "/cases.json") else { return empty }
    return (try? JSONDecoder().decode(TransformerCases.self, from: data)) ?? empty
  }()
}

private let cases = TransformerCases.all

/// MViT, ViT, reversible ones and VideoMAE's against PyTorch.
@Suite struct TransformerTests {
  @Test func allCasesAreRead() {
    #expect(cases.own.count == 31 && cases.peers.count == 4)
  }

  private func check(_ scores: Tensor, _ name: String) throws {
    let expected = try Tensor(npy: folder + "/\(name).npy")
    #expect(scores.shape == expected.shape)
    let gap = difference(scores.array, expected.array, .absolute(1e-5), name)
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test(arguments: cases.own, [ConvolutionAlgorithm?.none, .reference])
  func agreesWithPyTorch(_ item: TransformerCases.Own, _ algorithm: ConvolutionAlgorithm?) throws {
    let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
    let model = try loaded(Architecture(cases.configuration(item.overrides)), engine: engine)
    let clip = filledClip(item.input)
    try check(try item.boxes.map { try model.detect(clip, $0.map(region)) } ?? model.classify(clip), item.name)
  }

  /// Which tensors a network asks for, by a digest of their names and shapes.
  @Test(arguments: cases.own) func asksForTheReferencesTensors(_ item: TransformerCases.Own) throws {
    let tensors = requested(try Architecture(cases.configuration(item.overrides)))
    #expect(tensors.count == item.tensors)
    #expect(tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } == item.parameters)
    let lines = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
      "\($0.name) \(describe(shape: $0.shape))\n"
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in lines.joined().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let text = String(hash, radix: 16)
    #expect(String(repeating: "0", count: 16 - text.count) + text == item.names)
  }

  /// The program's way from a file of another library to scores.
  @Test(arguments: cases.peers) func peersFiles(_ item: TransformerCases.Peer) throws {
    let checkpoint = try saved(item.weights())
    let config = try cases.configuration(item.overrides)
    var architecture = try Architecture(config)
    let peer = try #require(PeerNetwork(checkpoint))
    _ = try peer.adapt(&architecture, config)
    let weights = WeightReader(checkpoint)
    let model = VideoModel(architecture, weights: weights, engine: Engine(threads: 2))
    try weights.report.check(allowPartial: false)
    #expect(weights.report.unused == [])
    let clip = filledClip(item.input)
    try check(try item.boxes.map { try model.detect(clip, $0.map(region)) } ?? model.classify(clip), item.name)
  }

  private func saved(_ items: [(name: String, tensor: Tensor)]) throws -> Checkpoint {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors(items, to: folder.path + "/w.safetensors")
    return try Checkpoint(path: folder.path + "/w.safetensors", naming: PySlowFastNames())
  }

  /// Written under PySlowFast's names, with the biases and positions that it has, a recogniser is the same network.
  @Test func videoMAEUnderPySlowFastsNames() throws {
    let item = try #require(cases.peers.first { $0.name == "mmaction2_clips" })
    let conversion = try WeightConversion(saved(item.weights()), to: .pyslowfast)
    let checkpoint = try saved(conversion.tensors)
    #expect(PeerNetwork(checkpoint) == nil)
    let config = try cases.configuration(item.overrides + ["MVIT.USE_MEAN_POOLING", "True"])
    let weights = WeightReader(checkpoint)
    let model = VideoModel(try Architecture(config), weights: weights, engine: Engine(threads: 2))
    try weights.report.check(allowPartial: false)
    try check(try model.classify(filledClip(item.input)), item.name)
  }

  /// What a file like that of a case gives, with other weights.
  private func scores(_ items: [(name: String, tensor: Tensor)], of item: TransformerCases.Peer) throws -> Tensor {
    let (checkpoint, config) = (try saved(items), try cases.configuration(item.overrides))
    var architecture = try Architecture(config)
    _ = try #require(PeerNetwork(checkpoint)).adapt(&architecture, config)
    let reader = WeightReader(checkpoint)
    let model = VideoModel(architecture, weights: reader, engine: Engine(threads: 2))
    try reader.report.check(allowPartial: false)
    #expect(reader.report.unused == [])
    let clip = filledClip(item.input)
    return try item.boxes.map { try model.detect(clip, $0.map(region)) } ?? model.classify(clip)
  }

  /// Positions that were learned go along under PySlowFast's names, whatever stands before them; what pretraining has
  /// beside the encoder does not.
  @Test(arguments: [("videomae_clips", ""), ("mmaction2_clips", "backbone.")])
  func learnedPositions(_ name: String, _ prefix: String) throws {
    let item = try #require(cases.peers.first { $0.name == name })
    var weights = item.weights().filter { !$0.name.hasSuffix("pos_embed") }
    let table = filled("pos_embed", [1, 18, 16])
    weights.append((prefix + "pos_embed", table))
    if prefix.isEmpty { weights.append(("mask_token", Tensor(zeros: [1, 1, 8]))) }
    let expected = try scores(weights, of: item)
    let written = try WeightConversion(saved(weights), to: .pyslowfast).tensors
    #expect(written.first { $0.name == "pos_embed" }?.tensor.array == table.array)
    #expect(!written.contains { $0.name == "mask_token" })
    let reader = WeightReader(try saved(written))
    let config = try cases.configuration(item.overrides + ["MVIT.USE_MEAN_POOLING", "True"])
    let model = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 2))
    try reader.report.check(allowPartial: false)
    #expect(difference(try model.classify(filledClip(item.input)).array, expected.array, .absolute(1e-5)) == nil)
  }

  /// Scales of a block's branches (`init_values`): those of 1 change nothing, others are as if the branches' last layers had
  /// them in their weights, under VideoMAE's names, MMAction2's and PySlowFast's.
  @Test(arguments: cases.peers) func scalesOfBranches(_ item: TransformerCases.Peer) throws {
    let weights = item.weights()
    let blocks = weights.filter { $0.name.hasSuffix(".norm1.weight") }
    func scales(_ value: (Int) -> Float) -> [(name: String, tensor: Tensor)] {
      blocks.flatMap { block in
        ["gamma_1", "gamma_2"].map { name in
          (
            block.name.replacing("norm1.weight", with: name),
            Tensor([block.tensor.count], (0..<block.tensor.count).map(value))
          )
        }
      }
    }
    func scores(_ items: [(name: String, tensor: Tensor)]) throws -> Tensor { try self.scores(items, of: item) }
    try check(scores(weights + scales { _ in 1 }), item.name)
    func factor(_ channel: Int) -> Float { 0.25 + Float(channel % 5) / 4 }
    let found = try scores(weights + scales(factor))
    let ends = [".attn.proj.", ".mlp.fc2.", ".mlp.layers.1."]
    let folded = weights.map { name, tensor in
      guard ends.contains(where: { name.contains($0) }) else { return (name: name, tensor: tensor) }
      let row = tensor.count / tensor.shape[0]
      return (name, Tensor(tensor.shape, (0..<tensor.count).map { tensor.values[$0] * factor($0 / row) }))
    }
    let expected = try scores(folded)
    #expect(difference(found.array, expected.array, .absolute(1e-6), item.name) == nil)
    #expect(difference(found.array, try scores(weights).array, .absolute(1e-4), item.name) != nil)
    // Positions that the file has not are written for the published sizes alone.
    if item.boxes != nil || !weights.contains(where: { $0.name.hasSuffix("pos_embed") }) { return }
    // Other names have no scales, and the same network.
    let written = try WeightConversion(saved(weights + scales(factor)), to: .pyslowfast).tensors
    #expect(!written.contains { $0.name.contains("gamma") })
    let config = try cases.configuration(item.overrides + ["MVIT.USE_MEAN_POOLING", "True"])
    let reader = WeightReader(try saved(written))
    let model = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 2))
    try reader.report.check(allowPartial: false)
    #expect(difference(try model.classify(filledClip(item.input)).array, expected.array, .absolute(1e-5)) == nil)
  }

  // MARK: Whole frames

  private static let boxes = MViTTests.small + ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"]
  private static let found = [Region(batchIndex: 0, x1: 3, y1: 2, x2: 25, y2: 30)]
  private static let ways = [
    MViTTests.second, ["MVIT.SEP_POS_EMBED", "True"], [],
    ["MVIT.PATCH_KERNEL", "[2, 4, 4]", "MVIT.PATCH_PADDING", "[0, 0, 0]"],
  ]

  /// Of squares of the training's size whole frames are those very squares: the features are equal bit for bit to those of
  /// the network that takes nothing else.
  @Test(arguments: ways) func squaresAreTheSame(_ way: [String]) throws {
    let overrides = Self.boxes + way
    var fixed = try Architecture(configured(overrides))
    var backbone = try #require(fixed.backbone as? MViTBackbone)
    #expect(backbone.takesWholeFrames && backbone.coversFrames)
    backbone.takesWholeFrames = false
    fixed.backbone = backbone
    let clip = filledClip([1, 3, 4, 32, 32])
    let free = try Architecture(configured(overrides))
    for engine in [Engine(threads: 2), Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))] {
      let (a, b) = (try loaded(free, engine: engine), try loaded(fixed, engine: engine))
      let gap = difference(
        try a.features(clip).maps[0].channelsFirst().array, try b.features(clip).maps[0].channelsFirst().array, .exact)
      #expect(gap == nil, "\(gap ?? "")")
      #expect(difference(try a.detect(clip, Self.found).array, try b.detect(clip, Self.found).array, .exact) == nil)
    }
  }

  /// A frame that was padded with zeros to whole patches is the same frame.
  @Test(arguments: [ways[0], ways[3]]) func zerosBeyondTheFrameChangeNothing(_ way: [String]) throws {
    let model = try loaded(Architecture(configured(Self.boxes + way)))
    let small = filledClip([1, 3, 4, 38, 45])
    let large = FeatureMap(zeros: 1, Extent3(4, 40, 48), channels: 3)
    for position in 0..<small.positions {
      let (row, x) = (position / 45, position % 45)
      let (t, y) = (row / 38, row % 38)
      for c in 0..<3 {
        large.set(small.value(position: position, channel: c), position: (t * 40 + y) * 48 + x, channel: c)
      }
    }
    let maps = try [small, large].map { try model.features($0).maps[0].channelsFirst() }
    #expect(maps[0].shape == maps[1].shape)
    #expect(difference(maps[0].array, maps[1].array, .rounding) == nil)
  }

  /// The grid of an odd size is rounded up; the head needs no more than the stride to find a box there.
  @Test func gridsOfWholeFrames() throws {
    let model = try loaded(Architecture(configured(Self.boxes + MViTTests.second)))
    for (height, width, grid) in [(33, 57, [5, 8]), (32, 64, [4, 8]), (9, 200, [2, 25])] {
      let map = try model.features(filledClip([1, 3, 4, height, width])).maps[0]
      #expect([map.extent.h, map.extent.w] == grid, "\(height) x \(width)")
    }
  }

  /// Reference and fast ways over frames of drawn sizes.
  @Test(arguments: 0..<8 as Range<UInt64>) func drawnFramesAgreeWithReferences(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (height, width) = (Int.random(in: 20...60, using: &generator), Int.random(in: 20...60, using: &generator))
    let architecture = try Architecture(configured(Self.boxes + Self.ways[Int(seed) % 4]))
    let clip = filledClip([1, 3, 4, height, width])
    let expected = try loaded(architecture, engine: Engine(planner: ConvolutionPlanner(forced: .reference)))
      .detect(clip, Self.found).array
    for threads in [1, 3] {
      let found = try loaded(architecture, engine: Engine(threads: threads)).detect(clip, Self.found).array
      let gap = difference(found, expected, .absolute(2e-5), "seed \(seed)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  // MARK: Reversible

  private static let reversible =
    MViTTests.small + [
      "MVIT.DEPTH", "4", "MVIT.CLS_EMBED_ON", "False", "MVIT.REV.ENABLE", "True", "MVIT.REV.BUFFER_LAYERS", "[1]",
      "MVIT.POOL_Q_STRIDE", "[[1, 1, 2, 2]]",
    ]

  /// Of one block that does nothing, concatenated, both streams are the embedding: its features come twice.
  @Test func streamsBeginAlike() throws {
    let config = try configured(
      MViTTests.small + [
        "MVIT.DEPTH", "1", "MVIT.DIM_MUL", "[]", "MVIT.HEAD_MUL", "[]", "MVIT.POOL_Q_STRIDE", "[]",
        "MVIT.CLS_EMBED_ON", "False", "MVIT.REV.ENABLE", "True",
      ])
    let architecture = try Architecture(config)
    var nothing: [String: Tensor] = [:]
    for item in requested(architecture) where item.name.contains(".proj.") || item.name.contains(".fc2.") {
      if item.name.hasPrefix("rev_backbone.") { nothing[item.name] = Tensor(zeros: item.shape) }
    }
    #expect(nothing.count == 4)
    let named = try loaded(architecture, replacing: nothing).features(
      filledClip([1, 3, 4, 32, 32]), keepingNamed: true
    )
    .named
    func map(_ name: String) -> [Float]? { named.first { $0.name == name }?.map.channelsFirst().array }
    #expect(map("layers.0.p0") != nil && map("layers.0.p0") == map("layers.0.p1"))
  }

  @Test(arguments: ["avg", "add", "max", "min", "concat", "concat_linear_2", "ln+concat_linear_0.5_0.1"])
  func fusionsAgreeWithReferences(_ fusion: String) throws {
    let architecture = try Architecture(configured(Self.reversible + ["MVIT.REV.PRE_Q_FUSION", fusion]))
    let clip = filledClip([2, 3, 4, 32, 32])
    let plain = Engine(planner: ConvolutionPlanner(forced: .reference))
    let expected = try loaded(architecture, engine: plain).classify(clip).array
    let found = try loaded(architecture, engine: Engine(threads: 3)).classify(clip).array
    #expect(difference(found, expected, .absolute(2e-5), fusion) == nil)
    if KernelTable.best.supportsBFloat16 {
      let rough = try loaded(architecture, engine: Engine(threads: 2, activations: .bfloat16)).classify(clip).array
      #expect(difference(rough, expected, .absolute(0.02), fusion) == nil)
    }
  }
}

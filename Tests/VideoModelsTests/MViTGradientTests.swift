import Checkpoint
import Configuration
import Files
import Glibc
import Kernels
import ModelZoo
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

/// MViT of small widths in training.
@Suite struct MViTGradientTests {
  /// A network in training beside the same in evaluation.
  private struct Pair {
    let trained: TrainableModel
    let evaluated: VideoModel
    let clip: FeatureMap

    init(
      _ overrides: [String], _ engine: Engine = Engine(threads: 2), _ options: TrainingOptions = TrainingOptions()
    ) throws {
      let config = try configured(MViTTests.small + overrides)
      let architecture = try Architecture(config)
      let folder = TemporaryFolder()
      defer { folder.remove() }
      let path = folder.path + "/weights.safetensors"
      try writeSafetensors(
        requested(architecture).map { (name: $0.name, tensor: filled($0.name, $0.shape)) }, to: path)
      let weights = WeightReader(try Checkpoint(path: path))
      trained = try TrainableModel(architecture, weights: weights, engine: engine, options)
      try weights.report.check(allowPartial: false)
      evaluated = try loaded(architecture, engine: engine)
      clip = filledClip([2, 3, config[.dataNumFrames], 32, 32])
    }

    /// The sum of the scores times some factors, and the gradients of it.
    func loss(seed: UInt64 = 1) throws -> (value: Double, factors: Tensor) {
      let scores = try trained.forward(clip, seed: seed)
      let factors = Tensor(scores.shape, (0..<scores.count).map { Float($0 % 7) - 2.5 })
      return (zip(scores.values, factors.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }, factors)
    }

    func gradients() throws -> [[Float]] {
      let factors = try loss().factors
      trained.clearGradients()
      trained.backward(factors)
      return trained.parameters.map(\.gradient.array)
    }

    /// The slope of the loss along its gradient, by differences and by that.
    func growth(step length: Double = 3e-4) throws -> (found: Double, foretold: Double) {
      let gradients = try gradients()
      let square = gradients.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1) * Double($1) } }
      let start = trained.parameters.map(\.value.array)
      let step = length / square.squareRoot()
      let losses = try [-step, step].map { step in
        for (parameter, (value, gradient)) in zip(trained.parameters, zip(start, gradients)) {
          for i in value.indices { parameter.value.mutableValues[i] = value[i] + Float(step) * gradient[i] }
          parameter.hasChanged()
        }
        return try loss().value
      }
      return ((losses[1] - losses[0]) / (2 * step), square)
    }
  }

  private static let plain = ["MVIT.DROPPATH_RATE", "0.0"]

  /// Networks as drawn: without what is left out at random, training scores as evaluation does, before the activation.
  @Test(arguments: 0..<16 as Range<UInt64>) func scoresAsInEvaluation(_ seed: UInt64) throws {
    let pair = try Pair(MViTTests.drawn(seed) + Self.plain)
    let rows = try pair.trained.forward(pair.clip)
    let expected = try pair.evaluated.classify(pair.clip)
    let classes = rows.shape[1]
    let found = (0..<rows.shape[0]).flatMap { row -> [Float] in
      let powers = rows.values[row * classes..<(row + 1) * classes].map { exp(Double($0)) }
      return powers.map { Float($0 / powers.reduce(0, +)) }
    }
    let gap = difference(found, expected.array, .absolute(2e-5), "seed \(seed)")
    #expect(gap == nil, "\(gap ?? "")")
  }

  /// Along the gradient itself, the loss of drawn networks grows as foretold.
  @Test(arguments: 0..<16 as Range<UInt64>) func foretellsDifferences(_ seed: UInt64) throws {
    let growth = try Pair(MViTTests.drawn(seed) + Self.plain).growth()
    #expect(abs(growth.found / growth.foretold - 1) < 5e-3, "seed \(seed): \(growth), \(MViTTests.drawn(seed))")
  }

  /// A network for gradients of scores leaves nothing out at random.
  @Test func evaluationDrawsNothing() throws {
    let rates = ["MVIT.DROPPATH_RATE", "0.5", "MVIT.DROPOUT_RATE", "0.5"]
    let pair = try Pair(MViTTests.second + rates, Engine(threads: 2), .evaluation)
    let plain = try Pair(MViTTests.second + Self.plain)
    #expect(try pair.trained.forward(pair.clip, seed: 3).array == plain.trained.forward(plain.clip).array)
  }

  @Test(arguments: [3, 8] as [UInt64]) func threadsHaveNoPartInIt(_ seed: UInt64) throws {
    let overrides = MViTTests.drawn(seed) + ["MVIT.DROPPATH_RATE", "0.4", "MVIT.DROPOUT_RATE", "0.2"]
    let one = try Pair(overrides, Engine(threads: 1)).gradients()
    #expect(try Pair(overrides, Engine(threads: 3)).gradients() == one)
  }

  /// Everything that is learned has a gradient, but for what softmax does not see and what a head that reads the class token
  /// alone leaves out.
  @Test(arguments: [[], MViTTests.second, MViTTests.second + ["MVIT.CLS_EMBED_ON", "False"]])
  func everythingIsLearned(_ overrides: [String]) throws {
    let pair = try Pair(overrides + Self.plain)
    let gradients = try pair.gradients()
    let isOfMap = pair.trained.architecture.namesWithoutDecay.contains("cls_token")
    for (parameter, gradient) in zip(pair.trained.parameters, gradients) {
      let name = parameter.name
      let isUnseen =
        name.hasSuffix("norm_k.bias") || (isOfMap && name.hasPrefix("blocks.1.attn.rel_pos"))
        || (isOfMap && name == "blocks.1.attn.pool_q.weight")
      let largest = gradient.map { abs($0) }.max() ?? 0
      #expect(isUnseen ? largest < 1e-4 : largest > 1e-6, "\(name): \(largest)")
    }
  }

  /// Branches of the last block are left out at times, those of the first never.
  @Test func dropPathIsDrawnByTheSeed() throws {
    let pair = try Pair(MViTTests.second + ["MVIT.DROPPATH_RATE", "0.5"])
    let scores = try (0..<8).map { try pair.trained.forward(pair.clip, seed: UInt64($0)).array }
    #expect(Set(scores).count > 2)
    #expect(try pair.trained.forward(pair.clip, seed: 3).array == scores[3])
    #expect(pair.trained.network.operators.filter { $0.name.hasPrefix("drop path") }.count == 2)
    let first = try Pair(["MVIT.DEPTH", "1", "MVIT.DIM_MUL", "[]", "MVIT.HEAD_MUL", "[]", "MVIT.POOL_Q_STRIDE", "[]"])
    #expect(!first.trained.network.operators.contains { $0.name.hasPrefix("drop path") })
  }

  @Test(arguments: [
    ([], ["pos_embed", "cls_token"]),
    (["MVIT.SEP_POS_EMBED", "True"], ["pos_embed_spatial", "pos_embed_temporal", "pos_embed_class", "cls_token"]),
    (MViTTests.second, ["rel_pos_h", "rel_pos_w", "rel_pos_hw", "rel_pos_t", "cls_token"]),
    (["MVIT.ZERO_DECAY_POS_CLS", "False"], []),
  ])
  func namesWithoutDecay(_ overrides: [String], _ names: [String]) throws {
    #expect(try Architecture(configured(MViTTests.small + overrides)).namesWithoutDecay == names)
  }

  @Test(arguments: ["MVIT.DROPPATH_RATE", "MVIT.DROPOUT_RATE"]) func badRatesAreNamed(_ key: String) {
    let error = #expect(throws: (any Error).self) {
      try Architecture(configured(MViTTests.small + [key, "1.0"]))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(key))
  }

  /// Boxes on the map of a network with a RoI head.
  @Test func boxes() throws {
    let overrides =
      MViTTests.second + Self.plain + [
        "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "DETECTION.SPATIAL_SCALE_FACTOR", "8",
        "DETECTION.ROI_XFORM_RESOLUTION", "2",
      ]
    let pair = try Pair(overrides)
    let regions = [
      Region(batchIndex: 0, x1: 2, y1: 3, x2: 20, y2: 30), Region(batchIndex: 1, x1: 0, y1: 0, x2: 31, y2: 31),
    ]
    let scores = try pair.trained.forward(pair.clip, regions)
    #expect(difference(scores.array, try pair.evaluated.detect(pair.clip, regions).array, .absolute(1e-5)) == nil)
    pair.trained.clearGradients()
    pair.trained.backward(Tensor(scores.shape, [Float](repeating: 1, count: scores.count)))
    #expect(pair.trained.parameters.allSatisfy { $0.gradient.array.contains { $0 != 0 } })
  }

  /// Two streams, and every way in which they become one.
  @Test(arguments: [
    ("max", "concat"), ("min", "concat_linear_2"), ("avg", "add"), ("concat_linear_2", "ln+concat_linear"),
  ]) func reversibleNetworks(_ inside: String, _ atEnd: String) throws {
    let overrides =
      Self.plain + [
        "MVIT.REV.ENABLE", "True", "MVIT.CLS_EMBED_ON", "False", "MVIT.USE_MEAN_POOLING", "True",
        "MVIT.DEPTH", "3", "MVIT.REV.BUFFER_LAYERS", "[1]", "MVIT.REV.PRE_Q_FUSION", inside, "MVIT.REV.RESPATH_FUSE",
        atEnd,
      ]
    let growth = try Pair(overrides).growth()
    #expect(abs(growth.found / growth.foretold - 1) < 5e-3, "\(growth)")
  }
}

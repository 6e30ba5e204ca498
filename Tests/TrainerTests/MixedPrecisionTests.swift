import Checkpoint
import Configuration
import Kernels
import NN
import Optimization
import Tensors
import TestSupport
import Testing
import Trainer
import TrainingData
import VideoModels

/// Three convolutions with normalisations, and shortcuts.
private struct Layers: Backbone {
  var frames: Int { 2 }
  var inputs: [PathwayInput] { [PathwayInput(channels: 3, frames: [0, 1])] }
  var featureChannels: [Int] { [8] }
  var featureStride: Int { 1 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    func layer(_ x: Value, _ channels: Int, _ name: String, adding other: Value? = nil) -> Value {
      let shape = ConvolutionShape(channels, 8, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
      return builder.convolution(
        x, shape, builder.weights[name], "conv", norm: "bn", epilogue: .relu, adding: other)
    }
    let first = layer(inputs[0], 3, "one")
    let second = layer(first, 8, "two", adding: first)
    return [layer(second, 8, "three", adding: second)]
  }
}

/// Training with TRAIN.MIXED_PRECISION.
@Suite struct MixedPrecisionTests {
  private let engine = Engine(threads: 2)

  private func session(_ isMixed: Bool, weights: WeightReader? = nil) throws -> TrainingSession {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "SOLVER.BASE_LR", "0.1", "MODEL.DROPOUT_RATE", "0.0", "TRAIN.MIXED_PRECISION", isMixed ? "True" : "False",
    ])
    let settings = try TrainingSettings(config)
    #expect(settings.network.keepsBFloat16 == isMixed)
    let architecture = Architecture(
      backbone: Layers(), head: ClassificationHead(classes: 3, activation: .none, window: nil))
    let model = try TrainableModel(
      architecture, weights: weights ?? WeightReader(RandomWeights(seed: 4)), engine: engine, settings.network)
    return try TrainingSession(model, settings, engine: engine)
  }

  private func batch(_ number: Int) -> TrainingBatch {
    let clip = FeatureMap(channelsFirst: filled([6, 3, 2, 8, 8], seed: UInt64(number % 3 + 9)))
    return TrainingBatch(clip: clip, targets: .classes([0, 1, 2, 0, 1, 2]))
  }

  private func losses(_ session: TrainingSession, _ steps: Int) throws -> [Double] {
    try (0..<steps).map { try session.step(batch($0), epoch: 0, iteration: $0, of: steps).loss }
  }

  @Test func trainsAsFloat32Does() throws {
    let (mixed, plain) = (try session(true), try session(false))
    let (losses, others) = (try losses(mixed, 60), try losses(plain, 60))
    #expect(losses != others)
    // Three times over all batches: what they have learned is much more than what they are apart.
    let (end, other) = (losses.suffix(3).reduce(0, +) / 3, others.suffix(3).reduce(0, +) / 3)
    #expect(end < losses[0] / 2 && abs(end - other) < 0.05 * (losses[0] - end), "\(losses[0]): \(end), \(other)")
    #expect(mixed.model.activationBytes < plain.model.activationBytes)
  }

  /// Weights and what the optimizer keeps are float32, and any precision goes on with them.
  @Test(arguments: [true, false]) func checkpointsAreFloat32(_ goesOnMixed: Bool) throws {
    let scratch = TemporaryFolder()
    let path = scratch.path + "/checkpoint.pyth"
    let first = try session(true)
    _ = try losses(first, 4)
    try first.save(to: path, epoch: 0, learningRate: 0.1, configText: "TRAIN:\n  MIXED_PRECISION: true\n")
    let file = try Checkpoint(path: path, withOptimizer: true)
    let next = try session(goesOnMixed, weights: WeightReader(file))
    #expect(try next.resume(from: file))
    for (a, b) in zip(first.model.parameters, next.model.parameters) {
      #expect(difference(a.value.array, b.value.array, .exact) == nil, "\(a.name)")
    }
    #expect(first.model.parameters.contains { $0.value.array.contains { $0.bitPattern & 0xffff != 0 } })
    let (a, b) = (
      try first.step(batch(4), epoch: 0, iteration: 4, of: 9), try next.step(batch(4), epoch: 0, iteration: 4, of: 9)
    )
    #expect(goesOnMixed ? a.loss == b.loss : abs(a.loss - b.loss) < 0.02 * a.loss, "\(a.loss), \(b.loss)")
  }

  @Test func lossesThatAreNoNumbersHaveTheirLayer() throws {
    let session = try session(true)
    let broken = try #require(session.model.parameters.first { $0.name == "two.conv.weight" })
    broken.value.mutableValues[5] = .infinity
    broken.hasChanged()
    let error = #expect(throws: TrainingError.self) {
      try session.step(batch(0), epoch: 0, iteration: 0, of: 1)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("two.conv.weight"), "\(error.map { "\($0)" } ?? "")")
  }
}

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

/// A convolution and its normalisation, over clips of any number of frames.
private struct Layers: Backbone {
  var frames = 2
  var width = 4
  var inputs: [PathwayInput] { [PathwayInput(channels: 3, frames: Array(0..<frames))] }
  var featureChannels: [Int] { [width] }
  var featureStride: Int { 2 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let shape = ConvolutionShape(
      3, width, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    return [builder.convolution(inputs[0], shape, builder.weights["one"], "conv", norm: "bn", epilogue: .relu)]
  }
}

/// A training that goes over to another network with the same parameters.
@Suite struct ContinuedSessionTests {
  private let engine = Engine(threads: 2)

  private func model(_ backbone: Layers, splits: Int? = nil, seed: UInt64 = 4) throws -> TrainableModel {
    let head = ClassificationHead(classes: 3, activation: .none, window: nil)
    return try TrainableModel(
      Architecture(backbone: backbone, head: head), weights: WeightReader(RandomWeights(seed: seed)), engine: engine,
      TrainingOptions(splits: splits ?? 1, isSubBatchNorm: splits != nil))
  }

  private func session() throws -> TrainingSession {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "SOLVER.BASE_LR", "0.1", "SOLVER.WEIGHT_DECAY", "0.0", "BN.WEIGHT_DECAY", "0.0", "MODEL.DROPOUT_RATE", "0.0",
      "SOLVER.OPTIMIZING_METHOD", "adam",
    ])
    return try TrainingSession(model(Layers()), TrainingSettings(config), engine: engine)
  }

  private func step(_ session: TrainingSession, _ number: Int, frames: Int = 2) throws -> Double {
    let clip = FeatureMap(channelsFirst: filled([4, 3, frames, 8, 8], seed: UInt64(number + 9)))
    return try session.step(
      TrainingBatch(clip: clip, targets: .classes([0, 1, 2, 0])), epoch: 0, iteration: number, of: 9
    ).loss
  }

  /// Everything that a step depends on goes along, in whatever groups the parameters are: the next step is the same.
  @Test(arguments: [nil, 1]) func nothingIsLost(_ splits: Int?) throws {
    let (one, other) = (try session(), try session())
    for number in 0..<2 {
      _ = try step(one, number)
      _ = try step(other, number)
    }
    let continued = try other.continued(on: model(Layers(), splits: splits, seed: 77))
    #expect(try step(one, 2) == step(continued, 2))
    for (a, b) in zip(one.model.parameters, continued.model.parameters) {
      #expect(a.name == b.name && a.value.array == b.value.array, "\(a.name)")
    }
    for (a, b) in zip(one.model.statistics, continued.model.statistics) {
      #expect(a.mean.array == b.mean.array && a.variance.array == b.variance.array && a.batches == b.batches)
    }
  }

  /// Parts of a batch begin with the statistics of the whole, and a whole with those of its parts together; clips may be longer.
  @Test func batchNormsArePartedAndJoined() throws {
    let start = try session()
    _ = try step(start, 0)
    let parted = try start.continued(on: model(Layers(), splits: 2))
    let (whole, parts) = (start.model.statistics[0], parted.model.statistics[0])
    #expect(parts.mean.array == whole.mean.array + whole.mean.array)
    #expect(parts.variance.array == whole.variance.array + whole.variance.array)
    _ = try step(parted, 1)
    let joined = try parted.continued(on: model(Layers(frames: 3)))
    let aggregated = parted.model.statistics[0].aggregated
    #expect(joined.model.statistics[0].mean.array == aggregated.mean.array)
    #expect(joined.model.statistics[0].variance.array == aggregated.variance.array)
    #expect(try step(joined, 2, frames: 3).isFinite)
  }

  @Test func anotherNetworkIsRefused() throws {
    let start = try session()
    #expect(throws: TrainingError.otherParameters(name: "one.conv.weight")) {
      try start.continued(on: model(Layers(width: 5)))
    }
  }
}

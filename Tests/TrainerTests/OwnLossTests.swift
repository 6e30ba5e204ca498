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

/// A loss that the trainer has never heard of: keeps the scores of two clips of a video alike, half the mean square of their
/// difference.
struct Consistency: Loss {
  var name: String { "consistency" }
  var outputCount: Int { 2 }

  func evaluate(_ outputs: [Tensor], _ targets: Targets) throws(LossError) -> LossResult {
    let (first, second) = (outputs[0], outputs[1])
    let gradients = [Tensor(zeros: first.shape), Tensor(zeros: second.shape)]
    let share = 1 / Double(first.count)
    var sum = 0.0
    for index in 0..<first.count {
      let gap = Double(first.values[index]) - Double(second.values[index])
      sum += gap * gap * share / 2
      gradients[0].mutableValues[index] = Float(gap * share)
      gradients[1].mutableValues[index] = Float(-gap * share)
    }
    return LossResult(value: sum, gradients: gradients)
  }
}

/// A network of one convolution over every frame.
struct OneLayer: Backbone {
  var frames: Int { 2 }
  var inputs: [PathwayInput] { [PathwayInput(channels: 3, frames: [0, 1])] }
  var featureChannels: [Int] { [4] }
  var featureStride: Int { 2 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let shape = ConvolutionShape(
      3, 4, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    return [builder.convolution(inputs[0], shape, builder.weights["one"], "conv", norm: nil, epilogue: .relu)]
  }
}

/// A loss over several clips of each sample: a type with its number of outputs, and nothing else.
@Suite struct OwnLossTests {
  private func session(_ loss: any Loss) throws -> TrainingSession {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "SOLVER.BASE_LR", "0.5", "SOLVER.WEIGHT_DECAY", "0.0", "MODEL.DROPOUT_RATE", "0.0", "SOLVER.MOMENTUM", "0.0",
      "SOLVER.NESTEROV", "False",
    ])
    var settings = try TrainingSettings(config)
    settings.loss = loss
    let engine = Engine(threads: 2)
    var weights = RandomWeights(seed: 4)
    weights.linearStd = 1
    let head = ClassificationHead(classes: 3, activation: .none, window: nil)
    let model = try TrainableModel(
      Architecture(backbone: OneLayer(), head: head), weights: WeightReader(weights), engine: engine, settings.network)
    return try TrainingSession(model, settings, engine: engine)
  }

  /// Three samples of two clips each, one after the other.
  private func batch() -> TrainingBatch {
    TrainingBatch(
      clip: FeatureMap(channelsFirst: filled([6, 3, 2, 8, 8], seed: 9)), targets: .none,
      samples: [0, 0, 1, 1, 2, 2])
  }

  /// The loss of a step is that of the clips' rows taken apart, and its gradients are those of the same function of all rows.
  @Test func seesTheClipsOfEachSample() throws {
    let session = try session(Consistency())
    let step = try session.step(batch(), epoch: 0, iteration: 0, of: 1)
    #expect(step.scores.shape == [6, 3])
    let rows = (0..<6).map { Array(step.scores.array[$0 * 3..<($0 + 1) * 3]) }
    var expected = 0.0
    for row in stride(from: 0, to: 6, by: 2) {
      for (first, second) in zip(rows[row], rows[row + 1]) {
        expected += Double(first - second) * Double(first - second)
      }
    }
    #expect(abs(step.loss - expected / 18) < 1e-6 && step.loss > 1e-4)

    // Two scores that are to be alike are to be each other's, as of now: of the mean square over all rows the slope is the same.
    let other = try self.session(MeanSquaredError())
    var turned = batch()
    turned.targets = .soft(Tensor([6, 3], (0..<6).flatMap { rows[$0 ^ 1] }))
    _ = try other.step(turned, epoch: 0, iteration: 0, of: 1)
    for (own, same) in zip(session.model.parameters, other.model.parameters) {
      #expect(difference(own.gradient.array, same.gradient.array, .absolute(1e-6), own.name) == nil)
    }
  }

  @Test func isLearned() throws {
    let session = try session(Consistency())
    let batch = batch()
    let losses = try (0..<30).map { try session.step(batch, epoch: 0, iteration: $0, of: 30).loss }
    #expect(losses[29] < losses[0] / 4, "\(losses[0]), then \(losses[29])")
  }
}

/// Repeatable numbers from -1 to 1.
func filled(_ shape: [Int], seed: UInt64) -> Tensor {
  var random = SeededGenerator(seed: seed)
  return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1)) })
}

import Augmentation
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

/// A network that the models have never heard of: it sees a clip, and a picture of its sound.
private struct SightAndSound: Backbone {
  let frames: Int

  var inputs: [PathwayInput] {
    [PathwayInput(channels: 3, frames: Array(0..<frames)), PathwayInput(channels: 1, frames: [0], source: "sound")]
  }
  var featureChannels: [Int] { [8, 8] }
  var featureStride: Int { 2 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let sight = ConvolutionShape(
      3, 8, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1))
    let sound = ConvolutionShape(1, 8, kernel: Extent3(1, 3, 3), stride: .one, padding: Extent3(0, 1, 1))
    return [
      builder.convolution(inputs[0], sight, builder.weights["sight"], "conv", norm: "bn", epilogue: .relu),
      builder.convolution(inputs[1], sound, builder.weights["sound"], "conv", norm: "bn", epilogue: .relu),
    ]
  }
}

/// Clips that are bright or dark, and sounds that are a chord or a beat: only both together tell the class.
private struct Concerts: TrainingDataset {
  let count = 16
  let notices: [String] = []
  /// Whether the sounds are there.
  var isHeard = true

  func name(of index: Int) -> String { "concert \(index)" }

  func examples(_ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws) throws -> [TrainingExample] {
    let clip = FeatureMap(zeros: 1, Extent3(shape.frames, shape.crop, shape.crop), channels: 3)
    for position in 0..<clip.positions * 3 { clip.start[position] = Float(index % 2) + 0.1 * draws.noise(1)[0] }
    // Frequencies from top to bottom, time from left to right: a chord lasts, a beat has all frequencies.
    let sound = FeatureMap(zeros: 1, Extent3(1, 12, 20), channels: 1)
    let place = draws.integer(in: 2..<10)
    for along in 0..<12 {
      let position = index / 2 % 2 == 0 ? place * 20 + along : along * 20 + place
      sound.start[position] = 1
    }
    return [TrainingExample(clip: clip, targets: .classes([index % 4]), others: isHeard ? ["sound": sound] : [:])]
  }
}

/// Inputs of several kinds go from a data set through the loader to the pathways that name them, and are learned from.
@Suite struct OwnInputTests {
  private static let shape = SampleShape(frames: 2, rates: 1...1, crop: 8, shortSides: 8...8)

  private func session() throws -> TrainingSession {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "SOLVER.OPTIMIZING_METHOD", "adam", "SOLVER.BASE_LR", "0.05", "SOLVER.WEIGHT_DECAY", "0.0", "MODEL.DROPOUT_RATE",
      "0.0", "TRAIN.BATCH_SIZE", "16",
    ])
    let settings = try TrainingSettings(config)
    let engine = Engine(threads: 2)
    let architecture = Architecture(
      backbone: SightAndSound(frames: 2), head: ClassificationHead(classes: 4, activation: .softmax, window: nil))
    let model = try TrainableModel(
      architecture, weights: WeightReader(RandomWeights(seed: 1)), engine: engine, settings.network)
    return try TrainingSession(model, settings, engine: engine)
  }

  private func batches(_ data: Concerts, epoch: Int) throws -> TrainingBatch {
    let plan = try EpochPlan(
      EpochOrder(count: data.count, seed: 1, epoch: epoch), [BatchForm(samples: 16, shape: Self.shape)])
    return try #require(try BatchLoader(data, plan, LoaderOptions(workers: 2)).next())
  }

  @Test func isLearned() throws {
    let session = try session()
    #expect(session.model.parameters.map(\.name).contains("sound.conv.weight"))
    var losses: [Double] = []
    for epoch in 0..<40 {
      losses.append(try session.step(batches(Concerts(), epoch: epoch), epoch: 0, iteration: 0, of: 1).loss)
    }
    // By sight alone two classes are alike, which costs log 2.
    #expect(losses[0] > 1 && losses[39] < 0.2, "\(losses[0]), then \(losses[39])")
  }

  @Test func arrivesInTheOrderOfTheClips() throws {
    let batch = try batches(Concerts(), epoch: 0)
    let sound = try #require(batch.others["sound"])
    #expect(sound.batch == 16 && sound.extent == Extent3(1, 12, 20) && sound.channels == 1)
    for (number, sample) in batch.samples.enumerated() {
      let lit = (0..<240).filter { sound.start[number * 240 + $0] > 0 }
      let isChord = lit.allSatisfy { $0 / 20 == lit[0] / 20 }
      #expect(lit.count == 12 && isChord == (sample / 2 % 2 == 0), "sample \(sample)")
    }
  }

  @Test func whatIsNotThere() throws {
    let session = try session()
    let deaf = try batches(Concerts(isHeard: false), epoch: 0)
    let error = #expect(throws: VideoModelError.self) { try session.step(deaf, epoch: 0, iteration: 0, of: 1) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("'sound' is not there, expected 16 of 1 or more frames"))
    let model = VideoModel(
      session.model.architecture, weights: WeightReader(RandomWeights(seed: 1)), engine: Engine(threads: 1))
    #expect(throws: VideoModelError.trainedAlone(input: "sound")) { try model.classify(deaf.clip) }
  }
}

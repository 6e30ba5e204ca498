internal import ArgumentParser
internal import BenchReports
internal import Checkpoint
internal import Configuration
internal import JSON
internal import Kernels
internal import ModelZoo
internal import NN
internal import Optimization
internal import RoIAlign
internal import Tensors
internal import Trainer
internal import TrainingData
internal import VideoModels

struct BenchTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Measures steps of training: forward and backward pass, and the optimizer.",
    discussion: """
      Random clips and weights; three boxes a clip where the network scores boxes. Without --cfg it is SlowFast R50 32x2 \
      for AVA. What loading and decoding of clips take is not in it.
      """)

  @OptionGroup var options: BenchModelOptions

  @Option(help: "Clips of a step.")
  var clips = 8

  @Option(help: "Height and width of the clips (default: DATA.TRAIN_CROP_SIZE).")
  var crop: Int?

  @Option(help: "How many steps to measure; the best and the median are printed.")
  var runs = 5

  @Flag(help: "Also time every operator of one step.")
  var layers = false

  @Option(help: "How to print the result.")
  var format = BenchFormat.text

  func validate() throws {
    for (name, value, limit) in [("--clips", clips, 1024), ("--crop", crop ?? 1, 2048), ("--runs", runs, 100_000)]
    where value < 1 || value > limit {
      throw ValidationError("\(name) is \(value) -> give 1 to \(limit)")
    }
    if options.engine.precision != .fp32 {
      throw ValidationError(
        "--precision: networks are trained in fp32 -> leave it out, or set TRAIN.MIXED_PRECISION True to keep values in bf16"
      )
    }
    try options.words.check()
  }

  func run() throws {
    let engine = try options.engine.make()
    let config = try options.loadWithNotices()
    let settings = try TrainingSettings(config)
    let model = try TrainableModel(
      Architecture(config), weights: WeightReader(random: 1), engine: engine, settings.network)
    let session = try TrainingSession(model, settings, engine: engine)
    let batch = batch(model, side: crop ?? config[.dataTrainCropSize])
    let timing = try Timing(runs: runs) { _ = try session.step(batch, epoch: 0, iteration: 0, of: 1) }
    var result = TrainingBenchmark(
      timing, runs: runs, clips: clips, activationBytes: model.activationBytes, setting: BenchSetting(engine))
    if layers { result.layers = try layerTimes(model, batch) }
    switch format {
    case .json: print(result.json.text)
    case .text:
      print(result.text)
      if layers { print(result.table, terminator: "") }
    }
  }

  private func batch(_ model: TrainableModel, side: Int) -> TrainingBatch {
    var generator = SeededGenerator(seed: 1)
    let backbone = model.architecture.backbone
    let clip = FeatureMap(
      zeros: clips, Extent3(backbone.frames, side, side), channels: backbone.inputs.first?.channels ?? 3)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
    let isOfBoxes = model.architecture.head.scoresBoxes
    let regions = (0..<(isOfBoxes ? 3 * clips : 0)).map { index in
      let (x, y) = (generator.uniform(0, Double(side) / 2), generator.uniform(0, Double(side) / 2))
      return Region(
        batchIndex: index / 3, x1: Float(x), y1: Float(y), x2: Float(x + Double(side) / 3),
        y2: Float(y + Double(side) / 2))
    }
    let classes = model.architecture.head.classes
    guard isOfBoxes else {
      return TrainingBatch(clip: clip, targets: .classes((0..<clips).map { $0 % classes }))
    }
    let targets = Tensor(zeros: [regions.count, classes])
    for row in regions.indices { targets.mutableValues[row * classes + row % classes] = 1 }
    return TrainingBatch(clip: clip, regions: regions, targets: .soft(targets))
  }

  private func layerTimes(_ model: TrainableModel, _ batch: TrainingBatch) throws -> [TrainingPlan.LayerTime] {
    let scores = try model.forward(batch.clip, batch.regions)
    let gradient = Tensor(zeros: scores.shape)
    gradient.mutableValues.update(repeating: 1e-3)
    return model.timedLayers(gradient)
  }
}

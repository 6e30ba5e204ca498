internal import ArgumentParser
internal import Configuration
internal import BenchReports
internal import Files
internal import Geometry
internal import Inference
internal import JSON
internal import Kernels
internal import ModelZoo
internal import NN
internal import Parallel
internal import RoIAlign
internal import Tensors
internal import VideoModels

/// One clip through backbone and head.
struct BenchClipCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clip",
    abstract: "Measures one clip through backbone and head (what plain `bench` does).",
    discussion: """
      Without --cfg it is SlowFast R50 32x2 for AVA; without --weights the weights are random from a seed: the \
      arithmetic does not depend on them. The clip and three boxes are random too.
      """)

  @OptionGroup var options: BenchModelOptions
  @Option(help: ArgumentHelp("The weights.", valueName: "file"))
  var weights: String?
  @Option(
    help: ArgumentHelp(
      "Width and height of the clip (default: 455x256, a square of DATA.TEST_CROP_SIZE where the network scores whole clips).",
      valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var size: SizeArgument?
  @Option(help: "Clips that are computed together; seconds are those of all of them.")
  var batch = 1
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 5
  @Option(help: "How to print the result.")
  var format = BenchFormat.text
  @Flag(help: "Also measure the most that the vector units can do, in the same run.")
  var peak = false
  @Flag(help: "Print the algorithm chosen for every layer, and compute nothing.")
  var plan = false
  @Flag(help: "Also print what every layer costs: multiply-adds, bytes, seconds, share of the peak.")
  var layers = false

  @OptionGroup var cores: CoresOption

  func validate() throws {
    try cores.validate(format)
    if format == .json && (layers || plan) {
      throw ValidationError("--layers and --plan print tables, --format json one object -> leave one of them away")
    }
    if runs < 1 || runs > 100_000 { throw ValidationError("--runs is \(runs) -> give 1 to 100000") }
    if batch < 1 || batch > 64 { throw ValidationError("--batch is \(batch) -> give 1 to 64") }
    if let size, max(size.size.width, size.size.height) > 8192 {
      throw ValidationError("--size is \(size) -> give at most 8192x8192")
    }
    try options.words.check()
  }

  func run() throws {
    if let hint = size?.hint("--size") { Console.say("note: \(hint)") }
    let engine = try options.engine.make()
    let config = try options.loadWithNotices(
      adding: weights.map { [Key.testCheckpointFilePath.name, pythonString($0)] } ?? [])
    let model = try LoadedModel(
      config, WeightOptions(randomSeed: weights == nil ? 1 : nil, calibration: options.engine.calibration),
      engine: engine
    ).model
    let crop = config[.dataTestCropSize]
    let usual = config[.detectionEnable] ? ImageSize(width: 455, height: 256) : ImageSize(width: crop, height: crop)
    let size = size?.size ?? usual
    warnOfPlainLoops(model)
    if plan { return try printPlan(model, size) }
    let ready = processAge()
    let problem = try ClipProblem(model, size, batch: batch)
    let timing = try Timing(runs: runs) { try problem.run(model) }
    let macs = try problem.macs(model)
    let costs = peak || layers ? try problem.layers(model) : []
    let rate = peak || layers ? PeakRate(measured: measurePeak(engine), layers: costs) : nil
    var result = ClipBenchmark(
      timing: timing, runs: runs, setting: BenchSetting(engine), macs: macs, size: size, batch: batch)
    result.ready = ready
    result.peak = rate
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
    }
    if let forecast = try cores.forecast(model, problem.clip, engine, runs: runs) {
      print(forecast.text, terminator: "")
    }
    if layers { print(layerTable(costs, peak: result.peak?.rate ?? 1), terminator: "") }
  }

  private func printPlan(_ model: VideoModel, _ size: ImageSize) throws {
    let plan = try model.plan(batch: batch, height: size.height, width: size.width)
    print(planTable(plan.layers()), terminator: "")
  }
}

/// Random clips with three people each, or none where the head classifies.
private struct ClipProblem {
  let clip: FeatureMap
  let regions: [Region]
  let detects: Bool

  init(_ model: VideoModel, _ size: ImageSize, batch: Int) throws {
    var generator = SeededGenerator(seed: 1)
    let backbone = model.architecture.backbone
    clip = FeatureMap(
      zeros: batch, Extent3(backbone.frames, size.height, size.width), channels: backbone.inputs.first?.channels ?? 3)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
    detects = model.architecture.head.scoresBoxes
    regions = (0..<3 * batch).map { index in
      let x = generator.uniform(0, Double(size.width) / 2)
      let y = generator.uniform(0, Double(size.height) / 2)
      return Region(
        batchIndex: index / 3, x1: Float(x), y1: Float(y), x2: Float(x + Double(size.width) / 3),
        y2: Float(y + Double(size.height) / 2))
    }
  }

  func run(_ model: VideoModel) throws {
    _ = try runningConfigured { try detects ? model.detect(clip, regions) : model.classify(clip) }
  }

  /// Multiply-adds of all that `layers` lists.
  func macs(_ model: VideoModel) throws -> Int {
    try model.macs(batch: clip.batch, height: clip.extent.h, width: clip.extent.w, regions)
  }

  func layers(_ model: VideoModel) throws -> [LayerReport] {
    try model.timedLayers(clip, regions)
  }
}

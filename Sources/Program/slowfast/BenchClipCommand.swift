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
internal import Version
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
  @Option(help: ArgumentHelp("The weights.", valueName: "file"), completion: .file())
  var weights: String?
  @OptionGroup var clip: ClipSizeOptions
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 5
  @Option(help: "How to print the result.")
  var format = BenchFormat.text
  @Flag(help: "Also measure the most that the vector units can do, in the same run.")
  var peak = false
  @Flag(help: "Print the algorithm chosen for every layer, and compute nothing.")
  var plan = false
  @Flag(
    help: """
      Also print what every layer costs: multiply-adds, bytes, seconds (the best of --runs), share of the peak.
      """)
  var layers = false
  @Option(
    help: ArgumentHelp(
      """
      Compare with an earlier measurement of the same network on clips of the same size: what --format json printed. \
      With --layers in both, layer by layer.
      """, valueName: "file"), completion: .file())
  var compare: String?

  @OptionGroup var cores: CoresOption

  func validate() throws {
    try cores.validate(format)
    if format == .json && plan {
      throw ValidationError("--plan prints a table, --format json one object -> leave one of them away")
    }
    if compare != nil && plan {
      throw ValidationError("--plan computes nothing that --compare could compare -> leave one of them away")
    }
    if runs < 1 || runs > 100_000 { throw ValidationError("--runs is \(runs) -> give 1 to 100000") }
    try options.words.check()
  }

  func run() throws {
    // What is wrong with it is said before anything is computed.
    let earlier = try compare.map { path in
      (path: path, record: try ClipRecord(readFile(path, doing: ClipRecord.reading, limit: 1 << 28), path: path))
    }
    let engine = try options.engine.make()
    let config = try options.loadWithNotices(
      adding: weights.map { [Key.testCheckpointFilePath.name, pythonString($0)] } ?? [])
    let model = try LoadedModel(
      config, WeightOptions(randomSeed: weights == nil ? 1 : nil, calibration: options.engine.calibration),
      engine: engine
    ).model
    let size = clip.size(config)
    for notice in model.algorithmNotices(dashes: "--") { Console.warn(notice) }
    if plan { return try printPlan(model, size) }
    let subject = ClipSubject(model, config)
    if let earlier { try earlier.record.check(against: subject.network, size, batch: clip.batch, path: earlier.path) }
    let ready = processAge()
    let problem = try ClipProblem(model, size, batch: clip.batch)
    let timing = try Timing(runs: runs) { try problem.run(model) }
    let macs = try problem.macs(model)
    let costs = layers ? try problem.layers(model, runs: runs) : peak ? try problem.layers(model, runs: 1) : []
    let rate = peak || layers ? PeakRate(measured: measurePeak(engine), layers: costs) : nil
    var result = ClipBenchmark(
      timing: timing, runs: runs, setting: BenchSetting(engine), macs: macs, size: size, batch: clip.batch,
      subject: subject)
    result.ready = ready
    result.peak = rate
    result.layers = layers ? costs : nil
    let comparison = try earlier.map { try ClipComparison($0.record, result.record, path: $0.path) }
    switch format {
    case .json: print((comparison.map { result.json($0) } ?? result.json).text)
    case .text:
      print(result.text)
      if layers { print(layerTable(costs, peak: result.peak?.rate ?? 1), terminator: "") }
      if let comparison { print(comparison.text) }
    }
    if let forecast = try cores.forecast(model, problem.clip, engine, runs: runs) {
      print(forecast.text, terminator: "")
    }
  }

  private func printPlan(_ model: VideoModel, _ size: ImageSize) throws {
    let plan = try model.plan(batch: clip.batch, height: size.height, width: size.width)
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
    clip = randomClip(model, size, batch: batch, &generator)
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

  /// Every layer with the least seconds of some runs.
  func layers(_ model: VideoModel, runs: Int) throws -> [LayerReport] {
    try (1..<runs).reduce(model.timedLayers(clip, regions)) { best, _ in
      fastest(best, try model.timedLayers(clip, regions))
    }
  }
}

extension ClipSubject {
  fileprivate init(_ model: VideoModel, _ config: Configuration) {
    let backbone = model.architecture.backbone
    self.init(
      program: programVersion,
      network: Self.network(
        architecture: config[.modelArch], frames: backbone.frames, convolutions: model.network.convolutions.count,
        channels: backbone.featureChannels, classes: model.classes),
      processor: processorName())
  }
}

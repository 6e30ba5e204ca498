internal import ArgumentParser
internal import Files
internal import Geometry
internal import Inference
internal import JSON
internal import Kernels
internal import NN
internal import Parallel
internal import RoIAlign
internal import Tensors
internal import VideoModels
internal import Wording

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
    help: ArgumentHelp("Width and height of the clip (default: 455x256).", valueName: "WxH"),
    transform: PictureSize.init(argument:))
  var size = PictureSize(width: 455, height: 256)
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

  func validate() throws {
    if format == .json && (layers || plan) {
      throw ValidationError("--layers and --plan print tables, --format json one object -> leave one of them away")
    }
    if runs < 1 || runs > 100_000 { throw ValidationError("--runs is \(runs) -> give 1 to 100000") }
    if max(size.size.width, size.size.height) > 8192 {
      throw ValidationError("--size is \(size) -> give at most 8192x8192")
    }
    try options.words.check()
  }

  func run() throws {
    if let hint = size.hint("--size") { Console.say("note: \(hint)") }
    let size = size.size
    let engine = try options.engine.make()
    let config = try options.loadWithNotices(
      adding: weights.map { ["TEST.CHECKPOINT_FILE_PATH", pythonString($0)] } ?? [])
    let model = try LoadedModel(config, WeightOptions(randomSeed: weights == nil ? 1 : nil), engine: engine).model
    warnOfPlainLoops(model)
    if plan { return try printPlan(model, size) }
    let ready = processAge()
    let problem = try ClipProblem(model, size)
    let timing = try measure(runs: runs) { try problem.run(model) }
    var result = ClipBenchmark(
      timing: timing, runs: runs, engine: engine, macs: try problem.macs(model), size: size)
    result.ready = ready
    let costs = peak || layers ? try problem.layers(model) : []
    if peak || layers { result.peak = Peak(measured: measurePeak(engine), layers: costs) }
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
    }
    if layers { print(layerTable(costs, peak: result.peak?.rate ?? 1), terminator: "") }
  }

  private func printPlan(_ model: VideoModel, _ size: ImageSize) throws {
    let plan = try model.plan(batch: 1, height: size.height, width: size.width)
    let rows = plan.layers().map { [$0.operation, $0.output, $0.algorithm, fixed(Double($0.macs) / 1e9, 3)] }
    print(TextTable(["operation", "output (N x TxHxW x C)", "algorithm", "GMAC"], rows).text, terminator: "")
  }
}

/// A random clip with three people, or none where the head classifies.
private struct ClipProblem {
  let clip: FeatureMap
  let regions: [Region]
  let detects: Bool

  init(_ model: VideoModel, _ size: ImageSize) throws {
    var generator = SeededGenerator(seed: 1)
    clip = FeatureMap(zeros: 1, Extent3(model.architecture.backbone.frames, size.height, size.width), channels: 3)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
    detects = model.architecture.head.scoresBoxes
    regions = (0..<3).map { _ in
      let x = generator.uniform(0, Double(size.width) / 2)
      let y = generator.uniform(0, Double(size.height) / 2)
      return Region(
        batchIndex: 0, x1: Float(x), y1: Float(y), x2: Float(x + Double(size.width) / 3),
        y2: Float(y + Double(size.height) / 2))
    }
  }

  func run(_ model: VideoModel) throws {
    if detects { _ = try model.detect(clip, regions) } else { _ = try model.classify(clip) }
  }

  /// Multiply-adds of all that `layers` lists.
  func macs(_ model: VideoModel) throws -> Int {
    try model.macs(height: clip.extent.h, width: clip.extent.w, regions)
  }

  func layers(_ model: VideoModel) throws -> [LayerReport] {
    try model.timedLayers(clip, regions)
  }
}

/// Multiply-adds a second that the vector units reach, best of five.
private func measurePeak(_ engine: Engine) -> Double {
  let iterations = 2_000_000
  var macs = 0
  let timing = measure(runs: 5) { macs = engine.runPeak(iterations: iterations) }
  return Double(macs) / timing.best
}

/// The most multiply-adds a second that the vector units do.
private struct Peak {
  /// What a loop without memory reached.
  let measured: Double
  /// The fastest layer that does every product it is charged with: Winograd's do fewer.
  let fastestLayer: Double

  init(measured: Double, layers: [LayerReport]) {
    self.measured = measured
    let whole: Set = [ConvolutionAlgorithm.direct.rawValue, ConvolutionAlgorithm.planar.rawValue]
    let rates = layers.filter { whole.contains($0.algorithm) && $0.seconds > 0 }.map { Double($0.macs) / $0.seconds }
    fastestLayer = rates.max() ?? 0
  }

  /// What was reached is possible, whatever the loop says.
  var rate: Double { max(measured, fastestLayer) }

  var note: String {
    fastestLayer <= measured ? "" : " (a layer's rate; measured alone \(fixed(2 * measured / 1e9, 0)))"
  }
}

/// What the measurement of a clip prints.
private struct ClipBenchmark {
  let timing: Timing
  let runs: Int
  let engine: Engine
  let macs: Int
  let size: ImageSize
  var peak: Peak?
  /// Seconds from the start of the process until the weights were packed.
  var ready: Double?

  /// Seconds from the start of the process to the end of the first clip, without making up that clip.
  private var firstClip: Double? { ready.map { $0 + timing.first } }

  private var gmac: Double { Double(macs) / 1e9 }

  var text: String {
    var lines = [
      "clip \(size.width)x\(size.height), \(Precision(engine).rawValue), \(counted(engine.pool.threads, "thread")), kernels "
        + "\(engine.kernels.instructionSet.rawValue), \(fixed(gmac, 1)) GMAC",
      "best \(fixed(timing.best, 3)) s, median \(fixed(timing.median, 3)) s of \(counted(runs, "run")); "
        + "\(fixed(2 * gmac / timing.best, 0)) GFLOP/s; peak memory \(peakResidentBytes() >> 20) MB",
    ]
    if let ready, let firstClip {
      lines.append("ready \(fixed(ready, 2)) s after the start, first clip done after \(fixed(firstClip, 2)) s")
    }
    if let peak {
      lines.append(
        "vector units: \(fixed(2 * peak.rate / 1e9, 0)) GFLOP/s of \(Precision(engine).rawValue) at most\(peak.note); the "
          + "clip reaches \(fixed(100 * gmac * 1e9 / timing.best / peak.rate, 0)) %")
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    var fields: [(String, JSONValue)] = [
      ("clip_seconds_best", JSONValue(timing.best)), ("clip_seconds_median", JSONValue(timing.median)),
      ("runs", JSONValue(runs)),
      ("threads", JSONValue(engine.pool.threads)), ("precision", JSONValue(Precision(engine).rawValue)),
      ("kernels", JSONValue(engine.kernels.instructionSet.rawValue)),
      ("peak_rss_bytes", JSONValue(peakResidentBytes())),
      ("gmac", JSONValue(gmac)), ("height", JSONValue(size.height)), ("width", JSONValue(size.width)),
    ]
    if let ready, let firstClip {
      fields += [("ready_seconds", JSONValue(ready)), ("first_clip_seconds", JSONValue(firstClip))]
    }
    if let peak { fields.append(("peak_gflops", JSONValue(2 * peak.rate / 1e9))) }
    return .object(fields)
  }
}

/// The cost of every layer as a table.
private func layerTable(_ layers: [LayerReport], peak: Double) -> String {
  let rows = layers.map { layer in
    [
      layer.operation, layer.output, layer.algorithm, fixed(2 * Double(layer.macs) / 1e9, 2),
      fixed(Double(layer.bytes) / 1e6, 1), fixed(layer.seconds * 1e3, 2),
      layer.macs > 0 ? fixed(100 * Double(layer.macs) / layer.seconds / peak, 0) : "",
    ]
  }
  return TextTable(["operation", "output (N x TxHxW x C)", "algorithm", "GFLOP", "MB", "ms", "% of peak"], rows).text
}

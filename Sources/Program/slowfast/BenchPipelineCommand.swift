internal import ArgumentParser
internal import AVARecords
internal import Checkpoint
internal import Clips
internal import Configuration
internal import Datasets
internal import Geometry
internal import Glibc
internal import Imaging
internal import Inference
internal import JSON
internal import Kernels
internal import ModelZoo
internal import Parallel

internal import VideoModels
internal import Video
internal import Wording

/// A run over videos or lists of pictures, step by step.
struct BenchPipelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Measures a run from files to scores: opening, decoding, preparing clips, the network and its waiting.",
    discussion: """
      Scores three fixed boxes at regular key frames, as detect and test do theirs. Each step's cost is the processor's \
      seconds on its own thread; the last line of the table is what is left of the process, the network's threads among \
      it. With --network none the clips reach the network's input and nothing is computed of them, so that the sum is \
      what a key frame costs outside the network. Without --cfg it is SlowFast R50 32x2 for AVA; the weights are random.
      """)

  enum NetworkChoice: String, CaseIterable, ExpressibleByArgument {
    case config, none
  }

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Video files.", valueName: "file"))
  var videos: [String] = []
  @Option(
    help: ArgumentHelp(
      "A folder of pictures, or a folder with one such folder a video (AVA's frames).", valueName: "dir"))
  var frames: String?
  @Option(help: "Frames a second of a folder of pictures.")
  var fps = 30.0
  @Option(help: ArgumentHelp("Seconds from key frame to key frame.", valueName: "s"))
  var every = 1.0
  @Option(help: "The network of the config, or none: everything but its arithmetic.")
  var network = NetworkChoice.config
  @Option(name: .customLong("cfg"), help: ArgumentHelp("A PySlowFast config (YAML).", valueName: "file"))
  var config: String?
  @OptionGroup var engine: EngineOptions
  @Option(help: "How often to run; the run that took the least of the processor is printed.")
  var runs = 3
  @Option(help: "How to print the result.")
  var format = BenchFormat.text
  @Flag(help: "May stand before the KEY VALUE pairs, as in PySlowFast.")
  var opts = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("KEY VALUE pairs that override the config.", valueName: "KEY VALUE"))
  var overrides: [String] = []

  func validate() throws {
    if videos.isEmpty == (frames == nil) {
      throw ValidationError("give either --videos or --frames")
    }
    if runs < 1 || runs > 1000 { throw ValidationError("--runs is \(runs) -> give 1 to 1000") }
    if !(every >= 0.01 && every.isFinite) { throw ValidationError("--every is \(every) -> give 0.01 s or more") }
    if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be above 0.") }
    try FreeWords(overrides).check()
    // Here, where the answer shows this command's usage. What cannot be loaded is for the run to say.
    let words = FreeWords(overrides).overrides
    let loaded =
      try? config.map { try Configuration.load(path: $0, overrides: words, rules: ModelRules()) }
      ?? benchConfiguration(nil, words)
    if let loaded, !loaded[.detectionEnable] {
      throw ValidationError("the config classifies clips -> give one with DETECTION.ENABLE True")
    }
  }

  func run() throws {
    let config = try benchConfiguration(config, FreeWords(overrides).overrides)
    let engine = try engine.make()
    let model = try self.model(Architecture(config), engine)
    let views = TestViews(config)
    var results: [PipelineBenchmark] = []
    for _ in 0..<runs {
      let run = ClipRun(model: model, window: ClipWindow(config), preprocessing: Preprocessing(config))
      let begin = processorSeconds()
      // Anew for every run: a catalogue keeps what it has surveyed.
      let catalog =
        try frames.map { try FrameCatalog(folder: $0, framesPerSecond: fps) } ?? FrameCatalog(videos: videos)
      let jobs = try catalog.names.map { try job($0, catalog, run.costs, views) }
      try run.run(jobs) { _ in }
      results.append(
        PipelineBenchmark(
          run.costs, keyFrames: jobs.reduce(0) { $0 + $1.tasks.count }, views: views,
          total: processorSeconds() - begin, threads: engine.pool.threads,
          kernels: engine.kernels.instructionSet.rawValue, network: network.rawValue))
    }
    let best = results.min { $0.total < $1.total }!
    let totals = results.map { $0.total / Double($0.keyFrames) }.sorted()
    switch format {
    case .text: print(best.text(totals))
    case .json: print(best.json(totals).text)
    }
  }

  private func model(_ architecture: Architecture, _ engine: Engine) throws -> VideoModel {
    var architecture = architecture
    if network == .none {
      architecture.backbone = IdleBackbone(inputs: architecture.backbone.inputs, frames: architecture.backbone.frames)
    }
    return VideoModel(architecture, weights: .init(random: 1), engine: engine)
  }

  /// Plans a video as detect and test do, and opens it when its turn comes.
  private func job(_ name: String, _ catalog: FrameCatalog, _ costs: PipelineCosts, _ views: TestViews) throws
    -> VideoJob
  {
    func open() throws -> any FrameSource {
      switch try catalog.open(name)?.frames {
      case let images as ImageFrames:
        try images.verifyFilesExist()
        return images
      case let video as VideoReader:
        return try VideoFrames(video, framesPerSecond: ActionDataset.ava.clock.framesPerSecond)
      default: throw VideoError(doing: "opening a video", path: name, reason: "it is gone")
      }
    }
    let source = try costs.measure(.opening, open)
    let step = every * (frames == nil ? ActionDataset.ava.clock.framesPerSecond : fps)
    let centers = (0...).lazy.map { Int((Double($0) * step).rounded()) }.prefix { $0 < source.frameCount }
    let boxes = [
      UnitBox(x1: 0.1, y1: 0.2, x2: 0.4, y2: 0.9), UnitBox(x1: 0.4, y1: 0.1, x2: 0.6, y2: 0.7),
      UnitBox(x1: 0.5, y1: 0.3, x2: 0.95, y2: 0.95),
    ]
    let tasks = Array(centers).map { center in
      ClipTask(
        KeyFrame(
          video: name,
          time: Timestamp(seconds: Double(center) / (frames == nil ? ActionDataset.ava.clock.framesPerSecond : fps))!),
        center: center,
        people: boxes.map { ClipTask.Person(box: $0, proposalScore: 1) }, views: views.views)
    }
    return VideoJob(name: name, tasks: tasks, open: open)
  }
}

/// What a run took.
private struct PipelineBenchmark {
  let costs: PipelineCosts
  let keyFrames: Int
  let views: TestViews
  /// The processor's seconds of the whole process.
  let total: Double
  let threads: Int
  let kernels: String
  let network: String

  init(
    _ costs: PipelineCosts, keyFrames: Int, views: TestViews, total: Double, threads: Int, kernels: String,
    network: String
  ) {
    self.costs = costs
    self.keyFrames = keyFrames
    self.views = views
    self.total = total
    self.threads = threads
    self.kernels = kernels
    self.network = network
  }

  private var rest: Double { total - PipelineCosts.Step.allCases.reduce(0) { $0 + costs.seconds($1) } }

  private func each(_ seconds: Double) -> Double { seconds / Double(max(1, keyFrames)) }

  func text(_ totals: [Double]) -> String {
    let steps = PipelineCosts.Step.allCases.map { ($0.rawValue, costs.seconds($0)) }
    let parts = steps + [(network == "none" ? "the rest" : "the network, and the rest", rest), ("sum", total)]
    let rows = parts.map { [$0.0, fixed(1e3 * each($0.1), 2), fixed(100 * $0.1 / total, 1)] }
    let seen = views.count > 1 ? "\(views)\n" : ""
    return """
      \(seen)\(counted(keyFrames, "key frame")), \(counted(costs.decodedFrames, "frame")) decoded, network: \(network), \
      \(counted(threads, "thread")), kernels \(kernels)
      \(TextTable(["step", "processor ms a key frame", "%"], rows).text.dropLast())
      \(counted(totals.count, "run")): sum \(fixed(1e3 * totals[0], 2)) to \(fixed(1e3 * totals[totals.count - 1], 2)) ms, \
      median \(fixed(1e3 * totals[totals.count / 2], 2)); by the clock, a key frame: the network computed \
      \(fixed(1e3 * each(costs.network), 2)) ms and waited \(fixed(1e3 * each(costs.waiting), 2)) ms
      """
  }

  func json(_ totals: [Double]) -> JSONValue {
    var fields: [(name: String, value: JSONValue)] = [
      ("key_frames", JSONValue(keyFrames)), ("decoded_frames", JSONValue(costs.decodedFrames)),
      ("network", JSONValue(network)),
    ]
    if views.count > 1 { fields.append(("views", JSONValue(views.count))) }
    fields += PipelineCosts.Step.allCases.map { ("\($0)_cpu_seconds", JSONValue(each(costs.seconds($0)))) }
    fields += [
      ("rest_cpu_seconds", JSONValue(each(rest))), ("sum_cpu_seconds", JSONValue(each(total))),
      ("sum_cpu_seconds_median", JSONValue(totals[totals.count / 2])),
      ("network_seconds", JSONValue(each(costs.network))),
      ("waiting_seconds", JSONValue(each(costs.waiting))), ("runs", JSONValue(totals.count)),
      ("threads", JSONValue(threads)),
      ("kernels", JSONValue(kernels)), ("peak_rss_bytes", JSONValue(peakResidentBytes())),
    ]
    return .object(fields)
  }
}

private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

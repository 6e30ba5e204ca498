internal import AVARecords
internal import ArgumentParser
internal import BenchReports
internal import Checkpoint
internal import Clips
internal import Clocks
internal import Configuration
internal import Datasets
internal import Detect
internal import Geometry
internal import Imaging
internal import Inference
internal import JSON
internal import Kernels
internal import ModelZoo
internal import ObjectDetectors
internal import Parallel
internal import Video
internal import VideoModels
internal import Wording

/// A run over videos or lists of images, step by step.
struct BenchPipelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Measures a run from files to scores: opening, decoding, preparing clips, the network and its waiting.",
    discussion: """
      Scores three fixed boxes at regular key frames, as detect and test do theirs; with a config that classifies, the \
      square in the middle of each clip. Each step's cost is the processor's \
      seconds on its own thread; the last line of the table is what is left of the process, the network's threads among \
      it. With --detector the boxes are those that it finds at the key frames, as detect --detector has them, and its steps \
      are listed too. With --network none the clips reach the network's input and nothing is computed of them, so that the sum is \
      what a key frame costs outside the network. Without --cfg it is SlowFast R50 32x2 for AVA; the weights are random.
      """)

  enum NetworkChoice: String, CaseIterable, ExpressibleByArgument {
    case config, none
  }

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Video files.", valueName: "file"), completion: .file())
  var videos: [String] = []
  @Option(
    help: ArgumentHelp(
      "A folder of images, or a folder with one such folder a video (AVA's frames).", valueName: "dir"),
    completion: .directory)
  var frames: String?
  @Option(help: "Frames a second of a folder of images.")
  var fps = ActionDataset.ava.clock.framesPerSecond
  @Option(help: ArgumentHelp("Seconds from key frame to key frame.", valueName: "s"))
  var every = 1.0
  @Option(help: "The network of the config, or none: everything but its arithmetic.")
  var network = NetworkChoice.config
  @OptionGroup var options: BenchModelOptions
  @OptionGroup var detectorFile: DetectorFileOptions
  @OptionGroup var streams: StreamOptions
  @Option(help: "How often to run; the run that took the least of the processor is printed.")
  var runs = 3
  @Option(help: "How to print the result.")
  var format = BenchFormat.text

  func validate() throws {
    try FreeWords.check("--videos", takesNoKeyIn: videos)
    if videos.isEmpty == (frames == nil) {
      throw ValidationError("give either --videos or --frames")
    }
    if runs < 1 || runs > 1000 { throw ValidationError("--runs is \(runs) -> give 1 to 1000") }
    if !(0.01...1000).contains(fps) { throw ValidationError("--fps is \(fps) -> give 0.01 to 1000") }
    let leastStep = 1 / (frames == nil ? ActionDataset.ava.clock.framesPerSecond : fps)
    if !(every >= leastStep && every <= 86_400) {
      throw ValidationError("--every is \(every) -> give the time of a frame, \(fixed(leastStep, 3)) s, to 86400 s")
    }
    if detectorFile.detector != nil && videos.isEmpty {
      throw ValidationError("--detector sees videos -> give --videos, or leave --detector out")
    }
    if options.engine.calibration != nil {
      throw ValidationError("--calibration: the weights are random, and have none -> leave it out")
    }
    try options.words.check()
    try streams.check(options.engine)
  }

  func run() throws {
    let config = try options.loadWithNotices()
    // What is not there is said before a network is built.
    _ = try catalog()
    let engine = try options.engine.make(streams: streams.count)
    let model = try self.model(config, engine)
    let scoresBoxes = config[.detectionEnable]
    let views =
      scoresBoxes ? TestViews(config).views : [View(shortSide: config[.dataTestCropSize], crop: .square(1))]
    var preprocessing = Preprocessing(config)
    // As tests of whole videos scale their frames.
    if !scoresBoxes { preprocessing.backend = .pytorch }
    let words = scoresBoxes ? "\(TestViews(config))" : "1 view: the square in the middle, \(views[0].shortSide) wide"
    if detectorFile.detector != nil && !scoresBoxes {
      throw ValidationError("--detector: this config scores whole clips and no boxes -> leave it out")
    }
    let detector = try detectorFile.detector.map { try detectorFile.load($0, engine) }
    var results: [PipelineBenchmark] = []
    for _ in 0..<runs {
      let run = ClipRun(model: model, window: ClipWindow(config), preprocessing: preprocessing)
      let (begin, start) = (processorSeconds(), monotonicSeconds())
      let people = try detector.map { try find($0) }
      // Anew for every run: a catalogue keeps what it has surveyed.
      let catalog = try catalog()
      let jobs = try catalog.names.map {
        try job($0, catalog, run.costs, views, scoresBoxes: scoresBoxes, people?.found)
      }
      try run.run(jobs) { _ in }
      let keyFrames = jobs.reduce(0) { $0 + $1.tasks.count }
      results.append(
        PipelineBenchmark(
          run.costs, keyFrames: keyFrames, views: (views.count, words), total: processorSeconds() - begin,
          clock: (monotonicSeconds() - start, Double(people?.found.frameCount ?? keyFrames) * every),
          people: people?.costs, network: network.rawValue, setting: BenchSetting(engine), streams: streams.count))
    }
    let (best, totals) = PipelineBenchmark.best(of: results)
    switch format {
    case .text: print(best.text(totals))
    case .json: print(best.json(totals).text)
    }
  }

  private func catalog() throws -> FrameCatalog {
    try frames.map { try FrameCatalog(folder: $0, framesPerSecond: fps) } ?? FrameCatalog(videos: videos)
  }

  private func model(_ config: Configuration, _ engine: Engine) throws -> VideoModel {
    if engine.quantizes && network == .config {
      return try LoadedModel(config, WeightOptions(randomSeed: 1), engine: engine).model
    }
    var architecture = try Architecture(config)
    if network == .none {
      architecture.backbone = IdleBackbone(
        inputs: architecture.backbone.inputs, frames: architecture.backbone.frames,
        featureStride: architecture.backbone.featureStride)
    }
    return VideoModel(architecture, weights: .init(random: 1), engine: engine)
  }

  /// Has a detector find the people at the key frames, as detect does.
  private func find(_ detector: LoadedDetector) throws -> (found: FoundPeople, costs: PeopleBenchmark) {
    let begin = processorSeconds()
    let costs = PipelineCosts()
    var settings = PeopleDetection.Settings()
    settings.moments = .every(every)
    settings.mayRepeatFrames = true
    let detection = try costs.measure(.opening) {
      try PeopleDetection(videos: videos, settings, stopsAtDamage: true)
    }
    let found = try detection.measure(detector.detector, costs).filtered(
      scoreThreshold: detectorFile.threshold(detector))
    if found.boxCount == 0 {
      throw NobodyToScore(frames: found.frameCount, threshold: detectorFile.threshold(detector))
    }
    return (
      found,
      PeopleBenchmark(
        costs, detector: detector.detector.name, people: found.boxCount, total: processorSeconds() - begin)
    )
  }

  /// Plans a video as detect and test do, and opens it when its turn comes.
  ///
  /// - Parameter found: The people, where a detector found them: key frames without any are not scored.
  private func job(
    _ name: String, _ catalog: FrameCatalog, _ costs: PipelineCosts, _ views: [View], scoresBoxes: Bool,
    _ found: FoundPeople?
  ) throws -> VideoJob {
    func open() throws -> any FrameSource { try catalog.source(name) }
    let source = try costs.measure(.opening, open)
    let rate = frames == nil ? ActionDataset.ava.clock.framesPerSecond : fps
    let view = try VideoFrames(source, framesPerSecond: rate)
    let centers = view.times(every: every).map { view.number(atSecond: $0) }
    let boxes = [
      UnitBox(x1: 0.1, y1: 0.2, x2: 0.4, y2: 0.9), UnitBox(x1: 0.4, y1: 0.1, x2: 0.6, y2: 0.7),
      UnitBox(x1: 0.5, y1: 0.3, x2: 0.95, y2: 0.95),
    ]
    let frames = found?.videos.first { $0.name == name }?.frames
    let seen = frames.map { frames in
      frames.filter { !$0.people.isEmpty }.map { (source.nearest(to: $0.seconds), $0.people) }
    }
    let moments = seen ?? centers.map { ($0, boxes.map { ClipTask.Person(box: $0, proposalScore: 1) }) }
    let tasks = moments.map { center, people in
      ClipTask(
        KeyFrame(
          video: name,
          time: Timestamp(seconds: Double(center) / rate)!),
        center: center,
        people: scoresBoxes ? people : nil, views: views)
    }
    return VideoJob(name: name, tasks: tasks, open: open)
  }
}

/// A measurement without anybody to score.
private struct NobodyToScore: Error, CustomStringConvertible {
  let frames: Int
  let threshold: Double

  var description: String {
    "measuring a run: the detector found nobody with a score of at least \(fixed(threshold, 2)) in \(counted(frames, "frame")) "
      + "-> lower --person-score, or measure videos that show people"
  }
}

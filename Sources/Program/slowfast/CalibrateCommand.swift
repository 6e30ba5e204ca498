internal import AVARecords
internal import ArgumentParser
internal import Clips
internal import Configuration
internal import Datasets
internal import Files
internal import Imaging
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import RoIAlign
internal import Tensors
internal import Video
internal import VideoModels
internal import Wording

/// What integers of 8 bits stand for in a network, found from videos.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Finds from a few videos what 8-bit integers stand for in a network: for --precision int8.",
    discussion: """
      Computes clips of the videos in fp32, notes how large the values of every layer are, and writes that beside the \
      weights, as WEIGHTS.int8.json, where --precision int8 finds it. No labels are needed: a few videos like those that will be \
      scored, 8 clips by default, evenly spread over them. One video in four, at least one of two, is left out of that, and its \
      clips are scored in fp32 and in int8 in the end: the differences of the scores are printed and kept, and where they are \
      large, every later use warns. Weights that were trained anew are calibrated anew.
      """)

  @OptionGroup var options: NetworkOptions<FloatEngineOptions>

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Video files.", valueName: "file"), completion: .file())
  var videos: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder of images, or a folder with one such folder a video (AVA's frames).", valueName: "dir"),
    completion: .directory)
  var frames: String?

  @Option(help: "Frames a second of a folder of images.")
  var fps = ActionDataset.ava.clock.framesPerSecond

  @Option(help: "How many clips are observed, over all videos; at least one of each.")
  var clips = 8

  @Option(
    help: ArgumentHelp(
      "Where the calibration goes (default: beside the weights, WEIGHTS.int8.json).", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup var results: OverwriteOptions

  private var words: FreeWords { FreeWords(options.arguments) }

  func validate() throws {
    try FreeWords.check("--videos", takesNoKeyIn: videos)
    if videos.isEmpty == (frames == nil) { throw ValidationError("give either --videos or --frames") }
    if !(1...1000 ~= clips) { throw ValidationError("--clips is \(clips) -> give 1 to 1000") }
    if !(0.01...1000).contains(fps) { throw ValidationError("--fps is \(fps) -> give 0.01 to 1000") }
    if options.randomWeights != nil && output == nil {
      throw ValidationError("--random-weights have no file beside which the calibration could go -> give --output")
    }
    try words.check()
  }

  func run() throws {
    let config = try options.load(words.overrides)
    // What is not there is said before a network is built.
    let catalog =
      try frames.map { try FrameCatalog(folder: $0, framesPerSecond: fps) }
      ?? FrameCatalog(videos: videos, allowsNamesakes: true)
    for notice in catalog.notices { Console.warn(notice) }
    let given = frames == nil ? videos : catalog.names
    let names = try differing(given, catalog)
    let loaded = try options.model(config)
    let output = self.output ?? CalibrationFile.path(beside: loaded.weightsPath ?? "")
    try results.check(
      [output], reading: .videos(given, of: catalog, in: frames) + options.inputFiles(config),
      orGive: "write to another file")
    let run = ClipRun(
      model: loaded.model, window: ClipWindow(config), preprocessing: preprocessing(config, loaded))
    if !loaded.model.network.canMultiplyIntegers { throw NoCalibrationError.nothing }
    let view = View(shortSide: config[.dataTestCropSize], crop: crop(config))
    let plan = try CalibrationPlan(names, catalog, clips, view)
    Console.say(plan.summary)
    let calibration = try observe(run, plan.observed, of: loaded)
    let quantized = try LoadedModel(
      config, options.weightOptions, engine: loaded.model.engine.with(.int8), calibration: calibration
    ).model
    let integers = quantized.network.convolutions.filter(\.multipliesIntegers).count
    if integers == 0 { throw NoCalibrationError.nothing }
    let difference = try compare(run, plan, quantized, of: loaded)
    let bound = Calibration(ranges: calibration.ranges, weightsMark: quantized.network.weightsMark)
    try CalibrationFile(
      bound, clips: plan.observed.clips, difference: difference, pixels: loaded.pixelScale(config)
    ).write(to: output)
    if difference.isLarge { Console.warn(difference.warning) }
    if plan.kind != .otherVideos {
      Console.warn(
        "this is one video: how scores of others differ is not known -> give some more, like those to be scored")
    }
    // What goes to stdout is the file alone where that is meant.
    let say: (String) -> Void = isDevice(output) ? { Console.say($0) } : { print($0) }
    say(
      """
      \(integers) of \(counted(quantized.network.convolutions.count, "convolution")) multiply 8-bit integers, by \
      \(counted(plan.observed.clips, "clip")) of \(counted(plan.observed.count, "video"))
      scores in int8 beside fp32, of \(plan.kind.rawValue) (\(plan.judged.clips)): differ by \(fixed(difference.mean, 5)) on average, \
      \(fixed(difference.largest, 5)) at most
      wrote '\(output)': --precision int8 reads it
      """)
  }

  /// The videos, each once: what is judged by a copy of what was observed says nothing of other videos.
  private func differing(_ names: [String], _ catalog: FrameCatalog) throws -> [String] {
    // Of a folder the pictures, in their order: copies may be called otherwise.
    func files(_ name: String) -> [String] {
      guard let path = catalog.path(of: name) else { return [] }
      guard isFolder(path) else { return [path] }
      return (FrameInput.pictureNames(of: path) ?? []).map { joinPath(path, $0) }
    }
    func sizes(_ name: String) throws -> [Int] {
      try files(name).map { try FileStamp(path: $0, doing: Self.comparing).size }
    }
    var copies: [String: String] = [:]
    // One by its name and by the name up to the first point, or named twice, is one as well.
    let paths = Dictionary(names.map { (catalog.path(of: $0) ?? $0, $0) }) { first, _ in first }
    let distinct = names.filter { paths[catalog.path(of: $0) ?? $0] == $0 }
    for (sizes, names) in try Dictionary(grouping: distinct, by: sizes) where !sizes.isEmpty && names.count > 1 {
      var first: [[String]: String] = [:]
      for name in names {
        let content = try files(name).map { try fileFingerprint($0, isWhole: true, doing: Self.comparing) }
        if let other = first[content] { copies[name] = other } else { first[content] = name }
      }
    }
    var seen: Set<String> = []
    return distinct.filter { name in
      guard seen.insert(name).inserted else { return false }
      guard let other = copies[name] else { return true }
      Console.warn("'\(name)' is a copy of '\(other)': both are one video -> leave it out")
      return false
    }
  }

  private static let comparing = "comparing videos"

  private func crop(_ config: Configuration) -> View.Crop { config[.detectionEnable] ? .whole : .square(1) }

  private func preprocessing(_ config: Configuration, _ loaded: LoadedModel) -> Preprocessing {
    var preprocessing = loaded.preprocessing(config)
    // As tests of whole videos scale their frames.
    if !config[.detectionEnable] { preprocessing.backend = .pytorch }
    return preprocessing
  }

  private func observe(_ run: ClipRun, _ jobs: [VideoJob], of loaded: LoadedModel) throws -> Calibration {
    let calibrator = ModelCalibrator(run.model)
    let progress = Progress("calibrating", total: 2 * jobs.clips, unit: "clip")
    var done = 0
    for pass in [calibrator.observeLargest, calibrator.observeSizes] {
      try run.forEachClip(jobs) { clip in
        try runningConfigured { try pass(clip) }
        done += 1
        progress.update(done)
      }
    }
    progress.finish()
    guard let calibration = calibrator.calibration() else { throw loaded.notFinite }
    return calibration
  }

  /// Scores the clips in fp32 and in int8: three boxes of each where the network scores boxes.
  private func compare(
    _ run: ClipRun, _ plan: CalibrationPlan, _ quantized: VideoModel, of loaded: LoadedModel
  ) throws -> CalibrationFile.Difference {
    let progress = Progress("comparing", total: plan.judged.clips, unit: "clip")
    var (sum, most, number, done) = (0.0, 0.0, 0, 0)
    try run.forEachClip(plan.judged) { clip in
      let scores = try [run.model, quantized].map { model in
        try runningConfigured { try Self.scores(model, clip) }
      }
      for (a, b) in zip(scores[0].array, scores[1].array) {
        let difference = abs(Double(a) - Double(b))
        sum += difference
        most = max(most, difference)
        number += 1
      }
      done += 1
      progress.update(done)
    }
    progress.finish()
    // The head's weights are no integers, and damage in them shows here alone.
    guard sum.isFinite else { throw loaded.notFinite }
    return CalibrationFile.Difference(mean: sum / Double(max(1, number)), largest: most, of: plan.kind)
  }

  private static func scores(_ model: VideoModel, _ clip: FeatureMap) throws -> Tensor {
    guard model.architecture.head.scoresBoxes else { return try model.classify(clip) }
    let (width, height) = (Float(clip.extent.w), Float(clip.extent.h))
    let regions = (0..<clip.batch).flatMap { item in
      [(0.1, 0.2, 0.4, 0.9), (0.4, 0.1, 0.6, 0.7), (0.5, 0.3, 0.95, 0.95)].map { (box: (Float, Float, Float, Float)) in
        Region(
          batchIndex: item, x1: box.0 * width, y1: box.1 * height, x2: box.2 * width, y2: box.3 * height)
      }
    }
    return try model.detect(clip, regions)
  }
}

/// Which clips a calibration observes, and which it is judged by.
private struct CalibrationPlan {
  let observed: [VideoJob]
  let judged: [VideoJob]
  let kind: CalibrationFile.Difference.Clips

  /// Of several videos one in four, at least one, is only judged by; of one video the clips between those that are observed.
  ///
  /// - Parameter clips: How many are observed, over all videos; at least one of each.
  init(_ names: [String], _ catalog: FrameCatalog, _ clips: Int, _ view: View) throws {
    let held = names.count > 1 ? max(1, names.count / 4) : 0
    func isHeld(_ index: Int) -> Bool { (index + 1) * held / names.count > index * held / names.count }
    let kept = names.indices.filter { !isHeld($0) }.map { names[$0] }
    observed = try Self.jobs(catalog, kept, clips, view)
    let others = names.indices.filter(isHeld).map { names[$0] }
    if !others.isEmpty {
      (judged, kind) = (try Self.jobs(catalog, others, clips, view), .otherVideos)
      return
    }
    let seen = Set(observed.flatMap { $0.tasks.map(\.center) })
    let between = try Self.jobs(catalog, kept, clips, view, between: true, without: seen)
    (judged, kind) = between.clips > 0 ? (between, .otherClips) : (observed, .same)
  }

  /// Which videos are observed and which it is judged by: of a folder somebody should see what was taken for a video.
  var summary: String {
    func videos(_ jobs: [VideoJob]) -> String { listed(jobs.map { "'\($0.name)'" }, limit: 8) }
    return "observing \(videos(observed)), comparing by \(kind == .otherVideos ? videos(judged) : kind.rawValue)"
  }

  /// Clips at even distances of every video, as many of each as of the others.
  ///
  /// - Parameters:
  ///   - between: Whether the clips are half a distance before these.
  ///   - seen: The frames around which none are taken.
  private static func jobs(
    _ catalog: FrameCatalog, _ names: [String], _ clips: Int, _ view: View, between: Bool = false,
    without seen: Set<Int> = []
  ) throws -> [VideoJob] {
    let (each, rest) = clips.quotientAndRemainder(dividingBy: names.count)
    return try names.enumerated().map { index, name in
      let source = try catalog.source(name)
      let count = min(source.frameCount, max(1, each + (index < rest ? 1 : 0)))
      let centers = (0..<count).map { source.frameCount * (2 * $0 + (between ? 0 : 1)) / (2 * count) }
      let tasks = centers.filter { !seen.contains($0) }.map { center in
        ClipTask(
          KeyFrame(video: name, time: Timestamp(seconds: source.time(of: center)) ?? Timestamp(seconds: 0)!),
          center: center, people: nil, views: [view])
      }
      return VideoJob(name: name, tasks: tasks) { try catalog.source(name) }
    }
  }
}

extension [VideoJob] {
  /// How many clips they have.
  fileprivate var clips: Int { reduce(0) { $0 + $1.tasks.count } }
}

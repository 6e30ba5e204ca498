internal import ArgumentParser
internal import AVARecords
internal import Classify
internal import Clips
internal import Configuration
internal import Detect
internal import Files
internal import Geometry
internal import Imaging
internal import Inference
internal import Tensors
internal import Wording

/// Which clips are shown.
struct VisualizedClipOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "With an AVA config and your own videos: the people's boxes (see 'slowfast detect').", valueName: "file"),
    completion: .file())
  var proposals: String?

  @Option(
    help: ArgumentHelp(
      "The second that the proposals call a file's beginning (default: as of 'slowfast detect').",
      valueName: "seconds"))
  var startingSecond: Double?

  @Option(
    help: ArgumentHelp(
      "Show one clip of each video: the key frame, or the window of your own video, nearest to this time.",
      valueName: "seconds"))
  var at: Double?

  @Option(
    help: ArgumentHelp("Of what the config tests: this video alone; may come several times.", valueName: "name"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Show at most so many clips.", valueName: "count"))
  var limit = 8

  @Option(
    help: ArgumentHelp(
      "Show this clip: float32 [1, 3, T, H, W] at the fast rate, normalised, as of 'slowfast forward'.",
      valueName: "file.npy"), completion: .file())
  var clip: String?

  @Option(
    help: ArgumentHelp(
      "With --clip and an AVA config: the people, float32 [R, 5] of 0, x1, y1, x2, y2 in pixels of the clip.",
      valueName: "file.npy"), completion: .file())
  var boxes: String?

  /// - Parameter videos: Those of the call.
  func check(videos: [String]) throws {
    if limit < 1 { throw ValidationError("--limit is \(limit) -> give 1 or more") }
    if let at, !(at >= 0 && at.isFinite) { throw ValidationError("--at is \(at) -> give a time of 0 or more") }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second is \(startingSecond) -> give a number")
    }
    if boxes != nil, clip == nil { throw ValidationError("--boxes are in a clip of --clip -> give both") }
    if clip != nil, !videos.isEmpty || proposals != nil || at != nil || !only.isEmpty {
      throw ValidationError("--clip is the clip that is shown -> leave out videos, --proposals, --at and --only")
    }
    if videos.isEmpty, proposals != nil || startingSecond != nil {
      throw ValidationError(
        "--proposals and --starting-second are for your own videos, and none is given -> name videos, or leave them out"
      )
    }
    if !videos.isEmpty, !only.isEmpty {
      throw ValidationError("--only is of what the config tests, and videos are given -> leave one out")
    }
  }

  /// What the options name.
  var inputs: RunInputs { .boxes(proposals) + [clip, boxes] }
}

/// The clips that are shown: where they come from, what their classes are called, and what is true of them.
struct VisualizedClips {
  let jobs: [VideoJob]
  /// The clip of the call, which nothing prepares; nil where there are jobs.
  let given: GivenClip?
  let notices: [String]
  /// What the configuration's test reads; nothing where the call names clips.
  let inputs: RunInputs
  /// By the number of the network's output.
  let name: (Int) -> String
  /// What files of each video are called by.
  private let titles: [String: String]
  /// By video; empty where nothing is known.
  private let truth: [String: [Int]]
  /// Whether clips are known by their times: key frames and windows are, the middle clips of a list's videos not.
  private let hasTimes: Bool
  private let makeRun: (LoadedModel) throws -> ClipRun

  /// A clip of a file.
  struct GivenClip {
    let task: ClipTask
    let clip: FeatureMap
    let boxes: [PixelBox?]
  }

  /// Opens what the call names, or what the configuration tests.
  ///
  /// - Throws: The errors of these, ``VisualizationError``.
  init(
    _ config: Configuration, videos: [String], _ options: VisualizedClipOptions, _ classes: VisualizedClassOptions
  ) throws {
    given = try options.clip.map { try Self.read($0, boxes: options.boxes, config) }
    if given != nil {
      let name = try Self.names(config, classes)
      (jobs, notices, inputs, self.name, titles, truth, hasTimes) = ([], [], RunInputs(), name, [:], [:], false)
      makeRun = { _ in throw VisualizationError.nothing }
      return
    }
    hasTimes = config[.detectionEnable] || !videos.isEmpty
    let all: [VideoJob]
    switch (config[.detectionEnable], videos.isEmpty) {
    case (false, true):
      let test = try VideoTest(config)
      let labels = try classes.names(config)
      let view = Self.middle(of: test.views)
      all = test.unopenedJobs.map { job in
        VideoJob(name: job.name, tasks: job.tasks.compactMap { $0.only { $0 == view } }, open: job.open)
      }
      (notices, name, truth) = (test.notices + labels.notices, labels.name, test.classes)
      inputs = .videos(test.inputVideos) + test.inputFiles
      makeRun = { test.clipRun([$0], isStill: false) }
    case (false, false):
      if options.proposals != nil {
        throw VisualizationError.idleProposals(config: config.path ?? "")
      }
      let windows = try VideoClassification(
        config, videos, labels: classes.labels, timing: VideoClassification.Timing())
      all = windows.unopenedJobs.map(Self.firstView)
      (notices, inputs, name, truth) = (windows.notices, RunInputs(), windows.labels.name, [:])
      makeRun = { try windows.clipRun([$0], isStill: false) }
    case (true, true):
      let test = try AVATest(config)
      all = test.unopenedJobs.map(Self.firstView)
      (notices, inputs, truth) = (test.notices, .videos(test.inputFolders) + test.inputFiles, [:])
      name =
        try classes.labels == nil
        ? { test.labelMap.name(of: $0 + 1) ?? "class \($0 + 1)" } : Self.names(config, classes)
      makeRun = { test.clipRun([$0], isStill: false) }
    case (true, false):
      guard let proposals = options.proposals else { throw VisualizationError.noProposals }
      let labelMap = classes.labelFile(config)
      let detection = try VideoDetection(
        config, videos: videos, proposals: proposals, labelMap: labelMap,
        timing: VideoDetection.Timing(startingSecond: options.startingSecond))
      all = detection.unopenedJobs.map(Self.firstView)
      (notices, inputs, truth) = (detection.notices, RunInputs(), [:])
      name = { detection.labelMap.name(of: $0 + 1) ?? "class \($0 + 1)" }
      makeRun = { detection.clipRun([$0], isStill: false) }
    }
    if let unknown = options.only.first(where: { name in !all.contains { $0.name == name } }) {
      throw VisualizationError.unknownVideo(unknown, nearest: nearest(to: unknown, among: all.map(\.name)))
    }
    titles = distinctTitles(of: all.map(\.name))
    jobs = Self.chosen(all, options)
    if jobs.isEmpty { throw VisualizationError.nothing }
  }

  /// What the classes of a network are called, where no clips say more.
  private static func names(
    _ config: Configuration, _ classes: VisualizedClassOptions
  ) throws -> (Int) -> String {
    if !config[.detectionEnable] { return try classes.names(config).name }
    let labels = try VideoDetection.labels(classes.labelFile(config), config)
    return { labels.name(of: $0 + 1) ?? "class \($0 + 1)" }
  }

  private static func read(_ path: String, boxes: String?, _ config: Configuration) throws -> GivenClip {
    let clip = try Tensor(npy: path)
    guard clip.shape.count == 5, clip.shape[0] == 1, clip.shape[1] == 3 else {
      throw ShapeError(file: path, expected: "[1, 3, T, H, W]", found: clip.shape)
    }
    var people: [PixelBox?] = []
    if config[.detectionEnable] {
      guard let boxes else { throw VisualizationError.noBoxes }
      let rows = try Tensor(npy: boxes)
      guard rows.shape.count == 2, rows.shape[1] == 5 else {
        throw ShapeError(file: boxes, expected: "[R, 5]: 0, x1, y1, x2, y2", found: rows.shape)
      }
      people = (0..<rows.shape[0]).map { row in
        let v = (1..<5).map { Double(rows.values[row * 5 + $0]) }
        return PixelBox(x1: v[0], y1: v[1], x2: v[2], y2: v[3])
      }
    } else if boxes != nil {
      throw VisualizationError.idleBoxes(config: config.path ?? "")
    }
    let view = View(shortSide: min(clip.shape[3], clip.shape[4]))
    let task = ClipTask(
      KeyFrame(video: fileStem(splitPath(path).name), time: Timestamp(second: 0)), center: 0,
      people: config[.detectionEnable] ? [] : nil, views: [view])
    return GivenClip(task: task, clip: FeatureMap(channelsFirst: clip), boxes: people)
  }

  private static func firstView(_ job: VideoJob) -> VideoJob {
    let tasks = job.tasks.compactMap { task in task.only { $0 == task.views[0] } }
    return VideoJob(name: job.name, tasks: tasks, open: job.open)
  }

  /// The middle clip of a video, in the middle of the frame.
  private static func middle(of views: ClipViews) -> View {
    let first = views.views.count / views.crops / 2 * views.crops
    return views.views[first + views.crops / 2]
  }

  private static func chosen(_ jobs: [VideoJob], _ options: VisualizedClipOptions) -> [VideoJob] {
    var left = options.limit
    return jobs.compactMap { job in
      if !options.only.isEmpty, !options.only.contains(job.name) { return nil }
      var tasks = job.tasks
      if let at = options.at, let nearest = tasks.min(by: { distance($0, at) < distance($1, at) }) { tasks = [nearest] }
      tasks = Array(tasks.prefix(left))
      left -= tasks.count
      return tasks.isEmpty ? nil : VideoJob(name: job.name, tasks: tasks, open: job.open)
    }
  }

  private static func distance(_ task: ClipTask, _ seconds: Double) -> Double {
    abs(task.keyFrame.time.seconds - seconds)
  }

  var count: Int { given != nil ? 1 : jobs.reduce(0) { $0 + $1.tasks.count } }

  /// Whether the classes of clips are known.
  var hasTruth: Bool { truth.values.contains { !$0.isEmpty } }

  /// The classes of a clip's video.
  func truth(_ task: ClipTask) -> [Int] { truth[task.keyFrame.video] ?? [] }

  /// What the files of a clip begin with.
  func title(_ task: ClipTask) -> String {
    let video = titles[task.keyFrame.video] ?? task.keyFrame.video
    return fileName(of: hasTimes ? "\(video).\(task.keyFrame.time)" : video)
  }

  /// What the page calls a clip.
  func heading(_ task: ClipTask) -> String {
    if hasTimes { return "\(task.keyFrame.video), \(fixed(task.keyFrame.time.seconds, 2)) s" }
    return given != nil ? task.keyFrame.video : "\(task.keyFrame.video), the middle clip"
  }

  /// What has prepared the frames of the clips.
  func preprocessing(_ model: LoadedModel, _ config: Configuration) throws -> Preprocessing {
    try given != nil ? model.preprocessing(config) : makeRun(model).preprocessing
  }

  /// Hands every clip over, with the boxes that count in it.
  func forEach(_ model: LoadedModel, _ body: (ClipTask, FeatureMap?, [PixelBox?]) throws -> Void) throws {
    if let given { return try body(given.task, given.clip, given.boxes) }
    try makeRun(model).forEachTask(jobs, damaged: passOver, body)
  }

  /// Says that a clip cannot be shown.
  private func passOver(_ task: ClipTask, _ damage: FrameDamage) {
    Console.warn("\(task.keyFrame) is not shown: \(damage)")
  }
}

/// Why clips cannot be shown.
enum VisualizationError: Error, Equatable, CustomStringConvertible {
  case idleProposals(config: String)
  case noProposals
  case noBoxes
  case idleBoxes(config: String)
  case unknownVideo(String, nearest: String?)
  case nothing
  case unknownClass(String, nearest: String?, count: Int)
  /// No file says what classes are called; the file of the project that does, where it has one.
  case unnamedClasses(String, count: Int, file: String?)
  case noTruth
  case noKernels(String)
  case noChannel(String, count: Int)

  var description: String {
    switch self {
    case .idleProposals(let config):
      "visualizing: '\(config)' is of a network that scores whole clips, and --proposals are people's boxes -> leave "
        + "--proposals out, or take one of configs/AVA with its weights"
    case .noProposals:
      "visualizing: the network scores people, and nobody's boxes are given -> give --proposals FILE ('slowfast people' "
        + "finds people)"
    case .noBoxes:
      "visualizing: the network scores people, and nobody's boxes are given -> give --boxes FILE.npy with --clip"
    case .idleBoxes(let config):
      "visualizing: '\(config)' is of a network that scores whole clips, and --boxes are people's -> leave --boxes out"
    case .unknownVideo(let name, let near):
      "visualizing: the config tests no video '\(name)' -> "
        + (near.map { "did you mean '\($0)'?" } ?? "give --only a name as the list has it")
    case .nothing: "visualizing: there is no clip to show -> check the videos and their boxes"
    case .unknownClass(let name, let near, let count):
      "visualizing: the network has no class '\(name)' -> "
        + (near.map { "did you mean '\($0)'?" } ?? "give a name of the label file, or a number below \(count)")
    case .unnamedClasses(let name, let count, let file):
      "visualizing: no label file says which class is called '\(name)' -> give one with --labels\(file.map { " (\($0))" } ?? ""), or "
        + "a number below \(count)"
    case .noTruth:
      "visualizing: nothing says which class is right -> --true-label and --wrong are for lists of videos with classes "
        + "(DATA.PATH_TO_DATA_DIR), else leave them out"
    case .noKernels(let name):
      "visualizing: '\(name)' is no convolution in space -> name one (s1/pathway0_stem/conv is one of ResNets)"
    case .noChannel(let request, let count):
      "visualizing: '\(request)' asks for a channel that the layer does not have -> give numbers from 0 to \(count - 1)"
    }
  }
}

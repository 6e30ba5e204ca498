internal import AVARecords
public import Clips
public import Configuration
internal import Files
internal import Imaging
public import Inference
public import Runs
internal import Video
internal import Wording

/// Classification of a user's own videos and pictures, window by window.
///
/// A window is as long as a clip of the network: what it shows of a video is what a clip of the training's shows of one,
/// whatever the video's rate. Everything is opened and looked at when the value is made, so that a run fails before it
/// computes.
public struct VideoClassification {
  public let config: Configuration
  public let labels: ClassLabels
  /// What the user should know of the inputs.
  public let notices: [String]
  /// From the beginning of one window to that of the next, in seconds.
  public let every: Double
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  /// What the files of the run are called that stand beside its results: `title`.journal, `title`.partial.csv.
  public var title = "classes"
  private let inputs: [(name: String, input: FrameInput)]
  private var videos: [WindowScores.Video]
  private let seen: WindowView
  /// What is wrong with the inputs that cannot be read at all.
  public let faults: [String: String]
  /// These inputs, but for those that a run knows.
  private var unreadable: DamageReport
  /// Pictures a second of folders; nil where none is given.
  private let folderRate: Double?

  /// How the windows lie, and what pictures are.
  public struct Timing: Sendable {
    /// From the beginning of one window to that of the next, in seconds; nil for windows that follow one another.
    public var every: Double?
    /// Pictures a second of folders; nil for `DATA.TARGET_FPS`.
    public var framesPerSecond: Double?

    public init(every: Double? = nil, framesPerSecond: Double? = nil) {
      (self.every, self.framesPerSecond) = (every, framesPerSecond)
    }
  }

  /// Opens videos and pictures, and lays their windows.
  ///
  /// - Parameters:
  ///   - paths: Files, and folders of pictures that follow one another; rows call them so.
  ///   - labels: The file of the classes' names; nil for that of the configuration, if it names one.
  ///   - stopsAtDamage: Whether an input that cannot be read is an error; else it is passed over.
  /// - Throws: `ClassificationError`, `VideoClassificationError`, `ClassLabelsError`, `FileError`, `VideoError`, `ImagingError`.
  public init(
    _ config: Configuration, _ paths: [String], labels: String?, timing: Timing, stopsAtDamage: Bool = true
  ) throws {
    self.config = config
    seen = try WindowView(config)
    let clip = seen.clips
    let target = Double(config[.dataTargetFps])
    every = timing.every ?? clip.seconds
    if !(every >= 1 / target && every.isFinite) { throw VideoClassificationError.badStep(every, least: 1 / target) }
    let names = try Self.labels(config, labels)
    self.labels = names
    var known: Set<String> = []
    if let twice = paths.first(where: { !known.insert($0).inserted }) {
      throw VideoClassificationError.givenTwice(twice)
    }
    let rate = timing.framesPerSecond ?? target
    var (inputs, videos): ([(name: String, input: FrameInput)], [WindowScores.Video]) = ([], [])
    var unreadable = DamageReport(.window)
    var faults: [String: String] = [:]
    var firstFault: (any Error)?
    var notices = names.notices
    var (short, cut, pictures): ([String], [String], Int) = ([], [], 0)
    var gaps: [(path: String, unseen: Double, duration: Double)] = []
    for path in paths {
      do {
        let input = try FrameInput(path, framesPerSecond: rate)
        let source = try input.open(path, colours: WindowView.colours)
        guard let layout = WindowLayout(source, clip, every: every) else {
          throw VideoClassificationError.tooManyWindows(path, duration: source.duration, most: WindowLayout.most)
        }
        notices += input.notices.map { "\(path): \($0)" }
        if case .picture = input {
          pictures += 1
        } else if layout.isLonger {
          short.append("'\(path)'")
        } else if layout.windows.count == 1, source.duration > clip.seconds + 0.5 / target {
          cut.append(
            "'\(path)' (\(fixed(layout.unseen(clip, of: source.duration), 2)) of \(fixed(source.duration, 2)) s)")
        } else if layout.windows.count > 1, every > clip.seconds + 0.5 / target {
          gaps.append((path, layout.unseen(clip, of: source.duration), source.duration))
        }
        inputs.append((path, input))
        videos.append(WindowScores.Video(path, input, source, layout, seen.views))
      } catch {
        guard !stopsAtDamage, let cause = Self.fault(error) else { throw error }
        firstFault = firstFault ?? error
        faults[path] = cause
        unreadable.append(KeyFrame(video: path, time: Timestamp(second: 0)), cause: cause)
        videos.append(WindowScores.Video(unreadable: path))
      }
    }
    if inputs.isEmpty, let firstFault { throw firstFault }
    let length = fixed(clip.seconds, 2)
    if !short.isEmpty {
      notices.append(
        "shorter than a window of \(length) s, the last frame is repeated: \(listed(short, limit: 3))")
    }
    if !cut.isEmpty {
      notices.append(
        "no second window begins within them (--every \(fixed(every, 2)) s), what comes after the first \(length) s is not "
          + "seen: \(listed(cut, limit: 3))")
    }
    let (unseen, all) = gaps.reduce((0, 0)) { ($0.0 + $1.unseen, $0.1 + $1.duration) }
    if unseen > 0.5 / target {
      let files = gaps.map { gap in
        "'\(gap.path)' (\(fixed(gap.unseen, 2)) of \(fixed(gap.duration, 2)) s)"
      }
      notices.append(
        "windows of \(length) s, one every \(fixed(every, 2)) s: \(fixed(100 * unseen / all, 0)) % of the time is in no "
          + "window and is not seen: \(listed(files, limit: 3)) -> for all of it give --every \(length) or less")
    }
    if pictures > 0, config[.dataNumFrames] > 1 {
      notices.append(
        "\(pictures == 1 ? "a picture is" : "\(pictures) pictures are each") a clip of one frame over and over: what "
          + "is seen without motion")
    }
    (self.inputs, self.videos, self.notices) = (inputs, videos, notices)
    (self.faults, self.unreadable) = (faults, unreadable)
    folderRate = inputs.contains(where: \.input.isFolder) ? rate : nil
  }

  /// What is wrong with one input, without the advice; nil for errors of the call.
  private static func fault(_ error: any Error) -> String? {
    switch error {
    case VideoClassificationError.tooManyWindows: withoutAdvice(error)
    default: FrameInput.fault(error)
    }
  }

  private static func labels(_ config: Configuration, _ path: String?) throws -> ClassLabels {
    let classes = config[.modelNumClasses]
    if let path { return try ClassLabels(path: path, classes: classes) }
    for key in [Key.demoLabelFilePath, .tensorboardClassNamesPath] where !config[key].isEmpty {
      do {
        return try ClassLabels(path: config[key], classes: classes)
      } catch let error as FileError {
        throw VideoClassificationError.noLabels(reason: withoutAdvice(error), key: config.cite(key))
      }
    }
    return .unnamed
  }

  /// How each window is seen.
  public var allViews: [View] { seen.views }

  /// As a line for who starts a run: "2 videos, 12 windows of 2.13 s, one every 2.13 s".
  public var description: String {
    let crop =
      switch allViews[0].crop {
      case .centre(let side), .middle(let side): "the middle \(side) x \(side) of short side \(allViews[0].shortSide)"
      default: "\(counted(allViews.count, "square")) of short side \(allViews[0].shortSide)"
      }
    let length = fixed(seen.clips.seconds, 2)
    return "\(counted(keyFrameCount, "window")) of \(length) s, one every \(fixed(every, 2)) s, each in \(crop)"
  }

  /// What can be drawn: the inputs that can be read.
  public var drawnVideos: [WindowScores.Video] { videos.filter { $0.duration != nil } }

  /// How many windows there are to score, in this shard.
  public var keyFrameCount: Int { plan.reduce(0) { $0 + $1.tasks.count } }

  /// The inputs that cannot be read at all, a window each.
  public var unreadableWindows: DamageReport { unreadable }

  /// What is scored of each input, of a shard its own part, in their order.
  public var plan: [PlannedVideo] {
    let groups = videos.map(\.tasks)
    return zip(videos, shard?.part(of: groups) ?? groups).enumerated().map { number, video in
      PlannedVideo(number: number, name: video.0.name, tasks: video.1)
    }
  }

  /// Takes up what a run knows of inputs that cannot be read any more: what was planned of them, or else what was scored,
  /// stays part of it.
  ///
  /// - Parameter journals: Of all parts of the run.
  public mutating func keepTasks(of journals: [RunJournal]) {
    let lost = videos.indices.filter { faults[videos[$0].name] != nil }
    for number in lost {
      let name = videos[number].name
      let planned = journals.flatMap(\.videos).filter { $0.name == name }.flatMap(\.tasks)
      let known = planned.isEmpty ? journals.flatMap { $0.scoredTasks(of: name, views: allViews) } : planned
      let tasks = Dictionary(known.map { ($0.keyFrame, $0) }, uniquingKeysWith: { first, _ in first })
      videos[number] = WindowScores.Video(
        unreadable: name, tasks: tasks.values.sorted { $0.keyFrame.time < $1.keyFrame.time })
      if !planned.isEmpty { unreadable = unreadable.without { $0.video == name } }
    }
    // Scores alone do not say how many windows there were; the run's head does. What never had any is no part of it.
    let tasks = videos.flatMap(\.tasks)
    if journals.contains(where: { $0.identity?.isOf(tasks) == true }) {
      let whole = Set(tasks.map(\.keyFrame.video))
      unreadable = unreadable.without { whole.contains($0.video) }
    }
  }

  /// What is scored of each input, with what opens it.
  public var unopenedJobs: [VideoJob] {
    let known = Dictionary(inputs.map { ($0.name, $0.input) }, uniquingKeysWith: { first, _ in first })
    return plan.map { video in
      VideoJob(name: video.name, tasks: video.tasks) {
        guard let input = known[video.name] else {
          let cause = faults[video.name] ?? "it cannot be read"
          throw FrameDamage(frame: 0, cause: cause, description: "reading a video: \(cause)")
        }
        do {
          return try input.open(video.name, colours: WindowView.colours)
        } catch {
          // It was sound when it was looked at: what has become of it since costs its own windows.
          guard let cause = damageCause(error) else { throw error }
          throw FrameDamage(frame: 0, cause: cause, description: "\(error)")
        }
      }
    }
  }

  /// About how many bytes the results take.
  public var expectedResultBytes: Int {
    videos.reduce(0) { $0 + $1.tasks.count * WindowReport.usualTopK * ($1.name.utf8.count + 60) }
  }

  /// What computes the scores: nothing is computed yet.
  public func clipRun(_ models: [LoadedModel], isStill: Bool) throws -> ClipRun {
    ClipRun(
      model: models[0].model, window: seen.window(isStill: isStill),
      preprocessing: models[0].adapted(seen.preprocessing, config))
  }

  /// What the scores depend on, for a journal.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try RunIdentity(config, framesPerSecond: folderRate, models[0], isStill: isStill)
    let run = try clipRun(models, isStill: isStill)
    let tasks = Dictionary(videos.map { ($0.name, $0.tasks) }, uniquingKeysWith: { first, _ in first })
    for (name, input) in inputs {
      let print = try input.fingerprint { run.frames(of: tasks[name] ?? [], in: $0) }
      identity.add(input.isFolder ? .frames : .video, name, print)
    }
    for video in videos where faults[video.name] != nil { identity.add(.video, video.name, RunIdentity.unreadable) }
    identity.add(videos.flatMap(\.tasks))
    return identity
  }

  /// Scores all windows that a journal lacks: inputs in the order given, windows ascending.
  ///
  /// - Parameters:
  ///   - journal: Where scores go, and what has some already; see `identity`.
  ///   - isStill: Every clip is its middle frame over and over: what scores are worth without motion.
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else its windows are passed over.
  ///   - isToStop: Asked after each view; true ends the run with what there is.
  ///   - progress: Called after each view with the number of windows done, with those that the journal had.
  public func run(
    models: [LoadedModel], journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> WindowScores {
    for frame in unreadable.keyFrames { try journal.note(frame.keyFrame, damage: frame.cause) }
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    return WindowScores(
      journal, videos, unreadable, length: seen.clips.seconds,
      fusion: ClipFusion(rawValue: config[.dataEnsembleMethod]) ?? .sum, head: config[.modelHeadAct])
  }
}

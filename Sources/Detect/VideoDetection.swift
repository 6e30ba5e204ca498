public import AVARecords
public import Clips
public import Configuration
public import Datasets
internal import Files
internal import Geometry
internal import Imaging
public import Inference
public import Runs
internal import TrackRecords
internal import Tracks
internal import Video
internal import Wording

/// Detection on a user's own videos: proposals from a file, frames from the videos.
///
/// A video is seen at the frames a second of the data set's clock, whatever its own rate: each clip takes the frames nearest in time.
/// Everything is opened and checked when the value is made, so that a run fails before it computes.
public struct VideoDetection {
  /// How the proposals' times and the videos' clocks meet.
  public struct Timing: Sendable {
    /// The second that the proposals call a file's beginning; nil is found out as by `FrameSource.startingSecond`.
    public var startingSecond: Double?
    /// Key frames at this distance in seconds instead of at the proposals' own times.
    public var every: Double?
    /// Pictures a second of folders; nil for the data set's clock.
    public var framesPerSecond: Double?
    /// What has looked for the proposals at every key frame, and what its boxes depend on: where there are none, nobody is.
    /// Other boxes of the same detector are of the same run. Nil for anyone's proposals.
    public var detector: String?

    public init(startingSecond: Double? = nil, every: Double? = nil, framesPerSecond: Double? = nil) {
      self.startingSecond = startingSecond
      self.every = every
      self.framesPerSecond = framesPerSecond
    }
  }

  /// One video and what is scored of it.
  struct TaskedVideo: Sendable {
    /// What opens it; nil for one that cannot be read now, of which a run had scores before.
    let input: FrameInput?
    let name: String
    let tasks: [ClipTask]
    /// All boxes of the proposals, in their seconds: where people are between key frames, too.
    var seen: [SeenFrame] = []
    /// The second that the proposals call the first frame's.
    var start = 0.0
    var size: ImageSize?
  }

  /// As `slowfast frames` writes them for tests on frame lists.
  static let colours = ColourConversion.accurate

  public let config: Configuration
  /// How each key frame is seen, by one model.
  public let views: TestViews
  /// The models that are asked, each with views of its own; nil for one, of the configuration.
  public let ensemble: TestEnsemble?
  /// Whose clock and classes the network was trained with.
  public let dataset: ActionDataset
  public let labelMap: LabelMap
  /// What the user should know of the inputs.
  public let notices: [String]
  /// Those of them that the proposals alone are the reason of.
  private let proposalNotices: Set<String>
  /// What was taken for granted, such as the second of a video's beginning.
  public let remarks: [String]
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  /// Who is who, where somebody says it.
  public var known = KnownPeople()
  /// Who is who; nil before `findPeople`.
  var people: [VideoTracks]?
  /// Those of which something is scored.
  private(set) var videos: [TaskedVideo]
  /// Those in which nobody is at any key frame.
  private let emptyVideos: [TaskedVideo]
  /// What is odd about the people that were given; known after `findPeople`.
  public internal(set) var peopleNotices: [String] = []
  let names: [String]
  private let source: ProposalSource
  /// What has found the proposals.
  let detector: String?
  private let proposals: ProposalList
  /// What is wrong with the videos that cannot be read at all, and have key frames.
  let faults: [String: String]
  /// The same of those that have none: no score is missing without them.
  let idleFaults: [(video: String, cause: String)]
  /// Of the former those that can be read, but not with these boxes.
  let unfit: Set<String>
  /// The key frames of these, but for those that a run knows.
  private(set) var unreadable: DamageReport
  /// The key frames within the videos all of whose boxes are below the threshold.
  private let low: [KeyFrame]

  /// Opens the videos and reads their proposals.
  ///
  /// - Parameters:
  ///   - videos: The files, or folders of pictures that follow one another; a video's name in the proposals is its file name
  ///     without the extension, or the folder's name.
  ///   - proposals: The proposals' file: AVA's rows, or another tool's boxes, of which it may be a folder.
  ///   - proposalOptions: What other tools' boxes are, and which of them are scored.
  ///   - labelMap: The file of the classes that become rows; nil makes rows of every class, without names.
  ///   - dataset: Whose clock and classes the network was trained with.
  ///   - ensemble: The models that are asked; nil for one, of the configuration.
  ///   - stopsAtDamage: Whether a video that is damaged as a whole, or cut short, or whose boxes are of another picture's size,
  ///     is an error; else its key frames are passed over.
  /// - Throws: `FileError`, `VideoError`, `RecordError`, `BoxFileError`, `ProposalError`, `VideoDetectionError`.
  public init(
    _ config: Configuration, videos: [String], proposals path: String,
    _ proposalOptions: ProposalOptions = ProposalOptions(), labelMap: String?, timing: Timing,
    dataset: ActionDataset = .ava, ensemble: TestEnsemble? = nil, stopsAtDamage: Bool = true
  ) throws {
    self.config = config
    self.ensemble = ensemble
    views = TestViews(config)
    self.dataset = dataset
    let rate = dataset.clock.framesPerSecond
    if let every = timing.every, !(every >= 1 / rate && every.isFinite) {
      throw VideoDetectionError.badStep(every, framesPerSecond: rate)
    }
    if let start = timing.startingSecond, !start.isFinite { throw VideoDetectionError.badStart(start) }
    var notices: [String] = []
    self.labelMap = try Self.labels(labelMap, config)
    if let labelMap { notices += self.labelMap.notices(against: config, dataset, path: labelMap) }
    let names = videos.map { FrameInput.name(of: $0) }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw VideoDetectionError.sameName(twice)
    }
    if let name = names.first(where: { !isWritable($0) }) { throw VideoDetectionError.unwritableName(name) }
    let threshold = config[.avaDetectionScoreThresh]
    var proposalOptions = proposalOptions
    // What frames are called counts, unless the call says what the first one is.
    if timing.startingSecond == nil { proposalOptions.secondUse = .maySayTime }
    let pictures = zip(names, videos).compactMap { name, path in FrameInput.pictureNames(of: path).map { (name, $0) } }
    var source = try ProposalSource(
      path: path, proposalOptions, scoreThreshold: threshold, videos: names,
      pictures: Dictionary(uniqueKeysWithValues: pictures), usualRate: rate)
    // Where somebody has looked for people, nobody is a result.
    let mayHaveNobody = timing.detector != nil || source.isEmpty
    // Nobody has written a detector's rows by hand.
    var proposalNotices = timing.detector == nil ? source.notices(scoreThreshold: threshold) : []
    notices += proposalNotices
    // What the file counts from the beginning gets the beginning's own second.
    let zero = timing.startingSecond ?? 0
    var opened: [TaskedVideo] = []
    var unreadable = DamageReport()
    var faults: [String: String] = [:]
    var idleFaults: [(video: String, cause: String)] = []
    var unfit: Set<String> = []
    var firstFault: (any Error)?
    var causes: [String] = []
    var shifted: [String] = []
    var low: [KeyFrame] = []
    for (video, name) in zip(videos, names) {
      let (input, frames, keyFrames): (FrameInput, VideoFrames, [ProposalList.FrameBoxes])
      do {
        input = try FrameInput(video, framesPerSecond: timing.framesPerSecond ?? rate)
        frames = try VideoFrames(input.open(name, colours: Self.colours), framesPerSecond: rate)
        keyFrames = try source.keyFrames(of: name, in: frames, start: zero)
      } catch  where !stopsAtDamage {
        guard let cause = FrameInput.fault(error) ?? ProposalError.fault(error) else { throw error }
        firstFault = firstFault ?? error
        causes.append("'\(name)': \(cause)")
        let times = TaskPlanner.likelyTimes(of: try source.keyFrames(of: name, in: nil, start: zero), timing)
        if times.isEmpty { idleFaults.append((name, cause)) }
        if error is ProposalError { unfit.insert(name) }
        for time in times {
          faults[name] = cause
          unreadable.append(KeyFrame(video: name, time: time), cause: cause)
        }
        continue
      }
      notices += input.notices.map { "\(name): \($0)" }
      let start =
        timing.startingSecond
        ?? frames.startingSecond(
          for: keyFrames.map(\.time.seconds), orFrom: Double(dataset.clock.firstSecond))
      if timing.startingSecond == nil && start != 0 { shifted.append(name) }
      var planner = TaskPlanner(
        frames: frames, name: name, clock: dataset.clock, startingSecond: start, every: timing.every,
        hasAllPeople: mayHaveNobody)
      let tasks = planner.tasks(of: keyFrames, views: ensemble?.views ?? views.views)
      notices += planner.notices
      if timing.every == nil {
        low += source.low(of: name).filter { planner.isInside($0.time) }
      }
      opened.append(
        TaskedVideo(
          input: input, name: name, tasks: tasks, seen: keyFrames.map(\.seen), start: start, size: frames.size))
    }
    let boxNotices = source.boxNotices(scoreThreshold: threshold, isStepped: timing.every != nil)
    notices += boxNotices
    proposalNotices += boxNotices
    self.proposalNotices = Set(proposalNotices)
    self.videos = opened.filter { !$0.tasks.isEmpty }
    emptyVideos = opened.filter(\.tasks.isEmpty)
    self.notices = notices
    self.names = names
    self.source = source
    detector = timing.detector
    proposals = source.list
    (self.faults, self.idleFaults, self.unfit) = (faults, idleFaults, unfit)
    self.unreadable = unreadable
    self.low = low
    remarks =
      (timing.detector == nil ? source.remarks : [])
      + (shifted.isEmpty
        ? []
        : [
          "the first frame is taken for second \(dataset.clock.firstSecond) (--starting-second says otherwise): \(listed(shifted))"
        ])
    // It is one of those videos that can be read.
    if keyFrameCount == 0, !mayHaveNobody || opened.isEmpty, let firstFault {
      throw causes.count == 1 ? firstFault : VideoDetectionError.unreadable(causes)
    }
    if keyFrameCount == 0, !mayHaveNobody {
      if let error = source.emptiness(videos: names, notices: notices) { throw error }
      throw VideoDetectionError.nothingToDo(videos: names, notices: notices, proposals: proposals.summary)
    }
  }

  /// The classes that become rows.
  ///
  /// - Parameter path: The file that has them; nil makes rows of every class, without names.
  /// - Throws: `RecordError`, `FileError`.
  public static func labels(_ path: String?, _ config: Configuration) throws -> LabelMap {
    guard let path else { return try LabelMap.unnamed(config) }
    let labels = try LabelMap.read(path: path)
    try labels.check(against: config, path: path)
    return labels
  }

  /// What the user should know that has not been said when a run was begun with the same proposals.
  ///
  /// - Parameter journals: Of all parts of the run.
  /// - Throws: `FileError` for proposals that cannot be read.
  public func notices(goingOnWith journals: [RunJournal]) throws -> [String] {
    if journals.allSatisfy(\.isEmpty) { return notices }
    let print = try source.fingerprint()
    let isKnown = journals.contains { !$0.isEmpty && $0.identity?[.proposals] == print }
    return isKnown ? notices.filter { !proposalNotices.contains($0) } : notices
  }

  /// How many key frames of readable videos have people to score, in this shard.
  public var keyFrameCount: Int { plan.reduce(0) { $0 + $1.tasks.count } }

  /// What is scored of each video, of a shard its own part, in the order of the run.
  public var plan: [PlannedVideo] {
    let groups = videos.map(\.tasks)
    return zip(videos, shard?.part(of: groups) ?? groups).enumerated().map { number, video in
      PlannedVideo(number: number, name: video.0.name, tasks: video.1)
    }
  }

  /// Takes up what a run knows of videos that cannot be read any more: what was planned of them, or else what was scored,
  /// stays part of it.
  ///
  /// - Parameter journals: Of all parts of the run.
  public mutating func keepTasks(of journals: [RunJournal]) {
    for name in names where faults[name] != nil {
      let planned = journals.flatMap(\.videos).filter { $0.name == name }.flatMap(\.tasks)
      let views = allViews
      let scored = proposals.keyFrames(of: name).compactMap { frame in
        let keyFrame = KeyFrame(video: name, time: frame.time)
        return journals.lazy.compactMap { $0.scoredTask(keyFrame, people: frame.people, views: views) }.first
      }
      var known: [KeyFrame: ClipTask] = [:]
      for task in planned.isEmpty ? scored : planned { known[task.keyFrame] = task }
      if known.isEmpty { continue }
      let tasks = known.values.sorted { $0.keyFrame.time < $1.keyFrame.time }
      videos.append(
        TaskedVideo(input: nil, name: name, tasks: tasks, seen: tasks.map(\.seen), start: tasks[0].start))
      unreadable = unreadable.without { $0.video == name && (!planned.isEmpty || known[$0] != nil) }
    }
    videos = ordered(videos)
  }

  /// In the order of the call.
  private func ordered(_ videos: [TaskedVideo]) -> [TaskedVideo] {
    let order = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return videos.sorted { order[$0.name] ?? 0 < order[$1.name] ?? 0 }
  }

  /// Those that are known, with those in which nobody is, in the order of the call.
  var allVideos: [TaskedVideo] { ordered(videos + emptyVideos) }

  /// The videos that can be read and in which nobody is at any key frame.
  public var videosWithoutPeople: [String] { emptyVideos.map(\.name) }

  /// Scores all key frames that a journal lacks: videos in the order given, times ascending.
  ///
  /// - Parameters:
  ///   - models: One of the same configuration, or all of the ensemble, in their order.
  ///   - journal: Where scores go, and what has some already; see `identity`.
  ///   - isStill: Every clip is its key frame over and over: what scores are worth without motion.
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else its key frames are passed over.
  ///   - isToStop: Asked after each key frame; true ends the run with what there is.
  ///   - progress: Called after each key frame with the number of those done, with those that the journal had.
  public func run(
    models: [LoadedModel], journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void
  ) throws -> VideoDetections {
    let unreadable = ownUnreadable
    for frame in unreadable.keyFrames { try journal.note(frame.keyFrame, damage: frame.cause) }
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    let detections = Detections(
      journal, plan.flatMap(\.tasks), unreadable: unreadable, classes: config[.modelNumClasses], labelMap: labelMap,
      fusion: views.fusion, models: ensemble?.fusion)
    return VideoDetections(detections, allVideos, people: try people ?? linkedPeople(), labelMap: labelMap)
  }

  /// The same with one model.
  public func run(
    model: LoadedModel, journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void
  ) throws -> VideoDetections {
    try run(
      models: [model], journal: journal, isStill: isStill, stopsAtDamage: stopsAtDamage, isToStop: isToStop,
      progress: progress)
  }

  /// What computes the scores: nothing is computed yet.
  ///
  /// - Parameter models: One of the same configuration, or all of the ensemble, in their order.
  public func clipRun(_ models: [LoadedModel], isStill: Bool) -> ClipRun {
    ClipRun(config, ensemble, models, isStill: isStill)
  }

  /// In which views each key frame is scored, of all models.
  public var allViews: [View] { ensemble?.views ?? views.views }

  private var tasks: [ClipTask] { videos.flatMap(\.tasks) }

  /// The key frames of the run, those without a box that is scored and those of videos that cannot be read, too.
  public var keyFrames: [KeyFrame] { tasks.map(\.keyFrame) + unreadable.keyFrames.map(\.keyFrame) + low }

  /// What the scores depend on, beside the videos and who is in them.
  ///
  /// - Parameter proposals: What the boxes are, or what has found them.
  /// - Throws: `FileError` for weights that cannot be read.
  public static func identity(
    _ config: Configuration, _ models: [LoadedModel], _ ensemble: TestEnsemble?, proposals: String,
    dataset: ActionDataset = .ava, isStill: Bool
  ) throws -> RunIdentity {
    var identity = try RunIdentity(
      config, framesPerSecond: dataset.clock.framesPerSecond, models[0], ensemble, isStill: isStill)
    if let ensemble { try identity.add(ensemble, models, of: config) }
    identity.add(.proposals, proposals)
    return identity
  }

  /// What the scores depend on, for a journal.
  ///
  /// - Throws: `FileError` for inputs that cannot be read.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try Self.identity(
      config, models, ensemble, proposals: detector ?? source.fingerprint(), dataset: dataset, isStill: isStill)
    // Where a detector has looked, that nobody is there is known of what the video is.
    let run = clipRun(models, isStill: isStill)
    for video in detector == nil ? videos : allVideos {
      guard let input = video.input else { continue }
      // What no clip needs changes no score, but what a detector has seen changes who is scored.
      let isSeen = detector != nil
      try identity.add(input, of: video.name, counting: isSeen ? nil : { run.frames(of: video.tasks, in: $0) })
    }
    // Of a video that no detector could see nobody knows yet who is in it.
    let unseen = Set(detector == nil ? [] : idleFaults.map(\.video))
    for name in names where faults[name] != nil || unseen.contains(name) {
      identity.add(.video, name, RunIdentity.unreadable)
    }
    identity.add(tasks)
    return identity
  }
}

extension RunIdentity {
  /// Adds what tells a video, or what stands for one, from others.
  ///
  /// - Parameter counting: Which pictures of a folder count; all where it is not given.
  /// - Throws: `FileError` for one that cannot be read.
  mutating func add(
    _ input: FrameInput, of name: String, counting: ((any FrameSource) -> Set<Int>)? = nil
  ) throws(FileError) {
    let print = try input.fingerprint(counting: counting)
    if case .pictures(_, let rate) = input {
      add(.frames, name, "\(rate) a second, \(print)")
    } else {
      add(.video, name, print)
    }
  }
}

/// Whether a row with this name is read again as it was written: a name with a comma stands in quotes, and may hold none then.
func isWritable(_ name: String) -> Bool {
  let isQuoted = name.utf8.contains { $0 == UInt8(ascii: ",") || $0 == 0x09 }
  return !name.contains(where: \.isNewline) && !(isQuoted && name.contains("\""))
}

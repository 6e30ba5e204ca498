public import AVARecords
public import Clips
public import Configuration
public import Datasets
internal import Files
internal import Geometry
internal import Imaging
public import Inference
public import Runs
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

    public init(startingSecond: Double? = nil, every: Double? = nil) {
      self.startingSecond = startingSecond
      self.every = every
    }
  }

  /// One video and what is scored of it.
  struct TaskedVideo: Sendable {
    /// What opens it; nil for one that cannot be read now, of which a run had scores before.
    let index: VideoIndex?
    let name: String
    let tasks: [ClipTask]
  }

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
  /// What was taken for granted, such as the second of a video's beginning.
  public let remarks: [String]
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  private(set) var videos: [TaskedVideo]
  private let names: [String]
  private let proposalsPath: String
  private let proposals: ProposalList
  /// What is wrong with the videos that cannot be read at all, and have key frames.
  let faults: [String: String]
  /// The key frames of these, but for those that a run knows.
  private(set) var unreadable: DamageReport
  /// The key frames within the videos all of whose boxes are below the threshold.
  private let low: [KeyFrame]

  /// Opens the videos and reads their proposals.
  ///
  /// - Parameters:
  ///   - videos: The files; a video's name in the proposals is its file name without the extension.
  ///   - proposals: The proposals' file.
  ///   - labelMap: The file of the classes that become rows; nil makes rows of every class, without names.
  ///   - dataset: Whose clock and classes the network was trained with.
  ///   - ensemble: The models that are asked; nil for one, of the configuration.
  ///   - stopsAtDamage: Whether a video that is damaged as a whole, or cut short, is an error; else its key frames are
  ///     passed over.
  /// - Throws: `FileError`, `VideoError`, `RecordError`, `VideoDetectionError`.
  public init(
    _ config: Configuration, videos: [String], proposals path: String, labelMap: String?, timing: Timing,
    dataset: ActionDataset = .ava, ensemble: TestEnsemble? = nil, stopsAtDamage: Bool = true
  ) throws {
    self.config = config
    self.ensemble = ensemble
    views = TestViews(config)
    self.dataset = dataset
    proposalsPath = path
    let rate = dataset.clock.framesPerSecond
    if let every = timing.every, !(every >= 1 / rate && every.isFinite) {
      throw VideoDetectionError.badStep(every, framesPerSecond: rate)
    }
    if let start = timing.startingSecond, !start.isFinite { throw VideoDetectionError.badStart(start) }
    var notices: [String] = []
    if let labelMap {
      self.labelMap = try LabelMap.read(path: labelMap)
      try self.labelMap.check(against: config, path: labelMap)
      notices += self.labelMap.notices(against: config, dataset, path: labelMap)
    } else {
      self.labelMap = try LabelMap.unnamed(config)
    }
    let names = videos.map(fileStem)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw VideoDetectionError.sameName(twice)
    }
    let threshold = config[.avaDetectionScoreThresh]
    let proposals = try ProposalList.read(
      paths: [path], scoreThreshold: threshold, times: .any, listedVideos: names)
    notices += proposals.summary.notices(scoreThreshold: threshold, isChosenSubset: true)
    var opened: [TaskedVideo] = []
    var unreadable = DamageReport()
    var faults: [String: String] = [:]
    var firstFault: (any Error)?
    var causes: [String] = []
    var shifted: [String] = []
    var low: [KeyFrame] = []
    for (video, name) in zip(videos, names) {
      let frames: VideoFrames
      do {
        frames = try VideoFrames(path: video, framesPerSecond: rate)
      } catch  where !stopsAtDamage {
        guard let cause = damageCause(error) else { throw error }
        firstFault = firstFault ?? error
        causes.append("'\(name)': \(cause)")
        for time in TaskPlanner.likelyTimes(of: proposals.keyFrames(of: name), timing) {
          faults[name] = cause
          unreadable.append(KeyFrame(video: name, time: time), cause: cause)
        }
        continue
      }
      notices += frames.reader.notices.map { "\(name): \($0)" }
      let keyFrames = proposals.keyFrames(of: name)
      let start =
        timing.startingSecond
        ?? frames.startingSecond(
          for: keyFrames.map(\.time.seconds), orFrom: Double(dataset.clock.firstSecond))
      if timing.startingSecond == nil && start != 0 { shifted.append(name) }
      var planner = TaskPlanner(
        frames: frames, name: name, clock: dataset.clock, startingSecond: start, every: timing.every)
      let tasks = planner.tasks(of: keyFrames, views: ensemble?.views ?? views.views)
      notices += planner.notices
      if timing.every == nil {
        low += proposals.keyFramesBelowThreshold.filter { $0.video == name && planner.isInside($0.time) }
      }
      opened.append(TaskedVideo(index: frames.reader.video, name: name, tasks: tasks))
    }
    self.videos = opened.filter { !$0.tasks.isEmpty }
    self.notices = notices
    self.names = names
    self.proposals = proposals
    self.faults = faults
    self.unreadable = unreadable
    self.low = low
    remarks =
      shifted.isEmpty
      ? []
      : [
        "the first frame is taken for second \(dataset.clock.firstSecond) (--starting-second says otherwise): \(listed(shifted))"
      ]
    if keyFrameCount == 0, let firstFault {
      throw causes.count == 1 ? firstFault : VideoDetectionError.unreadable(causes)
    }
    if keyFrameCount == 0 {
      throw VideoDetectionError.nothingToDo(videos: names, notices: notices, proposals: proposals.summary)
    }
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
      videos.append(TaskedVideo(index: nil, name: name, tasks: tasks))
      unreadable = unreadable.without { $0.video == name && (!planned.isEmpty || known[$0] != nil) }
    }
    let order = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    videos.sort { order[$0.name] ?? 0 < order[$1.name] ?? 0 }
  }

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
    for frame in unreadable.keyFrames { try journal.note(frame.keyFrame, damage: frame.cause) }
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    let detections = Detections(
      journal, plan.flatMap(\.tasks), unreadable: unreadable, classes: config[.modelNumClasses], labelMap: labelMap,
      fusion: views.fusion, models: ensemble?.fusion)
    return VideoDetections(detections, videos, labelMap: labelMap)
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

  /// What the scores depend on, for a journal.
  ///
  /// - Throws: `FileError` for inputs that cannot be read.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try RunIdentity(
      config, framesPerSecond: dataset.clock.framesPerSecond, models[0], ensemble, isStill: isStill)
    if let ensemble { try identity.add(ensemble, models, of: config) }
    identity.add(.proposals, try fileFingerprint(proposalsPath, doing: "reading the proposals"))
    for video in videos {
      guard let index = video.index else { continue }
      identity.add(.video, video.name, try fileFingerprint(index.path, doing: "reading a video"))
    }
    for name in names where faults[name] != nil { identity.add(.video, name, RunIdentity.unreadable) }
    identity.add(tasks)
    return identity
  }
}

/// Finds the frames of a video that its proposals speak of.
private struct TaskPlanner {
  let frames: VideoFrames
  let name: String
  let clock: ActionDataset.Clock
  let startingSecond: Double
  let every: Double?
  private(set) var notices: [String] = []

  init(frames: VideoFrames, name: String, clock: ActionDataset.Clock, startingSecond: Double, every: Double?) {
    self.frames = frames
    self.name = name
    self.clock = clock
    self.startingSecond = startingSecond
    self.every = every
  }

  /// When key frames would probably be of a video that cannot be read: at the proposals' times, or at the steps that have
  /// one within half a step.
  static func likelyTimes(
    of keyFrames: [ProposalList.FrameBoxes], _ timing: VideoDetection.Timing
  ) -> [Timestamp] {
    guard let every = timing.every else { return keyFrames.map(\.time) }
    let start = timing.startingSecond ?? 0
    let steps = Set(keyFrames.map { (($0.time.seconds - start) / every).rounded() })
    return steps.sorted().compactMap { Timestamp(seconds: start + $0 * every) }
  }

  /// Whether the video has a frame of this time.
  func isInside(_ time: Timestamp) -> Bool {
    let center = clock.frame(after: time.seconds - startingSecond)
    return center >= 0 && center < frames.frameCount
  }

  mutating func tasks(of keyFrames: [ProposalList.FrameBoxes], views: [View]) -> [ClipTask] {
    var outside: [Timestamp] = []
    var tasks: [ClipTask] = []
    for (frame, time) in chosen(keyFrames) {
      let center = clock.frame(after: time)
      guard center >= 0, center < frames.frameCount else {
        outside.append(frame.time)
        continue
      }
      tasks.append(
        ClipTask(
          KeyFrame(video: name, time: frame.time), center: center,
          moment: ClipTask.Moment(seconds: time, frame: frames.reader.nearest(to: time)), people: frame.people,
          views: views))
    }
    if !outside.isEmpty {
      notices.append(
        "\(frames.name): \(counted(outside.count, "key frame")) outside the video, which lasts "
          + "\(fixed(frames.reader.duration, 2)) s from second \(startingSecond): "
          + "\(listed(outside.map(\.description))) -> \(advice(outside, of: keyFrames.count))")
    }
    return tasks
  }

  /// What times may be otherwise. A stream does not say how long it is to be: one that was cut short ends, no more.
  private func otherAdvice(_ outside: [Timestamp]) -> String {
    let end = startingSecond + frames.reader.duration
    if !outside.allSatisfy({ $0.seconds >= end }) { return "check --starting-second" }
    return "the video ends at second \(fixed(end, 2)); if it should go on, the file was cut short: copy or record it "
      + "again; if not, check --starting-second"
  }

  /// What times outside the video may be: numbers of its frames, or seconds counted as in AVA's clips.
  private func advice(_ outside: [Timestamp], of total: Int) -> String {
    let (count, duration) = (frames.reader.frameCount, frames.reader.duration)
    let other = otherAdvice(outside)
    let first = clock.firstSecond
    if outside.allSatisfy({ (0..<duration).contains($0.seconds - Double(first)) }) {
      return "give --starting-second \(first)"
    }
    // Numbers of frames lie far outside, most of them; seconds after the end of a video lie near it, a few.
    let far = outside.count { $0.seconds - startingSecond > 3 * duration }
    if far * 2 > total, outside.allSatisfy({ $0.wholeSecond.map { $0 < count } ?? false }), duration > 0 {
      return
        "are these frame numbers? The video has \(count) frames: divide by \(fixed(Double(count) / duration, 2)) "
        + "for seconds; otherwise \(other)"
    }
    return other
  }

  /// The key frames with their times in the file: the proposals' own, or at regular times each with the proposals
  /// nearest to it, at most half a step away.
  private mutating func chosen(_ keyFrames: [ProposalList.FrameBoxes]) -> [(ProposalList.FrameBoxes, Double)] {
    let own = keyFrames.map { ($0, $0.time.seconds - startingSecond) }
    guard let every else { return own }
    var chosen: [(ProposalList.FrameBoxes, Double)] = []
    var alone = 0
    var step = 0
    var nearest = 0
    while Double(step) * every < frames.reader.duration {
      let time = Double(step) * every
      step += 1
      // Both ascend: the nearest proposal never lies before that of the step before.
      while nearest + 1 < own.count, abs(own[nearest + 1].1 - time) < abs(own[nearest].1 - time) { nearest += 1 }
      guard nearest < own.count, abs(own[nearest].1 - time) <= every / 2,
        let stamp = Timestamp(seconds: time + startingSecond)
      else {
        alone += 1
        continue
      }
      chosen.append((own[nearest].0.moved(to: stamp), time))
    }
    if alone > 0 {
      notices.append(
        "\(frames.name): \(counted(alone, "moment")) of \(step) without a proposal within \(fixed(every / 2, 3)) s "
          + "are passed over -> give a larger --every, or more proposals")
    }
    return chosen
  }
}

/// Why there is nothing to detect.
public enum VideoDetectionError: Error, Equatable, CustomStringConvertible {
  case badStep(Double, framesPerSecond: Double)
  case badStart(Double)
  case sameName(String)
  /// Of each video that cannot be read its name and why, where no other one has key frames.
  case unreadable([String])
  case nothingToDo(videos: [String], notices: [String], proposals: ProposalList.Summary)

  public var description: String {
    switch self {
    case .badStep(let step, let rate):
      return "detecting: key frames every \(step) s, expected at least the time of one frame (1/\(fixed(rate, 0)) s)"
        + " -> give --every SECONDS, such as 1"
    case .badStart(let second):
      return "detecting: the videos begin at second \(second), expected a number -> give --starting-second SECONDS"
    case .sameName(let name):
      return "detecting: two videos are called '\(name)', the proposals cannot tell them apart -> rename one"
    case .unreadable(let causes):
      return "detecting: \(causes.count) videos cannot be read, and no other one has key frames:\n  "
        + causes.joined(separator: "\n  ") + "\n  -> copy or record them again, or give others"
    case .nothingToDo(let videos, let notices, let proposals):
      let why = notices.isEmpty ? "" : " (" + notices.joined(separator: "; ") + ")"
      let advice =
        switch proposals.mainLoss {
        case .belowThreshold: proposals.thresholdAdvice
        case .otherVideos: "the proposals' first column must be the file's name without extension"
        default: "the proposals' second column must be seconds of the video; see also --starting-second and --every"
        }
      return "detecting: no proposal is left for \(listed(videos))\(why) -> \(advice)"
    }
  }
}

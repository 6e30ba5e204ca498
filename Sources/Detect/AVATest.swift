public import AVARecords
public import Clips
public import Configuration
public import Datasets
internal import Files
internal import Geometry
internal import ImageFiles
internal import Imaging
public import Inference
public import Runs
internal import Video
internal import Wording

/// PySlowFast's test run on AVA: key frames and proposals in, a table of detections out.
///
/// Everything small is read and checked when the value is made, so that a run fails before it computes.
public struct AVATest {
  public let config: Configuration
  /// How each key frame is seen, by one model.
  public let views: TestViews
  /// The models that are asked, each with views of its own; nil for one, of the configuration.
  public let ensemble: TestEnsemble?
  /// Whose clock, seconds and classes the files are in.
  public let dataset: ActionDataset
  public let frameList: FrameList
  public let proposals: ProposalList
  /// What is made of the scores.
  public let labels: AVATestLabels
  /// What the user should know of the inputs.
  public let notices: [String]
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  /// The videos that have key frames without scores; nil for all.
  private var unscored: Set<String>?
  let surveys = ImageSurveys()

  /// Reads what the configuration names: frame lists, proposals, label map, exclusions, ground truth.
  ///
  /// - Parameters:
  ///   - dataset: Whose clock, seconds and classes the files are in.
  ///   - ensemble: The models that are asked; nil for one, of the configuration.
  ///   - others: What the run lacks beside these, to be named with what is missing here.
  /// - Throws: `RecordError`, `FileError`, `AVATestError`.
  public init(
    _ config: Configuration, dataset: ActionDataset = .ava, ensemble: TestEnsemble? = nil, with others: [String] = []
  ) throws {
    self.config = config
    self.ensemble = ensemble
    views = TestViews(config)
    self.dataset = dataset
    let inputs = AVATestInputs(config)
    let threshold = config[.avaDetectionScoreThresh]
    let frameList =
      try inputs.canRead(inputs.frameLists)
      ? named(config, [Key.avaFrameListDir.name, Key.avaTestLists.name]) {
        try FrameList.read(paths: inputs.frameLists, frameFolder: config[.avaFrameDir])
      } : nil
    let proposals =
      try inputs.canRead(inputs.proposals)
      ? named(config, [Key.avaAnnotationDir.name, Key.avaTestPredictBoxLists.name]) {
        try ProposalList.read(
          paths: inputs.proposals, scoreThreshold: threshold, times: .labelled(dataset),
          listedVideos: frameList?.videos.map(\.name))
      } : nil
    var faults = inputs.faults
    if let frameList {
      let isNeeded = { (name: String) in proposals.map { !$0.keyFrames(of: name).isEmpty } ?? true }
      if let fault = inputs.missingFrames(frameList, isNeeded: isNeeded) {
        if faults.isEmpty, proposals.map({ $0.keyFrameCount > 0 }) ?? false, others.isEmpty {
          throw AVATestError.framesMissing(fault)
        }
        faults.append(fault)
      }
    }
    var notices = frameList?.notices ?? []
    notices += proposals?.summary.notices(scoreThreshold: threshold) ?? []
    if let proposals, proposals.keyFrameCount == 0 {
      let error = AVATestError.noKeyFrames(notices: notices, proposals: proposals.summary)
      if faults.isEmpty { throw error }
      faults.append(error.reason)
    }
    guard faults.isEmpty, let frameList, let proposals else { throw AVATestError.incomplete(faults + others) }
    self.frameList = frameList
    self.proposals = proposals
    labels = try AVATestLabels(inputs, dataset)
    notices += labels.notices
    self.notices = notices
  }

  /// The files that were read.
  public var inputFiles: [String] { AVATestInputs(config).files }

  /// The folders of frames that will be.
  public var inputFolders: [String] {
    Set(frameList.videos.filter { $0.count > 0 }.map { splitPath($0.path(ofFrame: 0)).folder }).sorted()
  }

  public var labelMap: LabelMap { labels.labelMap }
  public var exclusions: ExcludedTimestamps { labels.exclusions }
  public var groundTruth: GroundTruthTable? { labels.groundTruth }

  /// How many key frames have people to score, in this shard.
  public var keyFrameCount: Int {
    shard.map { $0.range(of: proposals.keyFrameCount).count } ?? proposals.keyFrameCount
  }

  /// Scores all key frames that a journal lacks: videos in the order of the frame list, seconds ascending.
  ///
  /// - Parameters:
  ///   - model: A model of the same configuration.
  ///   - journal: Where scores go, and what has some already; see `identity`.
  ///   - isStill: Every clip is its key frame over and over: what scores are worth without motion.
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else its key frames are passed over.
  ///   - isToStop: Asked after each key frame; true ends the run with what there is.
  ///   - progress: Called after each key frame with the number of those done, with those that the journal had.
  public func run(
    model: LoadedModel, journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void
  ) throws -> Detections {
    try run(
      models: [model], journal: journal, isStill: isStill, stopsAtDamage: stopsAtDamage, isToStop: isToStop,
      progress: progress)
  }

  /// The same with all models of the ensemble, in their order.
  public func run(
    models: [LoadedModel], journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void
  ) throws -> Detections {
    if stopsAtDamage { try verifyFrames() }
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    return Detections(
      journal, plan.flatMap(\.tasks), classes: config[.modelNumClasses], labelMap: labelMap, fusion: views.fusion,
      models: ensemble?.fusion)
  }

  /// What computes the scores: nothing is computed yet.
  ///
  /// - Parameter models: One of the same configuration, or all of the ensemble, in their order.
  public func clipRun(_ models: [LoadedModel], isStill: Bool) -> ClipRun {
    ClipRun(config, ensemble, models, isStill: isStill)
  }

  /// In which views each key frame is scored, of all models.
  public var allViews: [View] { ensemble?.views ?? views.views }

  /// What the scores depend on, for a journal.
  ///
  /// - Throws: `FileError` for inputs that cannot be read.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try RunIdentity(
      config, framesPerSecond: dataset.clock.framesPerSecond, models[0], ensemble, isStill: isStill)
    if let ensemble { try identity.add(ensemble, models, of: config) }
    let inputs = AVATestInputs(config)
    try identity.add(.frameLists, files: inputs.frameLists)
    try identity.add(.proposals, files: inputs.proposals)
    let run = clipRun(models, isStill: isStill)
    for video in videos {
      // What is not there is for the run to say, with what it needs it for; what no clip needs changes no score.
      let frames = try frames(of: video)
      let counting = run.frames(of: tasks(of: video), in: frames)
      identity.add(.frames, video.name, surveys.of(frames).fingerprint(of: frames.paths, counting: counting))
    }
    identity.add(tasks)
    return identity
  }

  /// The listed videos of which something is scored.
  var videos: [FrameList.Video] {
    frameList.videos.filter { !proposals.keyFrames(of: $0.name).isEmpty }
  }

  /// What is to be scored: videos in the order of the frame list, seconds ascending.
  private var tasks: [ClipTask] { videos.flatMap(tasks) }

  /// Key frames whose centre lies beyond the listed frames: the clip is then the last frame over and over, as in the
  /// reference.
  public var outOfRangeKeyFrames: [String] {
    frameList.videos.flatMap { video in
      proposals.keyFrames(of: video.name).filter { center($0) >= video.count }.map { "\(video.name),\($0.time)" }
    }
  }

  private func center(_ frame: ProposalList.FrameBoxes) -> Int {
    dataset.clock.frame(atSecond: frame.time.seconds)
  }

  /// What is scored of each video, of a shard its own part, in the order of the run.
  public var plan: [PlannedVideo] {
    let groups = videos.map(tasks)
    return zip(videos, shard?.part(of: groups) ?? groups).enumerated().map { number, video in
      PlannedVideo(number: number, name: video.0.name, tasks: video.1)
    }
  }

  /// The key frames that the proposals name of listed videos, those without a box that is scored, too.
  public var keyFrames: [KeyFrame] { tasks.map(\.keyFrame) + proposals.keyFramesBelowThreshold }

  /// Takes up which key frames a run has scored already: their frames need not be there.
  ///
  /// - Parameter journals: Of all parts of the run.
  public mutating func keepTasks(of journals: [RunJournal]) {
    let open = tasks.filter { task in !journals.contains { $0.hasAll(task) } }
    unscored = journals.isEmpty ? nil : Set(open.map(\.keyFrame.video))
  }

  /// The videos with key frames to score of which frames are not there, with how many: what a run passes over that does
  /// not stop at damage.
  public var missingFrames: [String] {
    zip(videos, plan).compactMap { video, own in
      if own.tasks.isEmpty || unscored?.contains(video.name) == false { return nil }
      do {
        let frames = try frames(of: video)
        try frames.verify(surveys.of(frames))
        return nil
      } catch { return withoutAdvice(error) }
    }
  }

  /// The frames of a video. The paths of one video at a time are written out: AVA's validation list has 1.7 million.
  func frames(of video: FrameList.Video) throws -> ImageFrames {
    try ImageFrames(
      name: video.name, paths: (0..<video.count).map { video.path(ofFrame: $0) },
      framesPerSecond: dataset.clock.framesPerSecond)
  }

  private func tasks(of video: FrameList.Video) -> [ClipTask] {
    proposals.keyFrames(of: video.name).map { frame in
      ClipTask(
        KeyFrame(video: video.name, time: frame.time), center: center(frame),
        moment: ClipTask.Moment(
          seconds: frame.time.seconds - Double(dataset.clock.firstSecond), frame: center(frame)),
        people: frame.people, views: allViews)
    }
  }
}

/// The surveys of videos' images, each made once: a test has millions, and their disk may be slow.
final class ImageSurveys {
  private var known: [String: ImageSurvey] = [:]

  /// The survey of a video.
  func of(_ frames: ImageFrames) -> ImageSurvey {
    if let survey = known[frames.name] { return survey }
    let survey = ImageSurvey(frames.paths)
    // What is missing may come.
    if survey.missing == nil { known[frames.name] = survey }
    return survey
  }
}

/// Adds to a missing or unreadable file which keys named it, and where these have their values from.
func named<Value>(_ config: Configuration, _ keys: [String], _ read: () throws -> Value) throws -> Value {
  do {
    return try read()
  } catch let error as FileError {
    throw AVATestError.unreadable(keys: keys.map { config.cite($0) }, reason: "\(error)")
  }
}

/// Why an AVA test cannot run.
public enum AVATestError: Error, Equatable, CustomStringConvertible {
  case noKeyFrames(notices: [String], proposals: ProposalList.Summary)
  /// What the configuration names and is not there, a text for each.
  case incomplete([String])
  /// No picture is where the configuration says, and all else is.
  case framesMissing(String)
  /// A file that the configuration names cannot be read; the keys with their values and sources.
  case unreadable(keys: [String], reason: String)
  case classOutOfRange(path: String, id: Int, classes: Int)

  /// Without what was being done.
  fileprivate var reason: String {
    guard case .noKeyFrames(let notices, let proposals) = self else { return description }
    let why = notices.isEmpty ? "" : " (" + notices.joined(separator: "; ") + ")"
    let advice =
      switch proposals.mainLoss {
      case .belowThreshold: proposals.thresholdAdvice
      case .otherVideos: "give proposals of the listed videos: AVA.TEST_PREDICT_BOX_LISTS, or others: AVA.TEST_LISTS"
      default: "check AVA.TEST_PREDICT_BOX_LISTS: the second column"
      }
    return "no proposal is left to score\(why) -> \(advice)"
  }

  public var description: String {
    switch self {
    case .unreadable(let keys, let reason):
      return "testing on AVA: \(reason)\(AVATestInputs.origin(keys)) -> set it in the config or after the command"
    case .framesMissing(let fault): return AVATestError.incomplete([fault]).description
    case .incomplete(let faults) where faults.count == 1:
      return "testing on AVA: \(faults[0]) -> set it in the config or after the command"
    case .incomplete(let faults):
      return "testing on AVA: \(faults.count) things are missing\n  "
        + faults.joined(separator: "\n  ")
        + "\n  -> set the keys in the config or after the command; docs/own-data.md says what the files hold"
    case .noKeyFrames:
      return "testing on AVA: \(reason)"
    case .classOutOfRange(let path, let id, let classes):
      return "reading the label map: '\(path)' has a class \(id), the network scores classes 1 to \(classes)"
        + " (MODEL.NUM_CLASSES) -> set MODEL.NUM_CLASSES to that of the weights, or give their label map"
    }
  }
}

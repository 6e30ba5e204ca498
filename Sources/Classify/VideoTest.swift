internal import VideoLists
internal import AVARecords
public import Clips
public import Configuration
internal import Files
internal import Imaging
public import Inference
public import Runs
internal import VideoLists
internal import Wording

/// PySlowFast's test run on whole videos, of any of the `ClipDatasets`.
///
/// The lists are read and checked when the value is made, so that a run fails before it computes. Videos are opened one
/// after the other, when their turn comes.
public struct VideoTest {
  public let config: Configuration
  public let dataset: any ClipDataset
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  private let names: [String]
  /// The videos that a run has scored already.
  private var scored: Set<String> = []

  /// - Throws: What `ClipDatasets.read` throws; `ClassificationError` where none of the videos is there.
  public init(_ config: Configuration) throws {
    self.config = config
    _ = try VideoResults.Form(config)
    dataset = try ClipDatasets.read(config)
    names = dataset.list.names
    let listed = names.filter { dataset.listLacking($0) == nil }
    guard let first = listed.first else {
      throw ClassificationError.noPictures(
        count: names.count, first: names[0], list: dataset.listLacking(names[0]) ?? "", isAll: true)
    }
    if !listed.contains(where: { pathExists(dataset.path(of: $0)) }) {
      throw ClassificationError.noVideos(
        count: listed.count, first: dataset.path(of: first), key: config.cite(.dataPathPrefix))
    }
  }

  /// The classes of each video, as far as the list has them.
  public var classes: [String: [Int]] {
    Dictionary(dataset.list.videos.map { ($0.name, $0.labels ?? []) }, uniquingKeysWith: { first, _ in first })
  }

  public var views: ClipViews { dataset.views }

  /// The files that were read.
  public var inputFiles: [String] { dataset.listFiles }

  /// The videos, or folders of their frames, that will be.
  public var inputVideos: [String] { names.map(dataset.path) }

  /// What the user should know of the lists.
  public var notices: [String] {
    let other =
      ClipDatasets.isPyTorchVideo(config)
      ? [
        "\(config.cite(.testDataset)): clips are cut as by \(dataset.name), PyTorchVideo's reader of these lists may take others"
      ]
      : []
    return other + dataset.notices
  }

  /// Takes up which videos a run has scored already: these need not be there.
  ///
  /// - Parameter journals: Of all parts of the run.
  public mutating func keepTasks(of journals: [RunJournal]) {
    scored = Set(tasks.filter { task in journals.contains { $0.hasAll(task) } }.map(\.keyFrame.video))
  }

  /// The videos of this part that are to be scored and not there: what a run passes over that does not stop at damage.
  public var missingVideos: [String] {
    wanted.filter { dataset.listLacking($0) == nil }.map(dataset.path).filter { !pathExists($0) }
  }

  /// Those of which the data set's list of pictures has none, and that list; nil where there are none.
  public var unlistedVideos: (names: [String], list: String)? {
    let names = wanted.filter { dataset.listLacking($0) != nil }
    return names.first.flatMap(dataset.listLacking).map { (names, $0) }
  }

  /// The videos of this part that are to be scored.
  private var wanted: [String] { plan.filter { !$0.tasks.isEmpty && !scored.contains($0.name) }.map(\.name) }

  /// Looks for every video of this part, so that a run that stops at damage fails at its start.
  ///
  /// - Throws: `ClassificationError.noPictures`, `ClassificationError.missing`.
  public func verifyVideos() throws {
    if let (names, list) = unlistedVideos {
      throw ClassificationError.noPictures(count: names.count, first: names[0], list: list, isAll: false)
    }
    let missing = missingVideos
    if let first = missing.first { throw ClassificationError.missing(first: first, count: missing.count) }
  }

  public var allViews: [View] { views.views }

  /// One for each video.
  private var tasks: [ClipTask] {
    names.map { name in
      ClipTask(KeyFrame(video: name, time: Timestamp(second: 0)), center: 0, people: nil, views: views.views)
    }
  }

  /// How many videos there are to score, in this shard.
  public var keyFrameCount: Int { plan.reduce(0) { $0 + $1.tasks.count } }

  /// What is scored of each video, of a shard its own part, in the order of the list.
  public var plan: [PlannedVideo] {
    let groups = tasks.map { [$0] }
    return zip(names, shard?.part(of: groups) ?? groups).enumerated().map { number, video in
      PlannedVideo(number: number, name: video.0, tasks: video.1)
    }
  }

  /// What is scored of each video, with what opens it; nothing is opened or looked for.
  public var unopenedJobs: [VideoJob] {
    plan.map { video in
      VideoJob(name: video.name, tasks: video.tasks) { try dataset.open(video.name) }
    }
  }

  /// About how many bytes the results take.
  public var expectedResultBytes: Int {
    let list = dataset.list
    let rows = list.videos.reduce(0) { $0 + $1.name.utf8.count + 80 }
    return rows + (config[.testSaveResultsPath].isEmpty ? 0 : list.videos.count * config[.modelNumClasses] * 12)
  }

  /// What computes the scores: nothing is computed yet.
  public func clipRun(_ models: [LoadedModel], isStill: Bool) -> ClipRun {
    ClipRun(
      model: models[0].model,
      window: ClipWindow(
        frames: config[.dataNumFrames], rate: config[.dataSamplingRate], isStill: isStill, parts: dataset.sampling),
      preprocessing: models[0].adapted(type(of: dataset).preprocessing(config, views.views[0]), config))
  }

  /// What the scores depend on, for a journal.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try RunIdentity(config, framesPerSecond: nil, models[0], isStill: isStill)
    let run = clipRun(models, isStill: isStill)
    for task in tasks {
      let name = task.keyFrame.video
      // What is not there is for the run to say.
      let print = dataset.fingerprint(of: name) { run.frames(of: [task], in: $0) }
      identity.add(dataset.thing, name, print ?? RunIdentity.unreadable)
    }
    identity.add(tasks)
    return identity
  }

  /// Scores all videos that a journal lacks, in the order of the list.
  ///
  /// - Parameters:
  ///   - journal: Where scores go, and what has some already; see `identity`.
  ///   - isStill: Every clip is its middle frame over and over: what scores are worth without motion.
  ///   - stopsAtDamage: Whether the first damaged video ends the run; else it is passed over.
  ///   - isToStop: Asked after each view; true ends the run with what there is.
  ///   - progress: Called after each view with the number of videos done, with those that the journal had.
  public func run(
    models: [LoadedModel], journal: RunJournal = RunJournal(), isStill: Bool = false, stopsAtDamage: Bool = true,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> VideoScores {
    if stopsAtDamage { try verifyVideos() }
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    return VideoScores(journal, plan.flatMap(\.tasks), dataset)
  }
}

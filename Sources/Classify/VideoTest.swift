internal import AVARecords
public import Clips
public import Configuration
internal import Files
internal import Imaging
public import Inference
public import Runs
internal import Video
internal import Wording

/// PySlowFast's test run on a list of videos, each of which has one class (`TEST.DATASET kinetics`).
///
/// The list is read and checked when the value is made, so that a run fails before it computes. Videos are opened one after
/// the other, when their turn comes.
public struct VideoTest {
  public let config: Configuration
  public let views: ClipViews
  public let list: VideoList
  /// The part of the run that is scored here; nil for all of it.
  public var shard: Shard?
  private let names: [String]

  /// - Throws: `ClassificationError`, `VideoListError`, `FileError`.
  public init(_ config: Configuration) throws {
    self.config = config
    views = try ClipViews(config)
    _ = try ClipWindow(clipsOf: config, isStill: false)
    _ = try VideoResults.Form(config)
    list = try VideoList(config)
    names = list.names
    if !names.contains(where: { pathExists(joinPath(config[.dataPathPrefix], $0)) }) {
      throw ClassificationError.noVideos(
        count: names.count, first: path(names[0]), key: config.cite(.dataPathPrefix))
    }
  }

  private func path(_ name: String) -> String { joinPath(config[.dataPathPrefix], name) }

  /// The files that were and will be read.
  public var inputFiles: [String] { [list.path] + names.map(path) }

  /// What the user should know of the list.
  public var notices: [String] { list.notices }

  /// The videos of this part that are not there: what a run passes over that does not stop at damage.
  public var missingVideos: [String] {
    plan.filter { !$0.tasks.isEmpty && !pathExists(path($0.name)) }.map { path($0.name) }
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
      let path = path(video.name)
      return VideoJob(name: video.name, tasks: video.tasks) {
        do {
          return try VideoReader(path: path, colours: .plain)
        } catch {
          guard let cause = damageCause(error) else { throw error }
          throw FrameDamage(frame: 0, cause: cause, description: "\(error)")
        }
      }
    }
  }

  /// About how many bytes the results take.
  public var expectedResultBytes: Int {
    let rows = list.videos.reduce(0) { $0 + $1.name.utf8.count + 80 }
    return rows + (config[.testSaveResultsPath].isEmpty ? 0 : list.videos.count * config[.modelNumClasses] * 12)
  }

  /// What computes the scores: nothing is computed yet.
  public func clipRun(_ models: [LoadedModel], isStill: Bool) throws -> ClipRun {
    ClipRun(
      model: models[0].model, window: try ClipWindow(clipsOf: config, isStill: isStill),
      preprocessing: models[0].adapted(Preprocessing(clipsOf: config, views.views[0]), config))
  }

  /// What the scores depend on, for a journal.
  public func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity {
    var identity = try RunIdentity(config, framesPerSecond: nil, models[0], isStill: isStill)
    for name in names {
      // What is not there is for the run to say.
      let print = (try? fileFingerprint(path(name), doing: "reading a video")) ?? "missing"
      identity.add(.video, name, print)
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
    try JournaledRun(unopenedJobs, journal, stopsAtDamage: stopsAtDamage).run(
      clipRun(models, isStill: isStill), isToStop: isToStop, progress: progress)
    return VideoScores(journal, plan.flatMap(\.tasks), list, views)
  }
}

extension VideoList {
  /// The list of a configuration: `DATA.PATH_TO_DATA_DIR`/test.csv.
  ///
  /// - Throws: `ClassificationError.noList`, `VideoListError`.
  public init(_ config: Configuration) throws {
    let folder = config[.dataPathToDataDir]
    let path = joinPath(folder, "test.csv")
    do {
      try self.init(
        path: path, separator: config[.dataPathLabelSeparator], prefix: config[.dataPathPrefix],
        classes: config[.modelNumClasses])
    } catch let error as FileError {
      let hasOther = pathExists(joinPath(folder, "val.csv"))
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToDataDir)], reason: withoutAdvice(error),
        advice: folder.isEmpty
          ? "set DATA.PATH_TO_DATA_DIR to the folder of test.csv"
          : hasOther
            ? "copy or link its val.csv to that name: tests read test.csv, as PySlowFast's do"
            : "set DATA.PATH_TO_DATA_DIR to the folder of test.csv")
    }
  }

  /// What the user should know of it.
  var notices: [String] {
    let repeated = videos.count - names.count
    return (hasLabels ? [] : ["'\(path)' has one column, no classes: scores are written, accuracy is not computed"])
      + (repeated == 0
        ? []
        : [
          "'\(path)' has \(counted(repeated, "line")) of videos that it has listed before: each is scored once, and counts as often as it is listed"
        ])
  }
}

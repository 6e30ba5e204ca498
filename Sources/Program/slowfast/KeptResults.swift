internal import AVARecords
internal import Classify
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Runs
internal import TextReports
internal import Wording

/// The results that are made of a run directory: which, and where they go.
struct KeptResults {
  let kept: Configuration
  let config: Configuration
  /// The scores of a test are judged, those of a detection are not.
  private let judged: AVATestLabels?
  private let labelMap: LabelMap
  /// Where the files of labels are, by the keys that name them.
  private let places: [String: String]
  /// The list of videos of a test that scored them as a whole, and what is made of it; nil for boxes.
  private let videos: (dataset: any ClipDataset, results: VideoResults)?
  private let folder: String
  private let scores: ScoresOption

  /// Reads the configuration of a run directory, and the files of labels that it names.
  ///
  /// - Parameters:
  ///   - status: Of the run, or of one of its shards.
  ///   - labelMap: Another label map than that of the run; nil for the run's.
  ///   - folder: Where the results go.
  init(
    _ directory: RunDirectory, _ status: RunStatus, overrides: [String], labelMap: String?, folder: String,
    scores: ScoresOption
  ) throws {
    kept = try KeptRun.configuration(directory)
    let given = labelMap.map { [Key.avaLabelMapFile.name, pythonString(absolutePath($0))] } ?? []
    config = try KeptRun.configuration(directory, overrides + given)
    self.folder = folder
    self.scores = scores
    if status.command == "classify" {
      throw OwnCommand(
        description: "making results of '\(directory.path)': it keeps a run of slowfast classify -> start its own "
          + "command again, which computes nothing that is scored (--overwrite replaces results): \(status.commandLine)"
      )
    }
    let idle = Self.idleKeys(overrides, config)
    if !idle.isEmpty {
      Console.warn(
        "\(counted(idle.count, "key")) that \(idle.count == 1 ? "changes" : "change") nothing: no result of a run that scored "
          + "\(RunUnit(config).isWhole ? "videos as a whole" : "key frames") is made with "
          + "\(idle.count == 1 ? "it" : "them"): \(listed(idle, limit: 8))")
    }
    if RunUnit(config).isWhole {
      if labelMap != nil {
        throw UnfitOption("--labelmap", "the run scored videos as a whole, their classes are numbers")
      }
      videos = (try ClipDatasets.read(config), try VideoResults(config, folder: folder))
      (judged, places) = (nil, [:])
      self.labelMap = try LabelMap.unnamed(config)
      return
    }
    videos = nil
    if status.command == "test" {
      let labels = try AVATestLabels(config)
      judged = labels
      places = labels.places
      self.labelMap = labels.labelMap
      for notice in labels.notices { Console.warn(notice) }
      return
    }
    judged = nil
    let isChosen = config.literal(Key.avaLabelMapFile) != kept.literal(Key.avaLabelMapFile)
    let path = isChosen ? Self.path(.avaLabelMapFile, config) : Self.labelMap(status, config)
    places = path.map { [Key.avaLabelMapFile.name: $0] } ?? [:]
    self.labelMap = try path.map { try LabelMap.read(path: $0) } ?? LabelMap.unnamed(config)
  }

  /// The label map of a detection: that of its call, or of its configuration where that is there.
  private static func labelMap(_ status: RunStatus, _ config: Configuration) -> String? {
    status.labelMap ?? path(.avaLabelMapFile, config).flatMap { pathExists($0) ? $0 : nil }
  }

  private static func path(_ key: Key<String>, _ config: Configuration) -> String? {
    config[key].isEmpty ? nil : joinPath(config[.avaAnnotationDir], config[key])
  }

  private static let keysOfFiles = [Key.avaLabelMapFile, .avaExclusionFile, .avaGroundtruthFile]

  /// What the files of labels hold, for the run to keep.
  var labels: [String: String] { labelContents(places) }

  /// What of the settings is not as in the run's own results, in words: files of labels are compared by what they hold.
  func changes(of status: RunStatus) -> [String] {
    let files = Self.keysOfFiles.map(\.name)
    let keys = Configuration.keysOfResults(ofBoxes: videos == nil).subtracting(files + [Key.avaAnnotationDir.name])
    let others = keys.sorted().filter { config.literal($0) != kept.literal($0) }.map {
      "\($0) was \(kept.literal($0) ?? "") and is \(config.literal($0) ?? "")"
    }
    if videos != nil { return others }
    // Of runs of earlier versions what their files hold now.
    let before = status.labels ?? labelContents(keptPlaces(status))
    let now = labels
    return others
      + files.filter { before[$0] != now[$0] }.map { key in
        guard let path = places[key] else { return "\(key) was a file and is none" }
        return before[key] == nil
          ? "\(key) is '\(path)', and the run had none, or one that is gone"
          : "\(key) is '\(path)', of another content than the run's"
      }
  }

  private func keptPlaces(_ status: RunStatus) -> [String: String] {
    if judged == nil { return Self.labelMap(status, kept).map { [Key.avaLabelMapFile.name: $0] } ?? [:] }
    var places: [String: String] = [:]
    for key in Self.keysOfFiles { places[key.name] = Self.path(key, kept) }
    return places
  }

  /// The keys of a call that no result is made with. Those that scores depend on are for `KeptRun` to refuse.
  private static func idleKeys(_ overrides: [String], _ config: Configuration) -> [String] {
    let acting = Configuration.keysOfResults(ofBoxes: !RunUnit(config).isWhole)
    let keys = stride(from: 0, to: overrides.count, by: 2).map { overrides[$0] }
    return keys.filter { !acting.contains($0) && !config.keysOfScores.contains($0) }
  }

  /// The files that `write` makes.
  var files: [String] {
    if let videos { return videos.results.files + scores.files }
    return (judged?.outputs(in: folder) ?? VideoDetections.outputs(in: folder)) + scores.files
  }

  /// The files of labels that are read.
  var inputs: [String] { judged?.files ?? (videos?.dataset.listFiles ?? []) }

  /// Writes them, and says the mAP.
  ///
  /// - Parameter written: Called when they are written, with the mAP where there is ground truth.
  func write(_ run: KeptRun, _ damage: DamageOption, written: (Double?) throws -> Void = { _ in }) throws {
    if let videos {
      let found = run.videoScores(videos.dataset)
      try check(found.damage, damage, of: run)
      for path in try videos.results.write(found) { Console.say("wrote \(path)") }
      try scores.write(found, classes: config[.modelNumClasses])
      show(accuracies: try found.accuracyTable())
      try written(nil)
      return try damage.finish(found.damage, of: run.keyFrameCount, "the results lack", again: Self.again)
    }
    let detections = run.detections(labelMap)
    try check(detections.damage, damage, of: run)
    if judged == nil, !run.keepsPeople {
      Console.warn(
        "'\(run.directory.people)' is missing: who is who is found by the scored key frames alone, ids may not be the run's own "
          + "-> its own command, started again with --overwrite, writes the file anew")
    }
    let paths = try judged?.write(detections, to: folder) ?? run.videoDetections(labelMap).write(to: folder)
    for path in paths { Console.say("wrote \(path)") }
    try scores.write(detections)
    var mAP: Double?
    if let labels = judged, let truth = labels.groundTruth {
      let result = try TestSummary(labels, detections, truth, of: run.keyFrameCount)
      result.show()
      mAP = result.mAP
    }
    try written(mAP)
    try damage.finish(detections.damage, of: run.keyFrameCount, "the results lack", again: Self.again)
  }

  /// Says what has no scores.
  private func check(_ report: DamageReport, _ damage: DamageOption, of run: KeptRun) throws {
    try damage.say(report, of: run.keyFrameCount)
    if damage.stops, !report.isEmpty {
      throw DamageFound(
        description: "\(report.unit.rawValue)s without scores, named above, and --damaged stop -> give --damaged "
          + "report or skip, or repair the files and \(Self.again)")
    }
  }

  /// Only the run's own command computes what is missing, of shards that are joined, too.
  private static let again = "start the run's own command again, without --shard and with --overwrite"
}

/// A run whose results only its own command makes.
private struct OwnCommand: Error, CustomStringConvertible {
  let description: String
}

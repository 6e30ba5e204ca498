internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Datasets
internal import Ensembles
internal import Files
internal import Inference
internal import Parallel
internal import Runs
internal import TextReports
internal import Version
internal import Wording

/// The file that is handed in.
struct SubmissionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submission",
    abstract: "Makes the CSV of a challenge's submission of a run directory or an ensemble, with a manifest.",
    usage: "slowfast submission SOURCE [SCORES.npy] --output FILE.csv [--keyframes FILE]",
    discussion: """
      The source is a run directory, or a CSV of detections ('slowfast ensemble' writes one), perhaps with the array of its \
      --scores after it. The rows become what the official evaluator takes: the challenge's 60 classes, the 50 best \
      rows of every key frame, boxes clipped to the frame, four decimals of boxes and six of scores, sorted. They are \
      audited as 'slowfast validate' does, and nothing is written where the audit finds a mistake. Beside FILE.csv stands \
      FILE.manifest.json: version, command, sources with their weights' and files' SHA-256, what was changed.
      """)

  @Argument(
    help: ArgumentHelp("A run directory, or a CSV, with its array of scores or without.", valueName: "source"),
    completion: .file())
  var sources: [String]

  @Option(help: ArgumentHelp("The CSV to write.", valueName: "file.csv"), completion: .file())
  var output: String

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp("The classes that are scored (default: the challenge's 60 of AVA's 80).", valueName: "file"),
    completion: .file())
  var labelMap: String?

  @Option(
    name: .customLong("keyframes"),
    help: ArgumentHelp(
      """
      Every key frame that must have rows: video, second; more columns may follow, as in proposals or ground truth. Those \
      of run directories are known, also of an ensemble of them.
      """, valueName: "file"), completion: .file())
  var keyFrames: String?

  @Option(
    name: .customLong("groundtruth"),
    help: ArgumentHelp("Ground truth that the audit compares with, of a validation set.", valueName: "file"),
    completion: .file())
  var groundTruth: String?

  @Flag(help: "Write the file although key frames are missing.")
  var incomplete = false

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if [".gz", ".zst"].contains(where: output.hasSuffix) {
      throw ValidationError("--output writes plain text -> a name without .gz or .zst")
    }
    if output.isEmpty || output == standardInput { throw ValidationError("--output needs the name of a file") }
  }

  func run() throws {
    let pool = WorkerPool()
    let count = EnsembleSources.modelCount(sources)
    if count == 2, isFolder(sources[0]), EnsembleSources.isArray(sources[1]) {
      throw UnfitOption("'\(sources[1])'", "a run directory has its scores, only a CSV takes an array after it")
    }
    if count > 1 { throw SeveralModels(count: count) }
    let read = try EnsembleSources(sources, labelMap: labelMap, pool: pool)
    let manifestPath = Manifest.path(beside: output)
    let folder = splitPath(output).folder
    // A run that has the folder is no reason to wait: what was left there can go another time.
    let lock = try? FolderLock(folder, isShared: true)
    defer { lock?.release() }
    lock?.deleteLeftovers(of: Set([output, manifestPath].map { splitPath($0).name }))
    try results.check(
      [output, manifestPath], reading: RunInputs(read.files) + [keyFrames, groundTruth],
      orGive: "write to another file")
    for line in read.descriptions { Console.say(line) }
    for line in read.notices { Console.warn(line) }
    let (expected, isAll) = try expected(read)
    let labels = try labels(read)
    let truth = try groundTruth.map { try GroundTruthTable.read(path: $0).table } ?? GroundTruthTable()
    let submission = try Submission(
      rows(read, labels), labelMap: labels, expected: expected, knowsKeyFrames: isAll, groundTruth: truth,
      dataset: .ava)
    for line in submission.changes.lines(submission.repair) { Console.say(line) }
    Console.say(submission.findings)
    if !submission.missing.isEmpty {
      if !incomplete { throw MissingKeyFrames(submission.missing, of: expected.count) }
      let missing = submission.missing.map(\.description)
      Console.warn("\(counted(missing.count, "key frame")) without rows (--incomplete): \(listed(missing))")
    }
    let faults = submission.findings.count(where: \.isFault)
    if faults > 0 { throw FaultyRows(count: faults) }
    let index = submission.table.frameIndex
    try writeWithManifest(output, manifestPath) {
      try submission.write(to: output)
      var manifest = Manifest(
        version: programVersion, arguments: Array(CommandLine.arguments.dropFirst()), made: clockTime())
      try manifest.add(
        file: output, rows: submission.table.count, keyFrames: index.frames.count, videos: index.videos.count,
        classes: labels.labels.map(\.id).sorted())
      manifest.add(submission)
      manifest.add(sources: read.origins)
      return manifest
    }
    Console.say(
      "\(counted(submission.table.count, "row")) in \(counted(index.frames.count, "key frame")) of "
        + "\(counted(index.videos.count, "video")), \(counted(labels.labels.count, "class", plural: "classes"))")
  }

  /// The key frames that should have rows, and whether that is known of all.
  private func expected(_ read: EnsembleSources) throws -> (keyFrames: [KeyFrame], isAll: Bool) {
    var expected = read.expected
    if let keyFrames {
      expected.add(
        try KeyFrameList.read(
          path: keyFrames,
          advice: "give a row for each key frame that must have rows, as a run directory's keyframes.csv has them"))
    } else if !expected.unknown.isEmpty {
      let sources = listed(expected.unknown.map { "'\($0)'" }, limit: 3)
      Console.warn(
        "which key frames there should be \(sources) \(expected.unknown.count == 1 ? "does" : "do") not say"
          + (expected.keyFrames.isEmpty ? "" : ", or not of all") + " -> --keyframes FILE checks that none is missing")
    }
    return (expected.keyFrames, keyFrames != nil || expected.unknown.isEmpty)
  }

  /// The classes that are scored: those of the call, else the challenge's, of which the source may name fewer.
  private func labels(_ read: EnsembleSources) throws -> LabelMap {
    if labelMap != nil, let chosen = read.labelMap { return chosen }
    let challenge = try LabelMap(scoredBy: .ava)
    let member = read.members[0]
    // A network scores all of its classes, whatever label map chose rows of them.
    let own = member.form == .rows ? member.rowClasses : Set(1...max(1, member.columns))
    if let others = read.labelMap?.labels.map(\.id).sorted(), others != challenge.labels.map(\.id).sorted(),
      others.count != member.columns
    {
      Console.warn(
        "the run's own label map has \(counted(others.count, "class", plural: "classes")), and the rows become those of the "
          + "challenge's \(challenge.labels.count) -> --labelmap FILE chooses others")
    }
    let lacking = challenge.labels.map(\.id).filter { own?.contains($0) == false }
    if lacking.isEmpty { return challenge }
    Console.warn(
      "\(lacking.count) of the challenge's \(challenge.labels.count) classes have no rows in the source: "
        + "\(listed(lacking.map(String.init), limit: 8))")
    return challenge
  }

  /// The rows of the source, a row for each box and class that it scores.
  private func rows(_ read: EnsembleSources, _ labels: LabelMap) throws -> DetectionTable {
    if read.members[0].form == .rows, let rows = read.rows { return rows }
    let scored = try LabelMap(labels.labels.filter { $0.id <= read.members[0].columns })
    let ensemble = try Ensemble(read.members, labelMap: scored, matcher: BoxMatcher(threshold: 1))
    return try ensemble.fuse(ModelFusion(.mean, models: 1), unmatched: .keep).table
  }
}

private struct SeveralModels: Error, CustomStringConvertible {
  let count: Int

  var description: String {
    "making a submission: the sources are \(count) models, expected one -> make one of them: slowfast ensemble, and give its "
      + "detections.csv"
  }
}

private struct MissingKeyFrames: Error, CustomStringConvertible {
  let missing: [KeyFrame]
  let total: Int

  init(_ missing: [KeyFrame], of total: Int) { (self.missing, self.total) = (missing, total) }

  var description: String {
    "making a submission: \(missing.count) of \(counted(total, "key frame")) have no rows: "
      + "\(listed(missing.map(\.description))) -> score them (of boxes "
      + "below AVA.DETECTION_SCORE_THRESH a run with a lower one), or write the file without them: --incomplete"
  }
}

private struct FaultyRows: Error, CustomStringConvertible {
  let count: Int

  var description: String {
    "making a submission: the audit found \(counted(count, "mistake")), named above, nothing is written -> mend the source; "
      + "'slowfast validate --fix' writes a repaired copy of a CSV"
  }
}

internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Ensembles
internal import Files
internal import Inference
internal import Parallel
internal import Runs
internal import TextReports
internal import Version
internal import Wording

/// Several models' detections become one.
struct EnsembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensemble",
    abstract: "Makes one set of detections of several models': run directories, CSVs, arrays of scores.",
    discussion: """
      A source is a run directory (--run's, scores at full precision), a CSV of detections of anyone, or such a CSV with \
      the file right after it that --scores wrote beside it. What each is shows in its content, and is said.

      Boxes of one video and second are matched: those that are the same but for the rounding of CSVs, then by IoU. \
      Scores of one box become one; a box that not every model has is named, and kept or dropped as --unmatched says. \
      docs/challenge.md has the rules.
      """)

  @Argument(
    help: ArgumentHelp("Run directories, CSVs, arrays of scores after their CSVs.", valueName: "source"),
    completion: .file())
  var sources: [String]

  @Option(help: ArgumentHelp("Where detections.csv goes.", valueName: "dir"), completion: .directory)
  var outputDir: String

  @Option(
    help: ArgumentHelp("Also write the unrounded scores [boxes, classes] as a NumPy file.", valueName: "file.npy"),
    completion: .file())
  var scores: String?

  @OptionGroup var fusing: FusionOptions

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp("The classes that become rows (default: those of the run directories).", valueName: "file"),
    completion: .file())
  var labelMap: String?

  @Option(
    name: .customLong("groundtruth"),
    help: ArgumentHelp("Also print the mAP on this ground truth.", valueName: "file"), completion: .file())
  var groundTruth: String?

  @Option(help: ArgumentHelp("Key frames that are not scored: video, second.", valueName: "file"), completion: .file())
  var exclusions: String?

  @OptionGroup(title: "Fitting weights") var fitting: FitOptions

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if sources.count(where: { $0 == standardInput }) > 1 {
      throw ValidationError("only one file can be standard input (-)")
    }
    if exclusions != nil && groundTruth == nil {
      throw ValidationError("--exclusions says which key frames of the ground truth count -> add --groundtruth FILE")
    }
    try fitting.check(hasTruth: groundTruth != nil, fusing)
    try fitting.check(models: EnsembleSources.modelCount(sources))
  }

  private var csv: String { joinPath(outputDir, "detections.csv") }
  private var unmatchedBoxes: String { joinPath(outputDir, "unmatched.csv") }

  func run() throws {
    let pool = WorkerPool()
    try refuseOtherRun(outputDir, ownIn: [])
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    lock.deleteLeftovers()
    let read = try EnsembleSources(sources, labelMap: labelMap, pool: pool)
    try results.check(
      [csv, Manifest.path(beside: csv), unmatchedBoxes, scores].compactMap(\.self),
      reading: RunInputs(read.files) + [groundTruth, exclusions],
      orGive: "give another --output-dir")
    let judge = try groundTruth.map { truth in
      guard let labels = read.labelMap else { throw NoLabelMap() }
      return try EvaluationInputs(groundTruth: truth, labels, exclusions: exclusions)
    }
    var (ensemble, fusion) = try fusing.ensemble(of: read)
    let fit = try judge.flatMap { try fitting.fit(ensemble, fusion.way, fusing.unmatched, $0, pool) }
    if let fit { fusion = ModelFusion(fusion.way, weights: fit.weights) }
    let found = try ensemble.fuse(fusion, unmatched: fusing.unmatched)
    try write(found, ensemble, fusion, fit, of: read)
    if let scores {
      try found.writeScores(to: scores)
      Console.say("wrote \(scores)")
    }
    if let judge {
      let (tables, findings) = try judge.tables(found.table, pool: pool)
      Console.say(findings)
      let run = EvaluationRun(
        tables: tables, findings: findings, outcomes: match(tables, rules: EvaluationRules.all, pool: pool),
        resampling: nil, pool: pool)
      print(run.summary(explaining: 0).text, terminator: "")
    }
  }
}

extension EnsembleCommand {
  /// Writes the rows, and how they were made.
  private func write(
    _ found: EnsembleResult, _ ensemble: Ensemble, _ fusion: ModelFusion, _ fit: WeightFit?, of read: EnsembleSources
  ) throws {
    let table = found.table
    let path = Manifest.path(beside: csv)
    if ensemble.unmatchedCount > 0 {
      try ensemble.writeUnmatched(to: unmatchedBoxes)
      Console.say("wrote \(unmatchedBoxes): the boxes that not every model has")
    } else {
      removeFile(unmatchedBoxes)
    }
    try writeWithManifest(csv, path) {
      try found.writeRows(to: csv)
      var manifest = Manifest(
        version: programVersion, arguments: Array(CommandLine.arguments.dropFirst()), made: clockTime())
      try manifest.add(
        file: csv, rows: table.count, keyFrames: table.frameIndex.frames.count, videos: table.frameIndex.videos.count,
        classes: found.classes)
      manifest.add(fusion, of: ensemble, unmatched: fusing.unmatched, notices: read.notices)
      if let fit, let groundTruth { try manifest.add(fit, truth: groundTruth, exclusions: exclusions) }
      manifest.add(read.expected)
      manifest.add(sources: read.origins)
      return manifest
    }
  }
}

/// Writes a file of detections and its manifest: both, or neither.
///
/// - Parameter write: Writes the file, and says how it was made.
func writeWithManifest(_ file: String, _ path: String, _ write: () throws -> Manifest) throws {
  // One of other rows must not pass for the new one's.
  removeFile(path)
  let manifest = try write()
  do {
    try manifest.write(to: path)
  } catch {
    removeFile(file)
    throw error
  }
  Console.say("wrote \(file)")
  Console.say("wrote \(path)")
}

/// Ground truth is judged class by class, and nothing says which classes there are.
private struct NoLabelMap: Error, CustomStringConvertible {
  var description: String {
    "evaluating: neither a run directory nor the call says which classes are scored -> give --labelmap FILE"
  }
}

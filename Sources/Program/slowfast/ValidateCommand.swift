internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Datasets
internal import Files
internal import Geometry
internal import Parallel
internal import TextReports
internal import Wording

/// `slowfast validate`: what is wrong with a submission, before anybody scores it.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks a detections CSV, says what is wrong with it, and writes a repaired copy.",
    discussion: """
      With the ground truth it also finds missing videos and key frames, shifted seconds, other box forms and other \
      class numbers. Findings go to stdout; the exit status is 1 where one of them makes the submission wrong. \
      With --fix it is that of the repaired copy: sorted, capped at the official 50 rows a key frame, clipped, \
      rounded, without rows that repeat others or that nobody scores.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(
    help: ArgumentHelp(
      "Detections: video, second, x1, y1, x2, y2, action id, score; plain, gzip or zstd; - is stdin.",
      valueName: "file"), completion: .file())
  var detections: String

  @Option(
    name: .customLong("groundtruth"),
    help: ArgumentHelp("Ground truth to compare with.", valueName: "file"), completion: .file())
  var groundTruth: String?

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp(
      "The classes that are scored (.pbtxt); the challenge's 60 of AVA's 80 when not given.", valueName: "file"),
    completion: .file())
  var labelMap: String?

  @Option(help: ArgumentHelp("Key frames that are not scored: video, second.", valueName: "file"), completion: .file())
  var exclusions: String?

  @Option(help: ArgumentHelp("Write a repaired copy to this file.", valueName: "file"), completion: .file())
  var fix: String?

  @Option(help: "How the file describes boxes; --fix turns them into corners.")
  var boxes = BoxForm.corners

  @Option(help: "How the file counts classes; --fix renumbers them.")
  var classes = ClassNumbering.ids

  @Option(
    parsing: .unconditional, help: ArgumentHelp("What to add to the seconds; --fix moves them.", valueName: "seconds"))
  var shiftSeconds: Double = 0

  @Option(
    help: ArgumentHelp(
      "Width and height of the frame that pixels are measured in; --fix divides by them.", valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var frameSize: SizeArgument?

  @OptionGroup var results: OverwriteOptions

  @Option(help: "How the findings are written.")
  var format = Format.text

  func validate() throws {
    if fix == nil, convention != .ava || frameSize != nil {
      throw ValidationError("--boxes, --classes, --shift-seconds and --frame-size say how to repair -> add --fix FILE")
    }
    let streams = [detections, groundTruth, labelMap, exclusions].count { $0 == standardInput }
    if streams > 1 { throw ValidationError("only one file can be standard input (-)") }
    if fix == standardInput { throw ValidationError("--fix needs the name of a file") }
    if let fix, [".gz", ".zst"].contains(where: fix.hasSuffix) {
      throw ValidationError("--fix writes plain text -> a name without .gz or .zst")
    }
    try refuseOverwriting(
      fix, by: "--fix",
      [
        ("the detections", detections), ("--groundtruth", groundTruth), ("--labelmap", labelMap),
        ("--exclusions", exclusions),
      ])
    if !shiftSeconds.isFinite { throw ValidationError("--shift-seconds is \(shiftSeconds) -> give seconds") }
  }

  private var convention: Convention { Convention(form: boxes, numbering: classes, shift: shiftSeconds) }

  private func repair(of table: DetectionTable) -> Repair {
    Repair(
      convention: convention, frameSize: frameSize?.size,
      decimals: .submission(largestScore: table.scores.max() ?? 1))
  }

  func run() throws {
    if let hint = frameSize?.hint("--frame-size") { Console.say("note: \(hint)") }
    let pool = WorkerPool()
    try results.check([fix].compactMap(\.self), orGive: "write to another file")
    let labels = try labelMap.map { try LabelMap.read(path: $0) } ?? LabelMap(scoredBy: .ava)
    let truth = try groundTruth.map { try GroundTruthTable.read(path: $0).table } ?? GroundTruthTable()
    let excluded = try exclusions.map { try ExcludedTimestamps.read(path: $0) } ?? ExcludedTimestamps()
    let survey = try DetectionTable.survey(path: detections, pool: pool)
    let tables = try AlignedTables(
      detections: survey.table, groundTruth: truth, labelMap: labels, exclusions: excluded, dataset: .ava)
    var report = ValidationSummary(
      file: detections, rows: survey.counts.rows + survey.faults.count, keyFrames: survey.table.frameIndex.frames.count,
      videos: survey.table.frameIndex.videos.count,
      findings: audit(tables, counts: survey.counts, faults: survey.faults, pool: pool))
    if let fix {
      let repair = repair(of: survey.table)
      let (table, changes) = repair.apply(to: survey.table, labelMap: labels)
      if table.count == 0 {
        throw NothingLeft(
          file: detections, changes: unreadable(survey) + changes.lines(repair), arePixels: changes.pixels > 0)
      }
      let writer = try DetectionWriter(path: fix, decimals: repair.decimals)
      try writer.append(table)
      try writer.commit()
      let repaired = try AlignedTables(
        detections: table, groundTruth: truth, labelMap: labels, exclusions: excluded, dataset: .ava)
      // A score that nobody gave is no repair: the copy has one, and is still wrong.
      var counts = RowCounts()
      counts.withoutScore = survey.counts.withoutScore
      report.copy = ValidationSummary.Copy(
        file: fix, rows: table.count, changes: unreadable(survey) + changes.lines(repair),
        findings: audit(repaired, counts: counts, pool: pool))
    }
    print(format == .text ? report.text : report.json, terminator: "")
    if report.hasFaults { throw ExitCode.failure }
  }

  private func unreadable(_ survey: DetectionSurvey) -> [String] {
    let (faults, scores) = (survey.faults.count, survey.counts.withoutScore)
    let short = survey.counts.keyFramesOnly
    return (faults == 0 ? [] : ["\(counted(faults, "row")) left out: cannot be read"])
      + (short == 0 ? [] : ["\(counted(short, "row")) left out: two columns, nothing detected"])
      + (scores == 0 ? [] : ["\(counted(scores, "row")) given score 1, as evaluators do: without one"])
  }
}

/// A repair that leaves no row.
private struct NothingLeft: Error, CustomStringConvertible {
  let file: String
  let changes: [String]
  let arePixels: Bool

  var description: String {
    "repairing '\(file)': no row would be left (\(changes.joined(separator: "; "))) -> "
      + (arePixels
        ? "give the size of the frame that pixels are measured in: --frame-size 640x480"
        : "see the findings of validate without --fix")
  }
}

internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Files
internal import Parallel
internal import Report
internal import Statistics
internal import TextReports
internal import Video
internal import Wording

/// `slowfast evaluate`: frame mAP of a detections CSV.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Computes the frame mAP of a detections CSV, or the accuracy of predictions of whole videos.",
    usage: """
      slowfast evaluate --groundtruth FILE --detections FILE --labelmap FILE [OPTIONS]
      slowfast evaluate --groundtruth FILE --compare FILE FILE --labelmap FILE [OPTIONS]
      slowfast evaluate --predictions FILE [--labels FILE] [--groups FILE] [OPTIONS]
      slowfast evaluate --tubes FILE --groundtruth FILE [--labelmap FILE] [OPTIONS]
      slowfast evaluate --boxes FILE --groundtruth FILE [--exclusions FILE] [OPTIONS]
      """,
    discussion: """
      Files are taken as they are found: plain, gzip or zstd, padded or unpadded seconds, 7 or 8 columns, commas or \
      tabs, with or without a header row; - is stdin. What looks wrong with the detections is said on stderr before \
      anything is scored ('slowfast validate' does that alone). Results go to stdout or --output.

      --explain says what 1 - mAP is made of: which kinds of errors, in which key frames, videos, crowds and sizes of \
      boxes, and what the boxes alone would allow. --bootstrap says how far the numbers would move with other videos, \
      --compare whether one file of detections is better than another, and where. docs/evaluator.md defines them.

      --report writes all of this as a page for a browser or a printer, one file that needs no network; with --frames \
      or --video it shows the worst key frames with what was missed and what was wrong.

      --predictions takes the scores of whole videos that 'slowfast test' or PySlowFast wrote to TEST.SAVE_RESULTS_PATH \
      (.npz, .csv, or a pickle, of which nothing is run): top-1 and top-5 accuracy, or the mAP of videos with several \
      classes, classes, confusions, calibration and the worst videos, as text, JSON, CSV, Markdown or --report. \
      docs/classification.md defines them.

      --tubes takes actions of people through time, as 'slowfast tracks' writes them to tubes.csv, and says the video mAP. \
      docs/tracks.md defines it.

      --boxes takes the boxes of people that a detector has found and says how well they find those of the ground truth: \
      average precision, and precision and recall from which score on. docs/people.md defines them.
      """)

  enum ProtocolName: String, ExpressibleByArgument, CaseIterable {
    case official, pyslowfast, mmaction2, all

    var rules: [EvaluationRules] {
      switch self {
      case .official: [.official]
      case .pyslowfast: [.pyslowfast]
      case .mmaction2: [.mmaction2]
      case .all: EvaluationRules.all
      }
    }
  }

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, markdown
  }

  @Option(
    name: .customLong("groundtruth"),
    help: ArgumentHelp(
      "Ground truth: video, second, x1, y1, x2, y2, action id[, person id]; two columns list an empty key frame.",
      valueName: "file"), completion: .file())
  var groundTruth: String?

  @OptionGroup(title: "Predictions of whole videos")
  var predictions: PredictionOptions

  @OptionGroup(title: "Tubes")
  var tubes: TubeOptions

  @OptionGroup(title: "Person boxes")
  var personBoxes: BoxOptions

  @Option(
    help: ArgumentHelp("Detections: video, second, x1, y1, x2, y2, action id, score.", valueName: "file"),
    completion: .file())
  var detections: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Two files of detections instead of --detections: where the second is better or worse.", valueName: "file"),
    completion: .file())
  var compare: [String] = []

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp("The classes that are scored (.pbtxt; see annotations/).", valueName: "file"),
    completion: .file())
  var labelMap: String?

  @Option(
    help: ArgumentHelp(
      "Key frames that are not scored: video, second. The official protocol knows none.", valueName: "file"),
    completion: .file())
  var exclusions: String?

  @Option(name: .customLong("protocol"), help: "Whose rules.")
  var protocolName = ProtocolName.all

  @Flag(help: "Say what the numbers are made of; as text for the first protocol, as json for all.")
  var explain = false

  @Option(
    help: ArgumentHelp(
      "Intervals of mAP and every AP from this many resamples of the videos; --compare draws 1000 when not given.",
      valueName: "count"))
  var bootstrap: Int?

  @Option(help: ArgumentHelp("Which resamples are drawn.", valueName: "number"))
  var seed: UInt64 = 1

  @OptionGroup(title: "Report")
  var report: ReportOptions

  @Option(help: "How the result is written.")
  var format = Format.text

  @Option(
    help: ArgumentHelp("Write the result to this file instead of stdout.", valueName: "file"), completion: .file())
  var output: String?

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if try predictions.check(besides: givenForDetections) { return try checkPredictions() }
    if try tubes.check(besides: uselessForTubes, groundTruth: groundTruth) {
      return try refuseOverwriting(
        output, by: "--output", [("--tubes", tubes.tubes), ("--groundtruth", groundTruth), ("--labelmap", labelMap)])
    }
    if try personBoxes.check(besides: uselessForBoxes, groundTruth: groundTruth) {
      return try refuseOverwriting(
        output, by: "--output",
        [("--boxes", personBoxes.boxes), ("--groundtruth", groundTruth), ("--exclusions", exclusions)])
    }
    for (name, value) in [("--groundtruth", groundTruth), ("--labelmap", labelMap)] where value == nil {
      throw ValidationError("Missing expected argument '\(name) <file>'")
    }
    let files = [groundTruth, detections, labelMap, exclusions] + compare
    if files.count(where: { $0 == standardInput }) > 1 {
      throw ValidationError("only one file can be standard input (-)")
    }
    if compare.isEmpty == (detections == nil) {
      throw ValidationError("give one file to --detections, or two to --compare")
    }
    if !compare.isEmpty, compare.count != 2 {
      throw ValidationError("--compare takes two files, A and B; found \(compare.count)")
    }
    let inputs: [(String, String?)] =
      [
        ("--groundtruth", groundTruth), ("--detections", detections), ("--labelmap", labelMap),
        ("--exclusions", exclusions),
      ] + compare.map { ("--compare", $0) }
    try refuseOverwriting(output, by: "--output", inputs + [("--report", report.page)])
    try refuseOverwriting(report.page, by: "--report", inputs)
    if explain, !compare.isEmpty { throw ValidationError("--explain and --compare exclude each other") }
    if explain, format == .csv || format == .markdown {
      throw ValidationError("--explain is written as text or json -> --format text or --format json")
    }
    try report.check()
    if !compare.isEmpty, report.frames != nil || !report.video.isEmpty {
      throw ValidationError(
        "the report of --compare has no pictures -> leave out --frames and --video, or report each file by itself")
    }
    try checkBootstrap()
  }

  /// The options that predictions have no use for.
  private var givenForDetections: [String] {
    [
      ("--groundtruth", groundTruth != nil), ("--detections", detections != nil), ("--compare", !compare.isEmpty),
      ("--labelmap", labelMap != nil), ("--exclusions", exclusions != nil), ("--explain", explain),
      ("--protocol", protocolName != .all), ("--tubes", tubes.tubes != nil), ("--boxes", personBoxes.boxes != nil),
    ].filter(\.1).map(\.0)
  }

  private var uselessForTubes: [String] {
    givenForDetections.filter { !["--groundtruth", "--labelmap", "--tubes"].contains($0) }
      + [("--bootstrap", bootstrap != nil), ("--report", report.page != nil)].filter(\.1).map(\.0)
  }

  private var uselessForBoxes: [String] {
    givenForDetections.filter { !["--groundtruth", "--exclusions", "--boxes"].contains($0) }
      + [("--bootstrap", bootstrap != nil), ("--report", report.page != nil)].filter(\.1).map(\.0)
  }

  private func checkPredictions() throws {
    let inputs = predictions.files.map { ($0.option, Optional($0.path)) }
    try refuseOverwriting(output, by: "--output", inputs + [("--report", report.page)])
    try refuseOverwriting(report.page, by: "--report", inputs)
    try report.check()
    try checkBootstrap()
  }

  private func checkBootstrap() throws {
    if let bootstrap, !(1...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap is \(bootstrap), expected 1 to 1000000 -> 1000 is usual")
    }
  }

  func run() throws {
    let pool = WorkerPool()
    let lock = try report.folder.map { try FolderLock($0) }
    defer { lock?.release() }
    let catalog = try report.catalog()
    for notice in catalog?.notices ?? [] { Console.warn(notice) }
    try results.check(
      [output, report.page].compactMap(\.self),
      reading: .videos(catalog?.names ?? [], of: catalog, in: report.frames) + .boxes(personBoxes.boxes) + report.video,
      orGive: "write elsewhere")
    let text: String
    if let path = predictions.predictions {
      text = try predictions.text(path, format, resampling, seed: seed, report, catalog)
    } else if let path = tubes.tubes {
      text = try tubes.text(
        path, groundTruth: groundTruth ?? "", try labelMap.map { try LabelMap.read(path: $0) }, format)
    } else if let path = personBoxes.boxes {
      text = try personBoxes.text(path, groundTruth: groundTruth ?? "", exclusions: exclusions, format)
    } else {
      let inputs = try EvaluationInputs(
        groundTruth: groundTruth ?? "", labelMap: labelMap ?? "", exclusions: exclusions)
      text =
        if let detections {
          try evaluationText(detections, inputs, catalog, pool)
        } else {
          try comparisonText(inputs, pool)
        }
    }
    if let output {
      try writeFile(output, text)
      Console.say("wrote \(output)")
    } else {
      print(text, terminator: "")
    }
  }

  private var resampling: Resampling? { bootstrap.map { Resampling(count: $0, seed: seed) } }

  private var reportFiles: ReportFiles {
    ReportFiles(groundTruth: groundTruth ?? "", labelMap: labelMap ?? "", exclusions: exclusions)
  }

  private func evaluationText(
    _ detections: String, _ inputs: EvaluationInputs, _ catalog: FrameCatalog?, _ pool: WorkerPool
  ) throws -> String {
    let (tables, findings) = try inputs.tables(detections: detections, pool: pool)
    Console.say(findings)
    let run = EvaluationRun(
      tables: tables, findings: findings, outcomes: match(tables, rules: protocolName.rules, pool: pool),
      resampling: resampling, pool: pool)
    for evaluation in run.evaluations {
      for notice in evaluation.notices { Console.say("\(evaluation.rules.name): \(notice)") }
    }
    if let notice = fewVideosNotice(run.bootstraps?.first?.truthVideoCount) { Console.warn(notice) }
    if report.folder != nil { try report.write(run, detections, reportFiles, catalog) }
    switch format {
    case .text: return run.summary(explaining: explain ? 1 : 0).text
    case .json: return run.summary(explaining: explain ? run.evaluations.count : 0).json
    case .csv: return run.summary(explaining: 0).csv
    case .markdown: return run.summary(explaining: 0).markdown
    }
  }

  private func comparisonText(_ inputs: EvaluationInputs, _ pool: WorkerPool) throws -> String {
    let read = try compare.map { try inputs.tables(detections: $0, pool: pool) }
    // What both have in common is about the ground truth, the label map or the exclusions.
    let common = read[0].findings.filter { read[1].findings.contains($0) }
    Console.say(common)
    for (path, one) in zip(compare, read) { Console.say(one.findings.filter { !common.contains($0) }, about: path) }
    let tables = read.map(\.tables)
    let (first, second) = (
      match(tables[0], rules: protocolName.rules, pool: pool), match(tables[1], rules: protocolName.rules, pool: pool)
    )
    let comparisons = first.indices.map { index in
      AVAEval.compare(
        (tables[0], first[index]), (tables[1], second[index]), resampling ?? Resampling(seed: seed),
        frameLimit: report.reportFrames, pool: pool)
    }
    if let notice = fewVideosNotice(comparisons.first?.truthVideoCount) { Console.warn(notice) }
    if report.folder != nil {
      try report.write(
        ComparisonPage(
          a: compare[0], b: compare[1], files: reportFiles, comparisons: comparisons,
          findings: (read[0].findings, read[1].findings)
        ).html)
    }
    let texts = ComparisonSummary(a: compare[0], b: compare[1], comparisons: comparisons)
    switch format {
    case .text: return texts.text
    case .json: return texts.json
    case .csv: return texts.csv
    case .markdown: return texts.markdown
    }
  }
}

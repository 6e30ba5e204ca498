internal import AVAEval
internal import ArgumentParser
internal import ClassificationEval
internal import Classify
internal import Report
internal import Statistics
internal import TextReports
internal import Video
internal import Wording

/// What `slowfast evaluate` takes of predictions of whole videos.
struct PredictionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("What TEST.SAVE_RESULTS_PATH wrote: .npz, .csv or a pickle.", valueName: "file"),
    completion: .file())
  var predictions: String?

  @Option(
    help: ArgumentHelp(
      "The names of the classes: JSON, a name a line, or a label map; numbers when not given.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Groups of classes: JSON with a list of classes for each group (TENSORBOARD.CATEGORIES_PATH).", valueName: "file"
    ))
  var groups: String?

  @Flag(
    help: ArgumentHelp(
      "Videos of a table that does not say it have any number of classes, an empty label is none: mAP."))
  var multiLabel = false

  /// The files that are read, by their options.
  var files: [(option: String, path: String)] {
    [("--predictions", predictions), ("--labels", labels), ("--groups", groups)].compactMap { option, path in
      path.map { (option, $0) }
    }
  }

  /// Whether predictions are given.
  ///
  /// - Parameter others: Options of detections that are given.
  func check(besides others: [String]) throws -> Bool {
    if predictions == nil {
      if let first = files.first?.option ?? (multiLabel ? "--multi-label" : nil) {
        throw ValidationError("\(first) is of predictions of whole videos -> add --predictions FILE")
      }
      return false
    }
    if !others.isEmpty {
      throw ValidationError(
        "--predictions and \(series(others, "and")) exclude each other: predictions are of whole videos -> leave out one"
      )
    }
    return true
  }

  /// Evaluates them; the report is written, too.
  ///
  /// - Parameter resampling: Nil draws 1000 times.
  func text(
    _ path: String, _ format: EvaluateCommand.Format, _ resampling: Resampling?, seed: UInt64, _ report: ReportOptions,
    _ catalog: FrameCatalog?
  ) throws -> String {
    let read = try Predictions(path: path, isMultiLabel: multiLabel)
    for notice in read.notices { Console.warn(notice) }
    if groups != nil, read.isMultiLabel { throw PredictionError.groupsOfSeveral(path: path) }
    let names = try labels.map { try ClassLabels(path: $0, classes: read.classes) }
    for notice in names?.notices ?? [] { Console.warn(notice) }
    let called = names.map { names in (0..<read.classes).map { names.name(of: $0) } } ?? []
    let groups = try groups.map { try ClassGroup.read(path: $0, names: called, classes: read.classes) } ?? []
    let evaluation = try PredictionEvaluation(
      read, resampling ?? Resampling(seed: seed), worstCount: report.reportFrames)
    if evaluation.videos < 10 {
      Console.warn("intervals from \(counted(evaluation.videos, "video")) say little about others")
    }
    if report.folder != nil {
      var strips: VideoStrips?
      if let catalog {
        let found = VideoStrips(of: evaluation.worst.map(\.name), among: read.names, from: catalog)
        for warning in found.warnings { Console.warn("report: \(warning)") }
        strips = found
      }
      try report.write(PredictionPage(evaluation, names: called, groups: groups, strips: strips).html)
    }
    let summary = PredictionSummary(evaluation, names: called, groups: groups)
    switch format {
    case .text: return summary.text
    case .json: return summary.json
    case .csv: return summary.csv
    case .markdown: return summary.markdown
    }
  }
}

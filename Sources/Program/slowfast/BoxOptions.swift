internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Detect
internal import TextReports
internal import Wording

/// What `slowfast evaluate` takes of person boxes.
struct BoxOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Person boxes: video, second, x1, y1, x2, y2, nothing, score, or another form that 'slowfast people' writes. --groundtruth "
        + "then says who is where; what people do is of no account.", valueName: "file"), completion: .file())
  var boxes: String?

  @Option(help: ArgumentHelp("The IoU from which on a box finds a person (default: 0.5).", valueName: "IoU"))
  var boxOverlap: Double?

  /// Whether boxes are given.
  ///
  /// - Parameter others: Options that boxes have no use for and that are given.
  func check(besides others: [String], groundTruth: String?) throws -> Bool {
    guard boxes != nil else {
      if boxOverlap != nil { throw ValidationError("--box-overlap is of person boxes -> add --boxes FILE") }
      return false
    }
    if !others.isEmpty { throw ValidationError("--boxes has no use for \(series(others, "and")) -> leave it out") }
    if groundTruth == nil { throw ValidationError("--boxes are held against people -> add --groundtruth FILE") }
    if let boxOverlap, !(boxOverlap > 0 && boxOverlap <= 1) {
      throw ValidationError("--box-overlap is \(boxOverlap) -> give more than 0, at most 1")
    }
    return true
  }

  /// Evaluates them.
  func text(
    _ path: String, groundTruth: String, exclusions: String?, _ format: EvaluateCommand.Format
  ) throws -> String {
    let truth = try GroundTruthTable.read(path: groundTruth)
    for notice in truth.counts.notices(groundTruth) { Console.warn(notice) }
    let excluded = try exclusions.map { try ExcludedTimestamps.read(path: $0) } ?? ExcludedTimestamps()
    let videos = Set(truth.table.keyFrames.map(\.video))
    let (list, remarks) = try ProposalList.personBoxes(path: path, of: videos.sorted())
    for remark in remarks { Console.say(remark) }
    try EvaluatedVideos(doing: "evaluating boxes", path: path, groundTruth: groundTruth).check(
      Set(list.videos.filter { !$0.keyFrames.isEmpty }.map(\.name)), in: videos,
      without: "labelled key frames, whose boxes do not count")
    if list.summary.scores.areActions {
      Console.warn(
        "the rows of '\(path)' have actions: their scores say how sure an action is, of each box that of its first row, and not "
          + "how sure a detector is of the person -> give a detector's boxes")
    }
    let evaluation = BoxEvaluation(list, truth.table, excluded: excluded, overlap: boxOverlap ?? 0.5)
    if evaluation.boxes == 0, evaluation.elsewhere > 0 {
      throw BoxEvaluationError.otherTimes(
        boxes: path, groundTruth: groundTruth, found: list.videos.first?.keyFrames.first?.time.description ?? "",
        expected: truth.table.keyFrames.first?.time.description ?? "")
    }
    let summary = BoxSummary(evaluation)
    switch format {
    case .text: return summary.text
    case .json: return summary.json
    case .csv: return summary.csv
    case .markdown: return summary.markdown
    }
  }
}

/// Why person boxes cannot be evaluated.
private enum BoxEvaluationError: Error, CustomStringConvertible {
  case otherTimes(boxes: String, groundTruth: String, found: String, expected: String)

  var description: String {
    switch self {
    case .otherTimes(let boxes, let groundTruth, let found, let expected):
      "evaluating boxes: no box of '\(boxes)' lies at a labelled key frame of '\(groundTruth)': expected seconds as "
        + "\(expected), found \(found) -> find people at the labelled seconds (slowfast people --starting-second)"
    }
  }
}

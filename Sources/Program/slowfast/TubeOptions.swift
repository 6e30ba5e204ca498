internal import AVARecords
public import ArgumentParser
internal import TextReports
public import VideoEval
internal import Wording

extension TubeConvention: ExpressibleByArgument {}

/// What `slowfast evaluate` takes of tubes: actions of people through time.
struct TubeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Detected tubes: video, frame, x, y, width, height (pixels), class, tube, score. --groundtruth then has the true ones, "
        + "without the score.", valueName: "file"), completion: .file())
  var tubes: String?

  @Option(help: "How tubes are compared and summed up: as MultiSports, or as UCF101-24 and J-HMDB.")
  var tubeRules: TubeConvention?

  /// Whether tubes are given.
  ///
  /// - Parameter others: Options that tubes have no use for and that are given.
  func check(besides others: [String], groundTruth: String?) throws -> Bool {
    guard tubes != nil else {
      if tubeRules != nil { throw ValidationError("--tube-rules is of tubes -> add --tubes FILE") }
      return false
    }
    if !others.isEmpty {
      throw ValidationError("--tubes has no use for \(series(others, "and")) -> leave it out")
    }
    if groundTruth == nil { throw ValidationError("--tubes is held against true tubes -> add --groundtruth FILE") }
    return true
  }

  /// Evaluates them.
  ///
  /// - Parameter labels: The names of the classes, and which are scored: all when nil.
  func text(
    _ path: String, groundTruth: String, _ labels: LabelMap?, _ format: EvaluateCommand.Format
  ) throws -> String {
    let truth = try TubeRecord.read(path: groundTruth).map { ActionTube($0) }
    let found = try TubeRecord.read(path: path, hasScores: true).map { ActionTube($0) }
    try EvaluatedVideos(doing: "evaluating tubes", path: path, groundTruth: groundTruth).check(
      Set(found.map(\.video)), in: Set(truth.map(\.video)), without: "true tubes, where each detection is wrong")
    let classes = Set(truth.map(\.action))
    let others = found.filter { !classes.contains($0.action) }
    if !others.isEmpty {
      Console.warn(
        "\(counted(others.count, "tube")) of classes without true tubes, which are not scored: "
          + listed(Set(others.map(\.action)).sorted().map(String.init), limit: 10))
    }
    let scored = labels.map { Set($0.labels.map(\.id)) }
    let summary = TubeSummary(
      truth: truth, found, by: tubeRules.map { [$0] } ?? TubeConvention.allCases,
      leavingOut: scored.map { classes.subtracting($0) } ?? []
    ) { labels?.name(of: $0) }
    switch format {
    case .text: return summary.text
    case .json: return summary.json
    case .csv: return summary.csv
    case .markdown: return summary.markdown
    }
  }
}

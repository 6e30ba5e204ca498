public import AVAEval
public import AVARecords
public import Datasets

/// What is handed in: the rows that the official evaluator takes, as it takes them.
public struct Submission: Sendable {
  /// Sorted, clipped, rounded boxes, the best rows of every key frame.
  public let table: DetectionTable
  /// How the rows became these.
  public let repair: Repair
  public let changes: Repair.Changes
  /// What an audit of these rows says.
  public let findings: [Finding]
  /// Whether it was said of all sources which key frames should have rows.
  public let knowsKeyFrames: Bool
  /// Key frames that should have rows and have none, in their order.
  public let missing: [KeyFrame]
  /// The classes that may have rows.
  public let labelMap: LabelMap

  /// - Parameters:
  ///   - rows: Unrounded.
  ///   - labelMap: The classes that are scored.
  ///   - expected: The key frames that should have rows, as far as that is known.
  ///   - knowsKeyFrames: Whether these are all.
  ///   - groundTruth: What the audit compares with; empty for nothing.
  ///   - dataset: What the audit takes for right.
  /// - Throws: `EvaluationError` for rows that are no numbers, `SubmissionError` where no row is left.
  public init(
    _ rows: DetectionTable, labelMap: LabelMap, expected: [KeyFrame], knowsKeyFrames: Bool,
    groundTruth: GroundTruthTable = GroundTruthTable(), exclusions: ExcludedTimestamps = ExcludedTimestamps(),
    dataset: ActionDataset
  ) throws {
    self.labelMap = labelMap
    repair = Repair(decimals: .submission(largestScore: rows.scores.max() ?? 1))
    (table, changes) = repair.apply(to: rows, labelMap: labelMap)
    if table.count == 0 { throw SubmissionError.nothingLeft(rows: rows.count, changes.lines(repair)) }
    let tables = try AlignedTables(
      detections: table, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions, dataset: dataset)
    findings = audit(tables)
    let present = table.frameIndex
    self.knowsKeyFrames = knowsKeyFrames
    missing = expected.filter { present.number(video: $0.video, time: $0.time) == nil }
  }

  /// Writes the rows.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    let writer = try DetectionWriter(path: path, decimals: repair.decimals)
    try writer.append(table)
    try writer.commit()
  }
}

/// Why there is nothing to hand in.
public enum SubmissionError: Error, Equatable, CustomStringConvertible {
  case nothingLeft(rows: Int, [String])

  public var description: String {
    switch self {
    case .nothingLeft(let rows, let changes):
      return
        "making a submission: none of the \(rows) rows would be left (\(changes.joined(separator: "; "))) -> give the "
        + "classes that are scored: --labelmap FILE, and see 'slowfast validate' on the source"
    }
  }
}

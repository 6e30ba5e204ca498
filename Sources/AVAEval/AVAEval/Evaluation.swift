public import Datasets

/// The result of one protocol.
public struct Evaluation: Sendable {
  /// The protocol.
  public let rules: EvaluationRules
  /// Every class of the label map, in its order.
  public let perClass: [ClassResult]
  /// How many rows were scored, and how many were not.
  public let counts: Counts
  /// Whose classes they are; its groups have means of their own.
  public let dataset: ActionDataset

  /// What the protocol did with the rows.
  public struct Counts: Equatable, Sendable {
    /// Rows that were matched.
    public internal(set) var scoredRows = 0
    /// Rows in excluded key frames.
    public internal(set) var excludedRows = 0
    /// Rows in key frames that the protocol ignores for want of ground truth.
    public internal(set) var ignoredRows = 0
    /// Rows beyond the protocol's count of rows a key frame.
    public internal(set) var rowsBeyondCap = 0
    /// Those of them that score as much as the least row kept: only the stated order decides against them.
    public internal(set) var rowsTiedAtCap = 0
    /// Rows whose box has no area and was dropped.
    public internal(set) var rowsWithoutArea = 0

    mutating func add(_ other: Counts) {
      scoredRows += other.scoredRows
      excludedRows += other.excludedRows
      ignoredRows += other.ignoredRows
      rowsBeyondCap += other.rowsBeyondCap
      rowsTiedAtCap += other.rowsTiedAtCap
      rowsWithoutArea += other.rowsWithoutArea
    }
  }

  /// The mean of the classes' AP; nil when no class counts.
  public var mAP: Double? { mean(of: perClass) { $0.ap } }

  /// Between which bounds mAP lies, over all orders of equal scores; both bounds are reached by an order.
  public var mAPInterval: ClosedRange<Double>? {
    guard let worst = mean(of: perClass, { $0.apInterval?.lowerBound }),
      let best = mean(of: perClass, { $0.apInterval?.upperBound })
    else { return nil }
    return worst...max(worst, best)
  }

  /// The mean AP of one group of actions; nil when none of its classes counts.
  public func mAP(of group: ActionGroup) -> Double? {
    mean(of: perClass.filter { dataset.group(of: $0.id) == group }) { $0.ap }
  }
}

/// The result of one class under one protocol.
public struct ClassResult: Equatable, Sendable {
  /// The class's id in the label map.
  public let id: Int
  /// The class's name in the label map.
  public let name: String
  /// Average precision; nil when the protocol leaves the class out of its mean.
  public let ap: Double?
  /// Between which bounds AP lies, over all orders of equal scores; both bounds are reached by an order.
  public let apInterval: ClosedRange<Double>?
  /// How many ground-truth boxes there are to find.
  public let groundTruthCount: Int
  /// How many detections were matched.
  public let detectionCount: Int
  /// How many of these found a box.
  public let truePositiveCount: Int
}

private func mean(of classes: [ClassResult], _ value: (ClassResult) -> Double?) -> Double? {
  let values = classes.compactMap(value)
  return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}

/// What makes a table impossible to score.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// A row (counted from 0) of a table has a value that is no number.
  case notANumber(table: String, row: Int, frame: String)

  /// What is wrong, in which row, and what to do.
  public var description: String {
    switch self {
    case .notANumber(let table, let row, let frame):
      "evaluating: row \(row + 1) of the \(table) (key frame \(frame)): expected finite numbers, found NaN or infinity"
        + " -> look for the first step of the run that gives one"
    }
  }
}

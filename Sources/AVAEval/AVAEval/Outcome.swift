public import AVARecords
public import Datasets

/// What became of one detection under a protocol.
public struct Outcome: Equatable, Sendable {
  /// The score as a whole number that grows as the score does.
  let key: UInt64
  /// Its row in the detections.
  public let row: Int32
  /// The row of the ground-truth box that it found, -1 for a miss.
  public let truthRow: Int32

  /// - Parameters:
  ///   - score: The score that it ranks by, a finite number.
  ///   - row: Its row in the detections.
  ///   - truthRow: The row of the ground-truth box that it found, -1 for a miss.
  public init(score: Double, row: Int32, truthRow: Int32) {
    // Adding zero makes -0 and 0 one key.
    let bits = (score + 0).bitPattern
    key = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    self.row = row
    self.truthRow = truthRow
  }

  /// The score that it ranks by, rounded where the protocol rounds.
  public var score: Double { Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key) }

  /// Whether it found a ground-truth box.
  public var isHit: Bool { truthRow >= 0 }
}

/// What became of the detections of one class under a protocol, and of what there was to find.
///
/// Everything that is said about a class follows from this: its curve, AP and interval, kinds of errors,
/// resampled figures.
public struct ClassOutcomes: Sendable {
  /// The class.
  public let label: LabelMap.Label
  /// Detections by descending score, of equal scores the later one in the stated order first.
  public let ranked: [Outcome]
  /// The ground-truth rows that count, in the order of their key frames.
  public let truthRows: [Int32]

  /// - Parameters:
  ///   - label: The class.
  ///   - ranked: Outcomes by descending score.
  ///   - truthRows: What there is to find.
  public init(label: LabelMap.Label, ranked: [Outcome], truthRows: [Int32]) {
    self.label = label
    self.ranked = ranked
    self.truthRows = truthRows
  }

  /// How many ground-truth boxes there are to find.
  public var groundTruthCount: Int { truthRows.count }

  /// How many detections found one.
  public var hitCount: Int { ranked.count { $0.isHit } }
}

/// What became of all detections under one protocol.
public struct ProtocolOutcomes: Sendable {
  /// The protocol.
  public let rules: EvaluationRules
  /// Every class of the label map, in its order.
  public let classes: [ClassOutcomes]
  /// How many rows were scored, and how many were not.
  public let counts: Evaluation.Counts
  /// Whose classes they are.
  public let dataset: ActionDataset
}

public import AVAEval
internal import JSON
internal import Wording

/// An evaluation of person boxes as text, JSON, CSV and Markdown.
public struct BoxSummary: Sendable {
  private let evaluation: BoxEvaluation
  private let points: [BoxEvaluation.Point]

  /// At these scores people are usually cut off.
  private static let thresholds = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]

  /// - Parameter scoreThreshold: One more score to say precision and recall at.
  public init(_ evaluation: BoxEvaluation, scoreThreshold: Double? = nil) {
    self.evaluation = evaluation
    let all = Set(Self.thresholds + [scoreThreshold].compactMap(\.self)).sorted()
    points = all.map { evaluation.point(scoreThreshold: $0) }
  }

  private func percent(_ value: Double?) -> String { value.map { fixed(100 * $0, 2) } ?? "" }

  private var head: TextTable {
    TextTable(
      ["person boxes, IoU \(fixed(evaluation.overlap, 2))", ""],
      [
        ["AP (COCO), %", percent(evaluation.averagePrecision)],
        ["key frames", "\(evaluation.keyFrames)"], ["people", "\(evaluation.people)"],
        ["boxes", "\(evaluation.boxes)"], ["boxes at other moments", "\(evaluation.elsewhere)"],
      ])
  }

  private var table: TextTable {
    TextTable(
      ["score", "boxes", "a key frame", "precision, %", "recall, %"],
      points.map { point in
        [
          text(point.scoreThreshold), "\(point.boxes)",
          evaluation.keyFrames == 0 ? "" : fixed(Double(point.boxes) / Double(evaluation.keyFrames), 2),
          percent(point.precision), percent(point.recall),
        ]
      })
  }

  /// With as many decimals as it needs, two at least.
  private func text(_ score: Double) -> String { Double(fixed(score, 2)) == score ? fixed(score, 2) : "\(score)" }

  public var text: String { "\(head.text)\n\(table.text)" }
  public var markdown: String { "\(head.plainMarkdown)\n\(table.plainMarkdown)" }

  /// A row for each score.
  public var csv: String {
    "overlap,ap,score,boxes,precision,recall\n"
      + points.map { point in
        func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        return "\(evaluation.overlap),\(text(evaluation.averagePrecision)),\(point.scoreThreshold),\(point.boxes),"
          + "\(text(point.precision)),\(text(point.recall))\n"
      }.joined()
  }

  public var json: String {
    let value: JSONValue = .object([
      ("overlap", JSONValue(evaluation.overlap)), ("ap", JSONValue(evaluation.averagePrecision)),
      ("key_frames", JSONValue(evaluation.keyFrames)), ("people", JSONValue(evaluation.people)),
      ("boxes", JSONValue(evaluation.boxes)), ("boxes_elsewhere", JSONValue(evaluation.elsewhere)),
      (
        "points",
        .array(
          points.map { point in
            .object([
              ("score", JSONValue(point.scoreThreshold)), ("boxes", JSONValue(point.boxes)),
              ("precision", JSONValue(point.precision)), ("recall", JSONValue(point.recall)),
            ])
          })
      ),
    ])
    return value.text + "\n"
  }
}

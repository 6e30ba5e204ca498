public import AVARecords
internal import Wording

/// Why several models' detections cannot become one.
public enum EnsembleError: Error, CustomStringConvertible {
  /// Rows of one box and class that do not agree.
  case contradiction(source: String, RepeatedRows.Contradiction, count: Int)
  /// There is nothing at all.
  case noBoxes([String])
  /// Two networks with different numbers of classes.
  case classCounts(String, Int, String, Int)
  /// Two sources with the classes that each has alone.
  case otherClasses(String, [Int], String, [Int])
  /// A label map has classes that a network does not score.
  case notScored(source: String, columns: Int, ids: [Int])
  /// Rows have classes that the label map lacks.
  case unlabelled(source: String, ids: [Int])
  /// Sources with a key frame of each.
  case nothingInCommon([(source: String, example: KeyFrame?)])
  case unmatched(Int, [String])
  /// So many boxes, and all were dropped.
  case nothingLeft(Int)
  case noProbability(source: String, score: Float, String)
  /// A source of probabilities, and one of something else with a score of it.
  case mixedScales(String, other: String, score: Float, String)

  public var description: String {
    func ids(_ ids: [Int]) -> String { listed(ids.map(String.init), limit: 8) }
    let doing = "making an ensemble: "
    switch self {
    case .contradiction(let source, let rows, let count):
      let more = count > 1 ? ", and \(counted(count - 1, "other row")) like it" : ""
      return doing
        + "'\(source)', line \(rows.line) says \(rows.score) for the box and class of line \(rows.first), which says "
        + "\(rows.firstScore) (\(rows.place))\(more) -> leave one of them; the "
        + "better one is left by: slowfast validate '\(source)' --labelmap FILE --fix OTHER.csv"
    case .noBoxes(let sources):
      let verb = sources.count == 1 ? "has" : "have"
      return "reading the sources: \(listed(sources.map { "'\($0)'" }, limit: 4)) \(verb) no boxes "
        + "-> give what a run has found"
    case .classCounts(let first, let count, let other, let otherCount):
      return doing
        + "'\(first)' scores \(counted(count, "class", plural: "classes")), '\(other)' \(otherCount) -> give models "
        + "of the same classes"
    case .otherClasses(let first, let own, let other, let others):
      let parts = [(first, own), (other, others)].filter { !$0.1.isEmpty }.map { "\(ids($0.1)) only in '\($0.0)'" }
      return doing
        + "the sources' classes differ: \(parts.joined(separator: ", ")) -> give --labelmap FILE, the classes that "
        + "are meant: rows of them that a file lacks then count as cut off"
    case .notScored(let source, let columns, let missing):
      return doing
        + "the label map has classes that '\(source)', with \(columns), does not score: \(ids(missing)) -> give the "
        + "network's label map"
    case .unlabelled(let source, let foreign):
      return doing
        + "'\(source)' has rows of classes that the label map lacks: \(ids(foreign)) -> give a label map with them, "
        + "or leave them out: slowfast validate '\(source)' --labelmap FILE --fix OTHER.csv"
    case .nothingInCommon(let sources):
      return doing
        + "the sources have no key frame in common: \(Ensemble.examples(sources)) -> check that they are of the same "
        + "videos, named alike, with seconds counted alike; --unmatched keep joins them all the same"
    case .unmatched(let count, let lines):
      return doing + "\(counted(count, "box", plural: "boxes")) that not every model has: "
        + "\(listed(lines, limit: 4)) -> give --unmatched keep or drop, which list them all in a file, or a lower --iou"
    case .nothingLeft(let count):
      return doing
        + "none of the \(counted(count, "box", plural: "boxes")) is in every source, and --unmatched drop leaves the "
        + "others out -> give --unmatched keep, or a lower --iou"
    case .noProbability(let source, let score, let place):
      return doing
        + "'\(source)', \(place) has a score of \(score), and logits are of scores between 0 and 1 -> make its "
        + "scores probabilities first: 1 / (1 + exp(-x)) where they are logits"
    case .mixedScales(let first, let other, let score, let place):
      return doing
        + "'\(other)', \(place) has a score of \(score), and those of '\(first)' are from 0 to 1: their mean says nothing "
        + "-> make them probabilities too: 1 / (1 + exp(-x)) where they are logits, a hundredth where they are percents"
    }
  }
}

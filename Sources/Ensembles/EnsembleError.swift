public import AVARecords
internal import Wording

/// Why several models' detections cannot become one.
public enum EnsembleError: Error, CustomStringConvertible {
  case noClass(source: String, line: Int, id: Int)
  case scoresShape(file: String, shape: [Int])
  case scoresCount(file: String, rows: Int, source: String, boxes: Int)
  case otherScores(file: String, score: Float, source: String, line: Int, found: Double)
  case notFinite(file: String, row: Int)
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
    case .noClass(let source, let line, let id):
      return doing
        + "'\(source)', line \(line): action id \(id) is no class of it -> ids count from 1; correct that line"
    case .scoresShape(let file, let shape):
      return doing + "'\(file)' has the shape \(shape), expected [boxes, classes] -> give what --scores has written"
    case .scoresCount(let file, let rows, let source, let boxes):
      return doing
        + "'\(file)' has scores of \(counted(rows, "box", plural: "boxes")), '\(source)' before it has \(boxes) "
        + "-> give each CSV with the --scores of the same run, right after it"
    case .otherScores(let file, let score, let source, let line, let found):
      return doing
        + "'\(source)', line \(line) says \(found), '\(file)' \(score) for the same box and class -> give each CSV "
        + "with the --scores of the same run, right after it"
    case .notFinite(let file, let row):
      return doing + "'\(file)', row \(row) (from 0) is not a finite number -> compute it anew"
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
      let examples = sources.map { "'\($0.source)' \($0.example.map { "has \($0)" } ?? "has none")" }
      return doing
        + "the sources have no key frame in common: \(listed(examples, limit: 4)) -> check that they are of the same "
        + "videos, named alike, with seconds counted alike"
    case .unmatched(let count, let lines):
      return doing + "\(counted(count, "box", plural: "boxes")) that not every model has: "
        + "\(listed(lines, limit: 4)) -> give --unmatched keep or drop, or a lower --iou"
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

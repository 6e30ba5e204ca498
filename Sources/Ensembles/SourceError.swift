internal import Wording

/// Why a file cannot be read as what a model found.
public enum SourceError: Error, CustomStringConvertible {
  case noClass(source: String, line: Int, id: Int)
  case scoresShape(file: String, shape: [Int])
  case scoresClasses(file: String, columns: Int, source: String, line: Int, id: Int)
  case scoresCount(file: String, rows: Int, source: String, boxes: Int)
  case otherScores(file: String, score: Float, source: String, line: Int, found: Double)
  case notFinite(file: String, row: Int)

  public var description: String {
    let doing = "reading the sources: "
    let advice = "-> give each CSV with the --scores of the same run, right after it"
    switch self {
    case .noClass(let source, let line, let id):
      return doing
        + "'\(source)', line \(line): action id \(id) is no class of it -> ids count from 1; correct that line"
    case .scoresShape(let file, let shape):
      return doing + "'\(file)' has the shape \(shape), expected [boxes, classes] -> give what --scores has written"
    case .scoresClasses(let file, let columns, let source, let line, let id):
      return doing
        + "'\(file)' has scores of \(counted(columns, "class", plural: "classes")), '\(source)' before it, line \(line), has a "
        + "row of class \(id) \(advice)"
    case .scoresCount(let file, let rows, let source, let boxes):
      return doing
        + "'\(file)' has scores of \(counted(rows, "box", plural: "boxes")), '\(source)' before it has \(boxes) \(advice)"
    case .otherScores(let file, let score, let source, let line, let found):
      return doing
        + "'\(source)', line \(line) says \(found), '\(file)' \(score) for the same box and class \(advice)"
    case .notFinite(let file, let row):
      return doing + "'\(file)', row \(row) (from 0) is not a finite number -> compute it anew"
    }
  }
}

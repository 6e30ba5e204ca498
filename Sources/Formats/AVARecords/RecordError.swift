/// What can be wrong with a file of records: where it is, what was expected, what was found, what to do.
public enum RecordError: Error, Equatable, CustomStringConvertible {
  /// One value or row cannot be what it should be.
  case malformed(Location, expected: String, found: String, advice: String?)
  /// The file holds nothing to work with.
  case empty(doing: String, path: String, expected: String, advice: String?)

  /// A place in a text file.
  public struct Location: Equatable, Sendable {
    /// What the reader was about ("reading the detections").
    public var doing: String
    /// The file.
    public var path: String
    /// The line, counted from 1.
    public var line: Int
    /// The column, counted from 1, where one is at fault.
    public var column: Int?
    /// What that column holds ("x1").
    public var columnName: String?
  }

  /// The same error of a row that many lines further down.
  func moved(down lines: Int) -> RecordError {
    guard case .malformed(var place, let expected, let found, let advice) = self else { return self }
    place.line += lines
    return .malformed(place, expected: expected, found: found, advice: advice)
  }

  /// What was being read, which file and line is wrong, what was expected and found, and what to do.
  public var description: String {
    switch self {
    case .malformed(let place, let expected, let found, let advice):
      var text = "\(place.doing): '\(place.path)', line \(place.line)"
      if let column = place.column { text += ", column \(column)" }
      if let name = place.columnName { text += " (\(name))" }
      return text + ": expected \(expected), found \(found) -> \(advice ?? "correct that line")"
    case .empty(let doing, let path, let expected, let advice):
      return "\(doing): '\(path)': expected \(expected), found none -> \(advice ?? "give the right file")"
    }
  }
}

/// Quotes outside text for a message, cut to a readable length.
func quoted(_ bytes: UnsafeRawBufferPointer) -> String {
  if bytes.isEmpty { return "nothing" }
  let limit = 40
  let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
  return "'\(text)'" + (bytes.count > limit ? "..." : "")
}

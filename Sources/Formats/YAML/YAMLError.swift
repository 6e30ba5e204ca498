/// Where and why a text is no YAML, or more of it than is taken.
public struct YAMLError: Error, Equatable {
  /// From 1.
  public let line: Int
  /// From 1, in characters of Unicode; nil where only the line is known.
  public let column: Int?
  /// What is wrong there.
  public let problem: String
  /// What to do about it.
  public let remedy: String
}

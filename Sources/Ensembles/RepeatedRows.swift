internal import Wording

/// Rows of a CSV whose box and class other rows of it have as well.
public struct RepeatedRows: Sendable {
  /// A row with another score than one before it.
  public struct Contradiction: Sendable {
    public let line: Int
    public let score: Double
    public let first: Int
    public let firstScore: Double
    /// The key frame and the class.
    public let place: String
  }

  /// How many rows say the same as one before them.
  public private(set) var count = 0
  /// Some of these with the rows before them.
  private var examples: [String] = []
  /// The first that says something else.
  private(set) var contradiction: Contradiction?
  private(set) var contradictionCount = 0

  mutating func add(line: Int, first: Int) {
    count += 1
    if count <= 3 { examples.append("line \(line) is line \(first)") }
  }

  mutating func add(_ contradiction: Contradiction) {
    contradictionCount += 1
    self.contradiction = self.contradiction ?? contradiction
  }

  /// What is counted once; nil where no row stands twice.
  func line(_ source: String) -> String? {
    if count == 0 { return nil }
    let more = count > examples.count ? ", ..." : ""
    return "'\(source)' has \(counted(count, "row")) twice, which \(count == 1 ? "counts" : "count") once: "
      + examples.joined(separator: ", ") + " again" + more
  }
}

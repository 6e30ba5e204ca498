/// Rows that could not be used, by what is wrong with them.
public struct RowFaults: Equatable, Sendable {
  /// One thing that is wrong with rows.
  public struct Fault: Equatable, Sendable {
    /// The column's name, where one is at fault.
    public let column: String?
    /// What should stand there.
    public let expected: String
    /// What to do, where there is something to say.
    public let advice: String?
    /// How many rows have it.
    public fileprivate(set) var count: Int
    /// The first of these rows: line, and what stands there.
    public fileprivate(set) var examples: [(line: Int, found: String)]

    /// Whether all of it is equal, with the examples.
    public static func == (a: Fault, b: Fault) -> Bool {
      a.column == b.column && a.expected == b.expected && a.advice == b.advice && a.count == b.count
        && a.examples.elementsEqual(b.examples) { $0 == $1 }
    }
  }

  /// In the order in which they were first met.
  public private(set) var faults: [Fault] = []

  /// How many rows there are.
  public var count: Int { faults.reduce(0) { $0 + $1.count } }

  private static let exampleLimit = 3

  /// Makes a list of no faults.
  public init() {}

  mutating func add(_ error: RecordError) {
    guard case .malformed(let place, let expected, let found, let advice) = error else { return }
    add(
      Fault(
        column: place.columnName, expected: expected, advice: advice, count: 1, examples: [(place.line, found)]))
  }

  /// Adds the faults of rows further down in the file.
  mutating func append(_ other: RowFaults, afterLines: Int) {
    for var fault in other.faults {
      for index in fault.examples.indices { fault.examples[index].line += afterLines }
      add(fault)
    }
  }

  private mutating func add(_ fault: Fault) {
    let known = faults.firstIndex { $0.column == fault.column && $0.expected == fault.expected }
    guard let known else {
      faults.append(fault)
      return
    }
    faults[known].count += fault.count
    let room = Self.exampleLimit - faults[known].examples.count
    if room > 0 { faults[known].examples.append(contentsOf: fault.examples.prefix(room)) }
  }
}

internal import Wording

/// Ids of tracks as a file writes them. Whole numbers stay; where there are others, such as names, UUIDs and what no JSON number
/// holds, all are counted from 1 in the order in which they appear.
struct TrackIDs {
  /// The greatest id that tracks.json may have: below it every reader of JSON keeps whole numbers.
  private static let greatest = (1 << 53) - 1
  /// What programs write where there is no id.
  private static let none: Set = ["", "none", "nan", "null", "nil", "na", "n/a", "-", "?"]

  private var given: [(record: Int, id: String)] = []
  /// Ids by the order in which they appear, from 1.
  private var order: [String: Int] = [:]
  private var firsts: [String] = []
  private var areWhole = true

  /// - Parameter record: Whose id it is, a number in the file's records.
  mutating func add(_ text: String, of record: Int) {
    let text = trimmed(text)
    if Self.none.contains(text.lowercased()) { return }
    let number = Self.number(text)
    if let number, number < 0 { return }
    areWhole = areWhole && number != nil
    // 7 and 7.0 are one.
    let id = number.map { "\($0)" } ?? text
    given.append((record, id))
    if order[id] == nil {
      order[id] = order.count + 1
      if firsts.count < 4 { firsts.append(id) }
    }
  }

  private static func number(_ text: String) -> Int? {
    let number = Int(text) ?? finiteNumber(text).flatMap(whole)
    return number.flatMap { $0.magnitude <= greatest ? $0 : nil }
  }

  /// The records that have an id, and its number.
  var numbers: [(record: Int, number: Int)] {
    given.compactMap { record, id in (areWhole ? Int(id) : order[id]).map { (record, $0) } }
  }

  /// What became of ids that are no whole numbers; nil where all are.
  var remark: String? {
    if areWhole { return nil }
    let examples = firsts.enumerated().map { "\(quoted($1)) is \($0 + 1)" }
    return "ids that are no whole numbers are counted in the order in which they appear: "
      + examples.joined(separator: ", ") + (order.count > firsts.count ? ", ... (\(order.count) in all)" : "")
  }
}

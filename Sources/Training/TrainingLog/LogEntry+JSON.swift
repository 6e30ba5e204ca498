internal import JSON
internal import Wording

/// Entries as lines of metrics.jsonl: numbers in full precision, places as numbers, from 1 as in PySlowFast's log.
extension LogEntry {
  private static let places = ["epoch", "max_epoch", "iter", "epoch_iters"]

  /// The line, without its end.
  var line: String {
    var members = [JSONMember("_type", JSONValue(kind.rawValue))]
    if let position {
      let numbers = [position.epoch + 1, position.epochs, position.iteration + 1, position.iterations]
      members += zip(Self.places, numbers).map { JSONMember($0, JSONValue($1)) }
    }
    if let time { members.append(JSONMember("time", JSONValue(rounded(time, 3)))) }
    members += values.sorted { $0.key < $1.key }.map { JSONMember($0.key, JSONValue($0.value)) }
    return JSONValue.object(members).text
  }

  /// Reads a line.
  ///
  /// - Returns: nil of a line that is JSON and no entry: somebody else's.
  /// - Throws: `JSONError`.
  init?(line: [UInt8]) throws(JSONError) {
    let value = try JSONReader.read(line, subject: "line")
    guard case .object(let members) = value, case .string(let name)? = value["_type"], let kind = Kind(rawValue: name)
    else { return nil }
    var position: TrainingPosition?
    if kind != .testFinal {
      let numbers = Self.places.map { place -> Int? in
        guard case .number(let number)? = value[place], let number = number.int, 1...1_000_000_000 ~= number else {
          return nil
        }
        return number
      }
      guard let epoch = numbers[0], let epochs = numbers[1], let iteration = numbers[2], let iterations = numbers[3]
      else { return nil }
      position = TrainingPosition(epoch: epoch - 1, of: epochs, iteration: iteration - 1, of: iterations)
    }
    self.init(kind, position)
    for member in members where !Self.places.contains(member.name) {
      guard case .number(let number) = member.value else { continue }
      if member.name == "time" { time = number.double } else { set(member.name, number.double) }
    }
  }
}

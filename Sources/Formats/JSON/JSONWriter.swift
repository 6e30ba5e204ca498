/// Writes JSON piece by piece, so that no more of it is in memory than the caller wants.
///
///     var json = JSONWriter()
///     json.beginArray(lines: true)
///     for row in rows {
///       json.value(row.json)
///       try file.write(json.take())
///     }
///     json.end()
///     try file.write(json.take())
///
/// It traps where the pieces would not be JSON: a value without a name in an object, a second value after the first.
public struct JSONWriter: Sendable {
  private var waiting: [UInt8] = []
  private var levels: [Level] = []
  private var isDone = false

  /// An object or array that is open.
  private struct Level {
    let isObject: Bool
    let lines: Bool
    var isEmpty = true
    /// Whether a name waits for its value.
    var isNamed = false
  }

  public init() {}

  /// Opens an object.
  ///
  /// - Parameter lines: A line for each member; else all stand in one.
  public mutating func beginObject(lines: Bool = false) { begin(Level(isObject: true, lines: lines), "{") }

  /// Opens an array.
  ///
  /// - Parameter lines: A line for each value; else all stand in one.
  public mutating func beginArray(lines: Bool = false) { begin(Level(isObject: false, lines: lines), "[") }

  /// Closes what was opened last.
  public mutating func end() {
    guard let level = levels.popLast(), !level.isNamed else { preconditionFailure("nothing that could end") }
    if level.lines, !level.isEmpty { append("\n") }
    append(level.isObject ? "}" : "]")
    isDone = levels.isEmpty
  }

  /// Names the next value of an object.
  public mutating func name(_ name: String) {
    precondition(levels.last.map { $0.isObject && !$0.isNamed } == true, "a name belongs before a value of an object")
    separate()
    quote(name)
    append(": ")
    levels[levels.count - 1].isNamed = true
  }

  /// Writes a whole value on one line.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: scalar("null")
    case .bool(let isTrue): scalar(isTrue ? "true" : "false")
    case .number(let number): scalar(number.text)
    case .string(let words):
      place()
      quote(words)
      isDone = levels.isEmpty
    case .array(let values):
      beginArray()
      for value in values { self.value(value) }
      end()
    case .object(let members):
      beginObject()
      for member in members { self.member(member.name, member.value) }
      end()
    }
  }

  /// Writes a member of an object.
  public mutating func member(_ name: String, _ value: JSONValue) {
    self.name(name)
    self.value(value)
  }

  /// Hands over what was written since the last time.
  public mutating func take() -> [UInt8] {
    defer { waiting = [] }
    return waiting
  }

  /// What was written since the last `take`.
  public var text: String { String(decoding: waiting, as: UTF8.self) }

  private mutating func begin(_ level: Level, _ bracket: String) {
    place()
    append(bracket)
    levels.append(level)
  }

  private mutating func scalar(_ text: String) {
    place()
    append(text)
    isDone = levels.isEmpty
  }

  /// Goes to where the next value belongs.
  private mutating func place() {
    precondition(!isDone, "there is one value in a JSON text")
    guard let level = levels.last else { return }
    precondition(level.isNamed == level.isObject, "a value of an object needs a name")
    if level.isObject { levels[levels.count - 1].isNamed = false } else { separate() }
  }

  /// Writes what stands before a member of an object or a value of an array.
  private mutating func separate() {
    let level = levels[levels.count - 1]
    if !level.isEmpty { append(",") }
    append(level.lines ? "\n  " : level.isEmpty ? "" : " ")
    levels[levels.count - 1].isEmpty = false
  }

  private mutating func append(_ text: String) { waiting += text.utf8 }

  /// Writes a text as a JSON string, quotes included.
  private mutating func quote(_ text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case 0..<0x20: append("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
      default: waiting.append(byte)
      }
    }
    append("\"")
  }
}

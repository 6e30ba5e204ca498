/// Where and why bytes are no JSON, or more of it than is taken.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The byte at which it shows, from 0.
  public let offset: Int
  /// What was found there. It may quote a name from the text, control characters included.
  public let found: String

  /// Where it shows in a text, in words: "line 3, column 7", both from 1, columns in bytes.
  ///
  /// - Parameter text: What was read.
  public func place(in text: [UInt8]) -> String {
    let before = text.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return "line \(line), column \(column)"
  }

  public var description: String { "byte \(offset): \(found)" }
}

/// Where and why bytes are no JSON, or more of it than is taken.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The byte at which it shows, from 0.
  public let offset: Int
  /// What was found there. It may quote a name from the text, control characters included.
  public let found: String

  public var description: String { "byte \(offset): \(found)" }
}

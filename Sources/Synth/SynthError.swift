/// What can be asked of the generator that it cannot do.
public enum SynthError: Error, Equatable, CustomStringConvertible {
  /// A value outside its range.
  case outOfRange(what: String, expected: String, found: Int)

  public var description: String {
    switch self {
    case .outOfRange(let what, let expected, let found):
      return "making a data set: \(what) must be \(expected), found \(found)"
    }
  }
}

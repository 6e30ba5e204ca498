/// Why weights cannot be written under other names.
public enum ConversionError: Error, Equatable, CustomStringConvertible {
  case notKnown(String, String, String)
  /// - Parameter use: How they can be used without that.
  case notCarried(String, String, [String], use: String)

  public var description: String {
    switch self {
    case .notKnown(let path, let reason, let advice):
      "converting '\(path)': \(reason) -> \(advice)"
    case .notCarried(let path, let library, let what, let use):
      "converting '\(path)': \(library) has no network with what these weights need: \(what.joined(separator: "; ")) -> "
        + use
    }
  }
}

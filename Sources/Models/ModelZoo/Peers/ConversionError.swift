/// Why weights cannot be written under other names.
public enum ConversionError: Error, Equatable, CustomStringConvertible {
  case notKnown(String, String, String)
  case notCarried(String, String, [String])

  public var description: String {
    switch self {
    case .notKnown(let path, let reason, let advice):
      "converting '\(path)': \(reason) -> \(advice)"
    case .notCarried(let path, let library, let what):
      "converting '\(path)': \(library) has no network with what these weights need: \(what.joined(separator: "; ")) -> use "
        + "them here as they are: --weights takes the file"
    }
  }
}

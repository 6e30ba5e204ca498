extension Configuration {
  /// Where a key's value comes from.
  public enum Source: Sendable, Equatable, CustomStringConvertible {
    /// Nobody gave it: PySlowFast's default.
    case fallback
    /// A line of a YAML file.
    case file(path: String, line: Int)
    /// A `KEY VALUE` pair of the command line, or a later `set`.
    case override

    public var description: String {
      switch self {
      case .fallback: "the default"
      case .file(let path, let line): "line \(line) of \(path)"
      case .override: "given as KEY VALUE"
      }
    }
  }
}

internal import Wording

/// What can be wrong with a configuration. A file that cannot be read at all is a `FileError`.
public enum ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The text is no YAML, or more of it than any config needs.
  case malformed(path: String, line: Int, column: Int?, problem: String, remedy: String)
  /// A `_BASE_` that cannot be followed.
  case base(path: String, line: Int, problem: String, remedy: String)
  /// Keys that PySlowFast does not have; at least one.
  case unknownKeys([UnknownKey])
  /// A file whose keys are another program's; `known` of them PySlowFast has too.
  case foreign(path: String, program: String?, unknown: [UnknownKey], known: Int)
  /// A value of a type that the key does not hold; `place` is the element of a list, like "[2][0]".
  case wrongType(
    key: String, place: String, source: Configuration.Source, expected: String, found: String,
    remedy: String)
  /// A value of the right type that cannot work.
  case badValue(key: String, source: Configuration.Source, expected: String, found: String, remedy: String)
  /// Values that cannot work together; `keys` are "KEY value (where it was given)".
  case impossible(problem: String, keys: [String], remedy: String)
  /// Overrides that are no `KEY VALUE` pairs.
  case unpaired(key: String, remedy: String)

  /// An error in a configuration that had been warned about before: a duplicate key may well be the cause.
  indirect case warned(ConfigurationError, [String])

  public var description: String {
    switch self {
    case .warned(let error, let warnings):
      return "\(error)" + warnings.map { "\n       before that: \($0)" }.joined()
    case .malformed(let path, let line, let column, let problem, let remedy):
      let place = column.map { "line \(line), column \($0)" } ?? "line \(line)"
      return "reading the config: \(place) of \(path): \(problem) -> \(remedy)"
    case .base(let path, let line, let problem, let remedy):
      return "reading the config: _BASE_ in line \(line) of \(path): \(problem) -> \(remedy)"
    case .unknownKeys(let keys):
      return describe(keys)
    case .foreign(let path, let program, let unknown, let known):
      let names = listed(unknown.map(\.key), limit: 6)
      let which =
        known == 0 ? "no key of \(path) is" : "\(unknown.count) of \(unknown.count + known) keys of \(path) are not"
      return "config: \(which) PySlowFast's (\(names))\(program.map { ": this looks like a config of \($0)" } ?? "")"
        + " -> give a config of PySlowFast, such as configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml"
    case .wrongType(let key, let place, let source, let expected, let found, let remedy):
      let what = place.isEmpty ? key : "element \(place) of \(key)"
      return "config: \(what) must be \(expected), found \(found) (\(source)) -> \(remedy)"
    case .badValue(let key, let source, let expected, let found, let remedy):
      return "config: \(key) must be \(expected), found \(found) (\(source)) -> \(remedy)"
    case .impossible(let problem, let keys, let remedy):
      return "config: \(problem): \(keys.joined(separator: ", ")) -> \(remedy)"
    case .unpaired(let key, let remedy):
      return "config: overrides come in KEY VALUE pairs, but \(key) has no value -> \(remedy)"
    }
  }
}

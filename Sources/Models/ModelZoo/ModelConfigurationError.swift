internal import Wording

/// Why a config does not describe a model that can be built.
public enum ModelConfigurationError: Error, Equatable, CustomStringConvertible {
  case notYet(key: String, value: String, what: String)
  case impossible(key: String, found: String, expected: String, todo: String)

  public var description: String {
    switch self {
    case .notYet(let key, let value, let what):
      return "building the model: \(key) is \(value): \(what) come with a later version of this program"
        + " -> use a \(series(modelFamilies.flatMap(\.networks).map { $0.lowercased() }, "or")) config"
    case .impossible(let key, let found, let expected, let todo):
      return "building the model: \(key) is \(found), expected \(expected) -> \(todo)"
    }
  }
}

internal import Wording

/// Why a config does not describe a model that can be built.
public enum ModelConfigurationError: Error, Equatable, CustomStringConvertible {
  /// - Parameter keys: As "KEY value (where it was given)".
  case notYet(keys: [String], what: String)
  /// A configuration of self-supervised pretraining.
  case pretraining(keys: [String])
  case impossible(key: String, found: String, expected: String, todo: String)

  public var description: String {
    switch self {
    case .notYet(let keys, let what):
      return "building the model: \(keys.joined(separator: ", ")): \(what) come with a later version of this program"
        + " -> use a \(series(modelFamilies.flatMap(\.networks).map { $0.lowercased() }, "or")) config"
    case .pretraining(let keys):
      return
        "building the model: \(keys.joined(separator: ", ")): a config of self-supervised pretraining describes no test"
        + " -> fine-tune the weights, and take the config of that training, as those of configs/contrastive_ssl"
    case .impossible(let key, let found, let expected, let todo):
      return "building the model: \(key) is \(found), expected \(expected) -> \(todo)"
    }
  }
}

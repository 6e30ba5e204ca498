internal import Wording

/// Why videos of one's own cannot be classified.
public enum VideoClassificationError: Error, Equatable, CustomStringConvertible {
  case badStep(Double, least: Double)
  case givenTwice(String)
  case tooManyWindows(String, duration: Double, most: Int)
  /// The file that a key names cannot be read.
  case noLabels(reason: String, key: String)

  public var description: String {
    switch self {
    case .badStep(let step, let least):
      "classifying: windows every \(step) s, expected at least the time of one frame, \(fixed(least, 3)) s "
        + "-> give --every SECONDS, such as 1"
    case .givenTwice(let name): "classifying: '\(name)' is given twice -> leave one out"
    case .tooManyWindows(let name, let duration, let most):
      "classifying: '\(name)' lasts \(fixed(duration, 0)) s by its time stamps, more than \(most) windows -> give a larger "
        + "--every, or repair the file's clock"
    case .noLabels(let reason, let key):
      "classifying: \(reason) (\(key)) -> give --labels FILE, or set the key to '' for numbers"
    }
  }
}

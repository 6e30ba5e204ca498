/// What is wrong with the settings of an augmentation: what was being done, with which setting, what was expected and
/// found, what to do.
public struct AugmentationError: Error, Equatable, CustomStringConvertible {
  /// What was being done ("reading AUG.AA_TYPE").
  public let doing: String
  public let found: String
  public let advice: String

  public init(doing: String, found: String, advice: String) {
    self.doing = doing
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(doing): \(found) -> \(advice)" }
}

/// Refuses what is no probability.
///
/// - Parameter key: The setting as the configuration calls it.
func checkProbability(_ value: Double, _ key: String) throws(AugmentationError) {
  if !(0...1).contains(value) {
    throw AugmentationError(
      doing: "setting up augmentation", found: "\(key) is \(value), expected a probability",
      advice: "set \(key) to a number from 0 to 1")
  }
}

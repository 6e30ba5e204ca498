/// What must hold among a configuration's values beyond their types and ranges: what only those who use it know.
public protocol ConfigurationRules: Sendable {
  /// Checks values that must fit together.
  ///
  /// - Returns: What stays without effect, for the notices.
  func check(_ config: Configuration) throws(ConfigurationError) -> [String]

  /// Whether a key shapes networks of another kind than the configuration's, and so changes nothing in it; nil for a key
  /// that shapes no network, or networks of all kinds.
  func shapesAnotherNetwork(_ key: String, _ config: Configuration) -> Bool?
}

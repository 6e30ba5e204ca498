/// What must hold among a configuration's values beyond their types and ranges: what only those who use it know.
public protocol ConfigurationRules: Sendable {
  /// What is known of a key's values; nil where their type and range are all.
  func rule(of key: String) -> ValueRule?

  /// Checks values that must fit together.
  ///
  /// - Returns: What stays without effect, for the notices.
  func check(_ config: Configuration) throws(ConfigurationError) -> [String]

  /// What a key does to the networks of this configuration; nil for a key that shapes no network, or those of all kinds.
  func effect(of key: String, _ config: Configuration) -> KeyEffect?
}

/// What setting a key does.
public enum KeyEffect: Sendable, Hashable {
  case acts
  /// Nothing reads it.
  case unread
  /// Nothing: it is read for other networks, which are called so.
  case actsOn([String])
}

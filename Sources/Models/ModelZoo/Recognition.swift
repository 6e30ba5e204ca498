public import Configuration

/// What a family says of a file that holds one of its networks.
public struct Recognition: Sendable {
  /// One configuration value that the tensors speak for.
  public struct Setting: Sendable, Equatable {
    public let key: String
    public let value: String
  }

  /// In words: "SlowFast R50", "I3D R50 with 5 non-local blocks".
  public var summary: String
  /// As overrides for a configuration.
  public private(set) var settings: [Setting] = []
  /// What the tensors cannot tell, or what else is worth knowing.
  public var remarks: [String] = []
  /// Values by key that a configuration may keep to itself, and that the absence of tensors speaks for.
  public var unseen: [String: String] = [:]

  public init(_ summary: String) { self.summary = summary }

  public mutating func set<Content: Sendable>(_ key: Key<Content>, _ value: String) {
    settings.append(Setting(key: key.name, value: value))
  }
}

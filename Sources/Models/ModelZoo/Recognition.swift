public import Configuration

/// What a family says of a file that holds one of its networks.
public struct Recognition: Sendable {
  /// One configuration value that the tensors speak for.
  public struct Setting: Sendable, Equatable {
    public let key: String
    public let value: String
  }

  /// What the tensors cannot tell, or what else is worth knowing.
  public struct Remark: Sendable, Equatable {
    public let text: String
    /// The keys whose values it says are left open; without any it stays.
    fileprivate(set) var openKeys: Set<String>
  }

  /// In words: "SlowFast R50", "I3D R50 with 5 non-local blocks".
  public var summary: String
  /// As overrides for a configuration.
  public private(set) var settings: [Setting] = []
  public private(set) var remarks: [Remark] = []
  /// Values by key that a configuration may keep to itself, and that the absence of tensors speaks for.
  public var unseen: [String: String] = [:]

  public init(_ summary: String) { self.summary = summary }

  public mutating func set<Content: Sendable>(_ key: Key<Content>, _ value: String) {
    settings.append(Setting(key: key.name, value: value))
    settle(key)
  }

  /// The value that the tensors speak for.
  public func value<Content: Sendable>(_ key: Key<Content>) -> String? {
    settings.first { $0.key == key.name }?.value
  }

  /// - Parameter keys: Names of those whose values the tensors leave open, where the remark says so: it goes once all of
  ///   them are set, or settled otherwise.
  public mutating func remark(_ text: String, leavingOpen keys: String...) {
    remarks.append(Remark(text: text, openKeys: Set(keys)))
  }

  /// Takes back that a key's value is left open.
  public mutating func settle<Content: Sendable>(_ key: Key<Content>) {
    for index in remarks.indices.reversed() where remarks[index].openKeys.remove(key.name) != nil {
      if remarks[index].openKeys.isEmpty { remarks.remove(at: index) }
    }
  }
}

public import Configuration

/// What a family says of a file that holds one of its networks.
public struct Recognition: Sendable {
  /// One configuration value that the tensors speak for.
  public struct Setting: Sendable, Equatable {
    public let key: String
    public let value: String
    /// Other values under which a network has the same tensors.
    public let alternatives: [String]

    /// Whether the tensors are those of a network with this value, as an override or a Python literal has it.
    public func admits(_ text: String) -> Bool { ([value] + alternatives).contains { isSameValue($0, text) } }
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
  /// The keys of its own that leave no trace in the tensors, and that nobody has spoken for yet.
  public private(set) var openKeys: [String] = []
  /// Values by key that a configuration may keep to itself, and that the absence of tensors speaks for.
  public var unseen: [String: String] = [:]
  /// Values by key that leave no trace in the tensors: the usual ones, where nobody says others. Of all further keys that
  /// the network's building asks for the defaults are usual.
  public var untraced: [String: String] = [:]
  /// The same where the head scores boxes, before ``untraced``.
  public var untracedOfBoxes: [String: String] = [:]
  /// What tells it among published networks, in words: architecture, depth, what is unusual about it; what the head scores is
  /// told elsewhere. Empty where none was published.
  public var traits: Set<String> = []
  /// Whether its widths, and what else tensors tell beside ``traits``, are those of the published networks.
  public var hasPublishedWidths = false
  /// Why no configuration describes it, as "the blocks of its stages, [2, 5, 9, 7], are those of no depth"; nil where one
  /// may.
  public var oddity: String?

  public init(_ summary: String) { self.summary = summary }

  /// - Parameter alternatives: Other values under which a network has the same tensors.
  public mutating func set<Content: Sendable>(_ key: Key<Content>, _ value: String, or alternatives: [String] = []) {
    settings.append(Setting(key: key.name, value: value, alternatives: alternatives.filter { $0 != value }))
    settle(key)
  }

  /// Takes another value under which the network has the same tensors.
  mutating func replace(_ key: String, by value: String) {
    guard let index = settings.firstIndex(where: { $0.key == key }) else { return }
    settings[index] = Setting(key: key, value: value, alternatives: [])
  }

  /// Takes a value of a key, be it one that the absence of tensors spoke for.
  mutating func take(_ key: String, _ value: String) {
    if unseen.removeValue(forKey: key) != nil {
      settings.append(Setting(key: key, value: value, alternatives: []))
    } else {
      replace(key, by: value)
    }
  }

  /// What is said of it where nobody else speaks: settings, and values that the absence of tensors speaks for.
  var allSettings: [Setting] {
    settings + unseen.sorted { $0.key < $1.key }.map { Setting(key: $0.key, value: $0.value, alternatives: []) }
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

  /// Says that the tensors leave keys of the network open, until they are set, or settled otherwise.
  public mutating func leaveOpen<each Content: Sendable>(_ keys: repeat Key<each Content>) {
    for key in repeat each keys { openKeys.append(key.name) }
  }

  /// Takes back that a key's value is left open.
  public mutating func settle<Content: Sendable>(_ key: Key<Content>) { settle(key.name) }

  mutating func settle(_ key: String) {
    openKeys.removeAll { $0 == key }
    for index in remarks.indices.reversed() where remarks[index].openKeys.remove(key) != nil {
      if remarks[index].openKeys.isEmpty { remarks.remove(at: index) }
    }
  }
}

/// Whether two texts are one value of a key, as overrides and as Python literals have it.
func isSameValue(_ a: String, _ b: String) -> Bool {
  func plain(_ text: String) -> String { text.filter { $0 != " " && $0 != "'" } }
  return plain(a) == plain(b)
}

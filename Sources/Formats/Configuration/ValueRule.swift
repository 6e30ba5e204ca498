internal import Wording

/// What is known of a key's values beyond their type and range, by those who use them.
public struct ValueRule: Sendable {
  /// A value that was called otherwise once.
  public struct FormerName: Sendable {
    public let now: String
    public let year: Int

    public init(now: String, since year: Int) {
      self.now = now
      self.year = year
    }
  }

  /// The names that the value must be one of; nil for any value.
  public var names: [String]?
  /// Names that are read as others.
  public var formerNames: [String: FormerName]
  /// Whether the key must not be left empty: other texts are read as "" then.
  public var isNeeded: Bool
  /// What to do about a value that cannot be, as "give 4"; nil where the default is worth naming.
  public var advice: String?
  /// What values look like, where one of another type was given.
  public var example: String?

  public init(
    names: [String]? = nil, formerNames: [String: FormerName] = [:], isNeeded: Bool = false, advice: String? = nil,
    example: String? = nil
  ) {
    self.names = names
    self.formerNames = formerNames
    self.isNeeded = isNeeded || names != nil
    self.advice = advice
    self.example = example
  }

  /// This rule and another of the same key: the names of both, where both have some, and of everything else what this
  /// one says before what the other says.
  public func joined(with other: ValueRule) -> ValueRule {
    var joint = self
    joint.names = names.map { own in own + (other.names ?? []).filter { !own.contains($0) } } ?? other.names
    joint.formerNames.merge(other.formerNames) { own, _ in own }
    joint.isNeeded = isNeeded || other.isNeeded
    joint.advice = advice ?? other.advice
    joint.example = example ?? other.example
    return joint
  }

  /// What the value must be, or nil where it is that.
  func breach(_ value: Value) -> String? {
    guard let names, case .string(let text) = value, !names.contains(text) else { return nil }
    return series(names, "or")
  }
}

internal import OrderedCollections

/// PySlowFast's configuration: its 339 keys with their defaults, what a YAML file sets, and `KEY VALUE` overrides. Four
/// keys more are this program's own (`Keys+Views.swift`): by default they change nothing.
///
/// `config[.dataNumFrames]` is the value of a key that this program reads, see ``Key``. Values are checked when they come
/// in. Two kinds of values differ from what the file says: a former name of the rules reads as today's
/// (``ValueRule/formerNames``), and a file path or list of files that was left empty reads "" or [].
///
/// Source: PySlowFast at commit 287ec00 (defaults, types), fvcore's and yacs' rules of reading.
public struct Configuration: Sendable {
  /// The file that `load` read; nil for the defaults.
  public internal(set) var path: String?
  /// What the user should hear once: duplicate keys with their lines, removed keys that were dropped, values that
  /// stay without effect, and sentences that name the keys without effect in this program.
  public var notices: [String] { warnings + findings + idleKeyNotices }

  /// Said while reading.
  var warnings: [String] = []
  /// Said of the final values; made anew after every change.
  var findings: [String] = []
  var given: OrderedDictionary<String, Setting> = [:]

  /// A value that replaced a default, and who gave it.
  struct Setting: Sendable {
    var value: Value
    var source: Source
  }

  /// Which keys are asked for, where somebody wants to know.
  var log: KeyLog?

  /// What else must hold; asked after every change.
  let rules: (any ConfigurationRules)?

  /// PySlowFast's defaults, to be changed under these rules.
  public init(rules: (any ConfigurationRules)?) { self.rules = rules }

  /// PySlowFast's defaults, without rules.
  public static var defaults: Configuration { Configuration(rules: nil) }

  /// All keys: PySlowFast's 339 in the order of their sections, then this program's own.
  public static var keys: [String] { Array(Schema.leaves.keys) }

  /// The keys that can change what a test run of the reference computes.
  package static var keysOfTests: [String] { Schema.leaves.values.filter { $0.use.isOfTests }.map(\.key) }

  /// The keys that shape the results made of scores which are kept, of boxes or of clips as a whole.
  public static func keysOfResults(ofBoxes: Bool) -> Set<String> {
    Set(Schema.leaves.values.filter { $0.results == (ofBoxes ? .boxes : .clips) }.map(\.key))
  }

  /// The keys that some command of this program reads for more than a check of their value.
  public static var keysRead: [String] { Schema.leaves.values.filter(\.isRead).map(\.key) }
}

// MARK: - Any key

extension Configuration {
  /// Writes any key's value as a Python literal, which an override of that key would take; nil where there is no such key.
  public func literal(_ key: String) -> String? {
    guard let leaf = Schema.leaves[key] else { return nil }
    return (given[key]?.value ?? leaf.fallback).literal
  }

  /// Writes a key's value as a Python literal.
  public func literal<Content: Sendable>(_ key: Key<Content>) -> String { value(of: key.leaf).literal }

  /// Says where a key's value comes from.
  public func source<Content: Sendable>(of key: Key<Content>) -> Source { source(of: key.name) }

  /// Writes a key with its value and source for a message: "SLOWFAST.ALPHA 8 (line 12 of X.yaml)".
  public func cite<Content: Sendable>(_ key: Key<Content>) -> String { cite(key.leaf) }

  /// The same by the key's name, for messages about several keys; a name that is no key stands alone.
  public func cite(_ key: String) -> String { Schema.leaves[key].map(cite) ?? key }

  func cite(_ leaf: Leaf) -> String { "\(leaf.key) \(value(of: leaf).excerpt) (\(source(of: leaf.key)))" }

  /// Says where any key's value comes from.
  public func source(of key: String) -> Source {
    log?.note(key)
    return given[key]?.source ?? .fallback
  }

  /// The value of a key; its default where it is null: left to the model, or a key of training that was switched off so.
  func value(of leaf: Leaf) -> Value {
    log?.note(leaf.key)
    guard let value = given[leaf.key]?.value, value != .null else { return leaf.fallback }
    return value
  }
}

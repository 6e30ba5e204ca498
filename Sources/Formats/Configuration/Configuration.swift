internal import OrderedCollections

/// PySlowFast's configuration: its 339 keys with their defaults, what a YAML file sets, and `KEY VALUE` overrides.
///
/// Values are checked when they come in, so that a getter never meets one of another type. Two values differ from
/// what the file says: `MODEL.ARCH` `slowonly` (its name until April 2020) reads `slow`, and a file path or list of
/// files that was left empty reads "" or []. `MODEL.MODEL_NAME` `ResNet_nopool` stays as it is.
///
/// Source: PySlowFast at commit 287ec00 (defaults, types), fvcore's and yacs' rules of reading.
public struct Configuration: Sendable {
  /// The file that `load` read; nil for the defaults.
  public internal(set) var path: String?
  /// What the user should hear once: duplicate keys with their lines, removed keys that were dropped, values that
  /// stay without effect, and one sentence that names the keys without effect in this program.
  public var notices: [String] { warnings + findings + (idleKeysNotice.map { [$0] } ?? []) }

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

  /// What else must hold; asked after every change.
  let rules: (any ConfigurationRules)?

  /// PySlowFast's defaults, to be changed under these rules.
  public init(rules: (any ConfigurationRules)?) { self.rules = rules }

  /// PySlowFast's defaults, without rules.
  public static var defaults: Configuration { Configuration(rules: nil) }

  /// All 339 keys, in the order of their sections.
  public static var keys: [String] { Array(Schema.leaves.keys) }
}

// MARK: - Getters

extension Configuration {
  /// Returns a true-or-false key. Asking for an unknown key, or as another type, is a programmer's error.
  public func bool(_ key: String) -> Bool {
    guard case .bool(let value) = value(key) else { mismatch(key, "bool") }
    return value
  }

  /// Returns an integer key.
  public func int(_ key: String) -> Int {
    guard case .int(let value) = value(key) else { mismatch(key, "int") }
    return value
  }

  /// Returns a floating-point key.
  public func double(_ key: String) -> Double {
    guard case .double(let value) = value(key) else { mismatch(key, "double") }
    return value
  }

  /// Returns a text key.
  public func string(_ key: String) -> String {
    guard case .string(let value) = value(key) else { mismatch(key, "string") }
    return value
  }

  /// Returns a list of texts.
  public func strings(_ key: String) -> [String] {
    items(key, .strings).map { if case .string(let value) = $0 { value } else { mismatch(key, "strings") } }
  }

  /// Returns a list of integers.
  public func ints(_ key: String) -> [Int] { items(key, .ints).map { int($0, key) } }

  /// Returns a list of integers that may be null; nil for null.
  public func optionalInts(_ key: String) -> [Int]? {
    isNull(key) ? nil : items(key, .optionalInts).map { int($0, key) }
  }

  /// Returns a list of numbers.
  public func doubles(_ key: String) -> [Double] { items(key, .doubles).map { double($0, key) } }

  /// Returns lists of integers, most often [stage][pathway].
  public func intLists(_ key: String) -> [[Int]] {
    items(key, .intLists).map { items($0, key).map { int($0, key) } }
  }

  /// Returns lists of numbers.
  public func doubleLists(_ key: String) -> [[Double]] {
    items(key, .doubleLists).map { items($0, key).map { double($0, key) } }
  }

  /// Returns lists of lists of integers: [stage][pathway] and then block indices or pool sizes.
  public func intListLists(_ key: String) -> [[[Int]]] {
    items(key, .intListLists).map { items($0, key).map { items($0, key).map { int($0, key) } } }
  }

  /// Whether a key is null: left to the model, or a key of training that was switched off so. The getters answer
  /// with the default then.
  public func isNull(_ key: String) -> Bool { (given[key]?.value ?? leaf(key).fallback) == .null }

  /// Writes any key's value as a Python literal, which an override of that key would take.
  public func literal(_ key: String) -> String { isNull(key) ? "None" : value(key).literal }

  /// Says where a key's value comes from.
  public func source(of key: String) -> Source {
    _ = leaf(key)
    return given[key]?.source ?? .fallback
  }

  /// Writes a key with its value and source for a message: "SLOWFAST.ALPHA 8 (line 12 of X.yaml)".
  public func cite(_ key: String) -> String { "\(key) \(value(key).excerpt) (\(source(of: key)))" }
}

// MARK: - Plain values

extension Configuration {
  func leaf(_ key: String) -> Leaf {
    guard let leaf = Schema.leaves[key] else { fatalError("the program asks for \(key), which is no key") }
    return leaf
  }

  func value(_ key: String) -> Value {
    let leaf = leaf(key)
    guard let value = given[key]?.value, value != .null else { return leaf.fallback }
    return value
  }

  private func items(_ key: String, _ kind: Kind) -> [Value] {
    guard leaf(key).kind == kind else { mismatch(key, "\(kind)") }
    return items(value(key), key)
  }

  private func items(_ value: Value, _ key: String) -> [Value] {
    guard case .list(let items) = value else { mismatch(key, "a list") }
    return items
  }

  private func int(_ value: Value, _ key: String) -> Int {
    guard case .int(let number) = value else { mismatch(key, "ints") }
    return number
  }

  private func double(_ value: Value, _ key: String) -> Double {
    switch value {
    case .double(let number): return number
    case .int(let number): return Double(number)
    default: mismatch(key, "doubles")
    }
  }

  private func mismatch(_ key: String, _ asked: String) -> Never {
    fatalError("the program asks for \(key) as \(asked), but it is \(leaf(key).kind.name)")
  }
}

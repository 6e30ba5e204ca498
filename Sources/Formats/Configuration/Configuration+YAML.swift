internal import OrderedCollections

extension Configuration {
  /// All keys with their values, as a file that `load` reads to the same configuration.
  public var yaml: String { yaml { _ in true } }

  /// The same for what PySlowFast may read, such as checkpoints: this program's own keys only where they were set.
  public var sharedYAML: String {
    yaml { leaf in !Configuration.ownKeys.contains(leaf.key) || value(of: leaf) != leaf.fallback }
  }

  /// The keys that PySlowFast does not have.
  public static let ownKeys: Set = [
    Key.avaTestScales.name, Key.avaTestFlip.name, Key.avaTestSpatialCrops.name, Key.avaTestViewFusion.name,
    Key.dataLoaderMaxUnreadable.name,
  ]

  private func yaml(_ isIn: (Leaf) -> Bool) -> String {
    var root = Section()
    for leaf in Schema.leaves.values where isIn(leaf) {
      let value = value(of: leaf)
      // Null is what a key without a line is.
      if value != .null { root.set(leaf.key.split(separator: ".")[...], value.yaml) }
    }
    return root.lines("")
  }
}

/// Keys of one section. The schema's keys are not in the order of sections, and a section that stands twice in a file
/// would lose what stood there first.
private struct Section {
  private indirect enum Entry {
    case value(String)
    case section(Section)
  }

  private var entries: OrderedDictionary<Substring, Entry> = [:]

  mutating func set(_ path: ArraySlice<Substring>, _ value: String) {
    guard let name = path.first else { return }
    if path.count == 1 {
      entries[name] = .value(value)
      return
    }
    var inner = Section()
    if case .section(let known)? = entries[name] { inner = known }
    inner.set(path.dropFirst(), value)
    entries[name] = .section(inner)
  }

  func lines(_ indent: String) -> String {
    entries.reduce(into: "") { text, entry in
      switch entry.value {
      case .value(let value): text += "\(indent)\(entry.key): \(value)\n"
      case .section(let section): text += "\(indent)\(entry.key):\n" + section.lines(indent + "  ")
      }
    }
  }
}

extension Value {
  /// The value as YAML of one line. A text that reads as a Python literal, or has line ends, is written as one.
  fileprivate var yaml: String {
    switch self {
    case .string(let text):
      return Self.quoted(PythonLiteral.decode(text) == self && Self.isPlain(text) ? text : literal)
    case .list where !isPlain: return Self.quoted(literal)
    default: return flow
    }
  }

  private var flow: String {
    switch self {
    case .null: "null"
    case .double(let number): Self.number(number)
    case .string(let text): Self.quoted(text)
    case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
    default: literal
    }
  }

  /// Whether all texts in it can stand on one line.
  private var isPlain: Bool {
    switch self {
    case .string(let text): Self.isPlain(text)
    case .list(let items): items.allSatisfy(\.isPlain)
    default: true
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

  /// YAML 1.1's numbers have a point.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
    let text = "\(value)"
    guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }
}

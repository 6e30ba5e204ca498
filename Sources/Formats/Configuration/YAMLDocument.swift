internal import Yams

/// A node of a config file, with scalars resolved.
indirect enum YAMLNode {
  case value(Value)
  case section([YAMLEntry])
}

/// One `KEY: value` of a mapping.
struct YAMLEntry {
  let key: String
  let line: Int
  let node: YAMLNode
}

/// A key that stands in a mapping more than once: the last one counts.
struct RepeatedKey {
  /// With the sections that it is in: "AVA.BGR".
  let key: String
  /// Ascending.
  let lines: [Int]
  let isSection: Bool
}

/// A config file's mapping and the keys that stood in it twice.
struct YAMLDocument {
  private(set) var entries: [YAMLEntry] = []
  /// The keys given more than once.
  private(set) var repeated: [RepeatedKey] = []

  private let path: String
  private var visited = 0

  /// Values that a file may hold once its aliases are written out; the largest config has a few hundred.
  private static let valueLimit = 100_000
  private static let depthLimit = 32

  /// Parses a file's text.
  ///
  /// - Throws: `ConfigurationError.malformed`.
  init(text: String, path: String) throws(ConfigurationError) {
    self.path = path
    let root = try YAMLText(text, path: path).root()
    switch root {
    case nil: return
    case .mapping(let mapping)?: entries = try section(mapping, prefix: "", depth: 0)
    case let node?:
      if case .scalar(let scalar) = node, scalar.string.isEmpty { return }
      throw malformed(node, "the file holds no KEY: value lines", "write sections such as DATA: with indented keys")
    }
  }

  private func malformed(_ node: Node, _ problem: String, _ remedy: String) -> ConfigurationError {
    .malformed(path: path, line: node.mark?.line ?? 1, column: node.mark?.column, problem: problem, remedy: remedy)
  }

  private mutating func visit(_ node: Node, depth: Int) throws(ConfigurationError) {
    visited += 1
    if depth > Self.depthLimit {
      throw malformed(node, "nested deeper than \(Self.depthLimit) levels", "PySlowFast's keys need 5 at most")
    }
    if visited > Self.valueLimit {
      throw malformed(
        node, "more than \(Self.valueLimit) values, aliases (*name) written out", "use fewer or smaller aliases")
    }
  }
}

// MARK: - Mappings

extension YAMLDocument {
  private mutating func section(_ mapping: Node.Mapping, prefix: String, depth: Int) throws(ConfigurationError)
    -> [YAMLEntry]
  {
    var merged: [YAMLEntry] = []
    var own: [YAMLEntry] = []
    var shadowed: [(key: String, line: Int)] = []
    for (keyNode, valueNode) in mapping {
      try visit(keyNode, depth: depth)
      guard case .scalar(let scalar) = keyNode else {
        throw malformed(keyNode, "a key must be a name", "write KEY: value")
      }
      let line = scalar.mark?.line ?? 1
      let (name, isShadowed) = YAMLText.unmarked(scalar.string)
      if name == "<<" && scalar.style == .plain {
        merged = try mergeTargets(valueNode, depth: depth) + merged
        continue
      }
      if isShadowed {
        shadowed.append((name, line))
        continue
      }
      own.append(YAMLEntry(key: name, line: line, node: try node(valueNode, prefix: prefix + name, depth: depth + 1)))
    }
    noteDuplicates(shadowed, own, prefix: prefix)
    let names = Set(own.map(\.key))
    return merged.filter { !names.contains($0.key) } + own
  }

  /// The entries after `<<:`, one mapping or a list of them of which the first that has a key wins.
  private mutating func mergeTargets(_ node: Node, depth: Int) throws(ConfigurationError) -> [YAMLEntry] {
    switch node {
    case .mapping(let mapping):
      return try section(mapping, prefix: "<<: ", depth: depth + 1)
    case .sequence(let sequence):
      var result: [YAMLEntry] = []
      for item in sequence {
        let names = Set(result.map(\.key))
        try visit(item, depth: depth + 1)
        guard case .mapping = item else { break }
        result += try mergeTargets(item, depth: depth + 1).filter { !names.contains($0.key) }
      }
      return result
    default:
      throw malformed(node, "<<: takes a mapping or a list of mappings", "write <<: *name")
    }
  }

  private mutating func noteDuplicates(_ shadowed: [(key: String, line: Int)], _ own: [YAMLEntry], prefix: String) {
    for entry in own {
      let lines = shadowed.filter { $0.key == entry.key }.map(\.line)
      if lines.isEmpty { continue }
      let isSection = if case .section = entry.node { true } else { false }
      repeated.append(RepeatedKey(key: prefix + entry.key, lines: lines + [entry.line], isSection: isSection))
    }
  }
}

// MARK: - Values

extension YAMLDocument {
  private mutating func node(_ node: Node, prefix: String, depth: Int) throws(ConfigurationError) -> YAMLNode {
    if case .mapping(let mapping) = node {
      try visit(node, depth: depth)
      try refuseTag(mapping.tag, but: "map", at: node)
      return .section(try section(mapping, prefix: prefix + ".", depth: depth))
    }
    return .value(try value(node, depth: depth))
  }

  /// Refuses tags such as `!!python/object`, which PyYAML's safe loader refuses too.
  private func refuseTag(_ tag: Tag, but known: String, at node: Node) throws(ConfigurationError) {
    if tag.rawValue.isEmpty || tag.rawValue == "!" || tag.rawValue == "tag:yaml.org,2002:" + known { return }
    throw malformed(node, "the tag \(tag.rawValue) means nothing in a config", "leave the tag away")
  }

  private mutating func value(_ node: Node, depth: Int) throws(ConfigurationError) -> Value {
    try visit(node, depth: depth)
    switch node {
    case .scalar(let scalar):
      if scalar.tag.rawValue.isEmpty { return YAMLScalar.resolve(scalar.string) }
      guard let value = YAMLScalar.resolve(scalar.string, tag: scalar.tag.rawValue) else {
        throw malformed(node, "the tag \(scalar.tag) does not suit '\(scalar.string)'", "leave the tag away")
      }
      return value
    case .sequence(let sequence):
      try refuseTag(sequence.tag, but: "seq", at: node)
      var items: [Value] = []
      for item in sequence { items.append(try value(item, depth: depth + 1)) }
      return .list(items)
    case .mapping:
      return .foreign(type: "a mapping", text: "{...}")
    case .alias:
      throw malformed(node, "an alias without its anchor", "write the value itself")
    }
  }
}

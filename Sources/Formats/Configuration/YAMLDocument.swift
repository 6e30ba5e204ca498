internal import OrderedCollections
internal import YAML

/// What a key of a config file has, with scalars resolved.
indirect enum EntryNode {
  case value(Value)
  case section([YAMLEntry])
}

/// One `KEY: value` of a mapping.
struct YAMLEntry {
  let key: String
  let line: Int
  let node: EntryNode
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
  private var repetitions = 0

  /// More of them are no oversight.
  private static let repetitionLimit = 256

  /// Parses a file's text.
  ///
  /// - Throws: `ConfigurationError.malformed`.
  init(text: String, path: String) throws(ConfigurationError) {
    self.path = path
    let root: YAMLNode?
    do throws(YAMLError) {
      root = try YAMLNode.read(text)
    } catch {
      throw .malformed(
        path: path, line: error.line, column: error.column, problem: error.problem, remedy: error.remedy)
    }
    guard let root, root.text != "" else { return }
    guard case .mapping(let pairs) = root.content else {
      throw malformed(root, "the file holds no KEY: value lines", "write sections such as DATA: with indented keys")
    }
    entries = try section(pairs, prefix: "")
  }

  private func malformed(_ node: YAMLNode, _ problem: String, _ remedy: String) -> ConfigurationError {
    .malformed(path: path, line: node.line, column: node.column, problem: problem, remedy: remedy)
  }
}

// MARK: - Mappings

extension YAMLDocument {
  private mutating func section(
    _ pairs: [YAMLNode.Pair], prefix: String
  ) throws(ConfigurationError) -> [YAMLEntry] {
    var merged: OrderedDictionary<String, YAMLEntry> = [:]
    /// The lines on which each key stands.
    var lines: [String: [Int]] = [:]
    var names: [String?] = []
    for pair in pairs {
      guard let name = pair.key.text else { throw malformed(pair.key, "a key must be a name", "write KEY: value") }
      let isMerge = name == "<<" && pair.key.tag == nil
      names.append(isMerge ? nil : name)
      if isMerge {
        for entry in try mergeTargets(pair.value) { merged[entry.key] = entry }
      } else {
        lines[name, default: []].append(pair.key.line)
      }
    }
    var left = lines.mapValues(\.count)
    var own: [YAMLEntry] = []
    for case (let pair, let name?) in zip(pairs, names) {
      left[name, default: 1] -= 1
      // The last of equal keys counts.
      if left[name] != 0 {
        repetitions += 1
        if repetitions <= Self.repetitionLimit { continue }
        throw malformed(pair.key, "the key '\(name)' stands twice in its section", "keep one of them")
      }
      let entry = YAMLEntry(key: name, line: pair.key.line, node: try node(pair.value, prefix: prefix + name))
      own.append(entry)
      if let lines = lines[name], lines.count > 1 {
        let isSection = if case .section = entry.node { true } else { false }
        repeated.append(RepeatedKey(key: prefix + name, lines: lines, isSection: isSection))
      }
    }
    return merged.values.filter { lines[$0.key] == nil } + own
  }

  /// The entries after `<<:`, one mapping or a list of them of which the first that has a key wins.
  private mutating func mergeTargets(_ node: YAMLNode) throws(ConfigurationError) -> [YAMLEntry] {
    var result: OrderedDictionary<String, YAMLEntry> = [:]
    for target in node.items ?? [node] {
      guard case .mapping(let pairs) = target.content else {
        throw malformed(target, "<<: takes a mapping or a list of mappings", "write <<: *name")
      }
      for entry in try section(pairs, prefix: "<<: ") where result[entry.key] == nil { result[entry.key] = entry }
    }
    return Array(result.values)
  }
}

// MARK: - Values

extension YAMLDocument {
  private mutating func node(_ node: YAMLNode, prefix: String) throws(ConfigurationError) -> EntryNode {
    guard case .mapping(let pairs) = node.content else { return .value(try value(node)) }
    try refuseTag(of: node, but: "map")
    return .section(try section(pairs, prefix: prefix + "."))
  }

  /// Refuses tags such as `!!python/object`, which PyYAML's safe loader refuses too.
  private func refuseTag(of node: YAMLNode, but known: String) throws(ConfigurationError) {
    guard let tag = node.tag, tag != "!", tag != "tag:yaml.org,2002:" + known else { return }
    throw malformed(node, "the tag \(tag) means nothing in a config", "leave the tag away")
  }

  private func value(_ node: YAMLNode) throws(ConfigurationError) -> Value {
    switch node.content {
    case .scalar(let text):
      guard let tag = node.tag else { return YAMLScalar.resolve(text) }
      guard let value = YAMLScalar.resolve(text, tag: tag) else {
        throw malformed(node, "the tag \(tag) does not suit '\(text)'", "leave the tag away")
      }
      return value
    case .sequence(let nodes):
      try refuseTag(of: node, but: "seq")
      var items: [Value] = []
      for item in nodes { items.append(try value(item)) }
      return .list(items)
    case .mapping:
      return .foreign(type: "a mapping", text: "{...}")
    }
  }
}

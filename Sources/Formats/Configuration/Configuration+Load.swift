internal import OrderedCollections
internal import Files
internal import Glibc
internal import Wording

extension Configuration {
  /// Reads a YAML file over the defaults, then `KEY VALUE` overrides, then checks what must fit together.
  ///
  /// - Parameters:
  ///   - entry: A model of an ensemble's file, whose pairs come after the overrides.
  ///   - rules: What must hold beyond types and ranges, now and after every change.
  /// - Throws: `ConfigurationError` for what is wrong in it, `FileError` for a file that cannot be read.
  public static func load(
    path: String, overrides: [String] = [], of entry: EnsembleFile.Entry? = nil,
    rules: (any ConfigurationRules)? = nil
  ) throws -> Configuration {
    var configuration = Configuration(rules: rules)
    configuration.path = path
    do {
      var reading = Reading()
      try configuration.merge(file: path, doing: "reading the config", above: [], &reading)
      try reading.check(path)
      try configuration.take(overrides)
      if let entry { try configuration.take(entry.overrides, .file(path: entry.file, line: entry.overridesLine)) }
      try configuration.finish()
    } catch let error as ConfigurationError where !configuration.warnings.isEmpty {
      throw ConfigurationError.warned(error, configuration.warnings)
    }
    return configuration
  }

  /// The configuration that a checkpoint carries; nil where the text is no YAML. What this program does not know of it is
  /// passed over: the program that wrote it did.
  ///
  /// - Parameters:
  ///   - path: Of the checkpoint, as the source of the values.
  ///   - rules: What values were called once.
  public init?(checkpointText text: String, path: String, rules: (any ConfigurationRules)? = nil) {
    self.init(rules: rules)
    guard let document = try? YAMLDocument(text: text, path: path), !document.entries.isEmpty else { return nil }
    var reading = Reading()
    for entry in document.entries { take(entry, prefix: "", path: path, &reading) }
  }

  private static let sizeLimit = 1 << 20

  /// Merges one file, its bases first.
  private mutating func merge(file path: String, doing: String, above: [String], _ reading: inout Reading) throws {
    let text = try Self.text(of: path, doing: doing)
    if let line = pythonAssignment(in: text) {
      throw ConfigurationError.malformed(
        path: path, line: line, column: nil, problem: "this is Python, as MMAction2's configs are, and no YAML",
        remedy: "give a config of PySlowFast, such as configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml")
    }
    let document = try YAMLDocument(text: text, path: path)
    if document.entries.isEmpty {
      throw ConfigurationError.malformed(
        path: path, line: 1, column: nil, problem: "the file holds no keys",
        remedy: "give a config such as configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml")
    }
    warnings += document.repeated.map { Self.notice($0, path) }
    for entry in document.entries where entry.key == "_BASE_" {
      for base in try Self.bases(entry, of: path) {
        let chain = above + [Self.identity(path)]
        if chain.contains(Self.identity(base)) {
          throw ConfigurationError.base(
            path: path, line: entry.line, problem: "'\(base)' leads back to itself", remedy: "break the circle")
        }
        if chain.count > 16 {
          throw ConfigurationError.base(
            path: path, line: entry.line, problem: "more than 16 files deep", remedy: "shorten the chain")
        }
        try merge(file: base, doing: "reading the _BASE_ in line \(entry.line) of \(path)", above: chain, &reading)
      }
    }
    for entry in document.entries where entry.key != "_BASE_" { take(entry, prefix: "", path: path, &reading) }
  }

  private static func notice(_ repeated: RepeatedKey, _ path: String) -> String {
    let lines = repeated.lines.map(String.init)
    return "\(path): \(repeated.key) stands on lines \(series(lines, "and")): the last one counts"
      + (repeated.isSection ? ", and nothing of the section before it" : "")
  }

  private static func text(of path: String, doing: String) throws -> String {
    let bytes = try readFile(path, doing: doing, limit: sizeLimit)
    func malformed(_ line: Int, _ problem: String, _ remedy: String) -> ConfigurationError {
      .malformed(path: path, line: line, column: nil, problem: problem, remedy: remedy)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let good = String(decoding: bytes, as: UTF8.self).utf8
      let same = zip(good, bytes).prefix { $0 == $1 }.count
      let line = bytes.prefix(same).count { $0 == 0x0A } + 1
      throw malformed(line, "byte \(same + 1) is not UTF-8", "save the file as UTF-8 text, or give a YAML config")
    }
    return text
  }
}

// MARK: - _BASE_

extension Configuration {
  private static func bases(_ entry: YAMLEntry, of path: String) throws(ConfigurationError) -> [String] {
    var names: [String] = []
    switch entry.node {
    case .value(.string(let name)): names = [name]
    case .value(.list(let items)):
      names = items.compactMap { if case .string(let name) = $0 { name } else { nil } }
      if names.count != items.count { fallthrough }
    default:
      throw .base(
        path: path, line: entry.line, problem: "neither a file name nor a list of them",
        remedy: "write _BASE_: other.yaml")
    }
    var result: [String] = []
    for name in names { result.append(try resolve(name, of: path, line: entry.line)) }
    return result
  }

  private static func resolve(_ name: String, of path: String, line: Int) throws(ConfigurationError) -> String {
    if name.contains("://") {
      throw .base(
        path: path, line: line, problem: "'\(name)' is an address, and this program reads local files only",
        remedy: "download it and name the file")
    }
    guard name.hasPrefix("~") else { return joinPath(splitPath(path).folder, name) }
    guard name == "~" || name.hasPrefix("~/"), let home = unsafe getenv("HOME") else {
      throw .base(path: path, line: line, problem: "the home folder of '\(name)' is unknown", remedy: "write it out")
    }
    return unsafe String(cString: home) + name.dropFirst()
  }

  /// The path without links and dots, to tell whether two names mean one file.
  private static func identity(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}

// MARK: - Keys

extension Configuration {
  /// Takes an entry of a file and those in it; what does not fit is noted, so that one look finds all of it.
  private mutating func take(_ entry: YAMLEntry, prefix: String, path: String, _ reading: inout Reading) {
    let key = prefix + entry.key
    let source = Source.file(path: path, line: entry.line)
    if drop(key, entry.node, source) {
      reading.known += 1
      return
    }
    do throws(ConfigurationError) {
      if Schema.leaves[key] != nil && !entry.key.contains(".") {
        reading.known += 1
        switch entry.node {
        case .value(let value): try assign(key, value, source)
        case .section: try assign(key, .foreign(type: "a section of keys", text: ""), source)
        }
      } else if Schema.sections.contains(key) || Removed.sections.contains(key) {
        switch entry.node {
        case .section(let entries):
          for inner in entries { take(inner, prefix: key + ".", path: path, &reading) }
        case .value(.null): return
        case .value(let value): throw sectionNeeded(key, found: value, source)
        }
      } else {
        reading.unknown.append(UnknownKey(entry, key, source))
      }
    } catch {
      reading.problem = reading.problem ?? error
    }
  }

  func sectionNeeded(_ key: String, found: Value, _ source: Source) -> ConfigurationError {
    let example = Schema.leaves.keys.first { $0.hasPrefix(key + ".") } ?? key
    return .wrongType(
      key: key, place: "", source: source, expected: "a section of keys",
      found: "\(found.typeName) \(found.excerpt)", remedy: "set a key in it, such as \(example)")
  }
}

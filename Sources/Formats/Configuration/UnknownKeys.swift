internal import OrderedCollections
internal import Wording

/// A key that PySlowFast does not have.
public struct UnknownKey: Sendable, Equatable {
  public let key: String
  public let source: Configuration.Source
  /// What was probably meant, as advice; nil where nothing is near.
  public let remedy: String?

  init(_ entry: YAMLEntry, _ key: String, _ source: Configuration.Source) {
    self.key = key
    self.source = source
    let name = entry.key
    if name.contains("."), Schema.leaves[key] != nil || Schema.leaves[name] != nil {
      let (section, leaf) = Schema.split(name)
      remedy = "in YAML, write \(leaf) indented under \(section):"
      return
    }
    var members: [String] = []
    if case .section(let entries) = entry.node { members = entries.map(\.key) }
    remedy = Schema.nearestKey(to: key, members: members).map { "did you mean \($0)?" }
  }

  init(override key: String, _ source: Configuration.Source) {
    self.key = key
    self.source = source
    if let (name, value) = Configuration.assignment(in: key) {
      remedy = "write \(name) \(value)"
    } else {
      remedy = Schema.nearestKey(to: key).map { "did you mean \($0)?" }
    }
  }
}

/// One sentence for one key; for several a line each, as many as fit a screen.
func describe(_ keys: [UnknownKey]) -> String {
  if let only = keys.first, keys.count == 1 {
    let remedy =
      only.remedy
      ?? "PySlowFast has no key of that name, nor one like it: check its spelling and its section, or delete it (nothing "
      + "reads it)"
    return "config: there is no key \(only.key) (\(only.source)) -> \(remedy)"
  }
  let limit = 12
  var lines = ["config: there are no such keys:"]
  lines += keys.prefix(limit).map { "\($0.key) (\($0.source))" + ($0.remedy.map { " -> \($0)" } ?? "") }
  if keys.count > limit { lines.append("and \(keys.count - limit) more") }
  return lines.joined(separator: "\n         ") + "\n         -> correct them, or delete them: nothing reads them"
}

/// What reading the files of a config has found so far.
struct Reading {
  var unknown: [UnknownKey] = []
  /// How many of the keys are PySlowFast's.
  var known = 0
  /// The first value that does not fit.
  var problem: ConfigurationError?

  /// Unknown keys come first: they tell whether this is a config of PySlowFast at all.
  ///
  /// - Throws: `ConfigurationError`.
  func check(_ path: String) throws(ConfigurationError) {
    let program = Self.program(of: unknown.map(\.key))
    if !unknown.isEmpty, program != nil || known == 0 && unknown.count > 2 {
      throw .foreign(path: path, program: program, unknown: unknown, known: known)
    }
    if !unknown.isEmpty { throw .unknownKeys(unknown) }
    if let problem { throw problem }
  }

  /// The program that a config with all of these keys belongs to.
  private static func program(of keys: [String]) -> String? {
    let marks: [(program: String, keys: Set<String>)] = [
      ("YOWOv3", ["BACKBONE2D", "BACKBONE3D"]), ("ACAR-Net", ["evaluate", "result_path", "model"]),
      ("AlphAction", ["MODEL.ROI_ACTION_HEAD"]), ("Detectron2", ["MODEL.META_ARCHITECTURE"]),
      ("Detectron2", ["DATASETS", "MODEL.MASK_ON"]), ("Detectron2", ["DATASETS", "MODEL.RESNETS"]),
    ]
    let present = Set(keys)
    return marks.first { $0.keys.isSubset(of: present) }?.program
  }
}

/// The line of the first assignment of a Python file, nil where the text is none: its first line that says something
/// assigns to a name or imports.
func pythonAssignment(in text: String) -> Int? {
  for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
    if line.isEmpty || line.hasPrefix("#") { continue }
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    let rest = line.dropFirst(name.count).drop { $0 == " " }
    let isAssignment = !name.isEmpty && rest.hasPrefix("=") && !rest.hasPrefix("==")
    let isImport = (name == "from" || name == "import") && line.dropFirst(name.count).hasPrefix(" ")
    return isAssignment || isImport ? number + 1 : nil
  }
  return nil
}

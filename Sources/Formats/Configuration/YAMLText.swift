internal import Yams

/// A config's text on its way to Yams' nodes.
///
/// Yams refuses a mapping with two equal keys, where PyYAML lets the last one win and published configs rely on
/// that. So each time Yams refuses, the earlier of the two gets a mark in front of its name and the text is
/// parsed again; the mark is a private-use character that no config holds.
struct YAMLText {
  private static let mark: Unicode.Scalar = "\u{E000}"
  private static let duplicateLimit = 256
  /// So few that even aliases of aliases, used as keys, stay cheap to compare.
  private static let aliasLimit = 32

  private let path: String
  private var scalars: [Unicode.Scalar]

  init(_ text: String, path: String) {
    self.path = path
    scalars = Array(text.unicodeScalars)
  }

  /// Takes the marks off a key; says whether a later key of the same name replaces it.
  static func unmarked(_ key: String) -> (name: String, isShadowed: Bool) {
    let bare = key.unicodeScalars.drop { $0 == mark }
    return (String(bare), bare.count != key.unicodeScalars.count)
  }

  /// Parses the text; nil where it holds no document.
  consuming func root() throws(ConfigurationError) -> Node? {
    try refuseOddText()
    var duplicates = 0
    while true {
      do {
        return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        duplicates += 1
        let place = context.mark
        guard duplicates <= Self.duplicateLimit, markKey(line: place.line, column: place.column) else {
          let name = Self.unmarked(names.first ?? "").name
          throw malformed(place.line, place.column, "the key '\(name)' stands twice in its section", "keep one of them")
        }
      } catch let error as YamlError {
        throw explain(error)
      } catch {
        throw malformed(1, nil, "\(error)", "check the file with a YAML tool")
      }
    }
  }

  private var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private func malformed(_ line: Int, _ column: Int?, _ problem: String, _ remedy: String) -> ConfigurationError {
    .malformed(path: path, line: line, column: column, problem: problem, remedy: remedy)
  }
}

// MARK: - Duplicate keys

extension YAMLText {
  /// Puts a mark in front of the key at a place; false where no plain or quoted name stands there.
  private mutating func markKey(line: Int, column: Int) -> Bool {
    guard var index = lineStart(line).map({ $0 + column - 1 }), index < scalars.count else { return false }
    if scalars[index] == "'" || scalars[index] == "\"" { index += 1 }
    guard index < scalars.count, scalars[index] == Self.mark || !"&*!?[{|>".unicodeScalars.contains(scalars[index])
    else { return false }
    scalars.insert(Self.mark, at: index)
    return true
  }

  /// Where a line begins, with YAML 1.1's line breaks.
  private func lineStart(_ line: Int) -> Int? {
    var current = 1
    var index = 0
    while current < line, index < scalars.count {
      let isPair = scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalars[index]) {
        current += 1
        if isPair { index += 1 }
      }
      index += 1
    }
    return current == line ? index : nil
  }
}

// MARK: - Errors

extension YAMLText {
  /// Refuses what would make parsing or marking go astray.
  private func refuseOddText() throws(ConfigurationError) {
    var line = 1
    var aliases = 0
    var previous: Unicode.Scalar = "\n"
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\n" { line += 1 }
      if scalar == Self.mark {
        throw malformed(line, nil, "the private-use character U+E000", "delete it")
      }
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      if scalar == "*", " \n\t[{,:".unicodeScalars.contains(previous), next.properties.isAlphabetic || next == "_" {
        aliases += 1
        if aliases > Self.aliasLimit {
          throw malformed(line, nil, "more than \(Self.aliasLimit) aliases (*name)", "write the values out")
        }
      }
      previous = scalar
    }
  }

  private func explain(_ error: YamlError) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let about = context.map { "\($0.text) that begins in line \($0.mark.line): " } ?? ""
      return malformed(mark.line, mark.column, about + problem, remedy(line: mark.line, problem: problem))
    case .reader(let problem, let offset, _, _):
      let before = scalars.prefix(offset ?? 0)
      let line = before.count { $0 == "\n" } + 1
      return malformed(line, nil, problem, "save the file as plain UTF-8 text")
    default:
      return malformed(1, nil, "\(error)", "check the file with a YAML tool")
    }
  }

  private func remedy(line: Int, problem: String) -> String {
    if let start = lineStart(line) {
      let indent = scalars[start...].prefix { $0 == " " || $0 == "\t" }
      if indent.contains("\t") { return "indent with spaces, not with tabs" }
    }
    if problem.contains("another document") { return "keep one document: delete the line '---' and what follows" }
    if problem.contains("alias") { return "define it first with &name" }
    return "check the indentation, brackets, quotes and colons there and above"
  }
}

internal import Files
internal import Wording

/// The names of classes in Ultralytics' data.yaml, which lies in the folder of the labels or up to two above it.
///
/// Source: docs.ultralytics.com/datasets/detect, "Ultralytics YOLO format": `names` is a mapping of numbers, or a list.
struct ClassNamesYAML {
  let path: String
  let names: [Int: String]

  static let fileName = "data.yaml"

  /// Looks for the nearest one that has names.
  ///
  /// - Throws: `FileError` for one that cannot be read.
  init?(besides folder: String) throws(FileError) {
    var folder = absolutePath(folder)
    for _ in 0...2 {
      let path = joinPath(folder, Self.fileName)
      if isRegularFile(path) {
        let bytes = try readFile(path, doing: BoxFileError.doing, limit: 1 << 20)
        if let names = Self.names(in: lines(of: bytes).map(\.text)), !names.isEmpty {
          (self.path, self.names) = (path, names)
          return
        }
      }
      folder = splitPath(folder).folder
    }
    return nil
  }

  private static let closing: [Character: Character] = ["[": "]", "{": "}"]

  /// The entry `names` of the file: on one line or several, in brackets, or as lines behind it.
  static func names(in lines: [String]) -> [Int: String]? {
    guard let start = lines.firstIndex(where: { $0.hasPrefix("names:") }) else { return nil }
    let first = trimmed(withoutComment(String(lines[start].dropFirst("names:".count))))
    let behind = lines[(start + 1)...].map { withoutComment($0) }
    var entries: [String] = []
    if let open = first.first, let close = closing[open] {
      let text = ([first] + behind).joined(separator: " ")
      entries = text.dropFirst().prefix { $0 != close }.split(separator: ",").map { trimmed(String($0)) }
    } else {
      // The entry ends where something else begins.
      entries = behind.prefix { trimmed($0).isEmpty || $0.first == " " || $0.first == "-" }.map(trimmed)
    }
    var names: [Int: String] = [:]
    for entry in entries where !entry.isEmpty {
      if let colon = entry.firstIndex(of: ":"), let number = Int(unquoted(String(entry[..<colon]))) {
        names[number] = unquoted(String(entry[entry.index(after: colon)...]))
      } else {
        names[names.count] = unquoted(entry.hasPrefix("- ") ? String(entry.dropFirst(2)) : entry)
      }
    }
    return names
  }

  private static func withoutComment(_ line: String) -> String {
    line.hasPrefix("#") ? "" : line.firstRange(of: " #").map { String(line[..<$0.lowerBound]) } ?? line
  }

  private static func unquoted(_ text: String) -> String {
    let text = trimmed(text)
    guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }
}

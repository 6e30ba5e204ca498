import Files
import Glibc
import TestSupport

/// A text file of the project.
struct SourceFile {
  /// From the project's root.
  let path: String
  let lines: [String]
  private let text: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String($0)! }
  }

  /// Whether it has a text anywhere: much faster than asking line after line.
  func contains(_ wanted: String) -> Bool { strstr(text, wanted) != nil }

  /// The folder that it lies in: of a source, its module.
  var folder: String { path.split(separator: "/").dropLast().last.map(String.init) ?? "" }

  /// Whether it lies in a folder, or in one within that.
  func isIn(_ folder: String) -> Bool { path.hasPrefix("Sources/\(folder)/") }

  /// One line that imports a module.
  struct Import: Equatable {
    let module: String
    /// Without a word it is internal.
    let access: String
    let line: Int
  }

  var imports: [Import] {
    lines.enumerated().compactMap { number, line in
      var words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
      let access = words.first.map(String.init) ?? ""
      if ["public", "package", "internal", "fileprivate", "private"].contains(access) { words.removeFirst() }
      guard words.first == "import", words.count > 1 else { return nil }
      // `import struct Module.Name` imports from a module too.
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
      return Import(
        module: String(name.prefix { $0 != "." }), access: access == "import" ? "internal" : access, line: number + 1)
    }
  }
}

/// Every file under some of the project's folders whose name ends in one of the endings; all files where none is given.
func sourceFiles(_ folders: [String], endings: [String] = []) throws -> [SourceFile] {
  try folders.flatMap { folder -> [SourceFile] in
    let path = projectRoot + "/" + folder
    if !isFolder(path) {
      guard pathExists(path) else { return [] }
      let bytes = try readFile(path, doing: "reading the sources")
      // Pictures, videos and weights have no lines.
      let isText = !bytes.prefix(1024).contains(0) && (endings.isEmpty || endings.contains { path.hasSuffix($0) })
      return isText ? [SourceFile(path: folder, text: String(decoding: bytes, as: UTF8.self))] : []
    }
    // What is hidden in them, such as Python's environments, is not the project's.
    let names = try listFolder(path).filter { !$0.hasPrefix(".") }
    return try sourceFiles(names.map { folder + "/" + $0 }, endings: endings)
  }
}

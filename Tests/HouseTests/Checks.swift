import Files
import TestSupport

/// What every room may import besides rooms.
private let systemModules: Set<String> = ["Glibc", "Synchronization"]

/// Compares the table with the manifest: the same rooms on the same floors with the same imports.
func differences(table: [Room], manifest: [Room]) -> [String] {
  let known = Set(table.map(\.name))
  var found = manifest.filter { !known.contains($0.name) }.map { "\($0.name) is not in the table" }
  for room in table {
    guard let declared = manifest.first(where: { $0.name == room.name }) else {
      found.append("\(room.name) is not in the manifest")
      continue
    }
    let floors = Set(table.map(\.floor))
    if floors.contains(declared.floor) && declared.floor != room.floor { found.append("\(room.name): floor") }
    for name in declared.imports.symmetricDifference(room.imports).sorted() {
      found.append("\(room.name): \(name) is only in the " + (room.imports.contains(name) ? "table" : "manifest"))
    }
  }
  return found
}

/// Finds imports of rooms that do not stand higher in the table: without them there is no circle.
func upwardImports(_ table: [Room]) -> [String] {
  let place = Dictionary(table.enumerated().map { ($1.name, $0) }, uniquingKeysWith: min)
  return table.enumerated().flatMap { index, room in
    room.imports.sorted().compactMap { name in
      guard let other = place[name], other >= index else { return nil }
      return "\(room.name) imports \(name), which does not stand above it"
    }
  }
}

/// Finds `import` lines that the table does not allow, and doors that are opened for others.
func forbiddenImports(_ files: [SourceFile], _ table: [Room]) -> [String] {
  let doors = Set(table.filter { $0.floor == "doors" }.map(\.name))
  return files.flatMap { file -> [String] in
    guard let room = table.first(where: { $0.name == file.room }) else { return ["\(file.path): no such room"] }
    return file.imports.compactMap { line in
      let place = "\(file.path):\(line.line): \(line.access) import \(line.module)"
      if doors.contains(line.module) && ["public", "package"].contains(line.access) {
        return "\(place): a door is internal"
      }
      return room.imports.union(systemModules).contains(line.module) ? nil : "\(place): not in the table"
    }
  }
}

/// Finds lines with one of the texts.
func lines(with texts: [String], in files: [SourceFile]) -> [String] {
  files.flatMap { file in
    file.lines.enumerated().flatMap { number, line in
      texts.filter { line.contains($0) }.map { "\(file.path):\(number + 1): '\($0)'" }
    }
  }
}

/// Finds calls that print, outside comments.
func printingLines(_ files: [SourceFile]) -> [String] {
  files.flatMap { file in
    file.lines.enumerated().compactMap { number, line in
      let code = codePart(line)
      let calls = ["print(", "debugPrint(", "dump(", "putchar(", "puts(", "printf("].contains { call in
        code.ranges(of: call).contains { range in
          let before = code[..<range.lowerBound].last
          return before.map { !($0.isLetter || $0.isNumber || "_.".contains($0)) } ?? true
        }
      }
      return calls ? "\(file.path):\(number + 1): \(trimmed(line))" : nil
    }
  }
}

/// Finds files that are too long to be one noun.
func longFiles(_ files: [SourceFile], limit: Int) -> [String] {
  files.filter { $0.lines.count > limit }.map { "\($0.path): \($0.lines.count) lines" }
}

/// Finds files that a text names in backquotes and that are not there, under the root, Sources or Tests.
func missingFiles(namedIn text: String) -> [String] {
  let quoted = text.split(separator: "`", omittingEmptySubsequences: false)
  let names = stride(from: 1, to: quoted.count, by: 2).map { String(quoted[$0]) }
  return names.filter { name in
    guard name.contains("/"), name.hasSuffix(".swift"), !name.contains(where: { "*<".contains($0) }) else {
      return false
    }
    return !["", "Sources/", "Tests/"].contains { pathExists(projectRoot + "/" + $0 + name) }
  }
}

/// The targets of a Makefile.
func makeTargets(_ text: String) -> Set<String> {
  let rules = text.split(separator: "\n").filter { !$0.hasPrefix("\t") && !$0.hasPrefix("#") && !$0.hasPrefix(".") }
  return Set(
    rules.compactMap { line in
      guard let colon = line.firstIndex(of: ":"), !line[colon...].hasPrefix(":=") else { return nil }
      return trimmed(String(line[..<colon]))
    })
}

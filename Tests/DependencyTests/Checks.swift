import Files
import TestSupport

/// What every module may import besides modules.
private let systemModules: Set<String> = ["Glibc", "Synchronization"]
/// What single modules may import beside that, as the architecture says above its table.
private let moreSystemModules: [String: Set<String>] = ["LivePage": ["Dispatch"]]

/// Compares the table with the manifest: the same modules in the same groups with the same imports.
func differences(table: [Module], manifest: [Module]) -> [String] {
  let known = Set(table.map(\.name))
  var found = manifest.filter { !known.contains($0.name) }.map { "\($0.name) is not in the table" }
  for module in table {
    guard let declared = manifest.first(where: { $0.name == module.name }) else {
      found.append("\(module.name) is not in the manifest")
      continue
    }
    let groups = Set(table.map { $0.group?.lowercased() })
    let group = declared.group?.lowercased()
    if groups.contains(group) && group != module.group?.lowercased() { found.append("\(module.name): group") }
    for name in declared.imports.symmetricDifference(module.imports).sorted() {
      found.append("\(module.name): \(name) is only in the " + (module.imports.contains(name) ? "table" : "manifest"))
    }
  }
  return found
}

/// Finds imports of modules that do not stand higher in the table: without them there is no cycle.
func upwardImports(_ table: [Module]) -> [String] {
  let place = Dictionary(table.enumerated().map { ($1.name, $0) }, uniquingKeysWith: min)
  return table.enumerated().flatMap { index, module in
    module.imports.sorted().compactMap { name in
      guard let other = place[name], other >= index else { return nil }
      return "\(module.name) imports \(name), which does not stand above it"
    }
  }
}

/// The module of a source, where the table has it in that folder.
func module(of file: SourceFile, _ table: [Module]) -> Module? {
  table.first { module in
    let group = module.group ?? ""
    return file.isIn(group == module.name ? group : "\(group)/\(module.name)")
  }
}

/// Finds `import` lines that the table does not allow, and C libraries that are imported for others.
func forbiddenImports(_ files: [SourceFile], _ table: [Module]) -> [String] {
  // CSlowFast is no library that is used: its header is what SlowFastLibrary implements.
  let cLibraries = Set(table.filter { $0.group == "CLibraries" && $0.name != "CSlowFast" }.map(\.name))
  return files.flatMap { file -> [String] in
    guard let module = module(of: file, table) else { return ["\(file.path): in no module's folder"] }
    return file.imports.compactMap { line in
      let place = "\(file.path):\(line.line): \(line.access) import \(line.module)"
      if cLibraries.contains(line.module) && ["public", "package"].contains(line.access) {
        return "\(place): the import of a C library is internal"
      }
      let allowed = module.imports.union(systemModules).union(moreSystemModules[module.name] ?? [])
      return allowed.contains(line.module) ? nil : "\(place): not in the table"
    }
  }
}

/// Finds lines with one of the texts.
func lines(with texts: [String], in files: [SourceFile]) -> [String] {
  files.filter { file in texts.contains { file.contains($0) } }.flatMap { file in
    file.lines.enumerated().flatMap { number, line in
      texts.filter { line.contains($0) }.map { "\(file.path):\(number + 1): '\($0)'" }
    }
  }
}

/// Finds calls that print, outside comments.
func printingLines(_ files: [SourceFile]) -> [String] {
  let names = ["print(", "debugPrint(", "dump(", "putchar(", "puts(", "printf("]
  return files.filter { file in names.contains { file.contains($0) } }.flatMap { file in
    file.lines.enumerated().compactMap { number, line in
      let code = codePart(line)
      let calls = names.contains { call in
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

/// Finds files that a text names in backquotes and that are not there, under the root, Tests, Sources or its groups.
func missingFiles(namedIn text: String, in groups: Set<String>) -> [String] {
  let quoted = text.split(separator: "`", omittingEmptySubsequences: false)
  let names = stride(from: 1, to: quoted.count, by: 2).map { String(quoted[$0]) }
  return names.filter { name in
    guard name.contains("/"), name.hasSuffix(".swift"), !name.contains(where: { "*<".contains($0) }) else {
      return false
    }
    let folders = ["", "Sources/", "Tests/"] + groups.map { "Sources/\($0)/" }
    return !folders.contains { pathExists(projectRoot + "/" + $0 + name) }
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

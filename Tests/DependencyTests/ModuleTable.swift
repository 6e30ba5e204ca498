import Files
import TestSupport

/// A module as the architecture's table or the manifest has it.
struct Module: Equatable {
  /// The folder in Sources that it lies in, or its own name; nil where the manifest does not say.
  var group: String?
  var name: String
  /// Modules and packages that it may import.
  var imports: Set<String>
}

/// Reads the modules from the table under `| group | module | holds | may import |`, top to bottom.
func modulesOfTable(_ text: String) -> [Module] {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  guard let header = lines.firstIndex(of: "| group | module | holds | may import |") else { return [] }
  return lines[(header + 2)...].prefix { $0.hasPrefix("|") }.map { line in
    let cells = line.split(separator: "|").map { trimmed(String($0)) }
    let imports = cells[3].split(separator: ",").map { trimmed(String($0)) }
    return Module(group: cells[0], name: cells[1], imports: Set(imports).subtracting(["-"]))
  }
}

/// Reads the modules from a manifest written as this project's is: no test targets, packages by product name.
func modulesOfManifest(_ manifest: String) -> [Module] {
  let text = manifest.split(separator: "\n").map { codePart(String($0)) }.joined(separator: "\n")
  var modules: [Module] = []
  for call in [".target(", ".executableTarget(", ".systemLibrary("] {
    for range in text.ranges(of: call) {
      let body = balanced(text[range.upperBound...])
      guard let name = body.firstRange(of: "name: \""), !body.contains("path: \"Tests") else { continue }
      let names = Set(dependencies(of: body).flatMap { resolve($0, in: text) })
      modules.append(
        Module(
          group: group(at: text[..<range.lowerBound]), name: String(body[name.upperBound...].prefix { $0 != "\"" }),
          imports: names))
    }
  }
  return modules
}

/// The list that a target stands in: `engine` of `let engine: [Target]`; a group is named like its list, but for capitals.
private func group(at before: Substring) -> String? {
  guard let list = before.ranges(of: ": [Target] =").last else { return nil }
  return before[..<list.lowerBound].split(separator: " ").last.map(String.init)
}

/// What stands between an open parenthesis and the one that closes it.
private func balanced(_ text: Substring) -> Substring {
  var depth = 1
  return text.prefix { character in
    if "([".contains(character) { depth += 1 }
    if ")]".contains(character) { depth -= 1 }
    return depth > 0
  }
}

/// The words of a target's dependencies: quoted names with their quotes, identifiers without.
private func dependencies(of body: Substring) -> [String] {
  guard let start = body.firstRange(of: "dependencies:") else { return [] }
  var depth = 0
  let expression = body[start.upperBound...].prefix { character in
    if "([".contains(character) { depth += 1 }
    if ")]".contains(character) { depth -= 1 }
    return depth > 0 || character != ","
  }
  return expression.split { " \n,[]+".contains($0) }.map(String.init)
}

/// The names that a word of the dependencies stands for.
private func resolve(_ word: String, in manifest: String) -> [String] {
  if word.hasPrefix("\"") { return [word.filter { $0 != "\"" }] }
  guard let definition = manifest.firstRange(of: "let \(word): ") else { return ["\(word)?"] }
  var line = manifest[definition.upperBound...].prefix { $0 != "\n" }
  if line.hasSuffix("= [") { line = manifest[line.endIndex...].prefix { $0 != "]" } }
  let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
  let names = stride(from: 1, to: quoted.count, by: 2).map { String(quoted[$0]) }
  return line.contains(".product(") ? Array(names.prefix(1)) : names
}

func trimmed(_ text: String) -> String {
  let front = text.drop { $0 == " " }
  return String(front.reversed().drop { $0 == " " }.reversed())
}

/// A line without what follows `//`; a `//` after a colon belongs to an address.
func codePart(_ line: String) -> String {
  for slash in line.ranges(of: "//") where !line[..<slash.lowerBound].hasSuffix(":") {
    return String(line[..<slash.lowerBound])
  }
  return line
}

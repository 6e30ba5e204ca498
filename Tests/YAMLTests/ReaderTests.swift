import Testing
import YAML

/// A node in one line: mappings in braces, tags before what they are given to.
private func described(_ node: YAMLNode) -> String {
  let tag = node.tag.map { $0 == YAMLNode.stringTag ? "" : "<\($0)> " } ?? ""
  switch node.content {
  case .scalar(let text): return tag + (node.tag == YAMLNode.stringTag ? "'\(text)'" : text)
  case .sequence(let items): return tag + "[" + items.map(described).joined(separator: ", ") + "]"
  case .mapping(let pairs):
    return tag + "{" + pairs.map { described($0.key) + ": " + described($0.value) }.joined(separator: ", ") + "}"
  }
}

private func read(_ text: String) throws -> String { try YAMLNode.read(text).map(described) ?? "nothing" }

private func fault(_ text: String) -> YAMLError? { #expect(throws: YAMLError.self) { try YAMLNode.read(text) } }

@Suite struct ReaderTests {
  /// As PyYAML 6.0.3 composes them.
  @Test(arguments: [
    ("", "nothing"), ("# a comment\n", "nothing"), ("---\n", ""), ("a", "a"), ("''", "''"),
    ("a: 1\nb: [x, 'y', \"z\"]\n", "{a: 1, b: [x, 'y', 'z']}"), ("a: {b: c, b: d}", "{a: {b: c, b: d}}"),
    ("a: |\n  one\n  two\n", "{a: 'one\ntwo\n'}"), ("- - a\n  - b\n- c", "[[a, b], c]"),
    ("a: !!int 5", "{a: <tag:yaml.org,2002:int> 5}"), ("a: ! 5", "{a: 5}"), ("!x {}", "<!x> {}"),
    ("a: \"x\\0y\\u00e9\"", "{a: 'x\0yé'}"), ("a: 5 # five\n...\n", "{a: 5}"), ("\u{FEFF}a: 1", "{a: 1}"),
    ("a: \u{E000}\u{1F600}\n", "{a: \u{E000}\u{1F600}}"), ("? [a]\n: b", "{[a]: b}"),
    ("a:\r\n  b: 1\r\n", "{a: {b: 1}}"),
    ("<<: *x\n", "alias"), ("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n", "{a: [1], b: [1], c: 2, d: 2}"),
  ])
  func nodes(text: String, expected: String) throws {
    if expected == "alias" {
      #expect(fault(text)?.problem == "found undefined alias")
    } else {
      #expect(try read(text) == expected)
    }
  }

  @Test func placesAreThoseOfTheText() throws {
    let root = try #require(try YAMLNode.read("é: &a\n  b: !!str x\nc: [1, *a]\n"))
    guard case .mapping(let pairs) = root.content else { return #expect(Bool(false)) }
    #expect(
      pairs.map { [$0.key.line, $0.key.column, $0.value.line, $0.value.column] } == [[1, 1, 1, 4], [3, 1, 3, 4]])
    #expect(root["é"]?["b"]?.line == 2 && root["é"]?["b"]?.column == 6)
    #expect(root["c"]?.items?.map(\.line) == [3, 1])
    #expect(root["none"] == nil && root["c"]?["b"] == nil && root.text == nil && root.items == nil)
    #expect(try YAMLNode.read("a: 1\na: 2")?["a"]?.text == "2")
  }

  @Test(arguments: [
    ("a:\n\tb: 1\n", 2, 1, "found character that cannot start any token", "indent with spaces, not with tabs"),
    ("a: [1, 2\nb: 3\n", 2, 2, "while parsing a flow sequence that begins in line 1: did not find", "check the"),
    ("a: 'open\n", 2, 1, "while scanning a quoted scalar that begins in line 1: found unexpected end", "check the"),
    ("a: 1\r\nb: *c\r\n", 2, 4, "found undefined alias", "define it first with &c"),
    ("a: &a [*a]\n", 1, 8, "found undefined alias", "define it first with &a"),
    ("a: 1\n---\nb: 2\n", 2, 1, "another document begins here", "keep one document"),
    ("a: 1\nb: \u{1}\n", 2, nil, "control characters are not allowed", "save the file as plain UTF-8 text"),
    ("a: 1\n\0\n", 2, nil, "control characters are not allowed", "save the file as plain UTF-8 text"),
    ("%YAML 7\n---\na: 1\n", 1, 8, "while scanning a %YAML directive that begins in line 1", "check the"),
  ])
  func faultsHaveTheirPlaces(text: String, line: Int, column: Int?, problem: String, remedy: String) throws {
    let error = try #require(fault(text))
    #expect(error.line == line && error.column == column, "\(error)")
    #expect(error.problem.contains(problem) && error.remedy.hasPrefix(remedy), "\(error)")
  }

  @Test func nestingIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try read(nested(33)) == nested(33))
    for depth in [34, 5000, 1_000_000] {
      #expect(fault(nested(depth))?.problem == "nested deeper than 32 levels")
    }
    #expect(fault(String(repeating: "- ", count: 100_000))?.problem == "nested deeper than 32 levels")
    // What an alias stands for counts where it stands.
    #expect(fault("a: &a \(nested(30))\nb: [*a]\nc: [[[*a]]]\n")?.line == 3)
  }

  @Test func aliasesAreBounded() {
    let few = "a: &a 1\n" + (0..<32).map { "b\($0): *a\n" }.joined()
    #expect(throws: Never.self) { try YAMLNode.read(few) }
    #expect(fault(few + "c: *a\n")?.problem == "more than 32 aliases (*name)")
    // No alias stands in a text or a comment.
    #expect(throws: Never.self) { try YAMLNode.read("a: '" + String(repeating: " *a", count: 99) + "' # *b *c\n") }
    let list = "&a [" + (0..<900).map(String.init).joined(separator: ", ") + "]"
    func bomb(_ count: Int) -> String {
      "a: \(list)\nb: &b [\((0..<10).map { _ in "*a" }.joined(separator: ", "))]\n"
        + (0..<count).map { "c\($0): *b\n" }.joined()
    }
    #expect(throws: Never.self) { try YAMLNode.read(bomb(9)) }
    #expect(fault(bomb(10))?.problem == "more than 100000 values, aliases (*name) written out")
    #expect(fault(bomb(10))?.line == 12)
    let long = String(repeating: "- 1\n", count: 100_001)
    #expect(fault(long)?.problem.hasPrefix("more than 100000 values") == true && fault(long)?.line == 100_000)
  }

  /// Damaged texts are read or refused, and leave nothing behind.
  @Test func damageNeverTraps() {
    let text = Array("a: &x {b: [1, 'two', \"three\\n\"], !t c: |\n  four\n}\nd: *x\n? e\n: - f\n  - <<: *x\n".utf8)
    for end in 0...text.count {
      for byte in "\n:-[]{}'\"&*!|>%@\t #?,\\".utf8 {
        _ = try? YAMLNode.read(String(decoding: text[..<end] + [byte] + text[end...].dropFirst(), as: UTF8.self))
      }
    }
  }
}

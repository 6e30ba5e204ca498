import Configuration
import Files
import TestSupport
import Testing

@Suite struct BadFileTests {
  @Test(arguments: [
    ("", "line 1 of test.yaml: the file holds no keys"),
    ("# only a comment\n", "the file holds no keys"),
    ("---\n", "the file holds no keys"),
    ("hello\n", "line 1, column 1 of test.yaml: the file holds no KEY: value lines"),
    ("- DATA\n- TEST\n", "the file holds no KEY: value lines"),
    ("DATA:\n\tNUM_FRAMES: 8\n", "line 2, column 1 of test.yaml"),
    ("DATA:\n\tNUM_FRAMES: 8\n", "-> indent with spaces, not with tabs"),
    ("DATA: [1, 2\nTEST: 3\n", "line 2, column 5 of test.yaml"),
    ("DATA:\n  A: 'open\n", "found unexpected end of stream"),
    ("DATA: *nothing\n", "found undefined alias -> define it first with &nothing"),
    ("DATA: {}\n---\nTEST: {}\n", "-> keep one document"),
    ("DATA: !!python/object:os.system {}\n", "the tag tag:yaml.org,2002:python/object:os.system means nothing"),
    ("DATA:\n  NUM_FRAMES: !!int eight\n", "line 2, column 15 of test.yaml: the tag"),
    ("[DATA]: 5\n", "a key must be a name"),
    ("{[a]: 1, [a]: 2}\n", "a key must be a name"),
    ("DATA: {<<: [{A: 1}, 5]}\n", "line 1, column 21 of test.yaml: <<: takes a mapping or a list of mappings"),
    ("DATA: {<<: 5}\n", "<<: takes a mapping or a list of mappings"),
    ("DATA:\n  A: \u{1}x\n", "control characters are not allowed"),
  ])
  func malformedText(yaml: String, text: String) {
    #expect(failure(yaml).contains(text), "\(failure(yaml))")
  }

  @Test func bytesThatAreNoText() {
    #expect(failure(Array("DATA: {}\nA: ".utf8) + [0xFF]).contains("line 2 of test.yaml: byte 13 is not UTF-8"))
    #expect(failure([0x50, 0x4B, 3, 4, 0xC0, 0x80]).contains("byte 5 is not UTF-8"))
    #expect(failure([UInt8](repeating: 0, count: 64)).contains("test.yaml"))
    #expect(
      failure([UInt8](repeating: 0x61, count: 2 << 20)).contains("expected at most 1048576 bytes, found more -> give"))
    #expect(failure(Array("DATA: {}\r\nDATA: {}\r\nTEST: [\r\n".utf8)).contains("line 4"))
  }

  @Test func missingFilesAndFolders() {
    #expect(throws: FileError.self) { try Configuration.load(path: "/nonexistent/test.yaml") }
    #expect(throws: FileError.self) { try Configuration.load(path: "/tmp") }
    do {
      _ = try Configuration.load(path: projectRoot + "/configs/AVA/SLOWFAST_32x2_R50_SHRT.yaml")
    } catch {
      #expect("\(error)".contains("did you mean '\(slowfastPath)'?"))
    }
  }

  @Test func deepNestingIsBounded() {
    for depth in [40, 900, 5000] {
      let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(failure("DATA:\n  MEAN: \(lists)\n").contains(depth == 40 ? "nested deeper than 32" : "test.yaml"))
      let blocks = (0..<depth).map { String(repeating: " ", count: $0) + "A:\n" }.joined()
      #expect(failure(String(blocks.prefix(1_000_000))) != "loaded")
    }
    let tuple = String(repeating: "(", count: 100_000)
    #expect(failure(slow, ["DATA.MEAN", tuple]).contains("DATA.MEAN must be a list of numbers, found a string"))
  }

  @Test func aliasBombsAreBounded() {
    var bomb = "A0: &a0 [x, x, x, x, x, x, x, x]\n"
    for level in 1...6 {
      bomb += "A\(level): &a\(level) [\((0..<5).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
    }
    #expect(failure(bomb).contains("more than 100000 values, aliases (*name) written out"))
    let many = "A0: &a0 x\nA1: [" + (0..<33).map { _ in "*a0" }.joined(separator: ", ") + "]\n"
    #expect(failure(many).contains("more than 32 aliases"))
  }

  @Test func manyDuplicatesAreBounded() {
    let lines = (0..<400).map { "K\($0): 1\nK\($0): 2\n" }.joined()
    #expect(failure(lines).contains("stands twice in its section -> keep one of them"))
  }

  /// Cutting or flipping bytes anywhere throws or loads, and never traps.
  @Test func damagedFilesNeverTrap() throws {
    let text = try readFile(slowfastPath, doing: "reading a config")
    for seed in 0..<150 {
      var random = Seeded(state: UInt64(seed))
      var bytes = Array(text.prefix(Int.random(in: 1...text.count, using: &random)))
      for _ in 0..<Int.random(in: 0...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = "0:[]{}&*!-'\n \t#x\u{7F}".utf8.randomElement(
          using: &random)!
      }
      _ = failure(bytes)
    }
  }
}

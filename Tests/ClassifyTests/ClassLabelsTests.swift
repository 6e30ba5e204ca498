import Classify
import Files
import TestSupport
import Testing

/// The names of three classes in a file of this text, and what is said of them; the error's text where it is refused.
private func read(_ text: String, classes: Int = 3) -> (names: [String], notices: [String], error: String) {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  do {
    try writeFile(folder.path + "/names", text)
    let labels = try ClassLabels(path: folder.path + "/names", classes: classes)
    return ((0..<classes).map(labels.name), labels.notices.map { $0.replacing(folder.path + "/", with: "") }, "")
  } catch { return ([], [], "\(error)".replacing(folder.path + "/", with: "")) }
}

@Suite struct ClassLabelsTests {
  @Test(
    "Every form gives the same names",
    arguments: [
      "{\"walk\": 0, \"sit, stand\": 1, \"run\": 2}",
      "{\"run\": \"2\", \"sit, stand\": \"1\", \"walk\": \"0\"}",
      "{\"0\": \"walk\", \"1\": \"sit, stand\", \"2\": \"run\"}",
      "\u{FEFF}[\"walk\",\n \"sit, stand\", \" run \"]",
      "{\"\\\"walk\\\"\": 0, \"\\\"sit, stand\\\"\": 1, \"run\": 2}",
      "walk\r\nsit, stand\r\nrun\r\n\r\n",
      "0 walk\n1 sit, stand\n2 run", "2 run\n0 walk\n1 sit, stand", "1) sit, stand\n2. run\n0: walk",
      "c000 walk\nc001 sit, stand\nc002 run\n",
      "id,name\n0,walk\n1,\"sit, stand\"\n2,\"run\"\n", "\"walk\"\n\"sit, stand\"\n\"run\"\n",
      "id,name\n0,walk\n1,sit, stand\n2,run\n", "id,name\n2,run\n1,sit, stand\n0,walk\n",
    ])
  func forms(text: String) {
    let found = read(text)
    #expect(found.names == ["walk", "sit, stand", "run"] && found.notices.isEmpty && found.error.isEmpty, "\(found)")
  }

  /// Numbers from 1 are taken one lower, and it is said; of a label map that is the rule.
  @Test func numbersFromOne() {
    let text = read("1 walk\n2 sit\n3 run\n")
    #expect(text.names == ["walk", "sit", "run"])
    #expect(text.notices == ["the numbers of 'names' count from 1: 'walk' is class 0"])
    let json = read("{\"walk\": 1, \"sit\": 2, \"run\": 3}")
    #expect(json.names == text.names && json.notices == ["the classes of 'names' count from 1: 'walk' is class 0"])
    let map = read(
      "# ours\nitem {\n  name: \"walk\"\n  id: 1\n}\nitem { id: 3 name: 'run' }\nitem { id: 2 name: 'sit' }\n")
    #expect(map.names == text.names && map.notices.isEmpty)
  }

  /// Names that only look numbered stay whole.
  @Test func namesWithNumbers() {
    #expect(read("100 metres\n200 metres\n400 metres").names == ["100 metres", "200 metres", "400 metres"])
    #expect(read("climb\ncc 1\n0").names == ["climb", "cc 1", "0"])
  }

  @Test func fewerNamesThanClasses() {
    let found = read("[\"walk\", \"run\"]")
    #expect(found.names == ["walk", "run", "class 2"])
    #expect(found.notices.count == 1)
    #expect(found.notices[0].hasPrefix("'names' names 2 of the network's 3 classes (MODEL.NUM_CLASSES), the others"))
    let shared = read("[\"walk\", \"run\", \"walk\"]")
    #expect(shared.notices.first?.hasPrefix("'names': 'walk' names classes 0 and 2 -> ") == true, "\(shared)")
  }

  @Test(
    "Bad files say line and remedy",
    arguments: [
      ("walk\n\nrun\n", "'names', line 2: the line is empty, and each line is a class -> delete it"),
      (
        "a\nb\nc\nd\n", "'names', line 4: 'd' is class 3, and the network scores classes 0 to 2 (MODEL.NUM_CLASSES) -> "
      ),
      ("{\"walk\": 0,\n \"run\": 7}", "'names', line 2: 'run' is class 7, and the network scores classes 0 to 2"),
      ("{\"walk\": 0,\n \"run\": -1}", "line 2: 'run' is class -1"),
      ("{\"walk\": 0,\n \"run\": 0}", "line 2: class 0 is 'walk' and 'run' -> give each class one name"),
      ("{\"walk\": 0,\n \"run\": [2]}", "line 2: 'run' has [2], expected the number of its class -> write {"),
      ("{\"walk\": 0,\n \"run\" 2}", "line 2: a JSON key without a value -> correct the JSON there"),
      ("[\"walk\", 3]", "entry 1 of the list is 3, expected a name in quotes -> write"),
      ("\n \n", "'names' names no class -> write a name a line"), ("[]", "'names' names no class"),
      ("item { name: 'walk' id: 0 }", "line 1: expected a whole number above 0"),
      ("0 a\n1 b\n1 c\n", "line 3: class 1 is 'b' and 'c' -> give each class one name"),
      ("0 a\n7 b\n", "line 2: 'b' is class 7, and the network scores classes 0 to 2"),
      ("{bad", "line 1: a JSON key without quotes -> correct the JSON there"),
      ("<html><body>", "expected names of classes as text, JSON or a label map, found a web page (HTML)"),
      ("", "names no class"),
    ])
  func faults(text: String, expected: String) {
    let found = read(text)
    #expect(found.error.hasPrefix("reading the ") && found.error.contains(expected), "\(found.error)")
  }
}

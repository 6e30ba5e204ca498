import Configuration
import Files
import TestSupport
import Testing

struct WrittenYAMLTests {
  let folder = TemporaryFolder()

  private func expectRoundTrip(_ config: Configuration) throws {
    let path = folder.path + "/config.yaml"
    try writeFile(path, config.yaml)
    let again = try Configuration.load(path: path)
    for key in Configuration.keys { #expect(again.literal(key) == config.literal(key), "\(key)") }
  }

  /// Every config of the project, and values that YAML or Python might take for something else.
  @Test func isReadAsItWas() throws {
    defer { folder.remove() }
    for name in try listFolder(projectRoot + "/configs/AVA/c2") {
      try expectRoundTrip(try Configuration.load(path: projectRoot + "/configs/AVA/c2/" + name))
    }
    let texts = ["", "2024", "1e-7", "it's", "a \"b\"", "True", "None", "~", "x: y # z", "a\nb\tc", "[1", "ä", "- x"]
    for text in texts {
      let escaped = text.replacing("'", with: "\\'").replacing("\n", with: "\\n")
      let literal = "'" + escaped + "'"
      try expectRoundTrip(
        try Configuration.load(
          path: projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml",
          overrides: ["OUTPUT_DIR", literal, "AVA.TEST_LISTS", "[\(literal), 'b']", "BN.MOMENTUM", "1e-20"]))
    }
  }

  /// PySlowFast refuses a file with a key that it does not know: this program's own stand there only where they were set.
  @Test func ownKeysAreSharedWhereTheyAreSet() throws {
    let path = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml"
    let names = Configuration.ownKeys.compactMap { $0.split(separator: ".").last.map { "  \($0):" } }
    func own(_ text: String) -> [String] { names.filter { text.contains($0) } }
    let usual = try Configuration.load(path: path)
    #expect(own(usual.sharedYAML) == [] && own(usual.yaml).count == names.count)
    let set = try Configuration.load(path: path, overrides: ["AVA.TEST_FLIP", "True"])
    #expect(own(set.sharedYAML) == ["  TEST_FLIP:"])
  }
}

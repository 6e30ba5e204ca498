import Files
import TestSupport
import Testing

/// Results that are there are named at once, and stay.
struct OutputsTests {
  private func message(_ paths: [String], isReplacing: Bool = false) -> String {
    do {
      try checkOutputs(paths, isReplacing: isReplacing, elsewhere: "give another --output-dir")
      return "fine"
    } catch { return "\(error)" }
  }

  @Test func existingResults() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let paths = (1...8).map { "\(scratch.path)/deep/\($0).csv" }
    #expect(message(paths) == "fine")
    #expect(try listFolder(scratch.path + "/deep").isEmpty)
    try writeFile(paths[3], "4")
    #expect(
      message(paths)
        == "writing the results: '\(paths[3])' exists already -> add --overwrite to replace it, or give another --output-dir"
    )
    for path in paths { try writeFile(path, "x") }
    let all = message(paths)
    #expect(all.contains("'\(paths[4])' and 3 more exist already -> add --overwrite to replace them"), "\(all)")
    #expect(message(paths, isReplacing: true) == "fine")
    #expect(try readFile(paths[3], doing: "testing") == [UInt8(ascii: "x")])
  }

  /// A look at what could be written makes nothing.
  @Test func foldersThatAreNotMade() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    func look(_ path: String) -> String {
      do {
        try checkOutputs([path], isReplacing: false, elsewhere: "give another --output-dir", makesFolders: false)
        return "fine"
      } catch { return "\(error)" }
    }
    #expect(look(scratch.path + "/deep/er/a.csv") == "fine" && look(scratch.path + "/a.csv") == "fine")
    #expect(try listFolder(scratch.path).isEmpty)
    try writeFile(scratch.path + "/file", "")
    #expect(look(scratch.path + "/file/er/a.csv").hasPrefix("making the folder: '\(scratch.path)/file/er'"))
  }

  @Test func devicesAndFolders() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    #expect(message(["/dev/null"]) == "fine")
    #expect(message([scratch.path], isReplacing: true).contains("is a folder -> give a file"))
  }
}

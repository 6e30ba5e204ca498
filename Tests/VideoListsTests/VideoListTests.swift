import Files
import TestSupport
import Testing
import VideoLists

/// Reads a list of these lines; the error's text where it is refused.
private func read(_ text: String, separator: String = " ", classes: Int = 10) throws -> (VideoList?, String) {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try writeFile(folder.path + "/test.csv", text)
  do {
    let list = try VideoList(
      path: folder.path + "/test.csv", separator: separator, prefix: folder.path, classes: classes)
    return (list, "")
  } catch { return (nil, "\(error)") }
}

@Suite struct VideoListTests {
  /// One, two and three columns are one list, with and without classes.
  @Test func columns() throws {
    let two = try read("a/b.mp4 3\r\nc.mp4 0\n").0
    #expect(two?.videos.map(\.name) == ["a/b.mp4", "c.mp4"] && two?.videos.map(\.labels) == [[3], [0]])
    #expect(try read("a b.mp4,7,3\n", separator: ",").0?.videos.first?.labels == [3])
    let one = try read("a.mp4\n\na.mp4\n").0
    #expect(one?.hasLabels == false && one?.videos.count == 2 && one?.names == ["a.mp4"])
  }

  /// Texts of other encodings are named, not read as something else.
  @Test func encodings() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    func fault(_ bytes: [UInt8]) throws -> String {
      let path = folder.path + "/test.csv"
      let file = try AtomicFile(path: path)
      try file.write(bytes)
      try file.commit()
      do {
        return try VideoList(path: path, separator: " ", prefix: "", classes: 10).names.joined()
      } catch { return "\(error)" }
    }
    let wide: [UInt8] = "a.mp4 1\n".utf8.flatMap { byte -> [UInt8] in [byte, 0] }
    #expect(try fault([0xFF, 0xFE] + wide).contains("it is text in UTF-16, expected UTF-8 -> save it as UTF-8"))
    let latin = Array("a.mp4 1\nf".utf8) + [0xFC] + Array("r.mp4 2\n".utf8)
    #expect(try fault(latin).contains("line 2: 'f\u{FFFD}r.mp4 2' is no text in UTF-8: it may be Latin-1 -> convert"))
    #expect(try fault(Array("für.mp4 1\n".utf8)) == "für.mp4")
  }

  /// A path with a space is told from columns by what is there; a mark before the text is none of it.
  @Test func spacesAndMarks() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/c c.mp4", "")
    func fault(_ text: String) throws -> String {
      try writeFile(folder.path + "/test.csv", text)
      do {
        let list = try VideoList(path: folder.path + "/test.csv", separator: " ", prefix: folder.path, classes: 10)
        return list.names.joined(separator: ";")
      } catch { return "\(error)" }
    }
    for text in ["c c.mp4 2\n", "c c.mp4\n", "a.mp4 1\nc c.mp4 2\n"] {
      let said = try fault(text)
      #expect(said.contains("names 'c c.mp4', a path with space") && said.contains("that no path holds"), "\(said)")
    }
    #expect(try fault("\u{FEFF}a.mp4 1\n") == "a.mp4")
  }

  @Test(
    "Bad lists say line and remedy",
    arguments: [
      (
        "a.mp4,3\n",
        "line 1: 'a.mp4,3' has no space (DATA.PATH_LABEL_SEPARATOR) and looks like a path and a class with "
          + "comma between them -> set DATA.PATH_LABEL_SEPARATOR \",\""
      ),
      (
        "a.mp4 1\nb.mp4 10\n",
        "line 2: class 10, and the network scores classes 0 to 9 (MODEL.NUM_CLASSES) -> classes are counted from 0"
      ),
      ("a.mp4\t3\n", "with tab between them -> set DATA.PATH_LABEL_SEPARATOR $'\\t'"),
      ("a.mp4, 1\n", "line 1: 'a.mp4, 1' has comma after the path beside space (DATA.PATH_LABEL_SEPARATOR) -> set"),
      (
        "label,youtube_id,time_start,time_end,split\n",
        "line 1: 'label,youtube_id,time_start,time_end,split' is the header of Kinetics' annotations, which name videos on the "
          + "web and classes by words -> write a list of the files"
      ),
      (
        "4,videos/x.mp4\n",
        "looks like a class and a path with comma between them -> write the path first, then the class, in all lines, and set "
          + "DATA.PATH_LABEL_SEPARATOR \",\""
      ),
      ("path label\n", "line 1: the class 'label' is no number -> if this is a header, delete the line"),
      ("a b c 1\n", "line 1: 'a b c 1' has 4 columns by space"),
      (
        "a.mp4 1 \n",
        "line 1: 'a.mp4 1 ' ends with space (DATA.PATH_LABEL_SEPARATOR), after which the class would stand"
      ),
      ("1 a.mp4\n", "line 1: '1 a.mp4' has a number for a path and a path for a class -> write the path first"),
      ("a 1\nb\n", "line 2: 'b' has 1 column, line 1 has 2"),
      ("\n", "lists no video -> write a line for each"),
    ])
  func faults(text: String, expected: String) throws {
    let said = try read(text).1
    #expect(said.contains(expected), "\(said)")
  }
}

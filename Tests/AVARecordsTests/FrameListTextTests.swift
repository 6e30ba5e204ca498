import AVARecords
import Files
import TestSupport
import Testing

/// Frame lists that grow.
struct FrameListTextTests {
  @Test func videosJoinUnderNumbersOfTheirOwn() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    var list = FrameListText()
    list.set("a", paths: ["a/1.jpg", "a/2.jpg"])
    list.set("b", paths: ["b/1.jpg"])
    let text = """
      original_vido_id video_id frame_id path labels
      a 0 0 a/1.jpg ""
      a 0 1 a/2.jpg ""
      b 1 0 b/1.jpg ""

      """
    #expect(list.text == text)
    #expect(list.videos == ["a", "b"])
    try writeFile(scratch.path + "/list.csv", list.text)
    var again = try FrameListText(path: scratch.path + "/list.csv")
    #expect(again.text == text)
    again.set("a", paths: ["a/9.png"])
    again.set("c", paths: ["c/1.png"])
    #expect(
      again.text == """
        original_vido_id video_id frame_id path labels
        a 0 0 a/9.png ""
        b 1 0 b/1.jpg ""
        c 2 0 c/1.png ""

        """)
  }

  /// Rows of others may be anything that the reference takes: mixed, numbered from elsewhere, without a last line's end.
  @Test func foreignRowsStay() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let path = scratch.path + "/list.csv"
    try writeFile(path, "my header\nx 7 0 /x/1.jpg \"5,6\"\ny 3 0 y1 \"\"\nx 7 1 x2 \"\"\ny  3  1  y2  \"\"")
    var list = try FrameListText(path: path)
    list.set("new", paths: ["n"])
    let lines = list.text.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "my header", "x 7 0 /x/1.jpg \"5,6\"", "y 3 0 y1 \"\"", "x 7 1 x2 \"\"", "y  3  1  y2  \"\"",
        "new 8 0 n \"\"",
      ])
    list.set("x", paths: ["z"])
    #expect(list.text.split(separator: "\n").filter { $0.hasPrefix("x") } == ["x 7 0 z \"\""])
    try writeFile(path, "header\na b c\n")
    #expect(throws: RecordError.self) { try FrameListText(path: path) }
  }
}

import AVARecords
import TestSupport
import Testing

/// Lists of key frames, and what is wrong with them.
struct KeyFrameListTests {
  private func read(_ text: String) throws -> [String] {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    return try KeyFrameList.read(path: scratch.file(text), advice: "write it").map(\.description)
  }

  private func fault(_ text: String) -> String {
    do {
      return "no error: \(try read(text))"
    } catch { return "\(error)" }
  }

  @Test func rows() throws {
    #expect(try read("a,902\na,0902\nb,1.5,0.1,0.2\n").count == 2)
    #expect(try read("video,second\na,902\n").count == 1)
  }

  @Test func faults() {
    let advice = " -> the columns are video, second, more may follow; write it"
    #expect(fault("a,1\nb\n").hasSuffix("line 2: expected 2 columns or more (video, second), found 1 column" + advice))
    #expect(
      fault("a,1\nb,x\n").hasSuffix(
        "line 2, column 2 (second): expected a time in seconds, 0 or more, found 'x'" + advice))
    // A line alone may be a mistake, or a header.
    #expect(
      fault("\na,b\n").hasSuffix(
        "line 2: expected rows of key frames (video, second), found this line alone, whose second column is no time"
          + advice))
    #expect(fault("").hasSuffix("expected rows of key frames (video, second), found none -> write it"))
  }
}

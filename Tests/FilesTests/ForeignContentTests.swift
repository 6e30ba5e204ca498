import Files
import Testing

struct ForeignContentTests {
  private func name(_ bytes: [UInt8]) -> String? { bytes.withUnsafeBytes { ForeignContent(beginning: $0)?.name } }

  @Test(arguments: foreign) func namedByTheFirstBytes(_ bytes: [UInt8], _ expected: String) {
    #expect(name(bytes) == expected)
  }

  @Test(arguments: texts) func textIsLeftAlone(_ text: String) {
    #expect(name(Array(text.utf8)) == nil)
    #expect(name([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == nil)
  }

  /// Without a byte order mark every second byte is a zero, where names of other scripts do not outweigh it.
  @Test(arguments: [false, true]) func wideText(_ isBigEndian: Bool) {
    let text = Array("走路,0902,0.1,0.2,0.5,0.75,12,0.25\n".utf16)
    let bytes = text.flatMap { unit in
      isBigEndian ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
    }
    #expect(name(bytes) == "text in UTF-16")
    // A lone zero is a fault of its line, not of the encoding.
    #expect(name(Array("v,0902,0.1,0.2,0.5,0.75,12,0.25\nv\0,0902\n".utf8)) == nil)
  }

  @Test func advice() {
    let pickle: [UInt8] = [0x80, 4, 0x95]
    #expect(pickle.withUnsafeBytes { ForeignContent(beginning: $0)?.format } == .pickle)
    let zip: [UInt8] = [0x50, 0x4B, 3, 4]
    #expect(zip.withUnsafeBytes { ForeignContent(beginning: $0)?.advice } == "unpack it")
  }
}

private let workbook = [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26) + Array("[Content_Types].xml".utf8)
private let tar = Array("detections.csv".utf8) + [UInt8](repeating: 0, count: 243) + Array("ustar".utf8)

private let foreign: [([UInt8], String)] = [
  ([0x50, 0x4B, 3, 4, 20, 0], "a zip archive"), (workbook, "an Excel workbook"),
  ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "an Excel workbook"),
  (Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0], "a bzip2-compressed file"),
  ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "an xz-compressed file"), (tar, "a tar archive"),
  ([0xFF, 0xFE, 0x70, 0x8D], "text in UTF-16"), ([0xFE, 0xFF, 0x8D, 0x70], "text in UTF-16"),
  ([0x80, 3, 0x7D], "a pickle"), (Array("<!DOCTYPE html>\n<html>".utf8), "a web page (HTML)"),
  (Array(" \n{\"a\": 1}".utf8), "JSON"), (Array("[\n  {\"a\": 1}]".utf8), "JSON"),
  (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a Git LFS pointer"),
]

private let texts = [
  "", "v,0902,0.1,0.2,0.5,0.75,12,0.25\n", "[1080p] match,0902,0.1,0.2,0.5,0.75,12,0.25\n", "BZh91AY,0902\n",
  "item { name: \"a\" id: 1 }", "# a comment\nlabel {", "PK,0902,0,0,1,1,1,1\n", "<v>,0902,0,0,1,1,1,1\n", "走路,0902\n",
]

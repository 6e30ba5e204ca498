import Files
import TestSupport
import Testing

struct ChecksumTests {
  /// FIPS 180-4's examples, and lengths around the ends of blocks in pieces of any size.
  @Test func sha256() {
    func sum(_ text: String) -> String {
      var sum = SHA256()
      sum.update(text)
      return sum.finish()
    }
    #expect(sum("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(sum("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    for length in [55, 56, 63, 64, 65, 119, 120, 200] {
      let text = String(repeating: "x", count: length)
      for piece in [1, 7, 64] {
        var pieces = SHA256()
        var rest = text[...]
        while !rest.isEmpty {
          pieces.update(String(rest.prefix(piece)))
          rest = rest.dropFirst(piece)
        }
        #expect(pieces.finish() == sum(text), "\(length) in pieces of \(piece)")
      }
    }
  }

  @Test func crc() { #expect(Array("123456789".utf8).withUnsafeBytes { crc32($0) } == 0xCBF4_3926) }

  @Test func fingerprints() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/a"
    try writeFile(path, "abc")
    let small = try fileFingerprint(path, doing: "testing")
    #expect(small.hasPrefix("3 bytes, sha256 ba7816bf"))
    let large = String(repeating: "x", count: (1 << 24) + 1)
    try writeFile(path, large)
    let ends = try fileFingerprint(path, doing: "testing")
    #expect(ends.hasPrefix("16777217 bytes, sha256 of both ends "))
    try writeFile(path, large.dropLast() + "y")
    #expect(try fileFingerprint(path, doing: "testing") != ends)
  }
}

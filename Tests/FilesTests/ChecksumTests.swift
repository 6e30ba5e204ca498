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
    #expect(ends.hasPrefix("16777217 bytes, sha256 of samples "))
    try writeFile(path, large.dropLast() + "y")
    #expect(try fileFingerprint(path, doing: "testing") != ends)
    #expect(try fileFingerprint(path, isWhole: true, doing: "testing").hasPrefix("16777217 bytes, sha256 "))
  }

  /// Of a large file the samples lie evenly between the ends: what is written over there is noticed, between two samples it
  /// is not.
  @Test func samples() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/a"
    // Ends of 160 bytes, 3 samples of 10 from 160, 1345 and 2530 on.
    func print(changing place: Int?) throws -> String {
      var bytes = [UInt8](repeating: 7, count: 2700)
      if let place { bytes[place] = 8 }
      let file = try AtomicFile(path: path)
      try file.write(bytes)
      try file.commit()
      return try fileFingerprint(path, ends: 160, samples: 3, doing: "testing")
    }
    let sound = try print(changing: nil)
    for place in [0, 159, 160, 169, 1345, 1354, 2530, 2539, 2540, 2699] {
      #expect(try print(changing: place) != sound, "\(place)")
    }
    for place in [170, 1344, 1355, 2529] { #expect(try print(changing: place) == sound, "\(place)") }
  }
}

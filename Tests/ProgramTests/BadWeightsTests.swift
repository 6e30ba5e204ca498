import Files
import TestSupport
import Testing

/// Checkpoints that are cut, hostile or of another network.
struct BadWeightsTests {
  private static let fixtures = projectRoot + "/Tests/Fixtures/Checkpoint/"

  private func expectRefused(_ bytes: [UInt8], _ name: String, _ words: [String]) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file(name, bytes: bytes)
    let result = Program.run(LittleWorld.test(into: output.path, weights: ["--weights", path]))
    expectFailure(result, [name] + words, leaving: output)
    #expect(scratch.files == [name])
  }

  @Test(
    "Cut short",
    arguments: [
      "zip_protocol2.pyth", "legacy_protocol2.pyth", "caffe2_protocol2.pkl", "types.safetensors",
    ])
  func cut(name: String) throws {
    let bytes = try readFile(Self.fixtures + name, doing: "testing")
    for share in [0.05, 0.5, 0.95] {
      try expectRefused(Array(bytes.prefix(Int(Double(bytes.count) * share))), "cut.pyth", [])
    }
  }

  @Test(
    "Hostile pickles",
    arguments: [
      // os.system("touch ...") by GLOBAL and REDUCE: never called, and no weights besides.
      ([0x80, 2] + Array("cposix\nsystem\n(X\u{5}\u{0}\u{0}\u{0}falsetR.".utf8), "system"),
      // BINBYTES8 that promises 2^62 bytes.
      ([0x80, 4, 0x8e, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x2e], ""),
      // BINUNICODE that promises 4 GiB.
      ([0x80, 2, 0x58, 0xff, 0xff, 0xff, 0xff, 0x61, 0x2e], ""),
      // A million lists within lists.
      ([0x80, 2] + [UInt8](repeating: 0x5d, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999) + [0x2e], ""),
      // An opcode that no protocol has.
      ([0x80, 2, 0x7d, 0xfe, 0x2e], ""),
      // STOP with nothing on the stack, and MARKs without end.
      ([0x80, 2, 0x2e], ""), ([0x80, 2] + [UInt8](repeating: 0x28, count: 100_000) + [0x2e], ""),
      // A memo slot that was never filled, and one of four billion.
      ([0x80, 2, 0x68, 7, 0x2e], ""), ([0x80, 2, 0x7d, 0x72, 0xff, 0xff, 0xff, 0xff, 0x2e], ""),
    ] as [([UInt8], String)])
  func hostile(pickle: [UInt8], word: String) throws { try expectRefused(pickle, "evil.pkl", [word]) }

  @Test("Zips with offsets and sizes that lead nowhere")
  func zips() throws {
    let bytes = try readFile(Self.fixtures + "zip_protocol2.pyth", doing: "testing")
    let end = try #require(bytes.indices.last { bytes[$0...].starts(with: [0x50, 0x4b, 5, 6]) })
    // Size and offset of the directory; its number of entries.
    for (place, count) in [(end + 12, 4), (end + 16, 4), (end + 10, 2)] {
      var bad = bytes
      for index in place..<place + count { bad[index] = 0xfe }
      try expectRefused(bad, "bad.pyth", [])
    }
    let entry = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
    // An entry's sizes and the offset of its data.
    for place in [entry + 20, entry + 24, entry + 42] {
      var bad = bytes
      for index in place..<place + 4 { bad[index] = 0x7f }
      try expectRefused(bad, "bad.pyth", [])
    }
  }

  @Test("Every other byte of a checkpoint flipped: an error or a load that does not fit, never a crash")
  func flipped() throws {
    let bytes = try readFile(Self.fixtures + "caffe2_protocol2.pkl", doing: "testing")
    for index in stride(from: 0, to: bytes.count, by: 61) {
      var bad = bytes
      bad[index] ^= 0xff
      try expectRefused(bad, "flipped.pkl", [])
    }
  }

  @Test(
    "Things that are no weights",
    arguments: [
      ("<!DOCTYPE html><html>not found</html>", "html"), ("version https://git-lfs.github.com/spec/v1\n", "LFS"),
      ("MODEL:\n  ARCH: slow\n", "looks like"),
    ])
  func otherKinds(text: String, word: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("weights.pyth", text)
    let result = Program.run(LittleWorld.test(into: output.path, weights: ["--weights", path]))
    expectFailure(result, ["weights.pyth"], leaving: output)
    #expect(result.stderr.lowercased().contains(word.lowercased()), "\(result.stderr)")
  }

  @Test("Weights of 60 classes under a config of 80: both shapes and the key to change")
  func otherClasses() throws {
    try expectRefused(
      head(classes: 60), "sixty.safetensors",
      ["head.projection.weight", "60x192", "80x192", "set MODEL.NUM_CLASSES 60"])
  }

  @Test("Kinetics weights under a config of AVA: said as such")
  func classification() throws {
    try expectRefused(
      head(classes: 400), "k400.safetensors",
      ["a classification network (Kinetics-400's classes), and this config scores boxes: give weights trained on AVA"])
  }

  /// The head of a checkpoint, as safetensors: what the message is about.
  private func head(classes: Int) -> [UInt8] {
    let end = classes * 192 * 4
    let header =
      #"{"head.projection.weight":{"dtype":"F32","shape":[\#(classes),192],"data_offsets":[0,\#(end)]}}"#
    let length = UInt64(header.utf8.count)
    let size = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return size + Array(header.utf8) + [UInt8](repeating: 0, count: end)
  }

  @Test("A partial load of a head alone, or of nothing, is refused: the network would be a random one")
  func partial() throws {
    let (scratch, output, other) = (Scratch(), Scratch(), Scratch())
    let path = try scratch.file("head.safetensors", bytes: head(classes: 80))
    let result = Program.run(
      LittleWorld.test(into: output.path, weights: ["--weights", path, "--partial-weights"]))
    expectFailure(
      result,
      ["too little in '", "0 of the ", "'s1.pathway0_stem.conv.weight' (4x3x1x7x7) is not in head.safetensors"],
      leaving: output)
    let none = LittleWorld.test(
      into: other.path, weights: ["--weights", Self.fixtures + "zip_protocol2.pyth", "--partial-weights"])
    expectFailure(
      Program.run(none), ["nothing in '", "zip_protocol2.pyth' fits this config", "head.projection.weight"])
  }

  @Test(.enabled(if: sharedFolder != nil, Golden.reason))
  func realWeightsOtherClasses() throws {
    let model = try Golden.Model("slow_r50_ava")
    let output = Scratch()
    let result = Program.run(model.forward(into: output, ["MODEL.NUM_CLASSES", "60"]))
    expectFailure(result, ["head.projection.weight", "set MODEL.NUM_CLASSES 80"], leaving: output)
  }
}

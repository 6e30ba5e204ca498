import Checkpoint
import Files
import Tensors
import TestSupport
import Testing

@Suite struct ArrayFileTests {
  private let folder = projectRoot + "/Tests/Fixtures/Classify/"
  private let scores: [Float] = [7, 2, 1, 1, 3, 6, 3, 4, 3, 5, 1, 4]

  /// Tensors that were pickled without torch.save, views of them, NumPy's arrays and archives: the same numbers.
  @Test(arguments: [
    ("torch.pkl", "0", "1"), ("torch_views.pkl", "0", "1"), ("saved.pth", "0", "1"), ("numpy.pkl", "0", "1"),
    ("predictions.npz", "video_preds", "video_labels"), ("fortran.npz", "video_preds", "video_labels"),
  ])
  func numbers(name: String, scoresName: String, labelsName: String) throws {
    let file = try ArrayFile(path: folder + name)
    #expect(file.names.prefix(2) == [scoresName, labelsName])
    #expect(file.shape(scoresName) == [4, 3] && file.array(scoresName)?.array == scores)
    #expect(file.array(labelsName)?.array == [0, 1, 1, 2])
  }

  @Test func texts() throws {
    let file = try ArrayFile(path: folder + "predictions.npz")
    #expect(file.strings("videos") == ["a.mp4", "b/b.mp4", "ö.mp4", "d.mp4"])
    #expect(file.array("videos") == nil && file.strings("video_preds") == nil && file.array("none") == nil)
  }

  private func fault(_ path: String) -> String {
    do {
      _ = try ArrayFile(path: path)
      return ""
    } catch { return "\(error)" }
  }

  /// What torch.save wrote on a machine of the other byte order is refused, and not read as other numbers.
  @Test func byteOrder() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var bytes = try readFile(self.folder + "saved.pth", doing: "testing")
    // Without the checksums in the archive's directory nothing else is wrong with it.
    for place in bytes.indices where bytes[place...].starts(with: [0x50, 0x4B, 1, 2]) {
      bytes.replaceSubrange(place + 16..<place + 20, with: [0, 0, 0, 0])
    }
    let place = try #require(bytes.firstRange(of: Array("little".utf8))).lowerBound
    let file = try AtomicFile(path: folder.path + "/x.pth")
    try file.write(Array(bytes[..<place]) + Array("bigger".utf8) + Array(bytes[(place + 6)...]))
    try file.commit()
    #expect(fault(folder.path + "/x.pth").contains("'bigger' byte order"))
  }

  @Test func otherFiles() throws {
    #expect(fault(folder + "compressed.npz").contains("is compressed -> save it with numpy.savez"))
    let weights = projectRoot + "/Tests/Fixtures/Checkpoint/"
    #expect(fault(weights + "zip_protocol4.pyth").contains("a zip archive without an array"))
    #expect(fault(weights + "legacy_protocol4.pyth").contains("looks like a file of weights"))
    #expect(fault(folder + "README.md").contains("-> give an .npz of numpy.savez"))
    #expect(fault(folder + "none.npz").contains("does not exist"))
  }

  /// Cut anywhere, or with any byte changed, a file gives arrays or an error.
  @Test(arguments: ["torch.pkl", "predictions.npz", "numpy.pkl"]) func damage(name: String) throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let bytes = try readFile(folder + name, doing: "testing")
    func attempt(_ bytes: [UInt8]) throws {
      let file = try AtomicFile(path: scratch.path + "/x")
      try file.write(bytes)
      try file.commit()
      if let read = try? ArrayFile(path: scratch.path + "/x") { for name in read.names { _ = read.array(name) } }
    }
    for length in stride(from: 0, to: bytes.count, by: 13) { try attempt(Array(bytes.prefix(length))) }
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] ^= 0x55
      try attempt(changed)
    }
  }
}

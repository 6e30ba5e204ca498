import Checkpoint
import Files
import Testing

@Suite struct FileKindTests {
  static let kinds: [(bytes: [UInt8], says: String)] = [
    ([], "an empty file"), (Array("MODEL:\n  NUM_CLASSES: 80\n".utf8), "a YAML configuration"),
    (Array("# a comment\nTRAIN:\n".utf8), "a YAML configuration"),
    ([0, 0, 0, 0x20] + Array("ftypisom".utf8) + [0, 0, 2, 0], "an MP4 or MOV video"),
    (Array("<!DOCTYPE html>\n<html>".utf8), "a web page (HTML)"),
    (Array("\n <HTML lang=en>".utf8), "a web page (HTML)"),
    (Array("<?xml version=\"1.0\"?><Error>AccessDenied</Error>".utf8), "XML -> the server may have answered"),
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "a Git LFS pointer"),
    (Array("hello, world, these are words\n".utf8), "a text that begins with 'hello, world"),
    (Array("{\"a\": 1}".utf8), "JSON -> give the file of weights"),
    (Array("-5hyngsTs,0902,0.077,0.151,0.283,0.811,80,1\n".utf8), "a text"),
    ([0xff, 0xd8, 0xff, 0xe0, 0, 0], "a JPEG picture"), ([0x1f, 0x8b, 8, 0, 0], "gzip"),
    ([0xfd] + Array("7zXZ\0".utf8), "an xz-compressed file -> unpack it: unxz"),
    ([0xff, 0xfe, 0x61, 0], "text in UTF-16"),
    ([8, 9, 18, 7] + Array("pytorch".utf8), "an ONNX model -> give the weights that it was exported from"),
    ([0x89] + Array("HDF\r\n\u{1a}\n".utf8), "an HDF5 file"), ([0x93] + Array("NUMPY".utf8) + [1, 0], "a NumPy array"),
    ([UInt8](repeating: 0, count: 4096), "nothing known (it begins with the bytes 00 00"),
    ([1, 2, 3], "nothing known"), ([0x80], "nothing known"),
    ([0x50, 0x4b, 3, 4], "a zip archive without its directory"),
    (Array("   \n".utf8), "blank text"),
  ]

  @Test(arguments: kinds.indices) func otherFilesAreRecognised(_ index: Int) {
    let (bytes, says) = Self.kinds[index]
    let text = refusal(bytes, as: "SLOWFAST_8x8_R50.pkl")
    #expect(text?.contains(says) == true, "\(text ?? "")")
    #expect(text?.contains("SLOWFAST_8x8_R50.pkl") == true && text?.contains("->") == true)
  }

  @Test func tarArchives() {
    func tar(_ name: String) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 1024)
      bytes.replaceSubrange(0..<name.utf8.count, with: name.utf8)
      bytes.replaceSubrange(257..<262, with: "ustar".utf8)
      return bytes
    }
    let old = refusal(tar("storages"))
    #expect(old?.contains("2017") == true && old?.contains("torch.save") == true)
    #expect(refusal(tar("weights/model.pyth"))?.contains("a tar archive") == true)
  }

  @Test func aMissingFileAndAFolder() {
    let missing = #expect(throws: FileError.self) { try Checkpoint(path: fixtureFolder + "/zip_protocol2.pth") }
    #expect("\(missing!)".contains("zip_protocol2.pyth"))
    #expect(throws: FileError.self) { try Checkpoint(path: fixtureFolder) }
  }

  @Test func dictionariesWithoutWeights() {
    let wrong = Pickle.proto2 + Pickle.emptyDictionary + Pickle.text("lr") + Pickle.integer(1) + Pickle.setItem
    #expect(refusal(wrong + Pickle.stop)?.contains("a dictionary with 'lr'") == true)
    // DeepSpeed's key, as in the files of VideoMAE's authors.
    let module = Pickle.proto2 + Pickle.emptyDictionary + Pickle.text("module") + Pickle.none + Pickle.setItem
    #expect(refusal(module + Pickle.stop)?.contains("None under 'module'") == true)
    #expect(refusal(Pickle.blobs(Pickle.none))?.contains("None under 'blobs'") == true)
    #expect(refusal(Pickle.proto2 + Pickle.emptyDictionary + Pickle.stop)?.contains("an empty dictionary") == true)
  }
}

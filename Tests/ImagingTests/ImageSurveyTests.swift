import Files
import Imaging
import TestSupport
import Testing

/// What tells the images of a video from others without opening them.
@Suite struct ImageSurveyTests {
  private let folder = TemporaryFolder()

  private func write(_ name: String, _ text: String) throws -> String {
    let path = folder.path + "/" + name
    try writeFile(path, text)
    return path
  }

  @Test func whatChangesTheFingerprint() throws {
    defer { folder.remove() }
    var paths = try ["a", "b", "c", "d"].map { try write($0, "image " + $0) }
    let sound = ImageSurvey(paths).fingerprint
    #expect(ImageSurvey(paths).count == 4 && ImageSurvey(paths).missing == nil)
    #expect(sound.hasPrefix("4: 7 bytes, sha256 ") && sound.contains("; names and sizes sha256 "), "\(sound)")
    // The first and the last one by content, those between by size.
    _ = try write("a", "Image a")
    #expect(ImageSurvey(paths).fingerprint != sound)
    _ = try write("a", "image a")
    _ = try write("c", "IMAGE c")
    #expect(ImageSurvey(paths).fingerprint == sound)
    _ = try write("c", "another image")
    #expect(ImageSurvey(paths).fingerprint != sound)
    _ = try write("c", "image c")
    paths.swapAt(1, 2)
    #expect(ImageSurvey(paths).fingerprint != sound)
    paths.swapAt(1, 2)
    #expect(ImageSurvey(paths).fingerprint == sound)
    // Where the folder lies says nothing.
    try moveFile(folder.path + "/a", to: folder.path + "/x")
    try moveFile(folder.path + "/x", to: folder.path + "/a")
    let other = TemporaryFolder()
    defer { other.remove() }
    let copies = try paths.map { path -> String in
      let copy = other.path + "/" + splitPath(path).name
      try writeFile(copy, String(decoding: try readFile(path, doing: "testing"), as: UTF8.self))
      return copy
    }
    #expect(ImageSurvey(copies).fingerprint == sound)
  }

  @Test func whatIsNotThere() throws {
    defer { folder.remove() }
    let paths = try ["a", "b", "c"].map { try write($0, "image " + $0) }
    removeFile(paths[1])
    let gone = ImageSurvey(paths + [paths[1], folder.path])
    #expect(gone.missing?.first == 1 && gone.missing?.count == 3)
    #expect(ImageSurvey(paths).fingerprint.hasSuffix("; missing"))
    // An empty image is none, as an empty file is no video.
    _ = try write("b", "")
    #expect(ImageSurvey(paths).missing == nil && ImageSurvey(paths).fingerprint.hasSuffix("; missing"))
    removeFile(paths[0])
    #expect(ImageSurvey(paths).fingerprint.hasPrefix("3: missing; 7 bytes, sha256 "))
    #expect(ImageSurvey([paths[2]]).fingerprint.ranges(of: "sha256").count == 1)
  }
}

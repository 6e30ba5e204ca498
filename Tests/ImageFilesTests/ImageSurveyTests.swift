import Files
import ImageFiles
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

  private func print(_ paths: [String], counting: Set<Int>? = nil) -> String {
    ImageSurvey(paths).fingerprint(of: paths, counting: counting)
  }

  /// What is said of the blocks.
  private func blocks(_ paths: [String], counting: Set<Int>? = nil) -> [Substring] {
    Array((print(paths, counting: counting).split(separator: "; ").last ?? "").split(separator: " ").dropFirst(6))
  }

  @Test func whatChangesTheFingerprint() throws {
    defer { folder.remove() }
    var paths = try ["a", "b", "c", "d"].map { try write($0, "image " + $0) }
    let sound = print(paths)
    #expect(ImageSurvey(paths).count == 4 && ImageSurvey(paths).missing == nil)
    #expect(sound.hasPrefix("4: 7 bytes, sha256 ") && sound.contains("; names and sizes of 2 each "), "\(sound)")
    // The first and the last one by content, those between by size.
    _ = try write("a", "Image a")
    #expect(print(paths) != sound)
    _ = try write("a", "image a")
    _ = try write("c", "IMAGE c")
    #expect(print(paths) == sound)
    _ = try write("c", "another image")
    #expect(print(paths) != sound)
    _ = try write("c", "image c")
    paths.swapAt(1, 2)
    #expect(print(paths) != sound)
    paths.swapAt(1, 2)
    #expect(print(paths) == sound)
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
    #expect(print(copies) == sound)
  }

  @Test func whatIsNotThere() throws {
    defer { folder.remove() }
    let paths = try (0..<9).map { try write("\($0)", "image \($0)") }
    let sound = blocks(paths)
    #expect(sound.count == 3 && sound.allSatisfy { $0.count == 16 }, "\(sound)")
    removeFile(paths[4])
    let gone = ImageSurvey(paths + [paths[4], folder.path])
    #expect(gone.missing?.first == 4 && gone.missing?.count == 3)
    // What is said of the others stays, and of those in the block there is a sum as well.
    let without = blocks(paths)
    #expect(without[0] == sound[0] && without[2] == sound[2], "\(without)")
    #expect(without[1].split(separator: "/").dropFirst().first == "1", "\(without)")
    _ = try write("3", "another image")
    let others = blocks(paths)[1].split(separator: "/")
    let before = without[1].split(separator: "/")
    #expect(others[0] != before[0] && others[1...] == before[1...], "\(others)")
    _ = try write("3", "image 3")
    // An empty image is none, as an empty file is no video.
    _ = try write("4", "")
    #expect(ImageSurvey(paths).missing == nil && blocks(paths) == without)
    for number in [3, 5] { removeFile(paths[number]) }
    #expect(blocks(paths)[1] == "missing")
    for path in paths.dropFirst().dropLast() { removeFile(path) }
    removeFile(paths[0])
    #expect(print(paths).hasPrefix("9: missing; 7 bytes, sha256 "))
    removeFile(paths[8])
    #expect(print(paths) == "9: missing; missing; missing")
  }

  @Test func whatDoesNotCount() throws {
    defer { folder.remove() }
    let paths = try (0..<9).map { try write("\($0)", "image \($0)") }
    let some = print(paths, counting: [3, 4, 8])
    #expect(blocks(paths, counting: [3, 4, 8]).map { $0 == "-" } == [true, false, false])
    for number in [0, 5, 7] { _ = try write("\(number)", "another image") }
    removeFile(paths[6])
    #expect(print(paths, counting: [3, 4, 8]) == some)
    _ = try write("3", "IMAGE 3")
    #expect(print(paths, counting: [3, 4, 8]) != some)
    _ = try write("3", "image 3")
    _ = try write("4", "another image")
    #expect(print(paths, counting: [3, 4, 8]) != some)
    #expect(print(paths, counting: [2]).ranges(of: "sha256").count == 1)
  }
}

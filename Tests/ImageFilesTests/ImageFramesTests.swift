import Files
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing

@Suite struct ImageFramesTests {
  @Test func framesComeInListOrder() throws {
    let paths = ["colour.png", "420.jpg", "colour.png"].map { imageFolder + "/" + $0 }
    let frames = try ImageFrames(name: "clip", paths: paths, framesPerSecond: 30)
    try frames.verifyFilesExist()
    #expect(frames.frameCount == 3)
    #expect(try difference(frames.frame(at: 1).pixels, readImage(path: paths[1]).pixels) == nil)
    #expect(try difference(frames.frame(at: 2).pixels, frames.frame(at: 0).pixels) == nil)
  }

  @Test func missingFilesAreFoundUpFront() throws {
    let paths = ["colour.png", "nowhere.jpg", "420.jpg", "nowhere2.jpg"].map { imageFolder + "/" + $0 }
    let frames = try ImageFrames(name: "clip", paths: paths, framesPerSecond: 30)
    let text = errorText { try frames.verifyFilesExist() }
    #expect(text.contains("nowhere.jpg") && text.contains("frame 1") && text.contains("2 of 4"), "\(text)")
    #expect(errorText { _ = try frames.frame(at: 1) }.contains("frame 1 of video 'clip'"))
  }

  @Test func anotherSizeIsAnErrorWhateverIsReadFirst() throws {
    let paths = ["colour.png", "exif5.jpg"].map { imageFolder + "/" + $0 }
    let frames = try ImageFrames(name: "clip", paths: paths, framesPerSecond: 30)
    let text = errorText { _ = try frames.frame(at: 1) }
    #expect(text.contains("25 x 37") && text.contains("37 x 25") && text.contains("exif5.jpg"), "\(text)")
  }

  @Test func damagedImagesAreNamedWithFrameAndVideo() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(imageFolder + "/420.jpg", doing: "testing")
    let file = try AtomicFile(path: folder.path + "/cut.jpg")
    try file.write(bytes[..<900])
    try file.commit()
    let frames = try ImageFrames(
      name: "clip", paths: [imageFolder + "/420.jpg", folder.path + "/cut.jpg"], framesPerSecond: 30)
    let text = errorText { _ = try frames.frame(at: 1) }
    #expect(text.contains("frame 1 of video 'clip'") && text.contains("cut.jpg") && text.contains("cut short"))
  }

  /// One bad picture is one bad frame, also when it is the first; the others are as they were.
  @Test func aDamagedImageTakesNoOtherAway() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bytes = try readFile(imageFolder + "/420.jpg", doing: "testing")
    let file = try AtomicFile(path: folder.path + "/cut.jpg")
    try file.write(bytes[..<900])
    try file.commit()
    let good = imageFolder + "/420.jpg"
    let frames = try ImageFrames(name: "clip", paths: [folder.path + "/cut.jpg", good, good], framesPerSecond: 30)
    #expect(try frames.frame(at: 2).pixels == readImage(path: good).pixels)
    let damage = #expect(throws: FrameDamage.self) { _ = try frames.frame(at: 0) }
    #expect(damage?.frame == 0)
    #expect(damage?.cause.contains("cut.jpg") == true && damage?.cause.contains("->") == false)
  }

  @Test func emptyListsAndWrongNumbersAreErrors() throws {
    #expect(errorText { _ = try ImageFrames(name: "clip", paths: [], framesPerSecond: 30) }.contains("'clip'"))
    let frames = try ImageFrames(name: "clip", paths: [imageFolder + "/420.jpg"], framesPerSecond: 30)
    #expect(errorText { _ = try frames.frame(at: 1) }.contains("1 frame"))
    #expect(errorText { _ = try frames.frame(at: -1) }.contains("frame -1"))
  }
}

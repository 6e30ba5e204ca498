import ImageFiles
import Imaging
import TestSupport
import Testing

@Suite struct ImageSizeTests {
  /// The size that a header says is that of the decoded picture, turned upright.
  @Test(arguments: ["colour.png", "420.jpg", "exif5.jpg", "exif6.jpg"]) func sizesAreReadWithoutDecoding(_ name: String)
    throws
  {
    let path = imageFolder + "/" + name
    #expect(try imageSize(path: path) == readImage(path: path).size)
    #expect(
      try ImageFrames(name: "clip", paths: [imageFolder + "/nowhere.jpg", path], framesPerSecond: 30).size
        == imageSize(path: path))
  }

  @Test func filesWithoutASizeAreErrors() {
    let text = errorText { _ = try imageSize(path: imageFolder + "/README.md") }
    #expect(text.contains("README.md") && text.contains("no size") && text.contains("->"), "\(text)")
    #expect(
      errorText { _ = try ImageFrames(name: "clip", paths: [imageFolder + "/nowhere.jpg"], framesPerSecond: 30).size }
        .contains("nowhere"))
  }
}

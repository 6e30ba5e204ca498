import Files
import FrameSupport
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing

@Suite struct EncodingTests {
  @Test func pngLosesNothing() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    for size in [ImageSize(width: 1, height: 1), ImageSize(width: 7, height: 200), ImageSize(width: 300, height: 3)] {
      let image = patterned(size)
      let path = folder.path + "/deep/er/picture.png"
      try writePNG(image, to: path)
      #expect(try difference(readImage(path: path).pixels, image.pixels) == nil)
      let asRGB = image.converted(to: .rgb)
      #expect(try difference(decodePNG(encodePNG(asRGB)).pixels, image.pixels) == nil)
    }
    #expect(try listFolder(folder.path + "/deep/er") == ["picture.png"])
  }

  @Test func jpegStaysNear() throws {
    let image = try readImage(path: imageFolder + "/colour.png")
    let fine = try decodeJPEG(encodeJPEG(image, quality: 100, fullChroma: true))
    let gaps = zip(image.pixels, fine.pixels).map { abs(Int($0) - Int($1)) }
    #expect(fine.size == image.size)
    #expect(gaps.max()! <= 4)
    #expect(try encodeJPEG(image, quality: 20).count < encodeJPEG(image, quality: 95).count)
    #expect(try encodeJPEG(image.converted(to: .rgb), quality: 90) == encodeJPEG(image, quality: 90))
  }

  @Test func impossibleRequestsAreErrors() throws {
    let image = patterned(ImageSize(width: 2, height: 2))
    #expect(errorText { _ = try encodeJPEG(image, quality: 0) }.contains("1 to 100"))
    let long = patterned(ImageSize(width: 1, height: 65501))
    #expect(errorText { _ = try encodeJPEG(long, quality: 90) }.contains("65501"))
    #expect(errorText { try writePNG(image, to: "/proc/none/x.png") }.contains("/proc/none"))
  }
}

import Files
import Geometry
import ImageFiles
import Imaging
import TestSupport
import Testing

let imageFolder = projectRoot + "/Tests/Fixtures/Imaging"

/// 64-bit FNV-1a.
func checksum(_ bytes: [UInt8]) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

func expectedImages() throws -> [[Substring]] {
  let text = String(decoding: try readFile(imageFolder + "/expected.txt", doing: "testing"), as: UTF8.self)
  return text.split(separator: "\n").map { $0.split(separator: " ") }
}

/// Runs `body`, which must throw, and returns the error's text.
func errorText(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

@Suite struct DecodingTests {
  @Test func everyFixtureDecodesAsOpenCVDecodesIt() throws {
    let expected = try expectedImages()
    #expect(expected.count == 22)
    for line in expected {
      let image = try readImage(path: imageFolder + "/" + line[0])
      #expect(image.order == .bgr)
      #expect("\(image.width) \(image.height)" == "\(line[1]) \(line[2])", "\(line[0])")
      #expect(checksum(image.pixels) == line[3], "\(line[0])")
    }
  }

  /// Independent formulation: the eight orientations by coordinates, from the plain file.
  @Test(arguments: 1...8) func orientationsMoveThePlainImage(value: Int) throws {
    let plain = try readImage(path: imageFolder + "/exif1.jpg")
    let turned = try readImage(path: imageFolder + "/exif\(value).jpg")
    let (w, h) = (plain.width, plain.height)
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let (sx, sy) = [
          (x, y), (w - 1 - x, y), (w - 1 - x, h - 1 - y), (x, h - 1 - y), (y, x), (y, h - 1 - x),
          (w - 1 - y, h - 1 - x), (w - 1 - y, x),
        ][value - 1]
        for c in 0..<3 {
          #expect(turned.pixels[(y * turned.width + x) * 3 + c] == plain.pixels[(sy * w + sx) * 3 + c])
        }
      }
    }
  }

  @Test func damagedExifIsIgnored() throws {
    let bytes = try readFile(imageFolder + "/exif6.jpg", doing: "testing")
    let upright = try readImage(path: imageFolder + "/exif1.jpg")
    // Byte order mark, directory offset, entry count, value: positions in the first APP1 segment.
    for (position, value) in [(12, UInt8(0)), (16, 0x7F), (15, 0xFF), (40, 99), (41, 99)] {
      var damaged = bytes
      damaged[position] = value
      let image = try decodeJPEG(damaged)
      #expect([upright.width, upright.height].contains(image.width))
      #expect(image.pixels.count == upright.pixels.count)
    }
  }

  @Test func everyCutOfAJPEGIsAnErrorThatNamesTheFile() throws {
    for name in ["420.jpg", "progressive.jpg", "gray.jpg"] {
      let bytes = try readFile(imageFolder + "/" + name, doing: "testing")
      for count in 0..<bytes.count - 1 {
        let text = errorText { _ = try decodeImage(Array(bytes[..<count]), source: name) }
        #expect(text.contains("'\(name)'") && text.contains("->"), "\(name) cut at \(count): \(text)")
      }
    }
  }

  @Test func damagedEntropyDataIsAnError() throws {
    var bytes = try readFile(imageFolder + "/444.jpg", doing: "testing")
    let middle = bytes.count * 3 / 4
    for position in middle..<(middle + 40) { bytes[position] = 0xFF - bytes[position] }
    bytes[middle + 41] = 0xFF
    bytes[middle + 42] = 0xD9
    let text = errorText { _ = try decodeJPEG(bytes, source: "x.jpg") }
    #expect(text.contains("reading a JPEG: 'x.jpg'") && text.contains("damaged or cut short"))
  }

  @Test func paddingAfterTheDataIsNoDamage() throws {
    let bytes = try readFile(imageFolder + "/420.jpg", doing: "testing")
    let padded = bytes.dropLast(2) + [UInt8](repeating: 0, count: 9) + bytes.suffix(2)
    #expect(try difference(decodeJPEG(Array(padded)).pixels, decodeJPEG(bytes).pixels) == nil)
    #expect(try difference(decodeJPEG(bytes + [1, 2, 3]).pixels, decodeJPEG(bytes).pixels) == nil)
  }

  @Test func absurdSizesAreRefusedBeforeAllocation() throws {
    var bytes = try readFile(imageFolder + "/420.jpg", doing: "testing")
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    for position in (frame + 5)..<(frame + 9) { bytes[position] = 0xFF }
    #expect(errorText { _ = try decodeJPEG(bytes) }.contains("65535 x 65535"))
    var png = try readFile(imageFolder + "/colour.png", doing: "testing")
    for position in 16..<24 { png[position] = 0x7F }
    #expect(errorText { _ = try decodePNG(png, source: "p.png") }.contains("'p.png'"))
  }

  /// A header that could make a small file take more than a gigabyte: 8193 x 8192 pixels.
  @Test func sizesThatNoMemoryShouldBeSpentOnAreRefused() throws {
    var bytes = try readFile(imageFolder + "/progressive.jpg", doing: "testing")
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC2 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x20, 0x00, 0x20, 0x01])
    #expect(errorText { _ = try decodeJPEG(bytes) }.contains("8193 x 8192 pixels, more than the 67108864 allowed"))
  }

  @Test func everyCutOfAPNGIsAnError() throws {
    let bytes = try readFile(imageFolder + "/colour.png", doing: "testing")
    for count in 0..<bytes.count {
      let text = errorText { _ = try decodeImage(Array(bytes[..<count]), source: "c.png") }
      #expect(text.contains("'c.png'"), "cut at \(count): \(text)")
    }
    var flipped = bytes
    flipped[60] ^= 0x10
    #expect(errorText { _ = try decodePNG(flipped, source: "c.png") }.contains("damaged"))
  }

  @Test func randomDamageNeverTraps() throws {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for name in ["420.jpg", "exif6.jpg", "progressive.jpg", "cmyk.jpg", "alpha.png", "palette.png"] {
      let bytes = try readFile(imageFolder + "/" + name, doing: "testing")
      for _ in 0..<150 {
        var damaged = bytes
        for _ in 0...random(4) { damaged[random(bytes.count)] = UInt8(random(256)) }
        _ = try? decodeImage(damaged)
      }
    }
  }

  @Test func otherFilesAreNamed() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/empty.jpg", "")
    try writeFile(folder.path + "/text.jpg", "hello")
    #expect(errorText { _ = try readImage(path: folder.path + "/empty.jpg") }.contains("the file is empty"))
    #expect(errorText { _ = try readImage(path: folder.path + "/text.jpg") }.contains("neither JPEG nor PNG"))
    #expect(errorText { _ = try readImage(path: folder.path + "/tezt.jpg") }.contains("did you mean"))
    #expect(errorText { _ = try readImage(path: folder.path) }.contains("folder"))
  }
}

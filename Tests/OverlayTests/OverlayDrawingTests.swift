import Files
import Geometry
import ImageFiles
import Imaging
import Overlay
import Tensors
import TestSupport
import Testing

private func grey(_ width: Int, _ height: Int, order: ChannelOrder = .rgb) -> Image {
  Image(
    size: ImageSize(width: width, height: height), order: order,
    pixels: [UInt8](repeating: 128, count: width * height * 3))
}

private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
  let values = Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
  return image.order == .rgb ? values : values.reversed()
}

private func bytes(_ color: RGBColor) -> [UInt8] {
  [color.red, color.green, color.blue].map { UInt8(($0 * 255).rounded()) }
}

private func scene(_ people: [DetectedPerson], truth: [LabelledPerson]? = nil) -> OverlayScene {
  OverlayScene(people: people, groundTruth: truth, title: "clip", time: "0902 s")
}

private func person(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ scores: Double...) -> DetectedPerson {
  DetectedPerson(
    box: UnitBox(x1: x1, y1: y1, x2: x2, y2: y2),
    actions: scores.map { ScoredAction(name: "carry/hold (an object)", score: $0) })
}

@Suite struct OverlayDrawingTests {
  @Test(arguments: [ChannelOrder.rgb, .bgr]) func edgesHaveThePersonsColourAndTheRestIsUntouched(
    _ order: ChannelOrder
  ) throws {
    let image = grey(800, 600, order: order)
    let people = [person(0.25, 0.5, 0.5, 0.75, 0.9), person(0.625, 0.5, 0.875, 0.75, 0.8)]
    let drawn = try drawOverlay(image, scene(people))
    #expect(drawn.order == order && drawn.width == 800 && drawn.height > 600)
    // Boxes from x 200 to 400 and 500 to 700, y 300 to 450.
    #expect(pixel(drawn, 200, 400) == bytes(personPalette[0]))
    #expect(pixel(drawn, 300, 450) == bytes(personPalette[0]))
    #expect(pixel(drawn, 700, 400) == bytes(personPalette[1]))
    for (x, y) in [(5, 5), (300, 380), (450, 400), (600, 400), (795, 595), (300, 500)] {
      #expect(pixel(drawn, x, y) == [128, 128, 128], "at (\(x), \(y))")
    }
    // The label stands on the box, in the same colour (a little of the picture shines through).
    let label = zip(pixel(drawn, 202, 295), bytes(personPalette[0]))
    #expect(label.allSatisfy { abs(Int($0) - Int($1)) < 30 })
  }

  @Test func thresholdAndTopKChooseTheActions() throws {
    let image = grey(800, 600)
    let many = person(0.3, 0.5, 0.6, 0.9, 0.9, 0.8, 0.7, 0.2)
    func draw(_ person: DetectedPerson, _ threshold: Double, _ topK: Int) throws -> [UInt8] {
      // The strip names the threshold: it is cut off.
      let image = try drawOverlay(image, scene([person]), style: OverlayStyle(threshold: threshold, topK: topK))
      return Array(image.pixels.prefix(800 * 600 * 3))
    }
    #expect(try draw(many, 0.3, 9) == draw(person(0.3, 0.5, 0.6, 0.9, 0.7, 0.9, 0.8), 0, 9))
    #expect(try draw(many, 0.75, 9) == draw(many, 0, 2))
    // A score equal to the threshold is shown.
    #expect(try draw(many, 0.7, 9) == draw(many, 0, 3))
    #expect(try draw(many, 0.95, 9) == draw(many, 0, 0))
  }

  @Test func groundTruthIsDashedBlackAndWhite() throws {
    let truth = LabelledPerson(box: UnitBox(x1: 0.25, y1: 0.25, x2: 0.5, y2: 0.75), actions: ["stand"])
    let drawn = try drawOverlay(grey(800, 600), scene([], truth: [truth]))
    let edge = (180..<420).map { pixel(drawn, 200, $0) }
    let white = edge.filter { $0 == [255, 255, 255] }.count
    let dark = edge.filter { $0.allSatisfy { $0 < 20 } }.count
    #expect(white > 50 && dark > 50 && edge.filter { $0 == [128, 128, 128] }.count > 50)
    #expect(edge.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] })
  }

  @Test func smallImagesAreEnlargedByAWholeFactor() throws {
    let drawn = try drawOverlay(grey(426, 240), scene([person(0.1, 0.2, 0.3, 0.9, 0.9)]))
    #expect(drawn.width == 852 && drawn.height > 480)
    let same = try drawOverlay(grey(426, 240), scene([]), style: OverlayStyle(scale: 1))
    #expect(same.width == 426)
    let large = try drawOverlay(grey(1920, 1080), scene([]))
    #expect(large.width == 1920)
  }

  @Test func aFrameWithoutPeopleKeepsItsPixelsAndGetsItsStrip() throws {
    var generator = SeededGenerator(seed: 1)
    let size = ImageSize(width: 500, height: 401)
    let image = Image(
      size: size, order: .bgr,
      pixels: (0..<500 * 401 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    let drawn = try drawOverlay(image, scene([]))
    #expect(difference(Array(drawn.pixels.prefix(image.pixels.count)), image.pixels) == nil)
    let strip = drawn.pixels.dropFirst(image.pixels.count)
    #expect(strip.contains { $0 > 200 }, "the strip says nothing")
  }

  @Test func oddBoxesAreDrawnSomewhereInside() throws {
    let odd = [
      person(0.5, 0.5, 0.5, 0.5, 0.9), person(2, 2, 3, 3, 0.9), person(-5, -5, -4, -4, 0.9),
      person(0.8, 0.9, 0.2, 0.1, 0.9), person(-1e300, -1e300, 1e300, 1e300, 0.9), person(0.1, 0.1, 0.9, 0.95, 0.9),
    ]
    let drawn = try drawOverlay(grey(800, 600), scene(odd))
    for index in odd.indices {
      let color = bytes(personPalette[index])
      let found = (0..<600).contains { y in (0..<800).contains { pixel(drawn, $0, y) == color } }
      #expect(found, "person \(index) cannot be seen")
    }
  }

  @Test(arguments: [1, 2, 3, 7, 40]) func tinyImagesDoNotStopARun(_ side: Int) throws {
    let people = (0..<5).map { _ in person(0, 0, 1, 1, 0.9, 0.8) }
    let drawn = try drawOverlay(
      grey(side, side), scene(people, truth: [LabelledPerson(box: people[0].box, actions: ["sit"])]))
    #expect(drawn.width >= side)
  }

  @Test func fiftyPeopleAreAllDrawn() throws {
    var generator = SeededGenerator(seed: 9)
    let people = (0..<50).map { _ in
      let (x, y) = (generator.uniform(0, 0.9), generator.uniform(0, 0.7))
      return person(x, y, x + 0.08, y + 0.25, generator.uniform(0.3, 1), generator.uniform(0.3, 1))
    }
    let drawn = try drawOverlay(grey(426, 240), scene(people))
    let again = try drawOverlay(grey(426, 240), scene(people))
    #expect(difference(drawn.pixels, again.pixels) == nil)
  }

  @Test func strangeTextDoesNotStopARun() throws {
    let names = ["", "\0stop", "new\nline", String(repeating: "w", count: 3000), "日本語 👍", "(in parentheses)"]
    let people = names.map {
      DetectedPerson(box: UnitBox(x1: 0.2, y1: 0.2, x2: 0.7, y2: 0.7), actions: [ScoredAction(name: $0, score: 0.9)])
    }
    let strange = OverlayScene(
      people: people, groundTruth: [], title: String(repeating: "title", count: 400), time: "0\0902")
    #expect(try drawOverlay(grey(426, 240), strange).width == 852)
  }

  @Test func badValuesAreErrorsThatSayWhere() throws {
    let error = #expect(throws: OverlayError.self) {
      try drawOverlay(grey(100, 100), scene([person(0.1, .nan, 0.5, 0.5, 0.9)]))
    }
    #expect("\(try #require(error))".contains("person 1 of clip"))
    let large = #expect(throws: OverlayError.self) {
      try drawOverlay(grey(100, 100), scene([]), style: OverlayStyle(scale: Int.max))
    }
    #expect("\(try #require(large))".contains("smaller scale"))
  }

  @Test func theOverlayIsWrittenAsAPNG() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/clip_0902.png"
    let drawing = scene([person(0.1, 0.2, 0.3, 0.9, 0.9)])
    try writeOverlay(grey(426, 240), drawing, to: path)
    let read = try readImage(path: path).converted(to: .rgb)
    #expect(try difference(read.pixels, drawOverlay(grey(426, 240), drawing).pixels) == nil)
    #expect(try listFolder(folder.path) == ["clip_0902.png"])
  }
}

@Suite struct PaletteTests {
  @Test func coloursAreFarApartAndTheirTextReadable() {
    for (index, color) in personPalette.enumerated() {
      for other in personPalette[..<index] {
        let distance = zip(bytes(color), bytes(other)).map { Double((Int($0) - Int($1)) * (Int($0) - Int($1))) }
        #expect(distance.reduce(0, +).squareRoot() > 50, "\(color) and \(other)")
      }
      #expect(contrast(color, color.contrasting) >= 4.5, "\(color)")
    }
    #expect(personPalette.count == 12)
  }

  /// WCAG 2's contrast ratio, with the exact curve.
  private func contrast(_ a: RGBColor, _ b: RGBColor) -> Double {
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  private func luminance(_ color: RGBColor) -> Double {
    func linear(_ value: Double) -> Double {
      if value <= 0.04045 { return value / 12.92 }
      let base = (value + 0.055) / 1.055
      // base to the power 2.4, as base squared times its fifth root squared, by Newton's method.
      var root = base
      for _ in 0..<60 { root -= (root * root * root * root * root - base) / (5 * root * root * root * root) }
      return base * base * root * root
    }
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
  }
}

@Suite struct CanvasTests {
  @Test(arguments: [ChannelOrder.rgb, .bgr]) func anImageComesBackUnchanged(_ order: ChannelOrder) throws {
    var generator = SeededGenerator(seed: 5)
    let size = ImageSize(width: 37, height: 23)
    let image = Image(
      size: size, order: order, pixels: (0..<37 * 23 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    let canvas = try Canvas(size: size)
    try canvas.put(image)
    #expect(try difference(canvas.image(order: order).pixels, image.pixels) == nil)
  }

  @Test func aFilledBoxCoversItsPixelsAndNoOthers() throws {
    let canvas = try Canvas(size: ImageSize(width: 10, height: 8))
    canvas.fill(PixelBox(x1: 2, y1: 3, x2: 5, y2: 7), .white)
    let image = try canvas.image()
    for y in 0..<8 {
      for x in 0..<10 {
        let inside = (2..<5).contains(x) && (3..<7).contains(y)
        #expect(pixel(image, x, y) == (inside ? [255, 255, 255] : [0, 0, 0]))
      }
    }
  }

  @Test func aLineHasItsThickness() throws {
    let canvas = try Canvas(size: ImageSize(width: 20, height: 20))
    canvas.stroke([Point(-5, 10), Point(30, 10)], Pen(.white, width: 4))
    let image = try canvas.image()
    #expect((0..<20).filter { pixel(image, 10, $0) == [255, 255, 255] } == [8, 9, 10, 11])
  }

  @Test func textHasAnExtentThatGrowsWithItsLength() throws {
    let metrics = try Canvas(size: ImageSize(width: 8, height: 8)).textMetrics()
    #expect(metrics.width("walk") > 1 && metrics.width("walk") < 4)
    #expect(abs(metrics.width("walkwalk") - 2 * metrics.width("walk")) < 0.05)
    #expect(metrics.width("") == 0)
    #expect(metrics.lineHeight > 0.9 && metrics.lineHeight < 1.6)
  }

  @Test(arguments: [(0, 5), (5, 0), (-1, 5), (40_000, 5)]) func impossibleSizesAreErrors(_ width: Int, _ height: Int) {
    #expect(throws: OverlayError.self) { try Canvas(size: ImageSize(width: width, height: height)) }
  }
}

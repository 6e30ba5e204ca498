import Geometry
import Imaging
import Overlay
import Tensors
import TestSupport
import Testing

private func person(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ score: Double, id: Int? = nil)
  -> DetectedPerson
{
  DetectedPerson(
    box: UnitBox(x1: x1, y1: y1, x2: x2, y2: y2), actions: [ScoredAction(name: "carry/hold (an object)", score: score)],
    id: id)
}

private func noise(_ size: ImageSize) -> Image {
  var generator = SeededGenerator(seed: 3)
  return Image(
    size: size, order: .rgb,
    pixels: (0..<size.width * size.height * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
}

/// A layer over an image, in whole pixels.
private func laid(_ layer: Layer, over image: Image) -> [UInt8] {
  var pixels = image.pixels + [UInt8](repeating: 0, count: (layer.size.height - image.height) * image.width * 3)
  layer.forEachTile { tile in
    for y in 0..<tile.height {
      for x in 0..<tile.width {
        let pixel = Int(tile.pixels[y * tile.stride + x])
        for c in 0..<3 {
          let place = ((tile.y + y) * image.width + tile.x + x) * 3 + c
          let under = Double(pixels[place]) * Double(255 - pixel >> 24) / 255
          pixels[place] = UInt8(min(255, under + Double(pixel >> (16 - 8 * c) & 255)))
        }
      }
    }
  }
  return pixels
}

@Suite struct OverlayFilmTests {
  private let people = [
    person(0.1, 0.3, 0.3, 0.9, 0.9, id: 4), person(0.35, 0.35, 0.5, 0.9, 0.7), person(0.36, 0.3, 0.52, 0.95, 0.1),
  ]

  private func film(
    _ people: [DetectedPerson], _ frame: ImageSize, style: OverlayStyle = OverlayStyle(), size: FilmSize? = nil
  )
    throws -> OverlayFilm
  {
    let scene = OverlayScene(
      people: people, groundTruth: [LabelledPerson(box: people[0].box, actions: ["sit"])], title: "", time: "")
    return try OverlayFilm(
      OverlayTimeline([(0, scene)]), title: "clip", frame: frame, style: style, size: size)
  }

  /// Metamorphic: what is drawn on a layer and laid over a picture is what is drawn on the picture.
  @Test func aLayerHoldsAllThatIsDrawn() throws {
    let image = noise(ImageSize(width: 800, height: 600))
    let film = try film(people, image.size)
    let layer = try Layer(size: film.layout.size)
    // Something else was drawn before.
    layer.canvas.fill(PixelBox(x1: 0, y1: 0, x2: 800, y2: 600), .white)
    try film.drawing(at: 0).draw(on: layer)
    var scene = OverlayScene(
      people: people, groundTruth: [LabelledPerson(box: people[0].box, actions: ["sit"])], title: "clip", time: "0.00 s"
    )
    for index in people.indices { scene.people[index].color = index }
    let wanted = try drawOverlay(image, scene)
    #expect(film.layout.frame == image.size && abs(film.layout.size.height - wanted.height) <= 1)
    let found = laid(layer, over: image)
    let far = zip(found, wanted.pixels).count { abs(Int($0) - Int($1)) > 2 }
    #expect(far == 0, "\(far) of \(wanted.pixels.count)")
    layer.clear()
    layer.forEachTile { _ in Issue.record("a clear layer has no tiles") }
  }

  /// Much less than the picture is looked at: a box's inside is not drawn on.
  @Test func tilesAreFew() throws {
    let film = try film([person(0.05, 0.05, 0.95, 0.95, 0.1)], ImageSize(width: 1920, height: 1080))
    let layer = try Layer(size: film.layout.size)
    try film.drawing(at: 0).draw(on: layer)
    var sum = 0
    layer.forEachTile { sum += $0.width * $0.height }
    #expect(sum > 0 && sum < 1920 * 1080 / 5, "\(sum)")
  }

  /// With the text under them films are no larger than asked for, even, and of the frames' shape.
  @Test(arguments: [
    (ImageSize(width: 3840, height: 2160), FilmSize.height(720)), (ImageSize(width: 256, height: 144), .height(1080)),
    (ImageSize(width: 1080, height: 1920), .within(ImageSize(width: 1280, height: 720))),
    (ImageSize(width: 97, height: 63), .within(ImageSize(width: 333, height: 999))),
    (ImageSize(width: 640, height: 480), .within(ImageSize(width: 64, height: 64))),
  ]) func filmsFitTheirSize(frame: ImageSize, size: FilmSize) throws {
    let layout = try film(people, frame, size: size).layout
    #expect(layout.size.width % 2 == 0 && layout.size.height % 2 == 0)
    switch size {
    case .height(let lines): #expect(layout.size.height == lines)
    case .within(let room):
      #expect(layout.size.width <= room.width && layout.size.height <= room.height)
      #expect(layout.size.width >= room.width - 3 || layout.size.height >= room.height - 3)
    }
    let (found, wanted) = (
      Double(layout.frame.width) / Double(layout.frame.height), Double(frame.width) / Double(frame.height)
    )
    #expect(abs(found / wanted - 1) < 3 / Double(layout.frame.shortSide), "\(layout)")
  }

  @Test func withoutASizeFilmsHaveTheFramesOwn() throws {
    #expect(try film(people, ImageSize(width: 1920, height: 1080)).layout.frame == ImageSize(width: 1920, height: 1080))
    // 144 lines are three times as large: text has its least size there, and needs room.
    #expect(try film(people, ImageSize(width: 256, height: 144)).layout.frame == ImageSize(width: 768, height: 432))
    let odd = try film(people, ImageSize(width: 961, height: 541)).layout
    #expect(odd.frame == ImageSize(width: 961, height: 541) && odd.size.width == 962 && odd.size.height % 2 == 0)
    let error = #expect(throws: OverlayError.self) {
      try film(people, ImageSize(width: 4000, height: 40), size: .height(32))
    }
    #expect("\(try #require(error))".contains("give a larger size"))
  }

  @Test func classesAndThresholdsOfTheirOwn() throws {
    func text(_ change: (inout OverlayStyle) -> Void) throws -> Image {
      var style = OverlayStyle(threshold: 0.5)
      change(&style)
      let image = Image(
        size: ImageSize(width: 800, height: 600), order: .rgb, pixels: [UInt8](repeating: 128, count: 800 * 600 * 3))
      let scene = OverlayScene(people: [person(0.3, 0.3, 0.6, 0.9, 0.6)], title: "", time: "")
      let drawn = try drawOverlay(image, scene, style: style)
      return Image(size: image.size, order: .rgb, pixels: Array(drawn.pixels.prefix(800 * 600 * 3)))
    }
    let (shown, faint) = (try text { _ in }, try text { $0.threshold = 0.7 })
    #expect(difference(shown.pixels, faint.pixels) != nil)
    let name = "carry/hold (an object)"
    #expect(try difference(text { $0.thresholds[name] = 0.7 }.pixels, faint.pixels) == nil)
    #expect(try difference(text { ($0.threshold, $0.thresholds[name]) = (0.7, 0.6) }.pixels, shown.pixels) == nil)
    #expect(try difference(text { $0.classes = ["stand"] }.pixels, faint.pixels) == nil)
    #expect(try difference(text { $0.classes = [name] }.pixels, shown.pixels) == nil)
  }
}

@Suite struct LabelMemoryTests {
  private let metrics = TextMetrics(ascent: 0.9, descent: 0.25, width: { 0.6 * Double($0.count) })
  private let size = ImageSize(width: 852, height: 480)

  private func layout(_ boxes: [PixelBox], before: [LabelPlace?]) -> LabelLayout {
    let requests = zip(boxes, before).map { box, place in
      var request = LabelRequest(box: box, lines: [LabelLine(full: "0.90 carry/hold", short: "0.90 carry/hold")])
      request.before = place
      return request
    }
    return layOutLabels(requests, in: size, fontSize: 12, minimumFontSize: 9, metrics: metrics)
  }

  /// Somebody passes above: the label would go under its box. It stays there when they are gone, until it would cover somebody.
  @Test func labelsStayWhereTheyStood() throws {
    let box = PixelBox(x1: 300, y1: 200, x2: 400, y2: 400)
    let passer = PixelBox(x1: 280, y1: 150, x2: 460, y2: 199)
    let first = layout([box], before: [nil]).labels[0].place
    let pushed = try #require(layout([box, passer], before: [nil, nil]).labels.first).place
    #expect(first != pushed)
    #expect(layout([box], before: [pushed]).labels[0].place == pushed)
    #expect(layout([box, passer], before: [first, nil]).labels[0].place != first)
  }

  /// Five hundred people: labels are few and short, but none leaves the picture or meets another, and none is forgotten.
  @Test(arguments: [
    ImageSize(width: 3840, height: 2160), ImageSize(width: 1280, height: 720), ImageSize(width: 768, height: 432),
  ])
  func fiveHundredPeople(size: ImageSize) {
    var generator = SeededGenerator(seed: 12)
    let lines = ["0.90 carry/hold", "0.80 talk to", "0.40 stand"].map { LabelLine(full: $0 + " (a person)", short: $0) }
    let requests = (0..<500).map { _ in
      let (x, y) = (generator.uniform(0, 0.97) * Double(size.width), generator.uniform(0, 0.9) * Double(size.height))
      return LabelRequest(
        box: PixelBox(x1: x, y1: y, x2: x + 0.03 * Double(size.width), y2: y + 0.1 * Double(size.height)), lines: lines)
    }
    let layout = layOutLabels(requests, in: size, fontSize: 12, minimumFontSize: 9.5, metrics: metrics)
    #expect((layout.labels.map(\.request) + layout.omitted).sorted() == Array(0..<500))
    #expect(layout.labels.count > (size.height < 500 ? 150 : 450), "\(layout.labels.count)")
    for (number, label) in layout.labels.enumerated() {
      let frame = label.frame
      #expect(frame.x1 >= 0 && frame.y1 >= 0 && frame.x2 <= Double(size.width) && frame.y2 <= Double(size.height))
      let meets = layout.labels[..<number].contains { other in
        frame.x1 < other.frame.x2 && other.frame.x1 < frame.x2 && frame.y1 < other.frame.y2 && other.frame.y1 < frame.y2
      }
      #expect(!meets)
    }
  }
}

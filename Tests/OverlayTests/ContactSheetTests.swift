import Geometry
import Imaging
import Overlay
import Testing

private func picture(_ width: Int, _ height: Int, _ value: UInt8) -> Image {
  Image(
    size: ImageSize(width: width, height: height), order: .bgr,
    pixels: [UInt8](repeating: value, count: width * height * 3))
}

private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
  Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
}

private let nobody = OverlayScene(people: [], title: "v", time: "0902 s")

/// Key frames on pages.
@Suite struct ContactSheetTests {
  /// Three columns of 100 pixels between gaps of 8: 332 pixels.
  private let layout = ContactSheet.Layout(width: 332, columns: 3, rows: 2, pages: 2)

  @Test func pagesComeAsTheyAreFull() throws {
    var sheet = ContactSheet(layout, style: OverlayStyle())
    var pages: [Image] = []
    for number in 0..<8 {
      if let page = try sheet.add(picture(200, 100, UInt8(20 * number + 20)), nobody) { pages.append(page) }
      #expect(pages.count == (number < 5 ? 0 : 1))
    }
    if let page = try sheet.last() { pages.append(page) }
    #expect(try sheet.last() == nil && pages.count == 2 && pages.map(\.width) == [332, 332])
    // 50 pixels of a picture, and the strip with its time below.
    let strip = (pages[0].height - 3 * 8) / 2 - 50
    #expect(strip > 15 && pages[1].height == 50 + strip + 16)
    for number in 0..<6 {
      let (x, y) = (8 + number % 3 * 108, 8 + number / 3 * (50 + strip + 8))
      let value = UInt8(20 * number + 20)
      for (dx, dy) in [(1, 1), (98, 1), (50, 48)] {
        #expect(pixel(pages[0], x + dx, y + dy) == [value, value, value], "picture \(number)")
      }
      #expect(pixel(pages[0], x - 4, y + 10) != [value, value, value])
      let under = (x..<x + 100).map { pixel(pages[0], $0, y + 50 + strip / 2) }
      #expect(Set(under).count > 5, "the time under picture \(number)")
    }
  }

  @Test func portraitPicturesFitIntoASquareAndStandInItsMiddle() throws {
    var sheet = ContactSheet(layout, style: OverlayStyle())
    _ = try sheet.add(picture(100, 400, 200), nobody)
    _ = try sheet.add(picture(40, 30, 100), nobody)
    let page = try #require(try sheet.last())
    // 25 x 100 in 8 to 108; a small picture keeps its size, and stands on the same line.
    #expect(pixel(page, 8 + 50, 8 + 50) == [200, 200, 200] && pixel(page, 8 + 30, 8 + 50) != [200, 200, 200])
    #expect(pixel(page, 116 + 50, 8 + 72) == [100, 100, 100] && pixel(page, 116 + 50, 8 + 60) != [100, 100, 100])
  }

  @Test func boxesAndLabelsAreDrawnSmall() throws {
    var sheet = ContactSheet(ContactSheet.Layout(width: 816, columns: 2, rows: 1), style: OverlayStyle(threshold: 0.5))
    let box = UnitBox(x1: 0.25, y1: 0.25, x2: 0.75, y2: 1)
    let person = DetectedPerson(box: box, actions: [ScoredAction(name: "stand", score: 0.9)])
    _ = try sheet.add(picture(1600, 800, 60), OverlayScene(people: [person], title: "v", time: "1 s"))
    let page = try #require(try sheet.last())
    let colour = [personPalette[0].red, personPalette[0].green, personPalette[0].blue].map {
      UInt8(($0 * 255).rounded())
    }
    // The left edge, a quarter into 396 pixels.
    let edge = (8 + 96...8 + 102).map { pixel(page, $0, 8 + 150) }
    #expect(edge.contains(colour), "\(edge)")
  }

  @Test func ofMoreKeyFramesThanThereIsRoomForSomeAreShownEvenly() {
    #expect(layout.chosen(of: 12) == Array(0..<12) && layout.chosen(of: 0) == [])
    #expect(layout.chosen(of: 24) == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22])
    #expect(layout.chosen(of: 13).count == 12 && Set(layout.chosen(of: 13)).count == 12)
  }

  @Test func pagesHaveNumbers() {
    #expect(layout.files("a.b/sheet.png", keyFrames: 6) == ["a.b/sheet.png"])
    #expect(layout.files("a.b/sheet.png", keyFrames: 7) == ["a.b/sheet.png", "a.b/sheet-2.png"])
    #expect(layout.files("a.b/sheet", keyFrames: 1000) == ["a.b/sheet", "a.b/sheet-2"])
    #expect(layout.files("s.jpg", keyFrames: 0) == ["s.jpg"])
  }

  @Test(arguments: [
    (ContactSheet.Layout(width: 319), "the width of a contact sheet is 319, expected 320 to 8000"),
    (ContactSheet.Layout(columns: 0), "its number of columns is 0, expected 1 to 20"),
    (ContactSheet.Layout(rows: 101), "its number of rows is 101, expected 1 to 100"),
    (ContactSheet.Layout(pages: 0), "its number of pages is 0, expected 1 to 1000"),
    (
      ContactSheet.Layout(width: 400, columns: 5),
      "5 columns of a page of 400 pixels are 70 pixels wide, expected at least 80"
    ),
    (
      ContactSheet.Layout(width: 8000, columns: 1, rows: 100),
      "100 rows make a page of up to 8000 x 842308 pixels, expected at most 32767 on a side and 150 million in all"
    ),
  ])
  func faults(layout: ContactSheet.Layout, fault: String) {
    #expect(layout.fault == fault)
    #expect(ContactSheet.Layout().fault == nil)
  }
}

/// What a person does, drawn.
@Suite struct PersonTimelineTests {
  private func timeline(_ rows: [PersonTimeline.Row], seen: ClosedRange<Double>? = 2...8) -> PersonTimeline {
    PersonTimeline(title: "v, person 2", color: 2, duration: 10, start: 900, seen: seen, rows: rows)
  }

  private func share(of colour: RGBColor, in image: Image, row y: Int) -> [Int] {
    let bytes = [colour.red, colour.green, colour.blue].map { UInt8(($0 * 255).rounded()) }
    return (0..<image.width).filter { pixel(image, $0, y) == bytes }
  }

  @Test func barsLieWhereTheIntervalsAre() throws {
    let rows = [
      PersonTimeline.Row(name: "stand", intervals: [(2, 4, 0.9), (6, 7, 0.55)]),
      PersonTimeline.Row(name: "walk (somewhere)", intervals: [(0, 10, 0.7)]),
    ]
    let image = try timeline(rows).drawn()
    #expect(image.width == 1280 && image.height == 24 + 5 * 26 && image.order == .rgb)
    // The lower edge of the bars, under the letters.
    let full = share(of: personPalette[1], in: image, row: 12 + 3 * 26 + 22)
    let (first, last) = (try #require(full.first), try #require(full.last))
    #expect(last > 1260 && full.count == last - first + 1)
    let unit = Double(last - first + 1) / 10
    let own = share(of: personPalette[1], in: image, row: 12 + 2 * 26 + 22)
    for (begin, end) in [(2.0, 4.0), (6, 7)] {
      let part = own.filter { Double($0 - first) / unit > begin - 0.5 && Double($0 - first) / unit < end + 0.5 }
      #expect(
        abs(Double(part.first! - first) / unit - begin) < 0.02
          && abs(Double(part.last! + 1 - first) / unit - end) < 0.02)
    }
    #expect(abs(Double(own.count) / unit - 3) < 0.05)
    // The same, whatever order it is asked in.
    #expect(try timeline(rows).drawn().pixels == image.pixels)
  }

  @Test func nothingDoneAndMuchDone() throws {
    #expect(try timeline([], seen: nil).drawn().height == 24 + 3 * 26)
    let many = (0..<200).map { PersonTimeline.Row(name: "action \($0)", intervals: [(0, 0, 0.5)]) }
    let image = try timeline(many).drawn()
    #expect(image.height == 24 + 63 * 26)
    let noTime = PersonTimeline(
      title: "<&>\u{1}", color: -5, duration: 0, start: 0, seen: 0...0, rows: Array(many.prefix(2)))
    #expect(try noTime.drawn().height == 24 + 5 * 26)
  }
}

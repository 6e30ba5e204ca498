import Geometry
import Imaging
import Overlay
import TestSupport
import Testing

private let actions = ["dancing", "a name that is far too long for a small picture"]

private func timeline() -> ActionTimeline {
  func stretch(_ begin: Double, _ end: Double, _ scores: [Double]) -> ActionTimeline.Stretch {
    ActionTimeline.Stretch(
      begin: begin, end: end, scores: scores, best: zip(actions, scores).map { ScoredAction(name: $0, score: $1) })
  }
  return ActionTimeline(
    actions: actions, stretches: [stretch(0, 2, [1, 0]), stretch(2, 4, [0, 0.5]), stretch(6, 8, [0, 1])], duration: 8)
}

private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
  Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
}

private func bytes(_ color: RGBColor) -> [UInt8] {
  [color.red, color.green, color.blue].map { UInt8(($0 * 255).rounded()) }
}

@Suite struct ActionDrawingTests {
  private let grey = Image(
    size: ImageSize(width: 800, height: 600), order: .rgb, pixels: [UInt8](repeating: 128, count: 800 * 600 * 3))

  /// Bars are as long as their stretches and as high as their scores; the picture stays beside the label.
  @Test func barsFollowTheScores() throws {
    let drawing = try ActionDrawing(timeline(), title: "a.mp4", size: grey.size)
    let image = try drawing.draw(grey, at: 1, timeText: "1.00 s")
    #expect(image.width == 800 && image.height > 640)
    #expect(pixel(image, 790, 590) == [128, 128, 128] && pixel(image, 400, 300) == [128, 128, 128])
    // The label stands in the corner, on a dark ground.
    #expect(pixel(image, 9, 16).allSatisfy { $0 < 60 })
    func columns(_ row: Int, of action: Int) -> [Int] {
      (0..<800).filter { pixel(image, $0, row) == bytes(personPalette[action]) }
    }
    // Rows of 22 pixels under the strip of 26: the middle of each bar's foot.
    let font = 15.0
    let (strip, row) = (Int((font * 1.7).rounded()), Int((font * 1.5).rounded()))
    let first = columns(600 + strip + row - 3, of: 0)
    let second = columns(600 + strip + 2 * row - 3, of: 1)
    let bars = try #require(first.max().map { $0 - 280 })
    #expect(bars > 80, "the first quarter of the bars: \(first.count)")
    // Half of the row's height has the score 0.5 alone; all of it the score 1.
    let top = columns(600 + strip + row + 4, of: 1)
    #expect(second.count > top.count + 100 && top.count > 100)
    #expect(columns(600 + strip + 4, of: 0).count > 100)
  }

  /// The moment is a white line through the rows; between stretches nothing is written over the picture.
  @Test func momentsAndGaps() throws {
    let drawing = try ActionDrawing(timeline(), title: "a.mp4", size: grey.size)
    func white(_ time: Double) throws -> [Int] {
      let image = try drawing.draw(grey, at: time, timeText: "")
      return (0..<800).filter { pixel(image, $0, image.height - 2) == [255, 255, 255] }
    }
    let (early, late) = (try #require(white(0).first), try #require(white(8).first))
    let middle = try #require(white(4).first)
    #expect(early < middle && middle < late && abs((early + late) / 2 - middle) <= 2)
    let gap = try drawing.draw(grey, at: 5, timeText: "5.00 s")
    #expect(pixel(gap, 9, 16) == [128, 128, 128])
    let end = try drawing.draw(grey, at: 8, timeText: "8.00 s")
    #expect(pixel(end, 9, 16).allSatisfy { $0 < 60 })
  }

  @Test(arguments: [1, 7, 40]) func tinyPictures(side: Int) throws {
    let size = ImageSize(width: side, height: side)
    let image = Image(size: size, order: .bgr, pixels: [UInt8](repeating: 0, count: side * side * 3))
    for shown in [timeline(), ActionTimeline(actions: [], stretches: [], duration: 0)] {
      let drawn = try ActionDrawing(shown, title: "a", size: size).draw(image, at: 0, timeText: "0 s")
      #expect(drawn.width >= side && drawn.order == .bgr)
    }
  }
}

import Clips
import Geometry
import Imaging
import TestSupport
import Tensors
import Testing

/// Frames whose pixels say where they are and which frame it is.
private final class PlacedFrames: FrameSource {
  let size: ImageSize
  private(set) var decoded: [Int] = []

  init(_ width: Int, _ height: Int) { size = ImageSize(width: width, height: height) }

  var name: String { "placed" }
  var frameCount: Int { 40 }
  var framesPerSecond: Double { 30 }

  func frame(at index: Int) throws -> Image {
    decoded.append(index)
    let pixels = (0..<size.height).flatMap { y in
      (0..<size.width).flatMap { x in [UInt8(x * 3), UInt8(y * 5), UInt8(index)] }
    }
    return Image(size: size, order: .bgr, pixels: pixels)
  }
}

struct ViewTests {
  private let window = ClipWindow(frames: 4, rate: 2)

  private func reader(_ source: PlacedFrames) -> ViewReader {
    ViewReader(source, window: window, preprocessing: preprocessing(8, order: .bgr))
  }

  /// Three squares along the long side, the middle one at ceil((L - S) / 2); boxes go along.
  @Test(arguments: [(15, 8, false), (8, 15, false), (15, 8, true)]) func squares(
    _ width: Int, _ height: Int, _ flip: Bool
  )
    throws
  {
    let source = PlacedFrames(width, height)
    let reader = reader(source)
    let whole = View(shortSide: 8, flip: flip)
    let squares = (0..<3).map { View(shortSide: 8, flip: flip, crop: .square($0)) }
    try reader.read([whole] + squares, around: 20)
    #expect(source.decoded == [16, 18, 20, 22], "once for all views")
    let all = try reader.clip(whole, around: 20).frames
    for (square, offset) in zip(squares, [0, 4, 7]) {
      let (clip, size) = try reader.clip(square, around: 20)
      #expect(clip.extent == Extent3(4, 8, 8) && size == source.size)
      let (left, top) = width > height ? (offset, 0) : (0, offset)
      for position in 0..<clip.extent.count {
        let (t, y, x) = (position / 64, position / 8 % 8, position % 8)
        let place = (t * height + y + top) * width + x + left
        for c in 0..<3 where clip.value(position: position, channel: c) != all.value(position: place, channel: c) {
          Issue.record("\(square) at \(t), \(y), \(x)")
          return
        }
      }
      let box = UnitBox(x1: 0.4, y1: 0.4, x2: 0.6, y2: 0.6)
      let inWhole = reader.boxes([box], whole, in: size)[0]
      let moved = PixelBox(
        x1: inWhole.x1 - Double(left), y1: inWhole.y1 - Double(top), x2: inWhole.x2 - Double(left),
        y2: inWhole.y2 - Double(top))
      #expect(reader.boxes([box], square, in: size)[0] == moved.clipped(maxX: 7, maxY: 7))
    }
  }

  /// Parts begin at equal distances; a video shorter than a clip has them all at its beginning.
  @Test func partsOfAVideo() throws {
    let views = (0..<4).map { View(shortSide: 8, position: .part($0, of: 4)) }
    #expect(views.map { window.center(of: $0, around: 99, count: 40) } == [4, 12, 20, 28])
    #expect(views.map { window.center(of: $0, around: 99, count: 5) } == [4, 4, 4, 4])
    #expect(window.center(of: View(shortSide: 8), around: 17, count: 40) == 17)
    let source = PlacedFrames(8, 8)
    let reader = reader(source)
    try reader.read(views, around: 0)
    #expect(source.decoded == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30])
    #expect(Set(try views.map { try reader.clip($0, around: 0).frames.value(position: 0, channel: 2) }).count == 4)
  }

  @Test func names() {
    #expect(View(shortSide: 256).description == "256")
    let all = View(shortSide: 320, flip: true, crop: .square(2), position: .part(3, of: 10))
    #expect(all.description == "320 flip square 2 part 3 of 10")
  }
}

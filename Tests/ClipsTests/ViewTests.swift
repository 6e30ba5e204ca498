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

  private let isMirrored: Bool

  init(_ width: Int, _ height: Int, isMirrored: Bool = false) {
    size = ImageSize(width: width, height: height)
    self.isMirrored = isMirrored
  }

  var name: String { "placed" }
  var frameCount: Int { 40 }
  var framesPerSecond: Double { 30 }

  func frame(at index: Int) throws -> Image {
    decoded.append(index)
    let pixels = (0..<size.height).flatMap { y in
      (0..<size.width).flatMap { x in
        [UInt8((isMirrored ? size.width - 1 - x : x) * 3), UInt8(y * 5), UInt8(index)]
      }
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
  @Test(arguments: [(15, 8, false), (8, 15, false), (15, 8, true), (8, 15, true)]) func squares(
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
    let all = try reader.clip(whole, around: 20)
    for (square, offset) in zip(squares, [0, 4, 7]) {
      let clip = try reader.clip(square, around: 20)
      #expect(clip.extent == Extent3(4, 8, 8) && reader.frameSize(square) == source.size)
      let (left, top) = width > height ? (offset, 0) : (0, offset)
      for position in 0..<clip.extent.count {
        let (t, y, x) = (position / 64, position / 8 % 8, position % 8)
        let place = (t * height + y + top) * width + x + left
        for c in 0..<3 where clip.value(position: position, channel: c) != all.value(position: place, channel: c) {
          Issue.record("\(square) at \(t), \(y), \(x)")
          return
        }
      }
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
    #expect(Set(try views.map { try reader.clip($0, around: 0).value(position: 0, channel: 2) }).count == 4)
  }

  @Test func names() {
    #expect(View(shortSide: 256).description == "256")
    let all = View(shortSide: 320, flip: true, crop: .square(2), position: .part(3, of: 10))
    #expect(all.description == "320 flip square 2 part 3 of 10")
    #expect(View(shortSide: 256, crop: .rest).description == "256 rest")
  }

  /// Scales, flips and squares of one key frame and of the next that overlaps it: no frame is decoded twice, and what is
  /// counted is what was decoded.
  @Test func framesAreDecodedOnceForAllViews() throws {
    let source = PlacedFrames(15, 8)
    let costs = PipelineCosts()
    let reader = ViewReader(source, window: window, preprocessing: preprocessing(8, order: .bgr), costs: costs)
    let views = [8, 9, 12].flatMap { side in
      [false, true].flatMap { flip in
        [View.Crop.whole, .square(0), .square(1)].map { View(shortSide: side, flip: flip, crop: $0) }
      }
    }
    for center in [20, 24] {
      try reader.read(views, around: center)
      for view in views { _ = try reader.clip(view, around: center) }
    }
    #expect(source.decoded == [16, 18, 20, 22, 24, 26] && costs.decodedFrames == 6)
  }

  /// Mirroring frames and looking at them mirrored changes nothing, whatever part is looked at.
  @Test func flipOfFlip() throws {
    let (plain, mirrored) = (PlacedFrames(15, 8), PlacedFrames(15, 8, isMirrored: true))
    for crop in [View.Crop.whole, .square(0), .square(1), .square(2)] {
      for side in [8, 11] {
        let one = try reader(plain).clip(View(shortSide: side, crop: crop), around: 20)
        let other = try reader(mirrored).clip(View(shortSide: side, flip: true, crop: crop), around: 20)
        #expect(one.extent == other.extent)
        // Resizing mirrored pixels may round the other way.
        let level: Float = side == 8 ? 0 : 1.01 / 255 / 0.225
        let gap = (0..<one.extent.count * 3).map { abs(one.start[$0] - other.start[$0]) }.max() ?? 9
        #expect(gap <= level, "\(crop) at \(side): \(gap)")
      }
    }
  }

  /// Clips of several sizes share as many pieces of memory as are held at a time, and one more.
  @Test func memoryOfSeveralSizes() throws {
    let source = PlacedFrames(15, 8)
    let reader = reader(source)
    let views = [8, 12, 16].flatMap { side in [false, true].map { View(shortSide: side, flip: $0) } }
    var held: [FeatureMap] = []
    var places: Set<UnsafeMutablePointer<Float>> = []
    for (number, view) in (views + views + views + views).enumerated() {
      try reader.read([view], around: 20)
      let clip = try reader.clip(view, around: 20)
      #expect(!held.contains { $0.start == clip.start })
      held = held.suffix(1) + [clip]
      // By then every piece is as large as the largest clip.
      if number >= 12 { places.insert(clip.start) }
    }
    #expect(places.count == 3)
  }
}

/// Which boxes count in which part of a frame, computed by hand: frames of 32 x 8 have squares at 0, 12 and 24, eight wide.
struct CountedBoxesTests {
  private let frame = ImageSize(width: 32, height: 8)

  private func counted(
    _ crop: View.Crop, _ x1: Double, _ x2: Double, flip: Bool = false, _ backend: Preprocessing.Backend = .cv2
  ) -> PixelBox? {
    var preprocessing = preprocessing(8, backend)
    preprocessing.view = View(shortSide: 8, flip: flip, crop: crop)
    return preprocessing.counted([UnitBox(x1: x1 / 32, y1: 0.25, x2: x2 / 32, y2: 0.75)], in: frame)[0]
  }

  /// Left and right edge of a box in each square, nil where it does not count; and whether the rest has it.
  @Test(
    arguments: [
      // Inside; on the edge with half of it; with less.
      (1, 5, [[1, 5], nil, nil], false), (5, 9, [[5, 7], nil, nil], false), (6, 10, [nil, nil, nil], true),
      // Between the squares; in two at once is only what is small against both, and here none is.
      (8, 11, [nil, nil, nil], true), (10, 21, [nil, [0, 7], nil], false), (0, 31, [nil, nil, nil], true),
      // Seven of twelve, and the last square.
      (20, 31, [nil, nil, [0, 7]], false), (28, 40, [nil, nil, [4, 7]], false),
      // Without width: where it lies.
      (7, 7, [[7, 7], nil, nil], false), (9, 9, [nil, nil, nil], true), (24, 24, [nil, nil, [0, 0]], false),
    ] as [(Double, Double, [[Double]?], Bool)])
  func squares(_ x1: Double, _ x2: Double, _ edges: [[Double]?], _ isRest: Bool) {
    for backend in [Preprocessing.Backend.cv2, .pytorch] {
      for index in 0..<3 {
        let box = counted(.square(index), x1, x2, backend)
        #expect(box.map { [$0.x1, $0.x2] } == edges[index], "square \(index)")
        if let box { #expect(box.y1 == 2 && box.y2 == 6) }
      }
      let rest = counted(.rest, x1, x2, backend)
      #expect((rest != nil) == isRest)
      if isRest { #expect(rest == counted(.whole, x1, x2, backend)) }
    }
  }

  /// The half that counts, seen in a mirror: 5 to 9 is 22 to 26 there.
  @Test func mirrored() {
    #expect(counted(.square(0), 5, 9, flip: true) == nil && counted(.rest, 5, 9, flip: true) == nil)
    #expect(counted(.square(2), 5, 9, flip: true) == PixelBox(x1: 0, y1: 2, x2: 2, y2: 6))
  }

  /// Squares that overlap share the boxes between them; upright frames are cut along their height.
  @Test func overlapping() {
    var preprocessing = preprocessing(8)
    func boxes(_ crop: View.Crop, _ width: Int, _ height: Int, _ box: UnitBox) -> PixelBox? {
      preprocessing.view = View(shortSide: 8, crop: crop)
      return preprocessing.counted([box], in: ImageSize(width: width, height: height))[0]
    }
    // 8 x 16: squares at 0, 4 and 8.
    let low = UnitBox(x1: 0.25, y1: 0.375, x2: 0.75, y2: 0.5)
    #expect(boxes(.square(0), 8, 16, low) == PixelBox(x1: 2, y1: 6, x2: 6, y2: 7))
    #expect(boxes(.square(1), 8, 16, low) == PixelBox(x1: 2, y1: 2, x2: 6, y2: 4))
    #expect(boxes(.square(2), 8, 16, low) == nil && boxes(.rest, 8, 16, low) == nil)
    // Square frames are seen once, however often they are cut; nearly square ones twice.
    let counts = [(8, 8), (9, 8), (10, 8)].map { width, height in
      (0..<3).map { boxes(.square($0), width, height, low) != nil }
    }
    #expect(counts == [[true, false, false], [true, true, false], [true, true, true]])
    #expect(boxes(.rest, 8, 8, low) == nil && boxes(.square(0), 8, 8, low) == boxes(.whole, 8, 8, low))
  }
}

import Augmentation
import Geometry
import Imaging
import TestSupport
import Testing

@Suite struct SpatialTests {
  private let boxes = [PixelBox(x1: 1, y1: 2, x2: 5.5, y2: 6), PixelBox(x1: -3, y1: 0, x2: 40, y2: 3)]

  @Test func twoFlipsAreNone() {
    let bytes = Clip(frames: drawnImages(2, width: 7, height: 5, seed: 1), boxes: boxes)
    let floats = drawnClip(width: 7, height: 5, seed: 2, boxes: boxes)
    var (a, b, draws) = (bytes, floats, FixedDraws(place: 0.4))
    for times in 1...2 {
      HorizontalFlip().apply(to: &a, &draws)
      HorizontalFlip().apply(to: &b, &draws)
      let isSame = times == 2
      #expect((a.frames[1].pixels == bytes.frames[1].pixels) == isSame)
      #expect((b.frames[1].pixels == floats.frames[1].pixels) == isSame)
      #expect((a.boxes == boxes) == isSame && (b.boxes == boxes) == isSame)
    }
  }

  @Test("Mirrored by hand: x becomes width - x - 1")
  func flip() {
    let frame = Image(size: ImageSize(width: 2, height: 1), order: .rgb, pixels: [1, 2, 3, 4, 5, 6])
    var clip = Clip(frames: [frame], boxes: [PixelBox(x1: 0, y1: 0, x2: 0.25, y2: 1)])
    var draws = FixedDraws(place: 0.5)
    HorizontalFlip(probability: 0.5).apply(to: &clip, &draws)
    #expect(clip.frames[0].pixels == [1, 2, 3, 4, 5, 6])
    HorizontalFlip(probability: 0.6).apply(to: &clip, &draws)
    #expect(clip.frames[0].pixels == [4, 5, 6, 1, 2, 3])
    #expect(clip.boxes == [PixelBox(x1: 0.75, y1: 0, x2: 1, y2: 1)])
  }

  @Test("Jitter to the length that is there is nothing")
  func sameLength() {
    for (width, height) in [(6, 4), (4, 9), (4, 4)] {
      let start = drawnClip(width: width, height: height, seed: 3, boxes: boxes)
      var (clip, draws) = (start, FixedDraws(place: 0.3))
      ShortSideJitter(4...4, isInverse: true).apply(to: &clip, &draws)
      #expect(clip.frames[0].pixels == start.frames[0].pixels && clip.boxes == boxes)
      #expect(draws.count == 1)
    }
  }

  @Test("By hand: both axes of boxes grow by the ratio of the long sides, which are rounded down")
  func jitter() {
    var (clip, draws) = (drawnClip(width: 7, height: 4, seed: 4, boxes: boxes), FixedDraws(place: 0.5))
    ShortSideJitter(6...8, isInverse: false).apply(to: &clip, &draws)
    #expect(clip.size == ImageSize(width: 12, height: 7))
    #expect(clip.boxes[0] == PixelBox(x1: 12 / 7.0, y1: 24 / 7.0, x2: 66 / 7.0, y2: 72 / 7.0))
    // Half of the way from 1/8 to 1/6 is 7/48; the draw's length is 48/7.
    var bytes = Clip(frames: drawnImages(1, width: 4, height: 9, seed: 5), boxes: [boxes[0]])
    ShortSideJitter(6...8, isInverse: true).apply(to: &bytes, &draws)
    #expect(bytes.size == ImageSize(width: 7, height: 15))
    #expect(bytes.boxes[0].x1 == 15 / 9.0)
  }

  @Test func jitterOfOneColourIsThatColour() {
    let grey = Image(size: ImageSize(width: 9, height: 5), order: .bgr, pixels: [UInt8](repeating: 77, count: 135))
    var (clip, draws) = (Clip(frames: [grey]), FixedDraws(place: 0.5))
    ShortSideJitter(3...17, isInverse: false).apply(to: &clip, &draws)
    #expect(clip.frames[0].height == 10 && clip.frames[0].pixels.allSatisfy { $0 == 77 })
  }

  @Test("Cut by hand; boxes move along and are not clipped")
  func crop() {
    let start = drawnClip(width: 8, height: 6, seed: 6, boxes: boxes)
    var (clip, draws) = (start, FixedDraws(place: 0.5))
    RandomCrop(4).apply(to: &clip, &draws)
    // Offsets: 1 of 0 and 1, 2 of 0 to 3.
    #expect(clip.size == ImageSize(width: 4, height: 4) && draws.count == 2)
    #expect(clip.frames[1].pixels[0..<3] == start.frames[1].pixels[(8 + 2) * 3..<(8 + 3) * 3])
    #expect(clip.frames[1].pixels[45..<48] == start.frames[1].pixels[(4 * 8 + 5) * 3..<(4 * 8 + 6) * 3])
    #expect(clip.boxes[1] == PixelBox(x1: -5, y1: -1, x2: 38, y2: 2))
  }

  @Test func wholeCropTakesNoDraw() {
    let start = drawnClip(width: 5, height: 5, seed: 7, boxes: boxes)
    var (clip, draws) = (start, FixedDraws(place: 0.9))
    RandomCrop(5).apply(to: &clip, &draws)
    #expect(clip.frames[0].pixels == start.frames[0].pixels && clip.boxes == boxes && draws.count == 0)
  }

  @Test("The last place of a crop is never drawn, as numpy's bound is")
  func lastPlace() {
    let start = Clip(
      frames: drawnImages(1, width: 6, height: 4, seed: 8), boxes: [PixelBox(x1: 9, y1: 9, x2: 9, y2: 9)])
    var places: Set<Double> = []
    for index in 0..<200 {
      var (clip, draws) = (start, SeededDraws(seed: 1, epoch: 0, index: index))
      RandomCrop(4).apply(to: &clip, &draws)
      places.insert(9 - clip.boxes[0].x1)
      #expect(clip.boxes[0].y1 == 9)
    }
    #expect(places == [0, 1])
  }

  @Test("A mirrored crop is the crop of the mirrored clip from the other side")
  func cropAndFlip() {
    var (a, draws) = (drawnClip(width: 9, height: 6, seed: 9, boxes: boxes), FixedDraws(place: 0))
    var b = a
    a.crop(to: PixelRectangle(left: 2, top: 1, width: 4, height: 4))
    HorizontalFlip().apply(to: &a, &draws)
    HorizontalFlip().apply(to: &b, &draws)
    b.crop(to: PixelRectangle(left: 9 - 4 - 2, top: 1, width: 4, height: 4))
    #expect(a.frames[0].pixels == b.frames[0].pixels && a.boxes == b.boxes)
  }

  @Test func uniformCrops() {
    func left(_ width: Int, _ height: Int, _ place: Int) -> [Double] {
      var draws = FixedDraws(place: 0)
      var clip = drawnClip(1, width: width, height: height, seed: 10, boxes: [PixelBox(x1: 0, y1: 0, x2: 0, y2: 0)])
      UniformCrop(4, place: place).apply(to: &clip, &draws)
      #expect(clip.size == ImageSize(width: 4, height: 4) && draws.count == 0)
      return [-clip.boxes[0].x1, -clip.boxes[0].y1]
    }
    #expect((0..<3).map { left(9, 7, $0) } == [[0, 2], [3, 2], [5, 2]])
    #expect((0..<3).map { left(5, 7, $0) } == [[1, 0], [1, 2], [1, 3]])
    #expect((0..<3).map { left(4, 4, $0) } == [[0, 0], [0, 0], [0, 0]])
  }

  @Test("Rectangles lie inside of frames of any size, and their areas and aspects within their bounds")
  func rectangles() {
    let crop = RandomResizedCrop(8)
    for index in 0..<500 {
      var draws = SeededDraws(seed: 2, epoch: 0, index: index)
      let (width, height) = (draws.integer(in: 1...300), draws.integer(in: 1...300))
      let part = crop.rectangle(in: ImageSize(width: width, height: height), &draws)
      #expect(part.left >= 0 && part.top >= 0 && part.size.width > 0 && part.size.height > 0)
      #expect(part.left + part.size.width <= width && part.top + part.size.height <= height)
      if min(width, height) >= 60 {
        let aspect = Double(part.size.width) / Double(part.size.height)
        #expect((0.70...1.43).contains(aspect), "\(width)x\(height): \(part)")
        #expect(
          Double(part.size.width * part.size.height) > 0.07 * Double(width * height), "\(width)x\(height): \(part)")
      }
    }
  }

  @Test func wholeFrameOfItsOwnSizeIsNothing() {
    let start = drawnClip(width: 6, height: 6, seed: 11)
    var (clip, draws) = (start, SeededDraws(seed: 0, epoch: 0, index: 0))
    RandomResizedCrop(6, areas: 1...1, aspects: 1...1).apply(to: &clip, &draws)
    #expect(clip.frames[1].pixels == start.frames[1].pixels)
  }

  @Test("A crop that moves: the first and the last frame have the drawn rectangles, the middle one half of the way")
  func movingCrop() {
    let start = drawnClip(3, width: 12, height: 10, seed: 12)
    var crop = RandomResizedCrop(4, areas: 0.1...1)
    crop.movesOverTime = true
    var clip = start
    var draws = SeededDraws(seed: 3, epoch: 0, index: 9)
    crop.apply(to: &clip, &draws)
    draws = SeededDraws(seed: 3, epoch: 0, index: 9)
    let first = crop.rectangle(in: start.size, &draws)
    let last = crop.rectangle(in: start.size, &draws)
    #expect(first != last)
    let middle = PixelRectangle(
      left: (first.left + last.left) / 2, top: (first.top + last.top) / 2,
      width: (first.size.width + last.size.width) / 2, height: (first.size.height + last.size.height) / 2)
    for (index, part) in [first, middle, last].enumerated() {
      let expected = start.frames[index].cropped(to: part).resized(to: ImageSize(width: 4, height: 4))
      #expect(clip.frames[index].pixels == expected.pixels, "frame \(index)")
    }
    var single = Clip(frames: [start.frames[0]])
    draws = SeededDraws(seed: 3, epoch: 0, index: 9)
    crop.apply(to: &single, &draws)
    #expect(single.frames[0].pixels == clip.frames[0].pixels)
  }

  @Test func boxesOutsideLoseTheirArea() {
    var clip = drawnClip(1, width: 6, height: 4, seed: 13, boxes: [PixelBox(x1: -9, y1: -2, x2: -1, y2: 99), boxes[0]])
    clip.clipBoxes()
    #expect(clip.boxes == [PixelBox(x1: 0, y1: 0, x2: 0, y2: 3), PixelBox(x1: 1, y1: 2, x2: 5, y2: 3)])
  }
}

import Augmentation
import Imaging
import TestSupport
import Testing

@Suite struct RandomErasingTests {
  /// Where frames of two clips differ, pixel by pixel.
  private func changed(_ a: FloatImage, _ b: FloatImage) -> [Bool] {
    stride(from: 0, to: a.pixels.count, by: 3).map { a.pixels[$0..<$0 + 3] != b.pixels[$0..<$0 + 3] }
  }

  private func erased(
    _ start: Clip<FloatImage>, _ filling: RandomErasing.Filling, count: Int = 1, index: Int = 0
  ) throws -> Clip<FloatImage> {
    var (clip, draws) = (start, SeededDraws(seed: 5, epoch: 0, index: index))
    try RandomErasing(probability: 1, filling: filling, count: count).apply(to: &clip, &draws)
    return clip
  }

  @Test("One rectangle of an allowed area, the same in all frames", arguments: RandomErasing.Filling.allCases)
  func rectangle(filling: RandomErasing.Filling) throws {
    let start = drawnClip(3, width: 20, height: 16, seed: 1)
    for index in 0..<40 {
      let clip = try erased(start, filling, index: index)
      let places = changed(clip.frames[0], start.frames[0])
      #expect((1...2).allSatisfy { changed(clip.frames[$0], start.frames[$0]) == places })
      let rows = (0..<16).filter { y in (0..<20).contains { places[y * 20 + $0] } }
      let columns = (0..<20).filter { x in (0..<16).contains { places[$0 * 20 + x] } }
      #expect(rows.count * columns.count == places.count { $0 } && rows.count < 16 && columns.count < 20)
      // Rounded sides may leave the bounds by a little.
      #expect((0.01...0.4).contains(Double(places.count { $0 }) / 320))
    }
  }

  @Test("Zeros, a number a channel and frame, or one for each value")
  func fillings() throws {
    let start = drawnClip(2, width: 20, height: 16, seed: 2)
    func values(_ filling: RandomErasing.Filling) throws -> [Set<Float>] {
      let clip = try erased(start, filling)
      return clip.frames.enumerated().map { number, frame in
        let places = changed(frame, start.frames[number])
        return Set(frame.pixels.indices.filter { places[$0 / 3] && $0 % 3 == 1 }.map { frame.pixels[$0] })
      }
    }
    #expect(try values(.const) == [[0], [0]])
    let colours = try values(.rand)
    #expect(colours[0].count == 1 && colours[1].count == 1 && colours[0] != colours[1])
    let noise = try values(.pixel)
    #expect(noise[0].count > 5 && noise[0].isDisjoint(with: noise[1]))
  }

  @Test func probabilities() throws {
    let start = drawnClip(1, width: 20, height: 16, seed: 3)
    let erasing = try RandomErasing(probability: 0.25)
    let times = (0..<400).count { index in
      var (clip, draws) = (start, SeededDraws(seed: 6, epoch: 0, index: index))
      erasing.apply(to: &clip, &draws)
      return clip.frames[0].pixels != start.frames[0].pixels
    }
    #expect(abs(times - 100) < 35, "\(times)")
  }

  @Test("Of several rectangles the first part of the clip is spared")
  func several() throws {
    let start = drawnClip(6, width: 20, height: 16, seed: 4)
    for (count, spared) in [(1, 0), (2, 3), (3, 2), (7, 0)] {
      let clip = try erased(start, .const, count: count)
      let isSame = (0..<6).map { clip.frames[$0].pixels == start.frames[$0].pixels }
      #expect(isSame == (0..<6).map { $0 < spared }, "\(count)")
    }
  }

  @Test("Where no rectangle is smaller than the frame, it stays")
  func tiny() throws {
    let start = drawnClip(2, width: 1, height: 1, seed: 5)
    for index in 0..<40 {
      #expect(try erased(start, .const, index: index).frames[0].pixels == start.frames[0].pixels)
    }
  }

  @Test func refused() {
    #expect(
      throws: AugmentationError(
        doing: "setting up augmentation", found: "AUG.RE_COUNT is 0, expected at least 1",
        advice: "set AUG.RE_COUNT 1, or AUG.RE_PROB 0 to erase nothing")
    ) { try RandomErasing(probability: 1, count: 0) }
    #expect(throws: AugmentationError.self) { try RandomErasing(probability: .nan) }
  }
}

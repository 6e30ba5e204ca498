import Augmentation
import Geometry
import Imaging
import Testing

@Suite struct TemporalDifferenceTests {
  private func applied(_ probability: Double, _ frames: [[UInt8]], index: Int = 0) -> [[UInt8]] {
    let size = ImageSize(width: frames[0].count / 3, height: 1)
    var clip = Clip(frames: frames.map { Image(size: size, order: .rgb, pixels: $0) })
    var draws = SeededDraws(seed: 3, epoch: 0, index: index)
    TemporalDifference(probability: probability).apply(to: &clip, &draws)
    return clip.frames.map(\.pixels)
  }

  /// Greys 0.114, 0.587 and 0.299 of the channels: 100 and 50 less 50 and 100, then less 50 and 0; the last is the one before.
  @Test func byHand() {
    let found = applied(1, [[100, 100, 100, 50, 50, 50], [50, 50, 50, 100, 100, 100], [0, 0, 0, 100, 100, 100]])
    // (50 + 255) / 2 = 152.5, (-50 + 255) / 2 = 102.5, (0 + 255) / 2 = 127.5: to even ones.
    #expect(
      found == [[152, 152, 152, 102, 102, 102], [152, 152, 152, 128, 128, 128], [152, 152, 152, 128, 128, 128]])
    // 0.114 x 200 less nothing: (22.8 + 255) / 2 = 138.9; of the third channel (59.8 + 255) / 2 = 157.4.
    #expect(applied(1, [[200, 0, 0], [0, 0, 0]])[0] == [139, 139, 139])
    #expect(applied(1, [[0, 0, 200], [0, 0, 0]])[0] == [157, 157, 157])
  }

  @Test func nothingMoves() {
    #expect(
      applied(1, [[9, 8, 7], [9, 8, 7], [9, 8, 7]]) == [[128, 128, 128], [128, 128, 128], [128, 128, 128]])
    #expect(applied(1, [[9, 8, 7]]) == [[128, 128, 128]], "one frame has no changes")
  }

  @Test func probabilities() {
    let frames: [[UInt8]] = [[9, 8, 7], [200, 8, 7]]
    #expect(applied(0, frames) == frames)
    let changed = (0..<200).count { applied(0.3, frames, index: $0) != frames }
    #expect(40...80 ~= changed, "\(changed) of 200")
  }
}

import Clips
import Testing

struct ClipWindowTests {
  /// First and last frame relative to the key frame, which is element T / 2.
  static let windows: [(frames: Int, rate: Int, first: Int, last: Int)] = [
    (32, 2, -32, 30), (4, 16, -32, 16), (64, 2, -64, 62), (8, 8, -32, 24), (8, 1, -4, 3), (1, 1, 0, 0),
  ]

  @Test(arguments: windows) func reach(_ frames: Int, _ rate: Int, _ first: Int, _ last: Int) {
    let indices = ClipWindow(frames: frames, rate: rate).indices(around: 1000, count: 5000)
    #expect(indices.count == frames)
    #expect(indices.first == 1000 + first)
    #expect(indices.last == 1000 + last)
    #expect(indices[frames / 2] == 1000)
    #expect(zip(indices, indices.dropFirst()).allSatisfy { $1 - $0 == rate })
  }

  @Test func fourBySixteen() {
    #expect(ClipWindow(frames: 4, rate: 16).indices(around: 60, count: 1000) == [28, 44, 60, 76])
  }

  /// An odd span is halved rounding down: 3 x 3 begins 4 frames before the key frame.
  @Test func oddSpans() {
    #expect(ClipWindow(frames: 3, rate: 3).indices(around: 10, count: 100) == [6, 9, 12])
  }

  @Test func endsAreMovedIntoTheVideo() {
    let window = ClipWindow(frames: 4, rate: 16)
    #expect(window.indices(around: 0, count: 1000) == [0, 0, 0, 16])
    #expect(window.indices(around: 60, count: 62) == [28, 44, 60, 61])
    #expect(window.indices(around: 500, count: 10) == [9, 9, 9, 9])
    #expect(window.indices(around: 5, count: 1) == [0, 0, 0, 0])
  }

  @Test func aStillIsTheKeyFrameOverAndOver() {
    let window = ClipWindow(frames: 4, rate: 16, isStill: true)
    #expect(window.indices(around: 60, count: 1000) == [60, 60, 60, 60])
    #expect(window.indices(around: 60, count: 50) == [49, 49, 49, 49])
    #expect(window.indices(around: -3, count: 50) == [0, 0, 0, 0])
  }
}

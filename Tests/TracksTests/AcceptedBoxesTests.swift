import Geometry
import Testing
import Tracks

private func box(_ x: Double, width: Double = 0.1, height: Double = 0.5) -> UnitBox {
  UnitBox(x1: x, y1: 0.2, x2: x + width, y2: 0.2 + height)
}

private func seen(_ time: Double, _ boxes: (x: Double, id: Int?)...) -> SeenFrame {
  SeenFrame(time: time, boxes: boxes.map { SeenBox(box($0.x), score: 0.2, id: $0.id) })
}

private let square = ImageSize(width: 100, height: 100)

private func ids(_ frames: [SeenFrame], gap: Double? = nil) throws -> [[Int?]] {
  try frames.ordered.acceptedLinks(size: square, gap: gap).map { $0.map { $0?.id } }
}

/// Boxes that somebody has accepted, linked by the one rule.
@Suite struct AcceptedBoxesTests {
  /// However low a detector's score was, who is seen once was there.
  @Test func everyBoxIsSomebodys() throws {
    #expect(
      try ids([seen(1, (0.1, nil), (0.6, nil)), seen(2, (0.62, nil), (0.12, nil)), seen(3, (0.64, nil))])
        == [[1, 2], [2, 1], [2]])
  }

  /// Boxes between key frames lead from one to the next where key frames alone would lead astray: the two change places.
  @Test func boxesBetweenKeyFramesLead() throws {
    let between = (0...20).map { step in
      let share = Double(step) / 20
      return seen(share, (0.1 + 0.5 * share, nil), (0.6 - 0.5 * share, nil))
    }
    #expect(try ids([seen(0, (0.1, nil), (0.6, nil)), seen(1, (0.1, nil), (0.6, nil))]) == [[1, 2], [1, 2]])
    #expect(try ids(between).last == [1, 2])
  }

  @Test func givenIDsAreKept() throws {
    #expect(try ids([seen(0, (0.1, 7), (0.7, nil)), seen(1, (0.1, nil), (0.7, 7))]) == [[7, 8], [9, 7]])
    // An id that a moment has twice is the first one's, in one frame and in two of one time.
    #expect(try ids([seen(0, (0.1, 7), (0.6, 7))]) == [[7, 8]])
    #expect(try ids([seen(1, (0.1, 7)), seen(0, (0.3, nil)), seen(1, (0.6, 7))]).map(\.count) == [1, 2])
    // Nobody whose id is given walks on under it into a box that does not meet theirs.
    #expect(try ids([seen(0, (0.1, 7)), seen(1, (0.25, nil))]) == [[7], [8]])
  }

  /// At one box a second a walker's boxes need not meet: the nearest alike is theirs, but nobody of another size and nobody far.
  @Test func walkersAreFoundThoughTheirBoxesDoNotMeet() throws {
    #expect(try ids([seen(0, (0.1, nil)), seen(1, (0.25, nil)), seen(2, (0.4, nil))]) == [[1], [1], [1]])
    #expect(try ids([seen(0, (0.0, nil)), seen(1, (0.8, nil))]) == [[1], [2]])
    let child = SeenFrame(time: 1, boxes: [SeenBox(box(0.25, height: 0.2))])
    #expect(try ids([seen(0, (0.1, nil)), child]) == [[1], [2]])
    // Where boxes come ten a second nobody goes so far from one to the next.
    #expect(try ids([seen(0, (0.1, nil)), seen(0.1, (0.25, nil)), seen(0.2, (0.4, nil))]) == [[1], [2], [3]])
    // Who was not seen in the frame before is found by where they were going alone.
    #expect(try ids([seen(0, (0.1, nil)), SeenFrame(time: 1, boxes: []), seen(2, (0.25, nil))]) == [[1], [], [2]])
  }

  /// After a minute nobody knows who somebody is, unless the call says so.
  @Test func nobodyIsTheSameAfterAMinute() throws {
    let frames = [seen(0, (0.1, nil)), seen(60, (0.1, nil)), seen(120, (0.1, nil))]
    #expect(try ids(frames) == [[1], [2], [3]])
    #expect(try ids(frames, gap: 100) == [[1], [1], [1]])
    typealias Settings = MotionLinker.Settings
    #expect([nil, 0.04, 1, 3].map { Settings.usualGap(spacing: $0) } == [2.5, 1, 2.5, 5])
    #expect(Settings.accepted(spacing: 1, size: nil).aspect == 16.0 / 9)
  }
}

/// Whose boxes are, where tracks are known.
@Suite struct TrackOwnersTests {
  private func track(_ id: Int, _ places: (time: Double, x: Double)...) -> Track {
    Track(id: id, sightings: places.map { Track.Sighting(time: $0.time, box: box($0.x), score: 1) })
  }

  @Test func aBoxIsItsTracks() {
    let tracks = [track(31, (0, 0.1), (2, 0.1)), track(32, (0, 0.6), (2, 0.6))]
    func owners(_ time: Double, _ places: Double...) -> [Int?] {
      Track.owners(of: places.map { box($0) }, at: time, among: tracks)
    }
    #expect(owners(1, 0.61, 0.3, 0.11) == [32, nil, 31])
    // Each once, and nobody before their first box, but for the box itself.
    #expect(owners(1, 0.11, 0.1) == [nil, 31])
    #expect(owners(-1, 0.61) == [nil] && owners(3, 0.1) == [31] && owners(-9, 0.6) == [32])
    #expect(Track.owners(of: [], at: 1, among: tracks).isEmpty)
    #expect(Track.owners(of: [box(0.1)], at: 1, among: []) == [nil])
  }

  /// A key frame that has the boxes of a moment beside it: people who walk are elsewhere by then, or where another one is.
  @Test func boxesOfAMomentBeside() {
    let tracks = [track(1, (0, 0.1), (1, 0.6)), track(2, (0, 0.6), (1, 0.1))]
    #expect(Track.owners(of: [box(0.1), box(0.6)], at: 0.45, among: tracks) == [1, 2])
    #expect(Track.owners(of: [box(0.1), box(0.6)], at: 0.5, among: tracks) == [1, 2])
    #expect(Track.owners(of: [box(0.1 + 4e-6), box(0.6)], at: 1.5, among: tracks) == [2, 1])
    // Of many who had the box of somebody who stands, it is theirs who had it last.
    let standing = (0..<9).map { track($0, (Double($0), 0.1)) }
    #expect((0..<9).map { Track.owners(of: [box(0.1)], at: Double($0) + 0.2, among: standing) } == (0..<9).map { [$0] })
  }
}

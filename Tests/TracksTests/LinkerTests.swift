import Geometry
import Tensors
import Testing
import Tracks

/// Frames at a rate of boxes of two or more people.
private func frames(_ count: Int, rate: Double = 30, _ boxes: (Double) -> [SeenBox]) -> [SeenFrame] {
  (0..<count).map { SeenFrame(time: Double($0) / rate, boxes: boxes(Double($0) / rate)) }
}

private func links(_ linker: some BoxLinker, _ frames: [SeenFrame]) throws -> [[Int?]] {
  var linker = linker
  return try frames.map { try linker.link($0).map { $0?.id } }
}

private let pixels: MotionLinker.Settings = MotionLinker.Settings()

/// Who is who: by hand, with people who cross, with gaps, given ids and everything a frame may lack.
@Suite struct LinkerTests {
  /// Two people stand; the boxes change places in the list.
  @Test func theOrderInAFrameSaysNothing() throws {
    let (a, b) = (SeenBox(box(0, 0, 10, 20)), SeenBox(box(50, 0, 60, 20)))
    for ids in [
      try links(MotionLinker(), [SeenFrame(time: 0, boxes: [a, b]), SeenFrame(time: 0.1, boxes: [b, a])]),
      try links(OverlapLinker(), [SeenFrame(time: 0, boxes: [a, b]), SeenFrame(time: 0.1, boxes: [b, a])]),
    ] {
      #expect(ids == [[1, 2], [2, 1]])
    }
  }

  /// Two people walk through one another at 2 of their widths a second; both are seen all the time.
  @Test func peopleWhoCrossKeepTheirIDs() throws {
    let walk = frames(120) { time in
      [SeenBox(box(at: 20 * time, 50, 10, 30)), SeenBox(box(at: 80 - 20 * time, 50, 10, 30))]
    }
    let ids = try links(MotionLinker(), walk)
    #expect(ids.allSatisfy { $0 == [1, 2] })
    // By overlap alone they change: when they meet, a box overlaps the other's last one just as well.
    let plain = try links(OverlapLinker(), walk.map { SeenFrame(time: $0.time, boxes: $0.boxes.reversed()) })
    #expect(plain.first == [1, 2])
  }

  /// Somebody walks on behind a pillar for 0.4 s: with motion he is found where he comes out, by overlap he is new.
  @Test func whoIsHiddenForAWhileIsTheSameAfterwards() throws {
    let walk = frames(90) { time in (1...1.4).contains(time) ? [] : [SeenBox(box(at: 30 * time, 50, 10, 30))] }
    let ids = try links(MotionLinker(), walk).flatMap { $0 }
    #expect(Set(ids) == [1])
    #expect(Set(try links(OverlapLinker(), walk).flatMap { $0 }) == [1, 2])
    var settings = pixels
    settings.longestGap = 0.2
    #expect(Set(try links(MotionLinker(settings), walk).flatMap { $0 }) == [1, 2])
  }

  /// The same walk seen at irregular times: what counts is the time, not the number of frames.
  @Test func irregularFrames() throws {
    var random = SeededGenerator(seed: 3)
    var time = 0.0
    let walk = (0..<80).map { _ in
      time += Double.random(in: 0.01...0.12, using: &random)
      return SeenFrame(time: time, boxes: [SeenBox(box(at: 30 * time, 50, 10, 30))])
    }
    #expect(Set(try links(MotionLinker(), walk).flatMap { $0 }) == [1])
  }

  /// Low scores continue a track and begin none; lower ones than that are nobody's.
  @Test func twoStages() throws {
    let place = box(0, 0, 10, 20)
    func frame(_ time: Double, _ score: Double) -> SeenFrame {
      SeenFrame(time: time, boxes: [SeenBox(place, score: score)])
    }
    #expect(
      try links(
        MotionLinker(), [frame(0, 0.9), frame(0.03, 0.3), frame(0.07, 0.05), frame(0.1, 0.3), frame(0.13, 0.65)])
        == [[1], [1], [nil], [nil], [1]])
    #expect(try links(MotionLinker(), [frame(0, 0.3), frame(0.03, 0.65), frame(0.07, 0.7)]) == [[nil], [nil], [1]])
    // A box of a high score goes first, even where one of a low score overlaps better.
    let both = SeenFrame(
      time: 0.03, boxes: [SeenBox(place, score: 0.5), SeenBox(box(2, 0, 12, 20), score: 0.9)])
    #expect(try links(MotionLinker(), [frame(0, 0.9), both]) == [[1], [nil, 1]])
  }

  /// A new track is believed from its second frame on; one that is not seen again at once is forgotten.
  @Test func confirmation() throws {
    var linker = MotionLinker()
    let (a, b) = (SeenBox(box(0, 0, 10, 20)), SeenBox(box(50, 0, 60, 20)))
    func step(_ time: Double, _ boxes: [SeenBox]) throws -> [Link?] {
      try linker.link(SeenFrame(time: time, boxes: boxes))
    }
    #expect(try step(0, [a]) == [Link(id: 1, isConfirmed: true)])
    #expect(try step(0.1, [a, b])[1] == Link(id: 2, isConfirmed: false))
    #expect(try step(0.2, [a]) == [Link(id: 1, isConfirmed: true)])
    #expect(try step(0.3, [a, b])[1] == Link(id: 3, isConfirmed: false))
    #expect(try step(0.4, [a, b])[1] == Link(id: 3, isConfirmed: true))
    let seen = [[a], [a, b], [a], [a, b], [a, b]].enumerated().map { SeenFrame(time: Double($0) / 10, boxes: $1) }
    var again = MotionLinker()
    let tracks = Track.tracks(of: seen, try seen.map { try again.link($0) })
    #expect(tracks.map(\.id) == [1, 3] && tracks.map(\.sightings.count) == [5, 2])
  }

  /// Given ids stay, whatever overlaps; boxes without one go on with them; new ids pass over them.
  @Test func givenIDs() throws {
    let (a, b, c) = (box(0, 0, 10, 20), box(50, 0, 60, 20), box(90, 0, 100, 20))
    var settings = pixels
    settings.firstID = 8
    let seen = [
      SeenFrame(time: 0, boxes: [SeenBox(a, id: 7), SeenBox(b, score: 0.01, id: 3), SeenBox(c)]),
      SeenFrame(time: 0.1, boxes: [SeenBox(b, id: 7), SeenBox(a, id: 3), SeenBox(c)]),
      SeenFrame(time: 0.2, boxes: [SeenBox(c), SeenBox(b, id: 7)]),
    ]
    #expect(try links(MotionLinker(settings), seen) == [[7, 3, 8], [7, 3, 8], [8, 7]])
    let once = [SeenFrame(time: 0, boxes: [SeenBox(a, id: 7)]), SeenFrame(time: 0.1, boxes: [SeenBox(b), SeenBox(a)])]
    #expect(try links(MotionLinker(settings), once) == [[7], [8, 7]])
    // Without an area, and long after.
    #expect(
      try links(
        MotionLinker(settings),
        [
          SeenFrame(time: 0, boxes: [SeenBox(box(1, 1, 1, 1), id: 5)]),
          SeenFrame(time: 99, boxes: [SeenBox(a, id: 5), SeenBox(box(3, 3, 3, 3))]),
        ]) == [[5], [5, nil]])
  }

  @Test func badFrames() throws {
    let a = box(0, 0, 10, 20)
    func message(_ frames: [SeenFrame]) -> String {
      var linker = MotionLinker()
      do {
        for frame in frames { _ = try linker.link(frame) }
        return ""
      } catch { return "\(error)" }
    }
    let first = SeenFrame(time: 2, boxes: [SeenBox(a)])
    #expect(
      message([first, SeenFrame(time: 2, boxes: [])])
        == "linking boxes: expected a time after 2.0 s, found 2.0 s -> hand frames over in the order of time, all boxes of a "
        + "frame at once")
    #expect(
      message([SeenFrame(time: 1, boxes: [SeenBox(a), SeenBox(box(0, .nan, 1, 1))])])
        == "linking boxes: at 1.0 s box 2 of the frame: expected finite coordinates and score, found others -> leave the box out"
    )
    #expect(
      message([SeenFrame(time: 1, boxes: [SeenBox(a, id: 4), SeenBox(a, id: 4)])])
        == "linking boxes: at 1.0 s: expected each id once in a frame, found 4 twice -> remove one of the boxes, or leave the "
        + "ids away")
    #expect(
      message([first, SeenFrame(time: 3, boxes: [SeenBox(a, id: 1)])])
        == "linking boxes: at 3.0 s: expected ids that the linker has not made itself, found 1 -> let the linker count from a "
        + "number above all ids that are given")
  }

  /// Nothing in a frame; boxes without an area or turned inside out.
  @Test func emptyFrames() throws {
    let odd = [box(5, 5, 5, 5), box(10, 20, 0, 0), box(0, 0, 10, -5)].map { SeenBox($0) }
    for ids in [
      try links(MotionLinker(), [SeenFrame(time: 0, boxes: []), SeenFrame(time: 1, boxes: odd)]),
      try links(OverlapLinker(), [SeenFrame(time: 0, boxes: []), SeenFrame(time: 1, boxes: odd)]),
    ] {
      #expect(ids == [[], [nil, nil, nil]])
    }
  }

  /// Walks of several people with noise: moved in place and time, scaled, boxes in another order: the same people.
  @Test(arguments: 0..<8) func properties(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    let people = (0..<5).map { _ in (x: draw(0...300), y: draw(0...100), vx: draw(-40...40)) }
    let walk = frames(60) { time in
      people.compactMap { person in
        if draw(0...1) < 0.05 { return nil }
        return SeenBox(
          box(at: person.x + person.vx * time + draw(-1...1), person.y + draw(-1...1), 20, 60), score: draw(0.3...1))
      }
    }
    let plain = try links(MotionLinker(), walk)
    #expect(plain == (try links(MotionLinker(), walk)))
    func changed(_ change: (UnitBox) -> UnitBox, later: Double = 0) -> [SeenFrame] {
      walk.map { frame in
        SeenFrame(
          time: frame.time + later, boxes: frame.boxes.map { SeenBox(change($0.box), score: $0.score) })
      }
    }
    #expect(plain == (try links(MotionLinker(), changed { box($0.x1 + 64, $0.y1 + 32, $0.x2 + 64, $0.y2 + 32) })))
    #expect(plain == (try links(MotionLinker(), changed({ $0 }, later: 900))))
    #expect(plain == (try links(MotionLinker(), changed { box($0.x1 / 4, $0.y1 / 4, $0.x2 / 4, $0.y2 / 4) })))
    // Fractions of a frame of 512 x 256, with its shape said.
    var settings = pixels
    settings.aspect = 2
    let fractions = changed { box($0.x1 / 512, $0.y1 / 256, $0.x2 / 512, $0.y2 / 256) }
    #expect(plain == (try links(MotionLinker(settings), fractions)))
    for ids in plain {
      let own = ids.compactMap(\.self)
      #expect(Set(own).count == own.count)
    }
  }

  /// Five hundred people in a frame, each with a neighbour that overlaps.
  @Test func crowds() throws {
    let crowd = frames(5) { time in
      (0..<500).map { SeenBox(box(at: Double($0 % 25) * 15 + 5 * time, Double($0 / 25) * 40, 20, 60)) }
    }
    let ids = try links(MotionLinker(), crowd)
    #expect(ids.allSatisfy { $0 == Array(1...500) })
  }
}

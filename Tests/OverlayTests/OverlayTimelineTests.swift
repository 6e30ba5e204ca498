import Geometry
import Overlay
import Testing
import Tracks

private func person(
  _ x: Double, _ y: Double = 0.2, height: Double = 0.5, action: String = "walk", id: Int? = 1
) -> DetectedPerson {
  DetectedPerson(
    box: UnitBox(x1: x, y1: y, x2: x + 0.2, y2: y + height), actions: [ScoredAction(name: action, score: 0.9)], id: id)
}

private func keyFrame(_ time: Double, _ people: DetectedPerson...) -> (Double, OverlayScene) {
  (time, OverlayScene(people: people, groundTruth: [], title: "", time: ""))
}

private func track(_ id: Int, _ places: (time: Double, x: Double)...) -> Track {
  Track(id: id, sightings: places.map { Track.Sighting(time: $0.time, box: person($0.x).box, score: 1) })
}

extension OverlayTimeline {
  fileprivate func people(at time: Double) -> [DetectedPerson] { scene(at: time, title: "", timeText: "").people }
}

@Suite struct OverlayTimelineTests {
  /// By hand: a quarter of the way from 0.1 to 0.3 is 0.15.
  @Test func boxesMoveEvenlyBetweenKeyFrames() {
    let timeline = OverlayTimeline([keyFrame(1, person(0.1)), keyFrame(2, person(0.3))])
    #expect(abs(timeline.people(at: 1.25)[0].box.x1 - 0.15) < 1e-12)
    #expect(abs(timeline.people(at: 1.75)[0].box.x1 - 0.25) < 1e-12)
    #expect(timeline.people(at: 2)[0].box == person(0.3).box)
  }

  /// Where a box was given between key frames nothing is guessed.
  @Test func givenBoxesCountBetweenKeyFrames() {
    let dance = track(1, (1, 0.1), (1.2, 0.6), (1.6, 0), (2, 0.3))
    let timeline = OverlayTimeline([keyFrame(1, person(0.1)), keyFrame(2, person(0.3))], tracks: [dance])
    #expect(timeline.people(at: 1.2).map(\.box) == [person(0.6).box])
    #expect(abs(timeline.people(at: 1.4)[0].box.x1 - 0.3) < 1e-12)
    #expect(timeline.people(at: 1.2)[0].actions == person(0).actions)
  }

  @Test func actionsAreThoseOfTheNearestKeyFrame() {
    let timeline = OverlayTimeline([keyFrame(1, person(0.1)), keyFrame(2, person(0.1, action: "run"))])
    #expect(timeline.people(at: 1.49)[0].actions[0].name == "walk")
    #expect(timeline.people(at: 1.51)[0].actions[0].name == "run")
  }

  /// Key frames a minute apart: what was seen there says nothing of half a minute later. Who is still seen has a box without words.
  @Test func labelsEndASecondFromTheirKeyFrame() {
    let frames = [keyFrame(10, person(0.1)), keyFrame(70, person(0.1))]
    let alone = OverlayTimeline(frames)
    for time in [9.1, 10, 10.9, 69.2] { #expect(alone.people(at: time).map(\.actions.count) == [1], "\(time)") }
    for time in [8.9, 11.1, 40, 68.9, 71.1] {
      #expect(
        alone.people(at: time).isEmpty && alone.scene(at: time, title: "", timeText: "").isBetweenKeyFrames, "\(time)")
    }
    let steps = (0...80).map { (time: 10 + 0.5 * Double($0), x: 0.1) }
    let walker = Track(
      id: 1, sightings: steps.map { Track.Sighting(time: $0.time, box: person($0.x).box, score: 1) })
    let seen = OverlayTimeline(frames, tracks: [walker])
    #expect(seen.people(at: 10.9).map(\.actions.count) == [1])
    #expect(seen.people(at: 11.1).map(\.actions.count) == [0])
    #expect(seen.people(at: 40.3).map(\.id) == [1])
    #expect(seen.scene(at: 40.3, title: "", timeText: "").isBetweenKeyFrames)
  }

  /// Colours follow people, not their place in the list.
  @Test func peopleKeepTheirColours() {
    let timeline = OverlayTimeline([
      keyFrame(1, person(0.1, id: 5), person(0.7, id: 8)), keyFrame(2, person(0.68, id: 8), person(0.12, id: 5)),
      keyFrame(3, person(0.65, id: 8)),
    ])
    for time in [1, 2, 2.4] {
      let people = timeline.people(at: time)
      #expect(people.map(\.id) == [5, 8] && people.map(\.color) == [0, 1], "\(time)")
    }
    #expect(timeline.people(at: 3).map(\.color) == [1])
    // Who comes takes a colour that nobody has.
    let visitor = OverlayTimeline([keyFrame(1, person(0.1)), keyFrame(2, person(0.7, id: 2), person(0.1))])
    #expect(visitor.people(at: 2).map(\.color) == [0, 1] && visitor.people(at: 2).map(\.id) == [1, 2])
  }

  /// Who has no id, or another, does not glide.
  @Test func othersAreNotTakenForOne() {
    let timeline = OverlayTimeline([
      keyFrame(1, person(0)), keyFrame(2, person(0.1, id: 2)), keyFrame(3, person(0.2, id: nil)),
    ])
    #expect(timeline.people(at: 1.4).map(\.box) == [person(0).box])
    #expect(timeline.people(at: 1.6).map(\.box) == [person(0.1).box])
    #expect(timeline.people(at: 2.6).map(\.box) == [person(0.2).box])
  }

  @Test func nobodyIsShownFarFromKeyFrames() {
    let timeline = OverlayTimeline([keyFrame(1, person(0)), keyFrame(2, person(0)), keyFrame(7, person(0))])
    #expect(timeline.people(at: 0.5).count == 1)
    #expect(timeline.people(at: 0.4).isEmpty)
    #expect(timeline.people(at: 4).isEmpty)
    #expect(timeline.scene(at: 4, title: "", timeText: "").isBetweenKeyFrames)
    #expect(!timeline.scene(at: 1.2, title: "", timeText: "").isBetweenKeyFrames)
    #expect(OverlayTimeline([]).scene(at: 1, title: "a", timeText: "b").isBetweenKeyFrames)
  }

  /// Where the next key frame finds nobody, the box goes half way to it.
  @Test func whoIsNotFoundAgainGoesEarly() {
    let timeline = OverlayTimeline([keyFrame(1, person(0)), keyFrame(1.4), keyFrame(9, person(0))])
    #expect(timeline.people(at: 1.19).count == 1 && timeline.people(at: 1.21).isEmpty)
  }

  /// True boxes are of their moment: they show only close to it.
  @Test func groundTruthDoesNotMove() {
    let timeline = OverlayTimeline([keyFrame(1, person(0)), keyFrame(2, person(0.1))])
    #expect(timeline.scene(at: 1.05, title: "", timeText: "").groundTruth != nil)
    #expect(timeline.scene(at: 1.3, title: "", timeText: "").groundTruth == nil)
  }

  /// Metamorphic: the order in which key frames are given does not matter.
  @Test func orderDoesNotMatter() {
    let frames = [
      keyFrame(3, person(0.3)), keyFrame(1, person(0.1)), keyFrame(2, person(0.2), person(0.6, id: 4)),
    ]
    let (a, b) = (OverlayTimeline(frames), OverlayTimeline(frames.reversed()))
    for time in stride(from: 0, through: 4, by: 0.13) { #expect(a.people(at: time) == b.people(at: time)) }
  }
}

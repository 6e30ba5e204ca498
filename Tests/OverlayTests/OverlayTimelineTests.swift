import Geometry
import Overlay
import Testing

private func person(_ x: Double, _ y: Double = 0.2, height: Double = 0.5, action: String = "walk") -> DetectedPerson {
  DetectedPerson(
    box: UnitBox(x1: x, y1: y, x2: x + 0.2, y2: y + height), actions: [ScoredAction(name: action, score: 0.9)])
}

private func keyFrame(_ time: Double, _ people: DetectedPerson...) -> (Double, OverlayScene) {
  (time, OverlayScene(people: people, groundTruth: [], title: "", time: ""))
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

  @Test func actionsAreThoseOfTheNearestKeyFrame() {
    let timeline = OverlayTimeline([keyFrame(1, person(0.1)), keyFrame(2, person(0.1, action: "run"))])
    #expect(timeline.people(at: 1.49)[0].actions[0].name == "walk")
    #expect(timeline.people(at: 1.51)[0].actions[0].name == "run")
  }

  /// Colours follow people, not their place in the list.
  @Test func peopleKeepTheirColours() {
    let timeline = OverlayTimeline([
      keyFrame(1, person(0.1), person(0.7)), keyFrame(2, person(0.68), person(0.12)), keyFrame(3, person(0.65)),
    ])
    #expect(timeline.people(at: 1).map(\.color) == [0, 1])
    #expect(timeline.people(at: 2).map(\.color) == [1, 0])
    #expect(timeline.people(at: 3).map(\.color) == [1])
  }

  /// A newcomer far away or of another size takes a free colour and does not glide.
  @Test func othersAreNotTakenForOne() {
    let timeline = OverlayTimeline([
      keyFrame(1, person(0)), keyFrame(2, person(0.75)), keyFrame(3, person(0.75, height: 0.15)),
    ])
    #expect(timeline.people(at: 1.4)[0].box == person(0).box)
    #expect(timeline.people(at: 2.4)[0].box == person(0.75).box)
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

  /// True boxes are of their moment: they show only close to it.
  @Test func groundTruthDoesNotMove() {
    let timeline = OverlayTimeline([keyFrame(1, person(0)), keyFrame(2, person(0.1))])
    #expect(timeline.scene(at: 1.05, title: "", timeText: "").groundTruth != nil)
    #expect(timeline.scene(at: 1.3, title: "", timeText: "").groundTruth == nil)
  }

  /// Metamorphic: the order in which key frames are given does not matter.
  @Test func orderDoesNotMatter() {
    let frames = [keyFrame(3, person(0.3)), keyFrame(1, person(0.1)), keyFrame(2, person(0.2), person(0.6))]
    let (a, b) = (OverlayTimeline(frames), OverlayTimeline(frames.reversed()))
    for time in stride(from: 0, through: 4, by: 0.13) { #expect(a.people(at: time) == b.people(at: time)) }
  }
}

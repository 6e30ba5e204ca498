import Detect
import Geometry
import Overlay
import Testing
import Tracks

private func box(_ x: Double, width: Double = 0.1, height: Double = 0.5) -> UnitBox {
  UnitBox(x1: x, y1: 0.2, x2: x + width, y2: 0.2 + height)
}

private func keyFrame(_ time: Double, _ places: Double...) -> (time: Double, scene: OverlayScene) {
  (
    time,
    OverlayScene(people: places.map { DetectedPerson(box: box($0), actions: []) }, title: "", time: "")
  )
}

private func ids(_ people: FilmPeople) -> [[Int?]] { people.keyFrames.map { $0.scene.people.map(\.id) } }

@Suite struct FilmPeopleTests {
  @Test func tracksThatAreKnownNameThePeople() {
    let tracks = [
      Track(id: 31, sightings: [0, 2].map { Track.Sighting(time: $0, box: box(0.1), score: 1) }),
      Track(id: 32, sightings: [0, 2].map { Track.Sighting(time: $0, box: box(0.6), score: 1) }),
    ]
    let people = FilmPeople([keyFrame(1, 0.61, 0.3, 0.11), keyFrame(3, 0.11)], of: tracks)
    #expect(ids(people) == [[32, nil, 31], [nil]])
  }
}

@Suite struct FilmScoresTests {
  private func frames(_ scores: [Double], id: Int? = 1) -> [(time: Double, scene: OverlayScene)] {
    scores.enumerated().map { time, score in
      let person = DetectedPerson(box: box(0.1), actions: [ScoredAction(name: "run", score: score)], id: id)
      return (Double(time), OverlayScene(people: [person], title: "", time: ""))
    }
  }

  private func shown(_ scores: [Double], id: Int? = 1, _ change: (inout FilmScores) -> Void) -> [Double?] {
    var rules = FilmScores()
    change(&rules)
    return rules.chosen(frames(scores, id: id), OverlayStyle(threshold: 0.5)).map {
      $0.scene.people[0].actions.first?.score
    }
  }

  @Test func withoutRulesNothingChanges() {
    let chosen = FilmScores().chosen(frames([0.1, 0.9]), OverlayStyle(threshold: 0.5))
    #expect(chosen.map { $0.scene.people[0].actions[0].score } == [0.1, 0.9] && !chosen[0].scene.isChosen)
  }

  @Test func anActionThatHasBegunStays() {
    #expect(shown([0.4, 0.6, 0.4, 0.4, 0.2, 0.4]) { $0.off = 0.3 } == [nil, 0.6, 0.4, 0.4, nil, nil])
    // A lower threshold of its own ends it.
    var rules = FilmScores()
    rules.off = 0.45
    var style = OverlayStyle(threshold: 0.5)
    style.thresholds["run"] = 0.2
    #expect(
      rules.chosen(frames([0.3, 0.1]), style).map { $0.scene.people[0].actions.map(\.score) } == [[0.3], []])
  }

  /// By hand: windows of 2 s have three scores, at the ends two.
  @Test func scoresAreSmoothedAlongTheTrack() {
    let means = shown([0.9, 0.3, 0.9, 0.3]) { $0.smoothing = .window(2) }
    for (found, mean) in zip(means, [0.6, 0.7, 0.5, 0.6]) { #expect(abs((found ?? 0) - mean) < 1e-9) }
    // Who is not known through time has no other scores.
    #expect(shown([0.9, 0.3, 0.9, 0.3], id: nil) { $0.smoothing = .window(2) } == [0.9, nil, 0.9, nil])
  }

  @Test func shortActionsGoAndGapsClose() {
    let scores = [0.9, 0.1, 0.1, 0.8, 0.7]
    #expect(shown(scores) { $0.leastDuration = 2 } == [nil, nil, nil, 0.8, 0.7])
    #expect(shown(scores) { $0.mergeGap = 2 } == [0.9, 0.1, 0.1, 0.8, 0.7])
  }

  @Test func classesThatAreNotChosenGo() {
    var rules = FilmScores()
    rules.off = 0.1
    var style = OverlayStyle(threshold: 0.5)
    style.classes = ["walk"]
    #expect(rules.chosen(frames([0.9]), style)[0].scene.people[0].actions.isEmpty)
  }
}

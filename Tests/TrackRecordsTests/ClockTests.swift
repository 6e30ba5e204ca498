import Geometry
import Testing
import TrackRecords
import Tracks

/// Tracks on the clock of the boxes that they are to be of.
@Suite struct ClockTests {
  /// Somebody who walks to the right.
  private func box(_ step: Int) -> UnitBox {
    let x = 0.1 * Double(step)
    return UnitBox(x1: x, y1: 0.2, x2: x + 0.1, y2: 0.8)
  }

  private func tracks(from first: Double, start: Double? = nil) -> VideoTracks {
    let sightings = (0..<5).map { Track.Sighting(time: first + Double($0), box: box($0), score: 1) }
    let track = Track(id: 3, sightings: sightings)
    let interval = ActionInterval(action: 12, start: first, end: first + 2, score: 0.5)
    return VideoTracks(video: "v", start: start, tracks: [track], tubes: [Tube(track, interval)])
  }

  private func frames(from first: Double) -> [SeenFrame] {
    (0..<5).map { SeenFrame(time: first + Double($0), boxes: [SeenBox(box($0))]) }
  }

  /// The first sighting's time, and what the first frame is called.
  private func found(_ tracks: VideoTracks) -> [Double?] { [tracks.tracks[0].sightings[0].time, tracks.start] }

  @Test("Where both say it, that decides, whatever the boxes")
  func known() {
    #expect(found(tracks(from: 2, start: 0).onClock(of: frames(from: 2), start: 900, orFrom: 900)) == [902, 900])
    #expect(found(tracks(from: 902, start: 900).onClock(of: [], start: 0, orFrom: 0)) == [2, 0])
    #expect(found(tracks(from: 902, start: 900).onClock(of: [], start: 900, orFrom: 900)) == [902, 900])
  }

  @Test(
    "Else the boxes tell: equal clocks, or one from 0 and the other from elsewhere",
    arguments: [
      // Tracks' first time and start, boxes' first time and start; the first time and the start that come out.
      (2, nil, 902, 900, 902, 900), (902, nil, 902, 900, 902, 900), (2, nil, 2, 0, 2, 0),
      (2, nil, 902, nil, 902, 900), (902, nil, 2, nil, 2, 0), (2, nil, 2, nil, 2, nil), (902, nil, 902, nil, 902, nil),
      (2, 0, 902, nil, 902, 900), (902, 900, 2, nil, 2, 0), (52, 50, 2, nil, 2, 0), (52, 50, 902, nil, 902, 900),
      (52, 50, 52, nil, 52, 50),
    ] as [(Double, Double?, Double, Double?, Double, Double?)])
  func told(_ own: Double, _ start: Double?, _ rows: Double, _ first: Double?, _ time: Double, _ result: Double?) {
    let moved = tracks(from: own, start: start).onClock(of: frames(from: rows), start: first, orFrom: 900)
    #expect(found(moved) == [time, result])
    #expect(moved.tubes[0].interval.start == time && moved.tubes[0].interval.end == time + 2)
    #expect(moved.tubes[0].sightings[0].time == time)
    #expect(StrangeBoxes(frames(from: rows), of: "the rows", in: moved, from: "t") == nil)
  }

  @Test("Tracks whose boxes are elsewhere stay as they are, and that is said")
  func strangers() {
    let far = [SeenFrame(time: 2, boxes: [SeenBox(UnitBox(x1: 0.8, y1: 0, x2: 0.9, y2: 0.1))])]
    let stayed = tracks(from: 2).onClock(of: far, start: nil, orFrom: 900)
    #expect(stayed == tracks(from: 2))
    #expect(
      StrangeBoxes(far, of: "the proposals", in: stayed, from: "t.json")?.description
        == "'v': 1 of 1 box of the proposals are nobody's in 't.json' -> is it of this video, and of their clock?")
    // Half of them may be.
    let own = SeenFrame(time: 3, boxes: [SeenBox(box(1))])
    #expect(StrangeBoxes(far + [own], of: "the rows", in: stayed, from: "t") == nil)
    #expect(StrangeBoxes([], of: "the rows", in: stayed, from: "t") == nil)
  }
}

import AVARecords
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

/// Tubes as rows, a box for each frame.
@Suite struct TubeRowTests {
  private func box(_ x: Double) -> UnitBox { UnitBox(x1: x, y1: 0.25, x2: x + 0.25, y2: 0.75) }

  private func tube(_ sightings: [(Double, Double)], action: Int = 6, track: Int = 1) -> Tube {
    let own = Track(id: track, sightings: sightings.map { Track.Sighting(time: $0, box: box($1), score: 1) })
    let times = sightings.map(\.0)
    return Tube(own, ActionInterval(action: action, start: times.min() ?? 0, end: times.max() ?? 0, score: 0.5))
  }

  @Test func boxesByHand() {
    let found = tube([(902, 0), (902.5, 0.25), (902.51, 0.3), (902.75, 0.375)])
      .boxes(framesPerSecond: 4, firstTime: 900)
    #expect(found.map(\.frame) == [8, 9, 10, 11])
    // Frame 9 lies between two; in frame 10 the later of two sightings counts.
    #expect(found.map(\.box.x1) == [0, 0.15, 0.3, 0.375] || found.map(\.box.x1) == [0, 0.125, 0.3, 0.375])
    #expect(tube([(1, 0.5)]).boxes(framesPerSecond: 25).map(\.frame) == [25])
    #expect(tube([]).boxes(framesPerSecond: 25).isEmpty)
  }

  /// What is written is read by the reader of tubes, in pixels.
  @Test func rowsAreReadAgain() throws {
    let videos = [
      VideoTracks(video: "a,b", tracks: [], tubes: [tube([(10, 0), (11, 0.5)]), tube([(10.5, 0.25)], action: 7)]),
      VideoTracks(video: "v", tracks: [], tubes: [tube([(3, 0.25), (3.5, 0.25)])]),
    ]
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/tubes.csv"
    try videos.writeTubeRows(to: path, size: ImageSize(width: 200, height: 100), framesPerSecond: 4) {
      $0 == "v" ? 3 : 10
    }
    let read = try TubeRecord.read(path: path, hasScores: true)
    #expect(read.map(\.video) == ["a,b", "a,b", "v"] && read.map(\.action) == [6, 7, 6])
    #expect(read.map(\.firstFrame) == [0, 2, 0] && read.map(\.score) == [0.5, 0.5, 0.5])
    #expect(read[0].boxes.map(\.x1) == [0, 25, 50, 75, 100] && read[0].boxes.allSatisfy { $0.y1 == 25 && $0.y2 == 75 })
    #expect(read[1].boxes == [PixelBox(x1: 50, y1: 25, x2: 100, y2: 75)] && read[2].boxes.count == 3)
  }
}

import Files
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

@Suite struct TrackReadingTests {
  private let folder = TemporaryFolder()

  private func track(_ id: Int, _ times: Double...) -> Track {
    Track(
      id: id,
      sightings: times.map {
        Track.Sighting(time: $0, box: UnitBox(x1: 0.1, y1: 0.2, x2: 0.3 + $0 / 100, y2: 0.5), score: 0.9)
      })
  }

  @Test func tracksComeBack() throws {
    defer { folder.remove() }
    let path = folder.path + "/tracks.json"
    let videos = [
      VideoTracks(video: "a \"b\"", tracks: [track(3, 1, 2.5), track(1, 0)]), VideoTracks(video: "c", tracks: []),
    ]
    try videos.writeTracks(to: path)
    #expect(try [VideoTracks](tracksIn: path) == videos)
  }

  @Test(arguments: [
    ("[1]", "expected an object with 'videos', found a list of 1"), ("{", "expected JSON, found other text"),
    (#"{"videos": [{"tracks": []}]}"#, "videos[0]: expected the name 'video', found nothing"),
    (
      #"{"videos": [{"video": "a", "tracks": []}, {"video": "a", "tracks": []}]}"#,
      "videos[1]: expected each video once"
    ),
    (
      #"{"videos": [{"video": "a", "tracks": [{"id": 1.5, "boxes": []}]}]}"#,
      "expected a whole number 'id', found the number 1.5"
    ),
    (
      #"{"videos": [{"video": "a", "tracks": [{"id": 1, "boxes": []}, {"id": 1, "boxes": []}]}]}"#,
      "videos[0].tracks[1]: expected each id once, found 1 again"
    ),
    (
      #"{"videos": [{"video": "a", "tracks": [{"id": 1, "boxes": [{"time": 1, "box": [0, 0, 1]}]}]}]}"#,
      "boxes[0]: expected four numbers 'box', found 3 numbers"
    ),
    (
      #"{"videos": [{"video": "a", "tracks": [{"id": 1, "boxes": [{"time": 1e99, "box": [0, 0, 1, 1]}]}]}]}"#,
      "boxes[0]: expected a number as 'time', found the number 1e99"
    ),
    (
      #"{"videos": [{"video": "a", "tracks": [{"id": 1, "boxes": [{"time": 1, "box": [0, 0, 1, 1]}, {"time": 1, "box": [0, 0, 1, 1]}]}]}]}"#,
      "boxes[1]: expected a time after 1.0 s, found 1.0 s"
    ),
  ]) func whatIsWrongIsSaid(text: String, message: String) throws {
    defer { folder.remove() }
    let path = folder.path + "/tracks.json"
    try writeFile(path, text)
    do {
      _ = try [VideoTracks](tracksIn: path)
      Issue.record("\(message): no error")
    } catch {
      #expect("\(error)".contains(message) && "\(error)".contains("-> give the tracks.json"), "\(error)")
    }
  }
}

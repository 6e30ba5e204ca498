import Files
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

/// Files of tracks and tubes, read again.
@Suite struct TrackReadingTests {
  private let folder = TemporaryFolder()

  private func file(_ name: String, _ text: String) throws -> String {
    let path = joinPath(folder.path, name)
    try writeFile(path, text)
    return path
  }

  private func track(_ id: Int, _ times: [Double]) -> Track {
    Track(
      id: id,
      sightings: times.map {
        .init(time: $0, box: UnitBox(x1: 0.1, y1: 0.25, x2: $0 / 1000, y2: 1.0 / 3), score: 0.875)
      })
  }

  @Test func whatWasWrittenIsRead() throws {
    defer { folder.remove() }
    let first = track(1, [902, 903.04, 904])
    let tube = Tube(first, ActionInterval(action: 12, start: 901.5, end: 903.5, score: 0.7))
    let videos = [
      VideoTracks(video: "a \"b\",c", tracks: [first, track(-3, [902])], tubes: [tube]),
      VideoTracks(video: "nobody", tracks: []),
    ]
    let (tracks, tubes) = (joinPath(folder.path, "tracks.json"), joinPath(folder.path, "tubes.json"))
    try videos.writeTracks(to: tracks)
    try videos.writeTubes(to: tubes) { _ in "stand" }
    #expect(try [VideoTracks].read(tracks: tracks, tubes: tubes) == videos)
    #expect(try [VideoTracks].read(tracks: tracks).allSatisfy { $0.tubes.isEmpty })
  }

  @Test(
    "What is wrong is said with its place",
    arguments: [
      ("[]", "expected an object with a list of \"videos\", found none"),
      ("{\"videos\": [", "line 1, column 13: expected JSON, found a JSON text that ends too early"),
      ("{\"videos\": [{\"video\": 1}]}", "video 1: expected a name as \"video\" and a list of \"tracks\""),
      (
        "{\"videos\": [{\"video\": \"v\", \"tracks\": []}, {\"video\": \"v\", \"tracks\": []}]}",
        "video 'v': expected each video once, found it twice"
      ),
      (
        "{\"videos\": [{\"video\": \"v\", \"tracks\": [{\"id\": 1.5, \"boxes\": []}]}]}",
        "track 1 of video 'v': expected a whole number as \"id\", found 1.5"
      ),
      (
        "{\"videos\": [{\"video\": \"v\", \"tracks\": [{\"id\": 1}, {\"id\": 1}]}]}",
        "track 2 of video 'v': expected an id of its own, found 1 again"
      ),
      (
        "{\"videos\": [{\"video\": \"v\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": 1, \"box\": [0, 1, \"x\", 1], \"score\": 1}]}]}]}",
        "track 1 of video 'v', box 1: expected four numbers as \"box\", found [0, 1, \"x\", 1]"
      ),
      (
        "{\"videos\": [{\"video\": \"v\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": 1, \"box\": [0, 0, 1, 1], \"score\": 1}, {\"time\": 1}]}]}]}",
        "track 1 of video 'v', box 2: expected a time after 1.0, found 1.0"
      ),
    ])
  func faults(text: String, fault: String) throws {
    defer { folder.remove() }
    let path = try file("tracks.json", text)
    let error = #expect(throws: TrackFileError.self) { try [VideoTracks].read(tracks: path) }
    let found = error?.description ?? ""
    #expect(found.hasPrefix("reading tracks: '\(path)'") && found.contains(fault), "\(found)")
    #expect(found.hasSuffix("-> write it anew with slowfast tracks"))
  }

  @Test(
    "Tubes belong to tracks, and last",
    arguments: [
      ("\"v\"", 1, 2.0, 1.0, "tube 1 of video 'v': expected an end after 2.0, found 1.0"),
      ("\"v\"", 9, 1.0, 2.0, "tube 1 of video 'v': expected a track of"),
      ("\"w\"", 1, 1.0, 2.0, "video 'w': expected a video of"),
    ])
  func tubes(video: String, track: Int, start: Double, end: Double, fault: String) throws {
    defer { folder.remove() }
    let tracks = try file("tracks.json", "{\"videos\": [{\"video\": \"v\", \"tracks\": [{\"id\": 1}]}]}")
    let tubes = try file(
      "tubes.json",
      "{\"videos\": [{\"video\": \(video), \"tubes\": [{\"track\": \(track), \"action\": 1, \"start\": \(start), \"end\": \(end), "
        + "\"score\": 1}]}]}")
    let error = #expect(throws: TrackFileError.self) { try [VideoTracks].read(tracks: tracks, tubes: tubes) }
    #expect(error?.description.contains(fault) == true, "\(String(describing: error))")
  }
}

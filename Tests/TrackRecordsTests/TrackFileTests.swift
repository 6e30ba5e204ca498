import AVARecords
import Files
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

/// `tracks.json` and `tubes.json`, read again.
@Suite struct TrackFileTests {
  private func track(_ id: Int, _ times: [Double]) -> Track {
    let box = UnitBox(x1: 0.125, y1: 0.25, x2: 0.5, y2: 1.0 / 3)
    return Track(id: id, sightings: times.map { Track.Sighting(time: $0, box: box, score: 0.3) })
  }

  @Test func whatIsWrittenIsRead() throws {
    let (first, second) = (track(1, [902, 903.04]), track(7, [904]))
    let videos = [
      VideoTracks(
        video: "a \"1\"\n", tracks: [first, second],
        tubes: [Tube(first, ActionInterval(action: 12, start: 901.5, end: 903.5, score: 0.7))]),
      VideoTracks(video: "b", tracks: []),
    ]
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let (tracks, tubes) = (folder.path + "/tracks.json", folder.path + "/tubes.json")
    try videos.writeTracks(to: tracks)
    try videos.writeTubes(to: tubes) { $0 == 12 ? "stand" : nil }
    let both = try TrackFile(paths: [tracks, tubes])
    #expect(both.videos == videos && both.names == [12: "stand"])
    #expect(try TrackFile(paths: [tubes]).videos.map(\.tubes) == videos.map(\.tubes))
    #expect(try TrackFile(paths: [tracks]).videos.map(\.tracks) == videos.map(\.tracks))
  }

  @Test(
    "What is malformed is named with its place",
    arguments: [
      ("{\"videos\": [", "expected JSON"),
      ("[]", "expected an object with a list of videos, found JSON of another form"),
      ("{\"videos\": [{}]}", "video 1: expected a text as 'video', found nothing"),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": 3}]}", "video 1: expected a list as 'tracks', found 3"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": -1}]}]}",
        "video 1, track 1: expected a whole number from 0 on as 'id', found -1"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": 1e99}]}]}]}",
        "video 1, track 1, box 1: expected a number from -1e9 to 1e9 as 'time', found 1e99"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": -1}]}]}]}",
        "expected a second from 0 on as 'time', found -1"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": 1, \"box\": [0, 0, 1]}]}]}]}",
        "expected four numbers: x1, y1, x2, y2 as 'box', found [0, 0, 1]"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1, \"boxes\": [{\"time\": 1, \"box\": [1, 0, 0, 1]}]}]}]}",
        "x2 not left of x1 and y2 not above y1 as 'box', found [1, 0, 0, 1]"
      ),
      (
        "{\"videos\": [{\"video\": \"a\", \"tubes\": [{\"track\": 1, \"action\": 2, \"start\": 3, \"end\": 2, \"score\": 1}]}]}",
        "video 1, tube 1: expected an end at or after the start, found 3.0 to 2.0 -> correct or remove the tube"
      ),
    ])
  func malformed(text: String, complaint: String) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/tubes.json"
    try writeFile(path, text)
    do {
      _ = try TrackFile(paths: [path])
      Issue.record("read \(text)")
    } catch {
      #expect("\(error)".hasPrefix("reading the tracks: '\(path)'") && "\(error)".contains(complaint), "\(error)")
    }
  }

  @Test("Ids and moments come once, tubes are of the tracks")
  func doubles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let (tracks, tubes) = (folder.path + "/tracks.json", folder.path + "/tubes.json")
    func fault(_ text: String, tubes: String? = nil) throws -> String {
      try writeFile(tracks, text)
      do {
        _ = try TrackFile(tracks: tracks, tubes: tubes)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    let box = "{\"time\": 1, \"box\": [0, 0, 1, 1], \"score\": 1}"
    let twice = try fault("{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1}, {\"id\": 1}]}]}")
    #expect(twice.contains("video 1, track 2: expected each id once in a video, found 1 again"), "\(twice)")
    let moment = try fault(
      "{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1, \"boxes\": [\(box), \(box)]}]}]}")
    #expect(moment.contains("video 1, track 1: expected a box a moment, found two at 1.0 s"), "\(moment)")
    for (video, id, message) in [
      ("a", 1, "no error"), ("a", 2, "one of track 2"), ("b", 1, "video 'b': expected tubes of"),
    ] {
      try writeFile(
        tubes,
        "{\"videos\": [{\"video\": \"\(video)\", \"tubes\": [{\"track\": \(id), \"action\": 1, \"start\": 0, \"end\": 1, "
          + "\"score\": 1}]}]}")
      let found = try fault("{\"videos\": [{\"video\": \"a\", \"tracks\": [{\"id\": 1}]}]}", tubes: tubes)
      #expect(found.contains(message), "\(found)")
    }
  }

  @Test("A table of tubes makes a person of each, and is told from rows of boxes")
  func tables() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/rows.csv"
    try writeFile(path, "# x\nv,25,10,20,30,40,6,0,0.5\nv,26,20,20,30,40,6,0,0.7\nw,0,0,0,100,100,7,0,1\n")
    #expect(try TubeRecord.isTable(path: path))
    let records = try TubeRecord.read(path: path, hasScores: true)
    let videos = VideoTracks.videos(of: records, size: ImageSize(width: 100, height: 200), framesPerSecond: 25)
    #expect(videos.map(\.video) == ["v", "w"] && videos[0].tracks.map(\.id) == [0])
    #expect(videos[0].tracks[0].sightings.map(\.time) == [1, 1.04])
    #expect(videos[0].tracks[0].sightings[0].box == UnitBox(x1: 0.1, y1: 0.1, x2: 0.4, y2: 0.3))
    #expect(videos[0].tubes.map(\.interval) == [ActionInterval(action: 6, start: 1, end: 1.08, score: 0.6)])
    #expect(videos[0].tubes[0].sightings.count == 2)
    try writeFile(path, "v,0902,0.1,0.2,0.3,0.9,12,0.9\n")
    #expect(try !TubeRecord.isTable(path: path))
  }
}

import AVARecords
import Files
import Geometry
import JSON
import TestSupport
import Testing
import TrackRecords
import Tracks

private func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox {
  UnitBox(x1: x1, y1: y1, x2: x2, y2: y2)
}

private func written(_ write: (String) throws -> Void) throws -> String {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  let path = folder.path + "/file"
  try write(path)
  return String(decoding: try readFile(path, doing: "reading what was written"), as: UTF8.self)
}

private func table(_ rows: [(video: String, second: Int, box: UnitBox, action: Int, score: Double)]) -> DetectionTable {
  var table = DetectionTable()
  for row in rows {
    table.append(video: row.video, second: row.second, box: row.box, actionID: row.action, score: row.score)
  }
  return table
}

/// Files of tracks, and people of files.
@Suite struct TrackRecordsTests {
  private let left = box(0, 0.25, 0.25, 0.75)
  private let right = box(0.5, 0.25, 0.75, 0.75)

  /// Two people; the left one stands (12) all the time and talks (79) at the second and third.
  private var rows: DetectionTable {
    table([
      ("b,1", 902, left, 12, 0.9), ("b,1", 902, right, 12, 0.2),
      ("b,1", 903, right, 12, 0.1), ("b,1", 903, left, 12, 0.7), ("b,1", 903, left, 79, 0.6),
      ("b,1", 904, left, 12, 0.8), ("b,1", 904, left, 79, 0.5),
      ("a", 905, right, 12, 0.75),
    ])
  }

  private func linked(_ table: DetectionTable) throws -> [VideoTracks] {
    var settings = MotionLinker.Settings()
    settings.longestGap = 2.5
    settings.confirmations = 1
    return try PeopleOverTime.videos(of: table).map {
      try $0.linked(by: MotionLinker(settings), IntervalRules(on: 0.5, off: 0.4, spacing: 1))
    }
  }

  @Test func peopleOfDetections() throws {
    let videos = PeopleOverTime.videos(of: rows)
    #expect(videos.map(\.video) == ["a", "b,1"])
    #expect(videos[0].frames.spacing == nil && videos[1].frames.spacing == 1)
    #expect(videos[1].frames.map(\.time) == [902, 903, 904])
    #expect(videos[1].frames[1].boxes == [SeenBox(right), SeenBox(left)])
    #expect(videos[1].scores[1] == [[12: 0.1], [12: 0.7, 79: 0.6]])
    #expect(PeopleOverTime.videos(of: DetectionTable()).isEmpty)
  }

  @Test func actionsOfPeople() throws {
    let found = try linked(rows)
    #expect(found[1].tracks.map(\.id) == [1, 2] && found[1].tracks.map(\.sightings.count) == [3, 2])
    #expect(
      found[1].tubes.map(\.interval) == [
        ActionInterval(action: 12, start: 901.5, end: 904.5, score: (0.9 + 0.7 + 0.8) / 3),
        ActionInterval(action: 79, start: 902.5, end: 904.5, score: 0.55),
      ])
    #expect(found[1].tubes.map(\.track) == [1, 1] && found[1].tubes[1].sightings.map(\.time) == [903, 904])
  }

  /// Rows in another order, boxes of a key frame in another order: the same intervals.
  @Test func theOrderOfRowsSaysNothing() throws {
    let mixed = table([
      ("a", 905, right, 12, 0.75),
      ("b,1", 904, left, 79, 0.5), ("b,1", 902, right, 12, 0.2), ("b,1", 903, left, 79, 0.6),
      ("b,1", 903, right, 12, 0.1), ("b,1", 904, left, 12, 0.8), ("b,1", 903, left, 12, 0.7),
      ("b,1", 902, left, 12, 0.9),
    ])
    #expect(try linked(mixed).map { $0.tubes.map(\.interval) } == linked(rows).map { $0.tubes.map(\.interval) })
  }

  @Test func filesByHand() throws {
    let found = try linked(rows)
    #expect(
      difference(
        try written(found.writeActions(to:)),
        """
        video,track,action,start,end,score
        a,1,12,904.500,905.500,0.750000
        "b,1",1,12,901.500,904.500,0.800000
        "b,1",1,79,902.500,904.500,0.550000

        """) == nil)
    #expect(
      difference(
        try written { try Array(found.prefix(1)).writeTracks(to: $0) },
        """
        {"videos": [{"video": "a", "tracks": [
          {"id": 1, "start": 905.0, "end": 905.0, "boxes": [{"time": 905.0, "box": [0.5, 0.25, 0.75, 0.75], "score": 1.0}]}
        ]}]}

        """) == nil)
    #expect(
      difference(
        try written { path in try Array(found.prefix(1)).writeTubes(to: path) { $0 == 12 ? "stand" : nil } },
        """
        {"videos": [{"video": "a", "tubes": [
          {"track": 1, "action": 12, "name": "stand", "start": 904.5, "end": 905.5, "score": 0.75, "boxes": [{"time": 905.0, \
        "box": [0.5, 0.25, 0.75, 0.75], "score": 1.0}]}
        ]}]}

        """) == nil)
    let size = ImageSize(width: 200, height: 100)
    #expect(
      found[1].motRows(size: size, framesPerSecond: 1, firstTime: 902).map(\.text) == [
        "1,1,0.00,25.00,50.00,50.00,1.0000,-1,-1,-1", "1,2,100.00,25.00,50.00,50.00,1.0000,-1,-1,-1",
        "2,1,0.00,25.00,50.00,50.00,1.0000,-1,-1,-1", "2,2,100.00,25.00,50.00,50.00,1.0000,-1,-1,-1",
        "3,1,0.00,25.00,50.00,50.00,1.0000,-1,-1,-1",
      ])
  }

  @Test func filesOfNothing() throws {
    let empty: [VideoTracks] = []
    #expect(try written { try empty.writeTracks(to: $0) } == "{\"videos\": []}\n")
    #expect(try written { try empty.writeTubes(to: $0) } == "{\"videos\": []}\n")
    #expect(try written(empty.writeActions(to:)) == "video,track,action,start,end,score\n")
    let nobody = [VideoTracks(video: "v \"1\"", tracks: [])]
    let json = try JSONReader.read(Array(try written { try nobody.writeTracks(to: $0) }.utf8))
    #expect(json["videos"]?.values.first?["tracks"]?.values == [])
  }
}

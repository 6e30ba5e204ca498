import AVARecords
import BoxFiles
import Exports
import Files
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

/// What is written, read by the readers of boxes and rows.
@Suite struct RoundTripTests {
  /// Two videos, with boxes at odd times and places.
  private let videos: [ExportedVideo] = {
    let people = (1...3).map { id in
      track(
        id,
        (0..<12).map { step in
          let left = 0.1 * Double(id) + 0.013 * Double(step)
          return (Double(step) * 0.3 + 0.04 * Double(id), box(left, 0.1, left + 0.211, 0.9))
        })
    }
    let size = ImageSize(width: 640, height: 360)
    let even = FrameClock(size: size, times: (0..<125).map { Double($0) / 25 }, duration: 5)
    let uneven = FrameClock(size: size, times: (0..<100).map { Double($0 * $0) / 2500 }, duration: 4.2)
    return [("first", even), ("second", uneven)].map { name, clock in
      ExportedVideo(
        VideoTracks(video: name, tracks: people, tubes: people.map { tube($0, 14, 0.5, 2) }), path: "x/\(name).mp4",
        clock: clock, startingSecond: 0)
    }
  }()

  private func read(_ format: String) throws -> [BoxFile] {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try ExportFormats.write(videos, classes, as: [format], to: folder.path)
    return try ExportFormats.files([format], videos: videos.map(\.name), in: folder.path).map {
      try #require(try BoxFile.read(path: $0))
    }
  }

  /// Boxes of a video's people in pixels, by frame.
  private func boxes(of video: ExportedVideo) throws -> Set<String> {
    let clock = try #require(video.clock)
    return Set(
      video.people.flatMap { person in
        person.sightings.map { text(clock.frame(at: $0.time), person.id, $0.box.pixels(in: clock.size)) }
      })
  }

  private func text(_ frame: Int, _ id: Int?, _ box: PixelBox) -> String {
    let corners = [box.x1, box.y1, box.x2, box.y2].map { "\(($0 * 10).rounded())" }
    return "\(frame) \(id.map { "\($0)" } ?? "?") \(corners)"
  }

  private func text(_ record: BoxRecord, _ clock: FrameClock?) -> String {
    var frame = -1
    switch record.position {
    case .frame(let number): frame = number
    case .time(let time): frame = clock?.frame(at: time) ?? -1
    default: break
    }
    return text(frame, record.track, PixelBox(x1: record.x1, y1: record.y1, x2: record.x2, y2: record.y2))
  }

  @Test func cvat() throws {
    for (file, video) in zip(try read("cvat"), videos) {
      #expect(file.format == "cvat" && file.firstFrame == 0)
      let read = Set(file.records.map { text($0, video.clock) })
      // Key frames where actions begin and end are on the way between two boxes.
      #expect(try read.isSuperset(of: boxes(of: video)))
      #expect(file.records.allSatisfy { $0.className == "person" && $0.size == video.clock?.size })
      #expect(Set(file.records.map(\.video)) == ["\(video.name).mp4"])
    }
  }

  @Test func via() throws {
    let file = try #require(try read("via").first)
    #expect(file.format == "via-json")
    for video in videos {
      let own = file.records.filter { $0.video == "\(video.name).mp4" }
      #expect(Set(own.map { text($0, video.clock) }) == (try boxes(of: video)))
      #expect(own.allSatisfy { $0.className == "person" })
    }
    #expect(file.leftOut.map(\.what) == ["stretch of time without a box"] && file.leftOut.map(\.count) == [6])
  }

  @Test func coco() throws {
    let file = try #require(try read("coco").first)
    #expect(file.format == "coco" && file.firstFrame == 0)
    for video in videos {
      let own = file.records.filter { $0.video == video.name }
      let people = own.filter { file.className(of: $0) == "person" }
      #expect(Set(people.map { text($0, video.clock) }) == (try boxes(of: video)))
      let walking = own.filter { file.className(of: $0) == "walk" }
      #expect(walking.count == own.count - people.count)
      #expect(
        walking.count
          == video.people.reduce(0) {
            $0 + Set($1.sightings.filter { $0.time >= 0.5 && $0.time <= 2 }.map(\.time)).count
          })
      #expect(walking.allSatisfy { $0.score == 0.5 })
    }
  }

  @Test func ava() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try ExportFormats.write(videos, classes, as: ["ava"], to: folder.path)
    let (table, counts) = try GroundTruthTable.read(path: folder.path + "/ava.csv")
    let sightings = videos.flatMap(\.people).flatMap(\.sightings)
    #expect(table.keyFrames.count == sightings.count)
    #expect(table.count == sightings.count { $0.time >= 0.5 && $0.time <= 2 })
    #expect(counts.withoutAction == sightings.count - table.count)
    #expect(Set(table.actionIDs) == [14] && Set(table.personIDs) == [1, 2, 3])
  }

  @Test(
    "Names with marks, quotes, line breaks and characters that XML cannot write",
    arguments: [
      "a <b> & \"c\"'", "line\nbreak\ttab", "\u{1F600} \u{1}\u{FFFE}end", "]]>", "--> x", "\r\n", "&#10;&amp;",
    ])
  func hostileNames(name: String) throws {
    let clock = FrameClock(size: ImageSize(width: 100, height: 50), framesPerSecond: 10)
    let video = ExportedVideo(
      VideoTracks(video: name, tracks: [walker], tubes: [tube(walker, 14, 0, 1)]), clock: clock, startingSecond: 0)
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let formats = ["cvat", "via", "coco", "elan", "webvtt"]
    try ExportFormats.write([video], ExportedClasses([14: name]), as: formats, to: folder.path)
    let files = ExportFormats.files(formats, videos: [name], in: folder.path)
    let read = try files.prefix(3).map { try #require(try BoxFile.read(path: $0)) }
    let kept = String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { $0 == "\u{1}" || $0 == "\u{FFFE}" ? "\u{FFFD}" : $0 }))
    #expect(read[0].records.first?.video == kept && read[1].records.first?.video == name)
    #expect(read[2].records.first?.video == name && Set(read[2].classNames.values) == [name, "person"])
    let subtitles = String(decoding: try readFile(files[4], doing: "testing"), as: UTF8.self)
    // One cue: one line of times, one of text.
    #expect(subtitles.split(separator: "\n").count == 3 && subtitles.ranges(of: "-->").count == 1, "\(subtitles)")
    let elan = String(decoding: try readFile(files[3], doing: "testing"), as: UTF8.self)
    #expect(elan.ranges(of: "<").count == elan.ranges(of: ">").count && !elan.contains("\u{1}"))
  }

  @Test("Names that several classes share, and that of the boxes, get their ids")
  func sharedNames() throws {
    let own = VideoTracks(
      video: "a", tracks: [walker],
      tubes: [tube(walker, 1, 0, 1), tube(walker, 2, 0, 1), tube(walker, 3, 0, 1), tube(walker, 4, 0, 1)])
    let video = ExportedVideo(own, clock: tenASecond, startingSecond: 0)
    let text = try written([video], as: "coco", ExportedClasses([1: "go", 2: "go", 3: "person"]))["coco.json"] ?? ""
    for name in ["go (1)", "go (2)", "person (3)", "action 4", "person"] {
      #expect(text.contains("\"name\": \"\(name)\""))
    }
  }

  @Test("Twenty thousand tracks")
  func manyTracks() throws {
    let many = (0..<20_000).map { track($0, [(Double($0 % 40) / 10, box(0.1, 0.1, 0.2, 0.2))]) }
    let video = ExportedVideo(
      VideoTracks(video: "a", tracks: many, tubes: many.map { tube($0, 14, 0, 4) }), clock: tenASecond,
      startingSecond: 0)
    for format in ExportFormats.names {
      let text = try written([video], as: format).values.first ?? ""
      let mark = [
        "cvat": "<track ", "via": "\"2\": \"14\"", "coco": "\"category_id\": 14", "ava": ",14,", "elan": "<TIER ",
        "webvtt": "-->",
      ]
      #expect(text.ranges(of: mark[format] ?? "").count == 20_000, "\(format)")
    }
  }

  @Test func nobody() throws {
    let video = ExportedVideo(VideoTracks(video: "a", tracks: []), clock: tenASecond, startingSecond: 0)
    #expect(
      try written([video], as: "webvtt") == ["webvtt/a.vtt": "WEBVTT\n"]
        && written([video], as: "ava") == ["ava.csv": ""])
    #expect(try written([], as: "coco")["coco.json"]?.contains("\"images\": []") == true)
    for format in ["cvat", "elan", "via"] { #expect(try written([video], as: format).values.first?.isEmpty == false) }
  }
}

internal import AVARecords
public import Files
public import Geometry
internal import JSON
public import Tracks
internal import Wording

/// The people of a video, and what they do.
public struct VideoTracks: Sendable, Equatable {
  public var video: String
  /// The second that its times call the first frame's; nil where nobody says it.
  public var start: Double?
  public var tracks: [Track]
  public var tubes: [Tube]

  public init(video: String, start: Double? = nil, tracks: [Track], tubes: [Tube] = []) {
    (self.video, self.start) = (video, start)
    self.tracks = tracks
    self.tubes = tubes
  }

  /// The boxes as rows of a MOT text, by frame, then by id.
  ///
  /// - Parameters:
  ///   - size: Of the frames, in pixels.
  ///   - firstTime: Of frame 1, in seconds.
  public func motRows(size: ImageSize, framesPerSecond: Double, firstTime: Double = 0) -> [MOTRow] {
    let rows = tracks.flatMap { track in
      track.sightings.map { sighting in
        MOTRow(
          frame: 1 + Int(((sighting.time - firstTime) * framesPerSecond).rounded()), id: track.id,
          box: sighting.box.pixels(in: size), score: sighting.score)
      }
    }
    return rows.sorted { ($0.frame, $0.id) < ($1.frame, $1.id) }
  }
}

extension [VideoTracks] {
  /// Writes `tracks.json`: videos, their tracks, the boxes of each: `{"time", "box": [x1, y1, x2, y2], "score"}` in seconds and
  /// fractions of the frame.
  ///
  /// - Parameter detections: The content of the rows beside it that it belongs to (`contentMark`); nil for none.
  public func writeTracks(to path: String, of detections: String? = nil) throws(FileError) {
    try writeVideos(to: path, "tracks", detections.map { [("detections", JSONValue($0))] } ?? [], Self.tracks)
  }

  /// Writes `tubes.json`: videos, their tubes, each with track, action, start, end, score, and boxes as in `tracks.json`.
  ///
  /// - Parameter name: A class's name, which each tube then has too.
  public func writeTubes(to path: String, naming name: (Int) -> String? = { _ in nil }) throws(FileError) {
    try writeVideos(to: path, "tubes") { video in
      video.tubes.map { tube in
        let interval = tube.interval
        let names = name(interval.action).map { [("name", JSONValue($0))] } ?? []
        return .object(
          [("track", JSONValue(tube.track)), ("action", JSONValue(interval.action))] + names + [
            ("start", JSONValue(interval.start)), ("end", JSONValue(interval.end)),
            ("score", JSONValue(interval.score)),
            ("boxes", boxes(tube.sightings)),
          ])
      }
    }
  }

  /// Writes `actions.csv`: a row for each interval under the names `video,track,action,start,end,score`; actions are ids,
  /// times are in seconds with three decimals, scores have six.
  public func writeActions(to path: String) throws(FileError) {
    let file = try AtomicFile(path: path)
    try file.write("video,track,action,start,end,score\n")
    for video in self {
      for tube in video.tubes {
        let interval = tube.interval
        try file.write(
          "\(csvField(video.video)),\(tube.track),\(interval.action),\(fixed(interval.start, 3)),"
            + "\(fixed(interval.end, 3)),\(fixed(interval.score, 6))\n")
      }
    }
    try file.commit()
  }

  /// Writes `tubes.csv`: a row for each frame of a tube, `video, frame, x, y, width, height, class, tube, score`, as
  /// `TubeRecord` reads them; the frames count from 0, the place is in pixels. Between two sightings a box moves straight.
  ///
  /// - Parameters:
  ///   - size: Of the frames, in pixels.
  ///   - firstTime: Of frame 0 of each video, in seconds.
  public func writeTubeRows(
    to path: String, size: ImageSize, framesPerSecond: Double, firstTime: (String) -> Double
  ) throws(FileError) {
    let file = try AtomicFile(path: path)
    for video in self {
      let first = firstTime(video.video)
      for (number, tube) in video.tubes.enumerated() {
        for (frame, box) in tube.boxes(framesPerSecond: framesPerSecond, firstTime: first) {
          let box = box.pixels(in: size)
          let place = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map { fixed($0, 2) }
          try file.write(
            "\(csvField(video.video)),\(frame),\(place.joined(separator: ",")),\(tube.interval.action),\(number),"
              + "\(fixed(tube.interval.score, 6))\n")
        }
      }
    }
    try file.commit()
  }

  /// What `writeTracks` writes, of no rows.
  public var tracksText: String {
    var bytes: [UInt8] = []
    describe("tracks", [], Self.tracks) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func tracks(of video: VideoTracks) -> [JSONValue] {
    video.tracks.map { track in
      .object([
        ("id", JSONValue(track.id)), ("start", JSONValue(track.span?.lowerBound)),
        ("end", JSONValue(track.span?.upperBound)), ("boxes", boxes(track.sightings)),
      ])
    }
  }

  /// Writes an object with a list of videos.
  private func writeVideos(
    to path: String, _ kind: String, _ head: [(String, JSONValue)] = [], _ things: (VideoTracks) -> [JSONValue]
  ) throws(FileError) {
    let file = try AtomicFile(path: path)
    try describe(kind, head, things) { bytes throws(FileError) in try file.write(bytes) }
    try file.commit()
  }

  /// Makes an object with a list of videos, a line for each thing of a video.
  private func describe<Failure: Error>(
    _ kind: String, _ head: [(String, JSONValue)], _ things: (VideoTracks) -> [JSONValue],
    write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var json = JSONWriter()
    json.beginObject()
    for (name, value) in head { json.member(name, value) }
    json.name("videos")
    json.beginArray()
    for video in self {
      json.beginObject()
      json.member("video", JSONValue(video.video))
      if let start = video.start { json.member("start", JSONValue(start)) }
      json.name(kind)
      json.beginArray(lines: true)
      for thing in things(video) {
        json.value(thing)
        try write(json.take())
      }
      json.end()
      json.end()
    }
    json.end()
    json.end()
    try write(json.take() + [UInt8(ascii: "\n")])
  }
}

/// Writes rows of a MOT text.
public func writeMOT(_ rows: [MOTRow], to path: String) throws(FileError) {
  try writeFile(path, rows.map { $0.text + "\n" }.joined())
}

private func boxes(_ sightings: [Track.Sighting]) -> JSONValue {
  .array(
    sightings.map { sighting in
      let box = sighting.box
      return .object([
        ("time", JSONValue(rounded(sighting.time, 6))),
        ("box", .array([box.x1, box.y1, box.x2, box.y2].map { JSONValue($0) })),
        ("score", JSONValue(sighting.score)),
      ])
    })
}

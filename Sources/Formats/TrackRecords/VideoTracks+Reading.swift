internal import Files
internal import Geometry
internal import JSON
internal import Tracks

extension [VideoTracks] {
  /// The largest file that is read, in bytes.
  private static let sizeLimit = 1 << 30

  /// Reads `tracks.json`, and the tubes of `tubes.json` where it is given.
  ///
  /// - Parameters:
  ///   - path: Of `tracks.json`.
  ///   - tubes: Of `tubes.json`; nil for tracks of which nobody knows what they do.
  /// - Throws: `FileError`; `TrackFileError` for what is no such file, and for tubes of tracks that are not there.
  public static func read(tracks path: String, tubes: String? = nil) throws -> [VideoTracks] {
    var videos: [VideoTracks] = []
    var places: [String: Int] = [:]
    try readVideos(path, "tracks") { video, things in
      if places.updateValue(videos.count, forKey: video) != nil {
        throw TrackFileError(path: path, place: "video '\(video)'", expected: "each video once", found: "it twice")
      }
      var known: Set<Int> = []
      let tracks = try things.enumerated().map { number, thing in
        let place = "track \(number + 1) of video '\(video)'"
        let id = try thing.whole("id", path, place)
        if !known.insert(id).inserted {
          throw TrackFileError(path: path, place: place, expected: "an id of its own", found: "\(id) again")
        }
        return Track(id: id, sightings: try thing.sightings(path, place))
      }
      videos.append(VideoTracks(video: video, tracks: tracks))
    }
    guard let tubes else { return videos }
    try readVideos(tubes, "tubes") { video, things in
      guard let index = places[video] else {
        throw TrackFileError(
          path: tubes, place: "video '\(video)'", expected: "a video of '\(path)'", found: "one that is not there")
      }
      let tracks = Dictionary(uniqueKeysWithValues: videos[index].tracks.map { ($0.id, $0) })
      videos[index].tubes += try things.enumerated().map { number, thing in
        let place = "tube \(number + 1) of video '\(video)'"
        let id = try thing.whole("track", tubes, place)
        guard let track = tracks[id] else {
          throw TrackFileError(
            path: tubes, place: place, expected: "a track of '\(path)'", found: "\(id), which is not there")
        }
        let (start, end) = (try thing.number("start", tubes, place), try thing.number("end", tubes, place))
        if !(start < end) {
          throw TrackFileError(path: tubes, place: place, expected: "an end after \(start)", found: "\(end)")
        }
        return Tube(
          track,
          ActionInterval(
            action: try thing.whole("action", tubes, place), start: start, end: end,
            score: try thing.number("score", tubes, place)))
      }
    }
    return videos
  }

  /// Calls `body` with each video of a file and its tracks or tubes.
  private static func readVideos(
    _ path: String, _ kind: String, _ body: (String, [JSONValue]) throws -> Void
  ) throws {
    let bytes = try readFile(path, doing: TrackFileError.doing, limit: sizeLimit)
    let content: JSONValue
    do {
      content = try JSONReader.read(bytes, subject: "JSON text", limits: .init(size: sizeLimit))
    } catch {
      throw TrackFileError(path: path, place: error.place(in: bytes), expected: "JSON", found: error.found)
    }
    guard case .array(let videos)? = content["videos"] else {
      throw TrackFileError(path: path, place: "", expected: "an object with a list of \"videos\"", found: "none")
    }
    for (number, video) in videos.enumerated() {
      guard case .string(let name)? = video["video"], case .array(let things)? = video[kind] else {
        throw TrackFileError(
          path: path, place: "video \(number + 1)", expected: "a name as \"video\" and a list of \"\(kind)\"",
          found: "other members")
      }
      try body(name, things)
    }
  }
}

extension JSONValue {
  fileprivate func number(_ name: String, _ path: String, _ place: String) throws(TrackFileError) -> Double {
    guard case .number(let number)? = self[name], number.double.isFinite else {
      throw TrackFileError(
        path: path, place: place, expected: "a number as \"\(name)\"", found: self[name]?.text ?? "none")
    }
    return number.double
  }

  fileprivate func whole(_ name: String, _ path: String, _ place: String) throws(TrackFileError) -> Int {
    guard case .number(let number)? = self[name], let value = number.int else {
      throw TrackFileError(
        path: path, place: place, expected: "a whole number as \"\(name)\"", found: self[name]?.text ?? "none")
    }
    return value
  }

  fileprivate func sightings(_ path: String, _ place: String) throws(TrackFileError) -> [Track.Sighting] {
    var sightings: [Track.Sighting] = []
    for (number, item) in (self["boxes"]?.values ?? []).enumerated() {
      let place = "\(place), box \(number + 1)"
      let time = try item.number("time", path, place)
      if let last = sightings.last, !(time > last.time) {
        throw TrackFileError(path: path, place: place, expected: "a time after \(last.time)", found: "\(time)")
      }
      let sides = (item["box"]?.values ?? []).compactMap { side -> Double? in
        if case .number(let number) = side, number.double.isFinite { number.double } else { nil }
      }
      if sides.count != 4 || item["box"]?.values.count != 4 {
        throw TrackFileError(
          path: path, place: place, expected: "four numbers as \"box\"", found: item["box"]?.text ?? "none")
      }
      sightings.append(
        Track.Sighting(
          time: time, box: UnitBox(x1: sides[0], y1: sides[1], x2: sides[2], y2: sides[3]),
          score: try item.number("score", path, place)))
    }
    return sightings
  }
}

/// What is wrong with a file of tracks or tubes.
public struct TrackFileError: Error, Equatable, CustomStringConvertible {
  static let doing = "reading tracks"

  public let path: String
  /// "track 3 of video 'v'"; empty for the file as a whole.
  public let place: String
  public let expected: String
  public let found: String

  public var description: String {
    "\(Self.doing): '\(path)'\(place.isEmpty ? "" : ", " + place): expected \(expected), found \(found) "
      + "-> write it anew with slowfast tracks"
  }
}

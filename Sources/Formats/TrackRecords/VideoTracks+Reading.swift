public import AVARecords
internal import Files
public import Geometry
internal import JSON
internal import Tracks

/// What can be wrong with a file of tracks or tubes.
public enum TrackFileError: Error, Equatable, CustomStringConvertible {
  /// - Parameter place: "video 'a', track 2"; empty for the file as a whole.
  case malformed(path: String, place: String, expected: String, found: String, advice: String)

  public var description: String {
    switch self {
    case .malformed(let path, let place, let expected, let found, let advice):
      "reading the tracks: '\(path)'\(place.isEmpty ? "" : ", " + place): expected \(expected), found \(found) -> \(advice)"
    }
  }
}

/// Tracks and tubes as `tracks.json` and `tubes.json` have them.
public struct TrackFile: Sendable, Equatable {
  /// In the order of the files.
  public private(set) var videos: [VideoTracks] = []
  /// The names of actions that tubes have, by id.
  public private(set) var names: [Int: String] = [:]
  /// The content of the rows beside it that a file belongs to (`contentMark`); nil where it names none.
  public private(set) var detections: String?
  private var places: [String: Int] = [:]

  /// Reads files that `[VideoTracks].writeTracks` and `writeTubes` have written, in one result: what several say of one video
  /// is joined.
  ///
  /// - Throws: `TrackFileError` with the place of what is malformed; `FileError`.
  public init(paths: [String]) throws {
    for path in paths { try add(path) }
  }

  /// Reads `tracks.json`, and `tubes.json` where it is given, whose tubes must be of these tracks.
  ///
  /// - Throws: `TrackFileError` with the place of what is malformed; `FileError`.
  public init(tracks: String, tubes: String?) throws {
    try add(tracks)
    guard let tubes else { return }
    let known = videos.map { Set($0.tracks.map(\.id)) }
    try add(tubes)
    for (place, video) in videos.enumerated() {
      let ids = known.indices.contains(place) ? known[place] : []
      if let stray = video.tubes.first(where: { !ids.contains($0.track) }) {
        throw TrackFileError.malformed(
          path: tubes, place: "video '\(video.video)'", expected: "tubes of the tracks of '\(tracks)'",
          found: "one of track \(stray.track)", advice: "give the two files of one call of slowfast tracks")
      }
    }
  }

  private mutating func add(_ path: String) throws {
    let bytes = try ByteStream(path: path, doing: "reading the tracks").readToEnd()
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONReader.read(bytes, subject: "JSON text", limits: .init(size: 1 << 30))
    } catch {
      throw TrackFileError.malformed(
        path: path, place: error.place(in: bytes), expected: "JSON", found: error.found,
        advice: "write the file again, complete")
    }
    guard case .array(let list)? = root["videos"] else {
      throw TrackFileError.malformed(
        path: path, place: "", expected: "an object with a list of videos", found: "JSON of another form",
        advice: "give tracks.json or tubes.json of slowfast tracks")
    }
    if case .string(let mark)? = root["detections"] { detections = mark }
    for (number, value) in list.enumerated() {
      let item = Item(path: path, place: "video \(number + 1)", value: value)
      let name = try item.text("video")
      let place = places[name] ?? videos.count
      if place == videos.count {
        places[name] = place
        videos.append(VideoTracks(video: name, tracks: []))
      }
      if item.value["start"] != nil { videos[place].start = try item.number("start") }
      var ids = Set(videos[place].tracks.map(\.id))
      for track in try item.list("tracks", "track") {
        let id = try track.id("id")
        if !ids.insert(id).inserted {
          throw track.error(expected: "each id once in a video", found: "\(id) again", "correct or remove the track")
        }
        videos[place].tracks.append(Track(id: id, sightings: try track.sightings()))
      }
      for tube in try item.list("tubes", "tube") { videos[place].tubes.append(try read(tube)) }
    }
  }

  private mutating func read(_ item: Item) throws(TrackFileError) -> Tube {
    let action = try item.id("action")
    let (start, end) = (try item.number("start"), try item.number("end"))
    if end < start {
      throw item.error(
        expected: "an end at or after the start", found: "\(start) to \(end)", "correct or remove the tube")
    }
    if item.value["name"] != nil { names[action] = try item.text("name") }
    let track = Track(id: try item.id("track"), sightings: try item.sightings())
    let interval = ActionInterval(action: action, start: start, end: end, score: try item.number("score"))
    return Tube(track, interval)
  }

  /// A value with its place.
  private struct Item {
    let path: String
    let place: String
    let value: JSONValue

    /// The largest time, coordinate or score that is read, on either side of 0.
    private static let limit = 1e9

    func error(expected: String, found: String, _ advice: String) -> TrackFileError {
      .malformed(path: path, place: place, expected: expected, found: found, advice: advice)
    }

    private func error(_ name: String, _ expected: String) -> TrackFileError {
      let found = value[name].map { String($0.text.prefix(60)) } ?? "nothing"
      return error(expected: "\(expected) as '\(name)'", found: found, "correct it, or write the file again")
    }

    func text(_ name: String) throws(TrackFileError) -> String {
      guard case .string(let text)? = value[name] else { throw error(name, "a text") }
      return text
    }

    func number(_ name: String) throws(TrackFileError) -> Double {
      guard case .number(let number)? = value[name], abs(number.double) <= Self.limit else {
        throw error(name, "a number from -1e9 to 1e9")
      }
      return number.double
    }

    func id(_ name: String) throws(TrackFileError) -> Int {
      guard case .number(let number)? = value[name], let id = number.int, (0..<1 << 53).contains(id) else {
        throw error(name, "a whole number from 0 on")
      }
      return id
    }

    /// The items of a list; none where it is not there.
    func list(_ name: String, _ noun: String) throws(TrackFileError) -> [Item] {
      guard let list = value[name] else { return [] }
      guard case .array(let values) = list else { throw error(name, "a list") }
      return values.enumerated().map { Item(path: path, place: "\(place), \(noun) \($0 + 1)", value: $1) }
    }

    /// Boxes in the order of time.
    func sightings() throws(TrackFileError) -> [Track.Sighting] {
      var sightings: [Track.Sighting] = []
      for item in try list("boxes", "box") {
        let time = try item.number("time")
        guard time >= 0 else { throw item.error("time", "a second from 0 on") }
        guard case .array(let values)? = item.value["box"], values.count == 4 else {
          throw item.error("box", "four numbers: x1, y1, x2, y2")
        }
        let corners = values.compactMap { value -> Double? in
          guard case .number(let number) = value, abs(number.double) <= Self.limit else { return nil }
          return number.double
        }
        guard corners.count == 4, corners[0] <= corners[2], corners[1] <= corners[3] else {
          throw item.error("box", "four numbers: x1, y1, x2, y2, x2 not left of x1 and y2 not above y1")
        }
        let box = UnitBox(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
        sightings.append(Track.Sighting(time: time, box: box, score: try item.number("score")))
      }
      sightings.sort { $0.time < $1.time }
      if let twice = zip(sightings, sightings.dropFirst()).first(where: { $0.time == $1.time }) {
        throw error(expected: "a box a moment", found: "two at \(twice.0.time) s", "correct or remove one")
      }
      return sightings
    }
  }
}

extension VideoTracks {
  /// The videos of a table of tubes, by first appearance. The table does not say who is who: each tube is a person of its
  /// own, whose id is the tube's number.
  ///
  /// - Parameters:
  ///   - size: Of the frames, in whose pixels the boxes are.
  ///   - framesPerSecond: Above 0; frame 0 is at 0 s.
  public static func videos(
    of tubes: [TubeRecord], size: ImageSize, framesPerSecond: Double
  ) -> [VideoTracks] {
    var videos: [VideoTracks] = []
    var places: [String: Int] = [:]
    let (width, height) = (Double(size.width), Double(size.height))
    for tube in tubes {
      let place = places[tube.video] ?? videos.count
      if place == videos.count {
        places[tube.video] = place
        videos.append(VideoTracks(video: tube.video, tracks: []))
      }
      let track = Track(
        id: tube.number,
        sightings: tube.boxes.enumerated().map { number, box in
          Track.Sighting(
            time: Double(tube.firstFrame + number) / framesPerSecond,
            box: UnitBox(x1: box.x1 / width, y1: box.y1 / height, x2: box.x2 / width, y2: box.y2 / height), score: 1)
        })
      let end = Double(tube.firstFrame + tube.boxes.count) / framesPerSecond
      videos[place].tracks.append(track)
      videos[place].tubes.append(
        Tube(
          track,
          ActionInterval(
            action: tube.action, start: Double(tube.firstFrame) / framesPerSecond, end: end, score: tube.score ?? 1)))
    }
    return videos
  }
}

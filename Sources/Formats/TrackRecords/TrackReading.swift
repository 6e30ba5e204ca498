internal import Files
internal import JSON
internal import Geometry
internal import Tracks
internal import Wording

/// What is wrong with a file of tracks: where, what was expected, what was found.
public struct TrackFileError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ path: String, _ place: String, expected: String, found: String) {
    description =
      "reading tracks: '\(path)'\(place.isEmpty ? "" : ", " + place): expected \(expected), found \(found) "
      + "-> give the tracks.json that slowfast tracks writes"
  }
}

extension [VideoTracks] {
  /// Reads what `writeTracks` writes. Starts and ends are not heeded: they are those of the boxes.
  ///
  /// - Throws: `FileError`; ``TrackFileError`` with the place, for boxes out of the order of time, repeated ids and
  ///   whatever is no finite number.
  public init(tracksIn path: String) throws {
    let bytes = try readFile(path, doing: "reading tracks")
    let root: JSONValue
    do {
      root = try JSONReader.read(bytes, limits: JSONReader.Limits(size: 2_000_000_000))
    } catch {
      throw TrackFileError(path, "", expected: "JSON", found: "other text (\(error))")
    }
    guard case .array(let videos)? = root["videos"] else {
      throw TrackFileError(path, "", expected: "an object with 'videos'", found: kind(root))
    }
    self = []
    var names: Set<String> = []
    for (number, video) in videos.enumerated() {
      let place = "videos[\(number)]"
      guard case .string(let name)? = video["video"] else {
        throw TrackFileError(path, place, expected: "the name 'video'", found: kind(video["video"]))
      }
      if !names.insert(name).inserted {
        throw TrackFileError(path, place, expected: "each video once", found: "'\(name)' again")
      }
      guard case .array(let tracks)? = video["tracks"] else {
        throw TrackFileError(path, place, expected: "the list 'tracks'", found: kind(video["tracks"]))
      }
      var ids: Set<Int> = []
      let read = try tracks.enumerated().map { index, track in
        let track = try Track(track, path, "\(place).tracks[\(index)]")
        if !ids.insert(track.id).inserted {
          throw TrackFileError(path, "\(place).tracks[\(index)]", expected: "each id once", found: "\(track.id) again")
        }
        return track
      }
      append(VideoTracks(video: name, tracks: read))
    }
  }
}

extension Track {
  fileprivate init(_ value: JSONValue, _ path: String, _ place: String) throws(TrackFileError) {
    guard case .number(let number)? = value["id"], let id = number.int else {
      throw TrackFileError(path, place, expected: "a whole number 'id'", found: kind(value["id"]))
    }
    guard case .array(let boxes)? = value["boxes"] else {
      throw TrackFileError(path, place, expected: "the list 'boxes'", found: kind(value["boxes"]))
    }
    var sightings: [Sighting] = []
    for (index, box) in boxes.enumerated() {
      let place = "\(place).boxes[\(index)]"
      func finite(_ value: JSONValue?, _ what: String) throws(TrackFileError) -> Double {
        guard case .number(let number)? = value, abs(number.double) < 1e9 else {
          throw TrackFileError(path, place, expected: "a number as \(what)", found: kind(value))
        }
        return number.double
      }
      let sides = box["box"]?.values ?? []
      if sides.count != 4 {
        throw TrackFileError(path, place, expected: "four numbers 'box'", found: counted(sides.count, "number"))
      }
      let (x1, y1) = (try finite(sides[0], "x1"), try finite(sides[1], "y1"))
      let (x2, y2) = (try finite(sides[2], "x2"), try finite(sides[3], "y2"))
      let time = try finite(box["time"], "'time'")
      if let last = sightings.last?.time, !(time > last) {
        throw TrackFileError(path, place, expected: "a time after \(last) s", found: "\(time) s")
      }
      sightings.append(
        Sighting(
          time: time, box: UnitBox(x1: x1, y1: y1, x2: x2, y2: y2),
          score: box["score"] == nil ? 1 : try finite(box["score"], "'score'")))
    }
    self.init(id: id, sightings: sightings)
  }
}

/// What a value is, for an error.
private func kind(_ value: JSONValue?) -> String {
  switch value {
  case nil: "nothing"
  case .null?: "null"
  case .bool?: "a truth value"
  case .number(let number)?: "the number \(number.text)"
  case .string(let text)?: "the text '\(text.prefix(40))'"
  case .array(let values)?: "a list of \(values.count)"
  case .object(let members)?: "an object of \(listed(members.map(\.name)))"
  }
}

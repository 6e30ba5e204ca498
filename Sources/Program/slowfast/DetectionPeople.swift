internal import Detect
internal import Files
internal import Geometry
internal import TrackRecords
internal import Wording

/// Who is who in a file of detections: as a file of tracks says it, that of the call or that which `detect` leaves beside its rows.
struct DetectionPeople {
  /// The file that says it; nil where boxes are linked.
  let path: String?
  /// In the order of the file.
  let videos: [VideoTracks]
  /// Whether the file belongs to the rows, and so has their clock.
  let isOfRows: Bool
  private let byName: [String: VideoTracks]

  /// - Parameters:
  ///   - tracks: The file that the call gives, or a folder that has one; nil for none.
  ///   - rows: The file of detections; nil where nothing beside it is to be taken.
  /// - Throws: `TrackFileError`, `FileError`.
  init(tracks: String?, beside rows: String?) throws {
    if let tracks {
      let path = isFolder(tracks) ? joinPath(tracks, TracksBeside.name) : tracks
      self.init(path, try TrackFile(paths: [path]).videos)
      return
    }
    switch try rows.map({ try TracksBeside.of(rows: $0) }) ?? .none {
    case .none: self.init(nil, [])
    case .fitting(let path, let file):
      Console.say("people are those of '\(path)'")
      self.init(path, file.videos, isOfRows: true)
    case .other(let path, let why):
      Console.warn("'\(path)' is not taken, people are linked anew: \(why) -> --tracks '\(path)' takes it all the same")
      self.init(nil, [])
    }
  }

  private init(_ path: String?, _ videos: [VideoTracks], isOfRows: Bool = false) {
    (self.path, self.videos, self.isOfRows) = (path, videos, isOfRows)
    byName = Dictionary(videos.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tracks of a video; nil where nobody says them.
  subscript(video: String) -> VideoTracks? { byName[video] }

  /// The people of a video with what they do, by the usual rules.
  ///
  /// - Parameter size: Of the frames; nil where it is not known.
  /// - Throws: `TrackError`.
  func usuallyLinked(_ people: PeopleOverTime, size: ImageSize?) throws -> VideoTracks {
    guard let known = known(people) else { return try people.usuallyLinked(size: size) }
    return people.usuallyLinked(to: known)
  }

  /// The tracks of a video's people; says what is odd about them.
  func known(_ people: PeopleOverTime) -> VideoTracks? {
    guard let path, let known = self[people.video] else { return nil }
    let (strangers, count) = (people.strangers(to: known.tracks), people.boxCount)
    if strangers * 2 > count {
      Console.warn(
        "'\(people.video)': \(strangers) of \(counted(count, "box", plural: "boxes")) of the rows are nobody's in '\(path)' -> is "
          + "it of these rows, and of their clock?")
    }
    return known
  }

  /// Says which videos have no tracks though a file of them is given.
  func warn(of videos: [String]) {
    guard let path else { return }
    let missing = videos.filter { byName[$0] == nil }
    if missing.isEmpty { return }
    Console.warn(
      "'\(path)' has no tracks of \(listed(missing.map { "'\($0)'" })), whose boxes are linked here: it has "
        + listed(byName.keys.sorted().map { "'\($0)'" }))
  }
}

/// The file of detections that is meant by a file's name, or by that of a folder of `detect` or `test`.
func detectionRows(of source: String) -> String {
  if !isFolder(source) { return source }
  let names = ["detections.csv", "detections_latest.csv"].map { joinPath(source, $0) }
  return names.first(where: pathExists) ?? names[0]
}

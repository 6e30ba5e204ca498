internal import AVARecords
internal import Datasets
internal import Detect
internal import Files
internal import Geometry
internal import Runs
internal import TrackRecords
internal import Video
internal import Wording

/// Who is who in a file of detections: as a file of tracks says it, that of the call or that which `detect` leaves beside its rows.
struct DetectionPeople {
  /// The file that says it; nil where boxes are linked.
  let path: String?
  /// In the order of the file.
  let videos: [VideoTracks]
  /// Whether the file belongs to the rows, and so has their clock and all videos that were looked at.
  let isOfRows: Bool
  private let byName: [String: VideoTracks]

  /// - Parameters:
  ///   - tracks: The file that the call gives, or a folder that has one; nil for none.
  ///   - rows: The file of detections; nil where nothing beside it is to be taken.
  /// - Throws: `TrackFileError`, `FileError`, `NoTracks`.
  init(tracks: String?, beside rows: String?) throws {
    if let tracks {
      let path = try Self.file(tracks)
      self.init(path, try TrackFile(paths: [path]).videos)
      return
    }
    switch try rows.map({ try TracksBeside.of(rows: $0) }) ?? .none {
    case .none: self.init(nil, [])
    case .fitting(let path, let file):
      Console.say("people are those of '\(path)'")
      self.init(path, file.videos, isOfRows: true)
    case .stale(let path):
      Console.warn(
        "'\(path)' is not taken, people are linked anew: it was made with other rows than '\(rows ?? "")' has now "
          + "-> --tracks '\(path)' takes it all the same")
      self.init(nil, [])
    case .damaged(let path, let why): self.init(insteadOf: path, why)
    }
  }

  /// - Parameters:
  ///   - tracks: As above.
  ///   - run: What keeps the rows.
  init(tracks: String?, keptIn run: RunDirectory) throws {
    if tracks != nil || !pathExists(run.people) {
      try self.init(tracks: tracks, beside: nil)
      return
    }
    switch Result(catching: { try TrackFile(paths: [run.people]) }) {
    case .success(let file): self.init(run.people, file.videos, isOfRows: true)
    case .failure(let error): self.init(insteadOf: run.people, error)
    }
  }

  /// For a file that cannot be read.
  private init(insteadOf path: String, _ why: any Error) {
    Console.warn(
      "'\(path)' is not taken, people are linked anew: \(withoutAdvice(why)) -> delete it, or start the command that made it "
        + "again with --overwrite")
    self.init(nil, [])
  }

  private init(_ path: String?, _ videos: [VideoTracks], isOfRows: Bool = false) {
    (self.path, self.videos, self.isOfRows) = (path, videos, isOfRows)
    byName = Dictionary(videos.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The file that `--tracks` means: of a folder its own, or what a run directory keeps.
  ///
  /// - Throws: `NoTracks` for a folder that has none.
  static func file(_ given: String) throws(NoTracks) -> String {
    if !isFolder(given) { return given }
    let files = [joinPath(given, TracksBeside.name), RunDirectory(given).people]
    guard let path = files.first(where: pathExists) else { throw NoTracks(folder: given) }
    return path
  }

  /// The tracks of a video; nil where nobody says them.
  subscript(video: String) -> VideoTracks? { byName[video] }

  /// The people of rows by video, also of those in which nobody was found: videos that only the rows' own tracks name, and, where
  /// there are no rows at all, those that are given.
  ///
  /// - Parameter rows: What the rows are called.
  func people(in table: DetectionTable, of rows: String, given names: [String] = []) -> [PeopleOverTime] {
    let found = PeopleOverTime.videos(of: table)
    let known = Set(found.map(\.video))
    var others = (isOfRows ? videos.map(\.video) : []).filter { !known.contains($0) }
    if found.isEmpty {
      others += names.filter { !others.contains($0) }
      Console.say("'\(rows)' has no rows: nobody was found")
    } else if !others.isEmpty {
      Console.say("nobody was found in \(counted(others.count, "video")): \(listed(others.map { "'\($0)'" }))")
    }
    return (found + others.map { PeopleOverTime(nobodyIn: $0) }).sorted { $0.video < $1.video }
  }

  /// The people of a video with what they do, by the usual rules.
  ///
  /// - Parameter size: Of the frames; nil where it is not known.
  /// - Throws: `TrackError`.
  func usuallyLinked(_ people: PeopleOverTime, size: ImageSize?) throws -> VideoTracks {
    guard let known = known(people) else { return try people.usuallyLinked(size: size) }
    return people.usuallyLinked(to: known)
  }

  /// The tracks of a video's people on the clock of its rows; says what is odd about them.
  func known(_ people: PeopleOverTime) -> VideoTracks? {
    guard let path, let own = self[people.video] else { return nil }
    let known = isOfRows ? own : onClock(of: people, own)
    if let oddity = StrangeBoxes(people.frames, of: "the rows", in: known, from: path) { Console.warn("\(oddity)") }
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

/// Tracks of a video on the clock of its rows, of which only these are known.
func onClock(of people: PeopleOverTime, _ tracks: VideoTracks) -> VideoTracks {
  tracks.onClock(of: people.frames, start: nil, orFrom: Double(ActionDataset.ava.clock.firstSecond))
}

/// The file of detections that is meant by a file's name, or by that of a folder of `detect` or `test`.
func detectionRows(of source: String) -> String {
  if !isFolder(source) { return source }
  let names = ["detections.csv", "detections_latest.csv"].map { joinPath(source, $0) }
  return names.first(where: pathExists) ?? names[0]
}

/// A folder that is given as --tracks and has none.
struct NoTracks: Error, CustomStringConvertible {
  let folder: String

  var description: String {
    "reading the tracks: '\(folder)' is a folder: expected \(TracksBeside.name) in it, as slowfast detect and slowfast tracks write "
      + "it, found none -> give --tracks a \(TracksBeside.name), or a folder that has one"
  }
}

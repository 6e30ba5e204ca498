internal import AVARecords
internal import Detect
internal import Files
internal import Geometry
internal import Runs
internal import TrackRecords
internal import Wording

/// What is exported, told by its content: detections, or the tracks and tubes that were made of them.
struct ExportSource {
  /// What the people of a source are known by.
  enum Content {
    /// Rows, and who is who in them where somebody says it.
    case detections(DetectionTable, DetectionPeople, rows: String)
    case tracks([VideoTracks])
    /// A box for each frame.
    case tubes([TubeRecord])
  }

  let content: Content
  /// The names of actions that the source has, by id.
  let names: [Int: String]
  /// What it was recognised as.
  let description: String
  /// The files that were read.
  let files: [String]

  private init(_ content: Content, names: [Int: String] = [:], _ description: String, files: [String]) {
    (self.content, self.names, self.description, self.files) = (content, names, description, files)
  }

  /// Reads a file, or a folder that `tracks`, `detect` or a run has written.
  ///
  /// - Parameter tracks: A file that says who is who in rows, or a folder that has it; nil for what lies beside them.
  static func read(_ path: String, tracks: String?) throws -> ExportSource {
    let source = try read(path, tracks)
    if tracks != nil {
      guard case .detections = source.content else { throw ExportSourceError(hasPeople: path, "a file of people") }
    }
    return source
  }

  private static func read(_ path: String, _ people: String?) throws -> ExportSource {
    if isFolder(path) { return try read(folder: path, people) }
    if try isJSON(path) { return try read(trackFiles: [path], "tracks of '\(path)'") }
    if try TubeRecord.isTable(path: path) {
      let tubes = try TubeRecord.read(path: path, hasScores: true)
      return ExportSource(.tubes(tubes), "tubes of '\(path)', each a person of its own", files: [path])
    }
    return try read(rows: path, people)
  }

  private static func read(folder: String, _ people: String?) throws -> ExportSource {
    let rows = detectionRows(of: folder)
    let hasRows = pathExists(rows)
    let tracked = [TracksBeside.name, "tubes.json"].map { joinPath(folder, $0) }.filter(pathExists)
    let directory = RunDirectory(folder)
    if !tracked.isEmpty, try !areOfRows(hasRows ? rows : nil) {
      let what = "\(series(tracked.map { splitPath($0).name }, "and"))"
      if people == nil { return try read(trackFiles: tracked, "\(what) of '\(folder)'") }
      if !hasRows, !pathExists(directory.status(nil)) {
        throw ExportSourceError(hasPeople: folder, "a folder with \(what)")
      }
    }
    if let status = try? RunSummary(directory).status {
      let config = try KeptRun.configuration(directory)
      if RunUnit(config) != .keyFrame { throw ExportSourceError(folder, "a run without boxes") }
      let labels = try keptLabelMap(status, config)
      let run = try KeptRun(directory, kept: config, config: config)
      return ExportSource(
        .detections(
          try run.detections(labels).table, try DetectionPeople(tracks: people, keptIn: directory), rows: folder),
        names: labels.namesByID, "the run '\(folder)'", files: directory.files)
    }
    guard hasRows else { throw ExportSourceError(folder, "a folder without any of these") }
    return try read(rows: rows, people)
  }

  /// Whether the tracks beside some rows belong to them: those that detect leaves do, damaged ones, too, and the rows say
  /// what is done.
  private static func areOfRows(_ rows: String?) throws -> Bool {
    guard let rows else { return false }
    if case .none = try TracksBeside.of(rows: rows) { return false }
    return true
  }

  private static func read(trackFiles paths: [String], _ description: String) throws -> ExportSource {
    let file = try TrackFile(paths: paths)
    return ExportSource(.tracks(file.videos), names: file.names, description, files: paths)
  }

  private static func read(rows path: String, _ people: String?) throws -> ExportSource {
    let (table, counts) = try DetectionTable.read(path: path, mayBeEmpty: true)
    for notice in counts.notices(path) { Console.warn(notice) }
    return ExportSource(
      .detections(table, try DetectionPeople(tracks: people, beside: path), rows: path), "detections of '\(path)'",
      files: [path])
  }

  private static func isJSON(_ path: String) throws -> Bool {
    if path == standardInput { return false }
    let stream = try ByteStream(path: path, doing: "reading what is exported")
    var head = [UInt8](repeating: 0, count: 64)
    let count = try head.withUnsafeMutableBytes { try stream.read(into: $0) }
    return head[..<count].first { ![0x09, 0x0A, 0x0D, 0x20, 0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "{")
  }

  /// The people of all videos.
  ///
  /// - Parameters:
  ///   - given: The names of videos that the call gives.
  ///   - frames: The size of a video's frames and how many there are a second; nil where nothing is known of them.
  /// - Throws: `TrackError`; `ExportSourceError` for tubes of a video of whose frames nothing is known.
  func videos(
    given names: [String], _ frames: (String) -> (size: ImageSize, rate: Double)?
  ) throws -> [VideoTracks] {
    switch content {
    case .tracks(let videos): return videos
    case .detections(let table, let known, let rows):
      let videos = known.people(in: table, of: rows, given: names)
      known.warn(of: videos.map(\.video))
      return try videos.map { try known.usuallyLinked($0, size: frames($0.video)?.size) }
    case .tubes(let tubes):
      var videos: [VideoTracks] = []
      for (video, own) in Dictionary(grouping: tubes, by: \.video).sorted(by: { $0.key < $1.key }) {
        guard let (size, rate) = frames(video) else { throw ExportSourceError(tubesOf: video) }
        videos += VideoTracks.videos(of: own, size: size, framesPerSecond: rate)
      }
      return videos
    }
  }

  /// The files that were read, with those that say who is who.
  var inputs: [String] {
    if case .detections(_, let known, _) = content { files + [known.path].compactMap(\.self) } else { files }
  }

  /// What it is.
  var summary: String {
    guard case .detections(_, let known, _) = content, known.path == nil else { return description }
    return description + ", people linked by the rules of slowfast tracks"
  }

  /// Whether its times are frames, which count from the first.
  var countsFrames: Bool { if case .tubes = content { true } else { false } }
}

/// A source that nothing can be exported of.
private struct ExportSourceError: Error, CustomStringConvertible {
  let description: String

  init(
    _ path: String, _ found: String,
    _ advice: String = "give a folder or file that slowfast tracks, detect or test has written"
  ) {
    description =
      "reading what is exported: '\(path)' is \(found): expected tracks.json, tubes.json, detections.csv or a run of key frames "
      + "-> \(advice)"
  }

  init(hasPeople path: String, _ what: String) {
    description =
      "reading what is exported: '\(path)' is \(what), which say who is who themselves: expected rows of detections beside "
      + "--tracks -> leave --tracks out, or give detections.csv, or the folder of slowfast detect"
  }

  init(tubesOf video: String) {
    description =
      "reading what is exported: tubes of '\(video)' are in pixels, frame by frame: expected the rate and size of the frames, "
      + "found none -> give the file with --videos, or --fps RATE and --size WxH"
  }
}

extension LabelMap {
  var namesByID: [Int: String] {
    Dictionary(labels.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
  }
}

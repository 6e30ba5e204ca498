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
    /// Rows that nobody has linked yet.
    case detections(DetectionTable)
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
  static func read(_ path: String) throws -> ExportSource {
    if isFolder(path) { return try read(folder: path) }
    if try isJSON(path) { return try read(trackFiles: [path], "tracks of '\(path)'") }
    if try TubeRecord.isTable(path: path) {
      let tubes = try TubeRecord.read(path: path, hasScores: true)
      return ExportSource(.tubes(tubes), "tubes of '\(path)', each a person of its own", files: [path])
    }
    return try read(rows: path)
  }

  private static func read(folder: String) throws -> ExportSource {
    let tracked = ["tracks.json", "tubes.json"].map { joinPath(folder, $0) }.filter(pathExists)
    if !tracked.isEmpty {
      return try read(
        trackFiles: tracked, "\(series(tracked.map { splitPath($0).name }, "and")) of '\(folder)'")
    }
    let directory = RunDirectory(folder)
    if let status = try? RunSummary(directory).status {
      let config = try KeptRun.configuration(directory)
      if RunUnit(config) != .keyFrame { throw ExportSourceError(folder, "a run without boxes") }
      let labels = try keptLabelMap(status, config)
      let run = try KeptRun(directory, kept: config, config: config)
      return ExportSource(
        .detections(try run.detections(labels).table), names: labels.namesByID,
        "the run '\(folder)', people linked by the rules of slowfast tracks", files: directory.files)
    }
    let rows = ["detections.csv", "detections_latest.csv"].map { joinPath(folder, $0) }.first(where: pathExists)
    guard let rows else { throw ExportSourceError(folder, "a folder without any of these") }
    return try read(rows: rows)
  }

  private static func read(trackFiles paths: [String], _ description: String) throws -> ExportSource {
    let file = try TrackFile(paths: paths)
    return ExportSource(.tracks(file.videos), names: file.names, description, files: paths)
  }

  private static func read(rows path: String) throws -> ExportSource {
    let (table, counts) = try DetectionTable.read(path: path)
    for notice in counts.notices(path) { Console.warn(notice) }
    return ExportSource(
      .detections(table), "detections of '\(path)', people linked by the rules of slowfast tracks", files: [path])
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
  /// - Parameter frames: The size of a video's frames and how many there are a second; nil where nothing is known of them.
  /// - Throws: `TrackError`; `ExportSourceError` for tubes of a video of whose frames nothing is known.
  func videos(_ frames: (String) -> (size: ImageSize, rate: Double)?) throws -> [VideoTracks] {
    switch content {
    case .tracks(let videos): return videos
    case .detections(let table):
      return try PeopleOverTime.videos(of: table).map { try $0.usuallyLinked(size: frames($0.video)?.size) }
    case .tubes(let tubes):
      var videos: [VideoTracks] = []
      for (video, own) in Dictionary(grouping: tubes, by: \.video).sorted(by: { $0.key < $1.key }) {
        guard let (size, rate) = frames(video) else { throw ExportSourceError(tubesOf: video) }
        videos += VideoTracks.videos(of: own, size: size, framesPerSecond: rate)
      }
      return videos
    }
  }

  /// Whether its times are frames, which count from the first.
  var countsFrames: Bool { if case .tubes = content { true } else { false } }
}

/// A source that nothing can be exported of.
private struct ExportSourceError: Error, CustomStringConvertible {
  let description: String

  init(_ path: String, _ found: String) {
    description =
      "reading what is exported: '\(path)' is \(found): expected tracks.json, tubes.json, detections.csv or a run of key frames "
      + "-> give a folder or file that slowfast tracks, detect or test has written"
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

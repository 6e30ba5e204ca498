internal import AVARecords
internal import ArgumentParser
internal import BoxFiles
internal import Files
internal import Geometry
internal import TrackRecords
internal import Tracks
internal import Wording

/// People through time: who is who from frame to frame, and what each does from when to when.
struct TracksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tracks",
    abstract: "Links the boxes of detections to people, and makes intervals of their actions.",
    discussion: """
      Reads a CSV of detections or the folder of detect that has one, or with --mot a text of the MOT Challenge (boxes without \
      actions). People of detections are those of the tracks.json that detect left beside its rows, unless --linker or --gap asks \
      for others; without it boxes are linked. Writes \
      tracks.json, tubes.json and actions.csv (video, track, action, start, end, score), and where --fps and --size say what \
      a frame is, tubes.csv (a row for each frame of a tube: slowfast evaluate --tubes takes it) and mot/VIDEO.txt for each \
      video. docs/tracks.md has the rules.
      """)

  @Argument(
    help: ArgumentHelp("A CSV of detections, a folder that has one, or with --mot a MOT text.", valueName: "file"),
    completion: .file())
  var source: String

  @Option(help: ArgumentHelp("Where the files go.", valueName: "dir"), completion: .directory)
  var outputDir: String

  @Flag(help: "The file is a MOT text: frame, id, left, top, width, height, score; ids other than -1 are kept.")
  var mot = false

  @Option(help: ArgumentHelp("Frames a second: of the MOT texts.", valueName: "rate"))
  var fps: Double?

  @Option(
    name: .customLong("size"),
    help: ArgumentHelp("The frames' size in pixels, as 1920x1080: its shape serves linking too.", valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var frameSize: SizeArgument?

  @Option(
    help: ArgumentHelp(
      "The number of the first frame in the MOT text (default: 0 where a frame 0 is, else 1).", valueName: "number"))
  var firstFrame: Int?

  @Option(
    name: .customLong("labelmap"), help: ArgumentHelp("Names of the classes, for tubes.json.", valueName: "file"),
    completion: .file())
  var labelMap: String?

  @Option(
    help: ArgumentHelp("Who is who in detections: a tracks.json, or a folder that has one.", valueName: "file"),
    completion: .file())
  var tracks: String?

  @OptionGroup(title: "Linking") var linking: LinkingOptions

  @OptionGroup(title: "Actions") var actions: IntervalOptions

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if mot, fps == nil || size == nil {
      throw ValidationError("--mot counts frames and pixels -> add --fps RATE and --size WxH")
    }
    if let firstFrame {
      if !mot { throw ValidationError("--first-frame is of a MOT text -> add --mot, or leave it out") }
      if abs(firstFrame) > 1_000_000_000 {
        throw ValidationError("--first-frame is \(firstFrame) -> give a frame's number, mostly 0 or 1")
      }
    }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    // The size alone serves linking.
    if fps != nil, size == nil {
      throw ValidationError("--fps and --size say together what a frame is -> add --size WxH, or leave --fps out")
    }
    if tracks != nil, mot || linking.isGiven {
      let other = mot ? "--mot" : linking.linker != nil ? "--linker" : "--gap"
      throw ValidationError("--tracks says who is who, and \(other) links boxes: give one of them")
    }
  }

  private var size: ImageSize? { frameSize?.size }

  private func output(_ name: String) -> String { joinPath(outputDir, name) }

  func run() throws {
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    let files = ["tracks.json", "tubes.json", "actions.csv"].map(output)
    let labels = try labelMap.map { try LabelMap.read(path: $0) }
    if let hint = frameSize?.hint("--size") { Console.say("note: \(hint)") }
    // Those have the boxes between key frames, too, which no rows give back.
    if TracksBeside.areBound(in: outputDir) { throw BoundTracks(path: files[0]) }
    let known = try DetectionPeople(tracks: tracks, beside: mot || linking.isGiven ? nil : rows)
    let videos = try people(known)
    known.warn(of: videos.map(\.video))
    let table = fps == nil || size == nil ? [] : [output("tubes.csv")]
    let texts = fps == nil || size == nil ? [] : videos.map { output("mot/\(fileName(of: $0.video)).txt") }
    try results.check(
      files + table + texts, reading: RunInputs([rows, labelMap, known.path]),
      orGive: "give another --output-dir")
    let found = try videos.map { try linked($0, known) }
    // What people do is told by rows: a MOT text has none.
    let best = videos.flatMap { $0.scores.joined().flatMap(\.values) }.max()
    if let best, found.allSatisfy(\.tubes.isEmpty) {
      Console.say("note: no action begins: the highest score is \(best), and --on is \(actions.on)")
    }
    try found.writeTracks(to: files[0])
    try found.writeTubes(to: files[1]) { labels?.name(of: $0) }
    try found.writeActions(to: files[2])
    // The first frame of a MOT text is the video's first; in a file of detections nobody says when that was, but tracks may.
    let starts = Dictionary(
      zip(found, videos).map { ($0.video, mot ? 0 : $0.start ?? $1.frames.first?.time ?? 0) },
      uniquingKeysWith: { first, _ in first })
    if let fps, let size {
      for (video, path) in zip(found, texts) {
        let start = starts[video.video] ?? 0
        try writeMOT(video.motRows(size: size, framesPerSecond: fps, firstTime: start), to: path)
      }
      try found.writeTubeRows(to: table[0], size: size, framesPerSecond: fps) { starts[$0] ?? 0 }
    }
    let (tracks, tubes) = (found.reduce(0) { $0 + $1.tracks.count }, found.reduce(0) { $0 + $1.tubes.count })
    print(
      "\(outputDir): \(counted(found.count, "video")), \(counted(tracks, "track")), "
        + counted(tubes, "interval of an action", plural: "intervals of actions"))
  }

  private func people(_ known: DetectionPeople) throws -> [PeopleOverTime] {
    if mot, let fps, let size, let file = try BoxFile.read(path: source, format: BoxFormats.mot) {
      if firstFrame == nil, PeopleOverTime.firstFrame(of: file) == 0 {
        Console.say("frames are counted from 0, for there is a frame 0 (--first-frame says otherwise)")
      }
      return [
        try PeopleOverTime(
          video: fileStem(source), mot: file, size: size, framesPerSecond: fps, firstFrame: firstFrame)
      ]
    }
    return known.people(in: try DetectionTable.read(path: rows, mayBeEmpty: true).table, of: rows)
  }

  /// The file that is read.
  private var rows: String { mot ? source : detectionRows(of: source) }

  private func linked(_ people: PeopleOverTime, _ known: DetectionPeople) throws -> VideoTracks {
    let rules = actions.rules(spacing: people.frames.spacing ?? 1)
    if let tracks = known.known(people) { return people.linked(to: tracks, rules) }
    return try linking.linked(people, size: size, hasScores: mot, rules)
  }
}

/// Tracks that no others may replace.
private struct BoundTracks: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "writing the tracks: '\(path)' says who is who in the rows beside it, as slowfast detect has left it, and other tracks would take "
      + "its place -> give another --output-dir"
  }
}

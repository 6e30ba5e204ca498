internal import AVARecords
internal import ArgumentParser
internal import Exports
internal import Files
internal import Geometry
internal import TrackRecords
internal import Wording

/// People and actions for other tools: annotation programs, data sets, subtitles.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes people and their actions in the formats of other tools: CVAT, VIA, COCO, AVA, ELAN, WebVTT.",
    usage: "slowfast export SOURCE --output-dir DIR [--format NAME ...] [--videos FILE ...] [--labelmap FILE]",
    discussion: """
      Takes a folder of slowfast tracks (tracks.json, tubes.json), one of its files, tubes.csv, a CSV of detections, or a \
      folder or run directory of slowfast detect or test. People of detections are those of the tracks.json that detect left \
      beside its rows; others are linked by the usual rules of slowfast tracks. cvat, via and coco count frames and pixels: give the videos, or --fps and --size. docs/export.md has the files \
      and the rules.
      """)

  @Argument(help: ArgumentHelp("What is exported.", valueName: "source"), completion: .file())
  var source: String

  @Option(help: ArgumentHelp("Where the files go.", valueName: "dir"), completion: .directory)
  var outputDir: String

  @Option(
    help: ArgumentHelp(
      "Which formats, may come several times: \(ExportFormats.names.joined(separator: ", ")) (default: all).",
      valueName: "name"))
  var format: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The videos, or folders of their pictures, called like those of the source: frames are counted by their time stamps.",
      valueName: "file"), completion: .file())
  var videos: [String] = []

  @Option(
    help: ArgumentHelp(
      "Frames a second, of folders of pictures and of videos that are not given.", valueName: "rate"))
  var fps: Double?

  @Option(
    name: .customLong("size"),
    help: ArgumentHelp("The frames' size in pixels of videos that are not given, as 1920x1080.", valueName: "WxH"),
    transform: SizeArgument.init(argument:))
  var frameSize: SizeArgument?

  @Option(
    help: ArgumentHelp(
      "The second that the source calls a video's beginning (default: 0, or AVA's 900 where the times fit only so).",
      valueName: "seconds"))
  var startingSecond: Double?

  @Option(
    help: ArgumentHelp(
      "Who is who in detections: a tracks.json, or a folder that has one.", valueName: "file"), completion: .file())
  var tracks: String?

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp("Names of the actions (default: those of the source).", valueName: "file"), completion: .file())
  var labelMap: String?

  @OptionGroup var results: OverwriteOptions

  private var formats: [String] { format.isEmpty ? ExportFormats.names : format }

  func validate() throws {
    for name in format where !ExportFormats.names.contains(name) {
      let near = nearest(to: name, among: ExportFormats.names).map { "did you mean \($0)? " } ?? ""
      throw ValidationError(
        "--format '\(name)' is unknown -> \(near)it is one of \(ExportFormats.names.joined(separator: ", "))")
    }
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    if let startingSecond, !(abs(startingSecond) <= 1e9) {
      throw ValidationError("--starting-second is \(startingSecond) -> give a number of seconds")
    }
    let framed = ExportFormats.thatNeedFrames(formats)
    if videos.isEmpty, !framed.isEmpty, fps == nil || frameSize == nil {
      throw ValidationError(
        "\(series(framed, "and")) \(framed.count == 1 ? "counts" : "count") frames and pixels -> give the files with --videos, "
          + "or --fps RATE and --size WxH, or choose others with --format")
    }
  }

  func run() throws {
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    if let hint = frameSize?.hint("--size") { Console.say("note: \(hint)") }
    let source = try ExportSource.read(self.source, tracks: tracks)
    Console.say("exporting \(source.summary)")
    let labels = try labelMap.map { try LabelMap.read(path: $0) }
    let given = try FramesOfVideos(videos, fps: fps, size: frameSize?.size)
    let tracked = try source.videos(given: given.names) { name in
      given.clock(of: name).map { ($0.size, fps ?? $0.framesPerSecond) }
    }
    let found = exported(tracked.filter { given.faults[$0.video] == nil }, given, countsFrames: source.countsFrames)
    try check(found, given, of: tracked)
    let files = ExportFormats.files(formats, videos: found.map(\.name), in: outputDir)
    try results.check(
      files, reading: .videos(videos) + source.inputs + [labelMap], orGive: "give another --output-dir")
    try ExportFormats.write(found, ExportedClasses(labels?.namesByID ?? source.names), as: formats, to: outputDir)
    let (people, actions) = (
      found.reduce(0) { $0 + $1.people.count }, found.reduce(0) { $0 + $1.people.reduce(0) { $0 + $1.actions.count } }
    )
    print(
      "\(outputDir): \(counted(found.count, "video")), \(counted(people, "person", plural: "people")), "
        + "\(counted(actions, "interval of an action", plural: "intervals of actions")) as \(series(formats, "and"))")
    try given.finish(of: tracked.map(\.video))
  }

  /// The videos on their own clocks.
  private func exported(
    _ tracked: [VideoTracks], _ given: FramesOfVideos, countsFrames: Bool
  ) -> [ExportedVideo] {
    var shifted: [String] = []
    let found = tracked.map { video in
      let clock = given.clock(of: video.video)
      let start =
        startingSecond ?? video.start
        ?? (countsFrames ? 0 : ExportedVideo.startingSecond(of: video, duration: clock?.duration))
      if startingSecond == nil, video.start == nil, start != 0 { shifted.append(video.video) }
      return ExportedVideo(video, path: given.path(of: video.video), clock: clock, startingSecond: start)
    }
    if !shifted.isEmpty {
      Console.say("the first frame is taken for second 900 (--starting-second says otherwise): \(listed(shifted))")
    }
    return found
  }

  /// Says what is left out, and ends where nothing is left.
  private func check(_ found: [ExportedVideo], _ given: FramesOfVideos, of tracked: [VideoTracks]) throws {
    for video in found where video.outside > 0 {
      Console.warn(
        "'\(video.name)': \(counted(video.outside, "box", plural: "boxes")) before the video's beginning or after its end left "
          + "out -> --starting-second says what its beginning is called")
    }
    let known = Set(tracked.map(\.video))
    let strangers = given.names.filter { !known.contains($0) && given.faults[$0] == nil }
    if !strangers.isEmpty {
      Console.warn("the source has nobody in \(listed(strangers.map { "'\($0)'" })), given with --videos")
    }
    given.sayFaults(of: tracked.map(\.video))
    let isLost = found.isEmpty || found.allSatisfy { $0.people.isEmpty && $0.outside > 0 }
    // Where nobody was found, nobody is missing.
    if isLost, !tracked.isEmpty {
      throw NothingToExport(given.faults.isEmpty ? nil : "no video of the source can be read")
    }
  }
}

/// An export without anybody in it.
private struct NothingToExport: Error, CustomStringConvertible {
  let description: String

  init(_ found: String?) {
    description =
      "exporting: expected people within the videos, found none\(found.map { ": \($0)" } ?? "") -> give the source's own videos, "
      + "and --starting-second where their beginning has another name"
  }
}

internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Datasets
internal import Files
internal import Report
internal import Video
internal import Wording

/// What `slowfast evaluate` takes for its report.
struct ReportOptions: ParsableArguments {
  @Option(
    name: .customLong("report"),
    help: ArgumentHelp(
      "Write what the numbers are made of as one HTML page, this folder's index.html.", valueName: "folder"),
    completion: .directory)
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "Images for the report's worst key frames: the frames of one video, or a folder with one such folder a video.",
      valueName: "folder"), completion: .directory)
  var frames: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The same from video files, named as their rows are.", valueName: "file"), completion: .file())
  var video: [String] = []

  @Option(
    help: ArgumentHelp("How many key frames the report shows, and --compare lists, 0 to 200.", valueName: "count"))
  var reportFrames = 20

  @Option(help: ArgumentHelp("Frames a second of --frames; 30 when not given.", valueName: "rate"))
  var fps: Double?

  @Option(
    help: ArgumentHelp(
      "The second that the rows call the first frame's; 0 or \(ActionDataset.ava.clock.firstSecond) by what fits when not given.",
      valueName: "second"))
  var startingSecond: Double?

  /// Says what is wrong with the options by themselves.
  func check() throws {
    let isWithoutReport = folder == nil
    if folder == "" { throw ValidationError("--report needs a folder, found none -> is a shell variable empty?") }
    for (name, isGiven) in [
      ("--frames", frames != nil), ("--video", !video.isEmpty), ("--starting-second", startingSecond != nil),
    ] where isGiven && isWithoutReport {
      throw ValidationError("\(name) is for the pictures of a report -> add --report DIR")
    }
    if frames != nil, !video.isEmpty { throw ValidationError("give the report either --frames or --video") }
    if !(0...200).contains(reportFrames) {
      throw ValidationError("--report-frames is \(reportFrames), expected 0 to 200")
    }
    if let fps {
      if frames == nil { throw ValidationError("--fps is for --frames: videos know their own rate") }
      if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be above 0") }
    }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second must be a finite number")
    }
  }

  /// The page's file.
  var page: String? { folder.map { joinPath($0, reportName) } }

  /// Looks for the frames, before anything is evaluated. Nil where no images are wanted.
  func catalog() throws -> FrameCatalog? {
    if let frames {
      return try FrameCatalog(folder: frames, framesPerSecond: fps ?? ActionDataset.ava.clock.framesPerSecond)
    }
    return video.isEmpty ? nil : try FrameCatalog(videos: video, allowsNamesakes: true)
  }

  /// Reads the images of key frames, and says what is missing.
  func images(_ moments: [KeyFrame], _ tables: [AlignedTables], _ catalog: FrameCatalog) -> KeyFrameImages {
    let wanted = Set(moments.map(\.video))
    var times: [String: [Double]] = [:]
    for tables in tables {
      for frame in tables.frames where wanted.contains(tables.videos[frame.video]) {
        times[tables.videos[frame.video], default: []].append(frame.time.seconds)
      }
    }
    let images = KeyFrameImages(
      of: moments, times: times, from: catalog, startingSecond: startingSecond, dataset: tables.first?.dataset ?? .ava)
    for remark in images.remarks { Console.say(remark) }
    for warning in images.warnings { Console.warn("report: \(warning)") }
    return images
  }

  /// Writes the page and says where it is.
  func write(_ html: String) throws {
    guard let folder else { return }
    let (path, size) = try writeReport(html, folder: folder)
    Console.say("report: \(path), \(fileSize(size))")
  }
}

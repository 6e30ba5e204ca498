internal import AVARecords
internal import ArgumentParser
internal import Files
internal import Imaging
internal import Overlay
internal import Video
internal import Wording

/// Draws detections over the key frames of a video.
struct OverlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlay",
    abstract: "Draws detections over the key frames of a video: one PNG each, VIDEO_SECOND.png.",
    discussion: """
      Every person has a colour of their own; the ground truth is dashed black and white, its labels begin with \
      GT. Pictures with a short side under 400 pixels are enlarged, so that labels can be read.
      """)

  @Option(name: .long, help: ArgumentHelp("The video file.", valueName: "FILE"))
  var video: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A folder of pictures, or a folder with one such folder a video (AVA's frames).", valueName: "DIR"))
  var frames: String?

  @Option(name: .long, help: ArgumentHelp("Detections in AVA's CSV.", valueName: "FILE"))
  var detections: String

  @Option(name: .long, help: ArgumentHelp("Ground truth in AVA's CSV.", valueName: "FILE"))
  var groundtruth: String?

  @Option(
    name: .long, help: ArgumentHelp("The names of the actions (pbtxt); without it, their ids.", valueName: "FILE"))
  var labelmap: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The second that the rows call the first frame's. Without it 0; or 900, as in AVA's clips, where the rows' \
      times lie beyond the end and fit when counted from 900.
      """, valueName: "S"))
  var startingSecond: Double?

  @Option(name: .long, help: ArgumentHelp("The folder for the PNG files; made where it is missing.", valueName: "DIR"))
  var outputDir: String

  @Option(name: .long, help: ArgumentHelp("Leave out actions with a lower score.", valueName: "SCORE"))
  var threshold = 0.3

  @Option(name: .long, help: ArgumentHelp("At most this many actions a person.", valueName: "K"))
  var topK = 4

  @Option(name: .long, help: ArgumentHelp("Frames a second of a folder of pictures.", valueName: "FPS"))
  var fps = 30.0

  @Option(
    name: .long,
    help: ArgumentHelp("The video's name in the rows, where it is not the file's or folder's.", valueName: "NAME"))
  var videoName: String?

  @Option(name: .long, help: ArgumentHelp("Enlarge pictures by this factor, 1 to 8.", valueName: "N"))
  var scale: Int?

  @Flag(
    name: .long,
    help: "Also draw the whole videos: VIDEO.mp4 in the output folder, boxes moving from key frame to key frame.")
  var overlayVideo = false

  func validate() throws {
    if (video == nil) == (frames == nil) { throw ValidationError("Give either --video FILE or --frames DIR.") }
    if !threshold.isFinite { throw ValidationError("--threshold must be a finite number.") }
    if topK < 1 { throw ValidationError("--top-k must be 1 or more.") }
    if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be above 0.") }
    if let scale, !(1...8).contains(scale) { throw ValidationError("--scale must be from 1 to 8.") }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second must be a finite number.")
    }
  }

  func run() throws {
    let scenes = try readScenes()
    let names = try matchingVideos(scenes)
    var run = OverlayRun(
      style: OverlayStyle(threshold: threshold, topK: topK, scale: scale), hasTruth: groundtruth != nil,
      folder: outputDir, startingSecond: startingSecond,
      keyFrames: names.reduce(0) { $0 + (scenes.videos[$1]?.count ?? 0) })
    for name in names { try run.draw(name, try open(name), scenes.videos[name] ?? [:]) }
    try run.finish()
    let films = Films()
    if overlayVideo {
      for name in names { try run.film(name, try open(name), scenes.videos[name] ?? [:], films) }
    }
    let videos = overlayVideo ? ", \(counted(films.names.count, "video"))" : ""
    print("\(outputDir): \(counted(run.written, "picture"))\(videos)")
  }

  private func readScenes() throws -> OverlayScenes {
    let (table, counts) = try DetectionTable.read(path: detections)
    for notice in counts.notices(detections) { Console.warn(notice) }
    var truth: GroundTruthTable?
    if let groundtruth {
      let (table, counts) = try GroundTruthTable.read(path: groundtruth)
      for notice in counts.notices(groundtruth) { Console.warn(notice) }
      truth = table
    }
    let scenes = OverlayScenes(table, truth, labels: try labelmap.map { try LabelMap.read(path: $0) })
    if labelmap == nil {
      Console.say("actions are shown by their ids -> give --labelmap FILE for their names")
    } else if !scenes.unnamed.isEmpty {
      let ids = listed(scenes.unnamed.map { "\($0)" })
      Console.warn("\(counted(scenes.unnamed.count, "action id")) not in the label map, shown by number: \(ids)")
    }
    return scenes
  }

  /// The names of the videos that are both given and in the rows; the others are counted and named.
  private func matchingVideos(_ scenes: OverlayScenes) throws -> [String] {
    let given = try givenVideos()
    let found = scenes.names.filter { given.contains($0) }
    if found.isEmpty {
      let name = given.first ?? ""
      let advice = nearest(to: name, among: scenes.names).map { " -> did you mean --video-name '\($0)'?" }
      throw OverlayRunError(
        "matching videos: none of \(listed(given.map { "'\($0)'" })) is in '\(detections)', which has "
          + listed(scenes.names.map { "'\($0)'" }) + (advice ?? " -> give the name in the rows with --video-name"))
    }
    let others = scenes.names.filter { !given.contains($0) }
    if !others.isEmpty {
      Console.warn("no frames were given for \(counted(others.count, "video")) of the rows: \(listed(others))")
    }
    return found
  }

  /// The names of the videos that --video or --frames gives.
  private func givenVideos() throws -> [String] {
    if let videoName { return [videoName] }
    if let video {
      // "name.mp4" is the video "name"; the reference cuts at the first point ("name.x.mp4" is "name").
      let stem = fileStem(video)
      let short = stem.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? stem
      return short == stem || short.isEmpty ? [stem] : [stem, short]
    }
    let folder = frames ?? ""
    if !isFolder(folder) { throw missingFolder(folder) }
    if try !listPictures(folder).isEmpty { return [folderName(folder)] }
    let names = try listFolder(folder).filter { isFolder(joinPath(folder, $0)) }
    if names.isEmpty {
      throw OverlayRunError(
        "listing frames: '\(folder)' holds no JPEG or PNG pictures and no folders -> give the folder of the frames")
    }
    return names
  }

  private func missingFolder(_ folder: String) -> OverlayRunError {
    let (parent, name) = splitPath(folder)
    let names = (try? listFolder(parent.isEmpty ? "." : parent)) ?? []
    let advice = nearest(to: name, among: names).map { "did you mean '\(joinPath(parent, $0))'?" }
    return OverlayRunError(
      "listing frames: '\(folder)' is no folder -> " + (advice ?? "give the folder of the pictures"))
  }

  private func folderName(_ folder: String) -> String {
    var path = Substring(folder)
    while path.count > 1 && path.hasSuffix("/") { path = path.dropLast() }
    return splitPath(String(path)).name
  }

  private func open(_ name: String) throws -> OverlaySource {
    if let video {
      let reader = try VideoReader(path: video)
      for notice in reader.notices { Console.warn("\(video): \(notice)") }
      return .video(reader)
    }
    let folder = frames ?? ""
    var pictures = try listPictures(folder)
    if pictures.isEmpty { pictures = try listPictures(joinPath(folder, name)) }
    return .pictures(try PictureFrames(name: name, paths: pictures), framesPerSecond: fps)
  }
}

/// What stops the overlay command.
struct OverlayRunError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

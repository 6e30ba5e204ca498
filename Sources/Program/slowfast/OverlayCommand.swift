internal import AVARecords
internal import ArgumentParser
internal import Datasets
internal import Detect
internal import Files
internal import Imaging
internal import Overlay
internal import TrackRecords
internal import Video
internal import Wording

/// Draws detections over the key frames of a video.
struct OverlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlay",
    abstract:
      "Draws detections over the key frames of a video: one PNG each, VIDEO_SECOND.png; or over all of it, a film.",
    discussion: """
      Every person has a colour of their own; the ground truth is dashed black and white, its labels begin with \
      GT. Images with a short side under 400 pixels are enlarged, so that labels can be read.
      """)

  @Option(
    name: .long, help: ArgumentHelp("The video, or the folder of its pictures.", valueName: "FILE"), completion: .file()
  )
  var video: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A folder of images, or a folder with one such folder a video (AVA's frames).", valueName: "DIR"),
    completion: .directory)
  var frames: String?

  @Option(name: .long, help: ArgumentHelp("Detections in AVA's CSV.", valueName: "FILE"), completion: .file())
  var detections: String

  @Option(name: .long, help: ArgumentHelp("Ground truth in AVA's CSV.", valueName: "FILE"), completion: .file())
  var groundtruth: String?

  @Option(
    name: .long, help: ArgumentHelp("The names of the actions (pbtxt); without it, their ids.", valueName: "FILE"),
    completion: .file())
  var labelmap: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The second that the rows call the first frame's. Without it 0; or \(ActionDataset.ava.clock.firstSecond), as in AVA's clips, where more of the \
      rows' times lie inside the video when counted from \(ActionDataset.ava.clock.firstSecond).
      """, valueName: "S"))
  var startingSecond: Double?

  @Option(
    name: .long, help: ArgumentHelp("The folder for the PNG files; made where it is missing.", valueName: "DIR"),
    completion: .directory)
  var outputDir: String

  @OptionGroup var drawing: OverlayOptions

  @OptionGroup var sheets: ContactSheetOptions

  @Option(name: .long, help: ArgumentHelp("Frames a second of a folder of images.", valueName: "FPS"))
  var fps = ActionDataset.ava.clock.framesPerSecond

  // AVA has names that begin with a dash.
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("The video's name in the rows, where it is not the file's or folder's.", valueName: "NAME"))
  var videoName: String?

  @Option(name: .long, help: ArgumentHelp("Enlarge images by this factor, 1 to 8.", valueName: "N"))
  var scale: Int?

  @Option(
    help: ArgumentHelp(
      """
      What becomes of key frames that are damaged: report (leave them out, finish, name them, exit status 1), skip \
      (the same with exit status 0) or stop (end at the first).
      """, valueName: "rule"))
  var damaged: DamageRule = .report

  @Flag(
    name: .long,
    help:
      "Also draw the whole videos: VIDEO.mp4 in the output folder, boxes that follow people from key frame to key frame."
  )
  var overlayVideo = false

  @Flag(name: .long, help: "Draw the videos of --overlay-video and the contact sheet alone, no PNG files.")
  var noPictures = false

  @OptionGroup(title: "Films") var film: FilmOptions

  @OptionGroup(title: "People in films") var people: FilmPeopleOptions

  @Option(help: ArgumentHelp("Threads that decode and draw films (default: every processor).", valueName: "count"))
  var threads: Int?

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if (video == nil) == (frames == nil) { throw ValidationError("Give either --video FILE or --frames DIR.") }
    if noPictures && !overlayVideo && sheets.contactSheet == nil {
      throw ValidationError("--no-pictures leaves nothing to draw -> add --overlay-video or --contact-sheet FILE")
    }
    let idle = film.given + people.given + (threads == nil ? [] : ["--threads"])
    if !overlayVideo, !idle.isEmpty {
      throw ValidationError("\(listed(idle, limit: 12)): for films alone -> add --overlay-video, or leave them out")
    }
    if let threads, !(1...256 ~= threads) { throw ValidationError("--threads is \(threads) -> give 1 to 256") }
    if !(fps > 0 && fps.isFinite) { throw ValidationError("--fps must be above 0.") }
    if let scale, !(1...8).contains(scale) { throw ValidationError("--scale must be from 1 to 8.") }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second must be a finite number.")
    }
  }

  func run() throws {
    let catalog = try catalog()
    for notice in catalog.notices { Console.warn(notice) }
    let found = try people.people(beside: detections)
    let scenes = try readScenes(found, catalog)
    let names = try matchingVideos(scenes, catalog)
    if let missing = MissingGlyphs(in: scenes.actionNames + names) { Console.warn("\(missing)") }
    let plan = people.plan(try drawing.style(scenes.classes, scale: scale), film, threads: threads)
    var run = OverlayRun(
      plan, people.known(found, of: names, startingSecond: startingSecond),
      hasTruth: groundtruth != nil, folder: outputDir,
      startingSecond: startingSecond, stopsAtDamage: damaged == .stop)
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    try results.check(
      names.flatMap { name in
        (noPictures ? [] : run.imagePaths(name, scenes.videos[name] ?? [:]))
          + (overlayVideo ? [run.filmPath(name)] : [])
      } + sheets.files(keyFrames: names.reduce(0) { $0 + (scenes.videos[$1]?.count ?? 0) }),
      reading: .videos(names, of: catalog, in: frames) + [detections, groundtruth, labelmap] + drawing.inputFiles
        + people.inputFiles,
      orGive: "give another --output-dir")
    for name in names {
      guard let (source, notices) = try catalog.open(name) else { continue }
      for notice in notices { Console.warn(notice) }
      if let taken = try run.place(name, source, scenes.videos[name] ?? [:]) { Console.say(taken) }
    }
    for oddity in run.oddities { Console.warn("\(oddity)") }
    if let warning = try run.checkPlaces() { Console.warn(warning) }
    if !noPictures { try draw(names, catalog, &run) }
    let pages = try sheets.contactSheet.map { try drawSheet($0, names, catalog, plan.style, &run) }
    let films = Films()
    if overlayVideo {
      for name in names {
        guard let (source, _) = try catalog.open(name) else { continue }
        try film(name, source, films, &run)
      }
    }
    let counts =
      (noPictures ? [] : [counted(run.drawn, "picture")])
      + (pages.map { [counted($0, "page") + " of a contact sheet"] } ?? [])
      + (overlayVideo ? [counted(films.names.count, "video")] : [])
    print("\(outputDir): \(counts.joined(separator: ", "))")
    if let lack = run.lack(acceptsDamage: damaged == .skip) { throw DamageFound(description: lack) }
  }

  private func draw(_ names: [String], _ catalog: FrameCatalog, _ run: inout OverlayRun) throws {
    let progress = Progress("drawing", total: run.keyFrameCount, unit: "key frame")
    try Interruption.stoppable {
      for name in names {
        guard let (source, _) = try catalog.open(name) else { continue }
        if try !run.draw(name, source, isToStop: { Interruption.isAsked }, progress: progress.update) {
          throw Interrupted(
            "\(run.drawn) of \(counted(run.keyFrameCount, "picture")) drawn, they are in \(outputDir)")
        }
      }
    }
    progress.finish()
    guard let (warning, lines) = run.damage else { return }
    Console.warn(warning)
    for line in lines { Console.say("  " + line) }
  }

  /// - Returns: The number of pages.
  private func drawSheet(
    _ path: String, _ names: [String], _ catalog: FrameCatalog, _ style: OverlayStyle, _ run: inout OverlayRun
  ) throws -> Int {
    let count = run.keyFrameCount
    sheets.say(keyFrames: count)
    let chosen = sheets.layout.chosen(of: count)
    var sheet = SheetWriter(path, keyFrames: count, sheets.layout, style: style)
    let progress = Progress("contact sheet", total: chosen.count, unit: "key frame")
    var (done, first) = (0, 0)
    try Interruption.stoppable {
      for name in names {
        guard let (source, _) = try catalog.open(name) else { continue }
        first = try run.draw(name, source, on: &sheet, chosen: Set(chosen), from: first) {
          done += 1
          progress.update(done)
          if Interruption.isAsked { throw Interrupted("the contact sheet was not finished") }
        }
      }
      try sheet.finish()
    }
    progress.finish()
    return sheet.pages
  }

  private func film(_ name: String, _ source: any FrameSource, _ films: Films, _ run: inout OverlayRun) throws {
    let drawn = run.drawn
    let warnings = try run.film(name, source) { done in
      films.update(name, done, of: source.frameCount)
      if Interruption.isAsked {
        let images = drawn > 0 ? "\(counted(drawn, "picture")) drawn, " : ""
        throw Interrupted(images + films.kept(in: outputDir))
      }
    }
    for warning in warnings { Console.warn(warning) }
  }

  /// The videos that --video or --frames gives.
  private func catalog() throws -> FrameCatalog {
    if let video { return try FrameCatalog(videos: [video], framesPerSecond: fps, name: videoName) }
    return try FrameCatalog(folder: frames ?? "", framesPerSecond: fps, name: videoName)
  }

  private func readScenes(_ people: DetectionPeople, _ catalog: FrameCatalog) throws -> OverlayScenes {
    let (table, counts) = try DetectionTable.read(path: detections, mayBeEmpty: true)
    for notice in counts.notices(detections) { Console.warn(notice) }
    drawing.warnOfNothing(in: table)
    var truth: GroundTruthTable?
    if let groundtruth {
      let (table, counts) = try GroundTruthTable.read(path: groundtruth)
      for notice in counts.notices(groundtruth) { Console.warn(notice) }
      truth = table
    }
    let labels = try labelmap.map { try LabelMap.read(path: $0) }
    for notice in labels?.notices ?? [] { Console.warn(notice) }
    var scenes = OverlayScenes(table, truth, labels: labels)
    let given = video.map { [videoName ?? FrameInput.name(of: $0)] } ?? catalog.names
    scenes.add(people.people(in: table, of: detections, given: given).map(\.video))
    if labelmap == nil {
      Console.say("actions are shown by their ids -> give --labelmap FILE for their names")
    } else if !scenes.unnamed.isEmpty {
      let ids = listed(scenes.unnamed.map { "\($0)" })
      Console.warn("\(counted(scenes.unnamed.count, "action id")) not in the label map, shown by number: \(ids)")
    }
    return scenes
  }

  /// The names of the videos that are both given and in the rows; the others are counted and named.
  private func matchingVideos(_ scenes: OverlayScenes, _ catalog: FrameCatalog) throws -> [String] {
    let found = scenes.names.filter(catalog.contains)
    let given = catalog.names
    if found.isEmpty {
      let name = given.first ?? ""
      let advice = nearest(to: name, among: scenes.names).map { " -> did you mean --video-name '\($0)'?" }
      throw OverlayRunError(
        "matching videos: none of \(listed(given.map { "'\($0)'" })) is in '\(detections)', which has "
          + listed(scenes.names.map { "'\($0)'" }) + (advice ?? " -> give the name in the rows with --video-name"))
    }
    let others = scenes.names.filter { !catalog.contains($0) && scenes.videos[$0]?.isEmpty == false }
    if !others.isEmpty {
      Console.warn("no frames were given for \(counted(others.count, "video")) of the rows: \(listed(others))")
    }
    return found
  }
}

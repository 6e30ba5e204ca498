internal import AVARecords
internal import ArgumentParser
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Overlay
internal import Runs
internal import Tensors
internal import Wording

/// Detection on a user's own videos.
struct DetectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Finds the actions of people in your own videos, given their boxes.",
    usage: "slowfast detect VIDEO ... --proposals FILE --cfg FILE --weights FILE --output-dir DIR [KEY VALUE ...]",
    discussion: """
      Videos may have any container, codec, frame rate, size and length that libav reads. The proposals are \
      PySlowFast's CSV (video, second, x1, y1, x2, y2, action id or nothing, score); a video's name there is its file \
      name without the extension. Writes detections.csv and detections.json into the output folder. Boxes with a \
      score below AVA.DETECTION_SCORE_THRESH (0.9, in most of AVA's configs 0.8) are left out. Scores are kept in \
      detections.journal until all results are written: a run that ended early goes on from there when the same \
      command is started again. docs/own-data.md leads from a video to its mAP.
      """)

  @Option(help: ArgumentHelp("The people's boxes.", valueName: "file"))
  var proposals: String

  @Option(help: ArgumentHelp("Where the results go.", valueName: "dir"))
  var outputDir: String

  @Option(
    help: ArgumentHelp(
      """
      The second that the proposals call a file's beginning. Without it 0; or 900, as in AVA's clips, where more of \
      their times lie inside the video when counted from 900.
      """, valueName: "seconds"))
  var startingSecond: Double?

  @Option(
    help: ArgumentHelp(
      "Key frames at this distance, each with the boxes nearest in time, instead of at the proposals' times.",
      valueName: "seconds"))
  var every: Double?

  @Option(
    help: ArgumentHelp(
      "The classes that become rows, with their names (default: AVA.LABEL_MAP_FILE if it is there, else all).",
      valueName: "file"))
  var labelmap: String?

  @Option(
    help: ArgumentHelp("Also write the unrounded scores [boxes, classes] as a NumPy file.", valueName: "file.npy"))
  var scores: String?

  @Flag(help: "Also draw every key frame: PNG pictures in OUTPUT-DIR/overlays.")
  var overlays = false

  @Flag(help: "Also draw the whole videos: VIDEO.mp4 in OUTPUT-DIR/overlays, boxes moving from key frame to key frame.")
  var overlayVideo = false

  @OptionGroup var drawing: OverlayOptions

  @Flag(help: "Show the network each key frame as a still, over and over: what the scores are worth without motion.")
  var still = false

  @OptionGroup var damage: DamageOption

  @OptionGroup var views: ViewOptions

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: ModelOptions

  /// The videos stand before the first word that looks like a config key.
  private var words: FreeWords { FreeWords(options.arguments, takesNames: true) }
  private var videos: [String] { words.names }

  func validate() throws {
    try words.check()
    if videos.isEmpty { throw ValidationError("no video was given -> slowfast detect VIDEO ... --proposals FILE ...") }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second is \(startingSecond) -> give a number")
    }
    if !drawing.isDefault && !overlays && !overlayVideo {
      throw ValidationError(
        "--threshold and --top-k choose what overlays show, rows are written for every action -> add --overlays or "
          + "--overlay-video, or leave them out")
    }
    if let every, !(every > 0 && every.isFinite) {
      throw ValidationError("--every is \(every) -> give a positive number")
    }
  }

  func run() throws {
    let config = try options.load(views.overrides + words.overrides)
    if !config[.detectionEnable] {
      throw ClassificationConfig(config, doing: "detecting", "whose network scores whole clips and no boxes")
    }
    let detection = try VideoDetection(
      config, videos: videos, proposals: proposals, labelMap: labelmap ?? configuredLabelMap(config),
      timing: VideoDetection.Timing(startingSecond: startingSecond, every: every), stopsAtDamage: damage.stops)
    for remark in detection.remarks { Console.say(remark) }
    let notices = Notices(detection.notices)
    if detection.views.count > 1 { Console.say("\(detection.views)") }
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    lock.deleteLeftovers(andIn: "overlays")
    try results.check(
      outputs(detection), reading: videos + [proposals] + [labelmap].compactMap(\.self) + options.inputFiles,
      begunIn: VideoDetections.journal(in: outputDir), orGive: "give another --output-dir")
    let drawn = overlays || overlayVideo ? detection.labelMap.labels.map(\.name) + videos.map(fileStem) : []
    if let missing = MissingGlyphs(in: drawn) { Console.warn("\(missing)") }
    let model = try options.model(config)
    let run = try Resuming(
      VideoDetections.journal(in: outputDir), detection.identity(model, isStill: still),
      classes: config[.modelNumClasses], of: detection.keyFrameCount, views: detection.views.views.count,
      isReplacing: results.overwrite)
    defer { run.journal.close() }
    let progress = Progress(
      "detecting", total: detection.keyFrameCount, unit: "key frame", before: run.doneCount,
      parts: (detection.views.views.count, "view"))
    let found = try Interruption.stoppable {
      let found = try detection.run(
        model: model, journal: run.journal, isStill: still, stopsAtDamage: damage.stops,
        isToStop: { Interruption.isAsked }
      ) { progress.update($0) }
      if Interruption.isAsked { throw try interrupted(found, of: detection.keyFrameCount, run.journal) }
      return found
    }
    progress.finish()
    let total = found.detections.keyFrameCount + found.detections.damage.keyFrames.count
    try damage.say(found.detections.damage, of: total)
    try run.journal.beginResults(outputs(detection))
    for path in try found.write(to: outputDir) { Console.say("wrote \(path)") }
    if let scores {
      try found.detections.writeScores(scores)
      Console.say("wrote \(scores)")
    }
    if overlays || overlayVideo { drawing.warnOfNothing(in: try found.detections.table) }
    try Interruption.stoppable {
      if overlays { try draw(found) }
      if overlayVideo { try film(found) }
    }
    run.journal.remove()
    Leftovers.say(detection.overlays(in: overlayFolder) + detection.overlayVideos(in: overlayFolder), in: overlayFolder)
    Leftovers.endPart(VideoDetections.part(in: outputDir), run.journal)
    notices.repeatIfFar()
    try damage.finish(found.detections.damage, of: total)
  }

  /// Keeps the rows of the key frames that were scored.
  private func interrupted(
    _ found: VideoDetections, of total: Int, _ journal: RunJournal
  ) throws -> Interrupted {
    let count = "\(found.detections.keyFrameCount) of \(counted(total, "key frame"))"
    if found.detections.keyFrameCount == 0 {
      let views = journal.isEmpty ? "" : "; the same command goes on from the views that were"
      return Interrupted("\(count) scored, nothing written\(views)")
    }
    try journal.beginResults([VideoDetections.part(in: outputDir)])
    return Interrupted(
      "\(count) scored (the same command goes on from there), their rows are in \(try found.writePart(to: outputDir))")
  }

  /// Everything that the run writes.
  private func outputs(_ detection: VideoDetection) -> [String] {
    let folder = overlayFolder
    return VideoDetections.outputs(in: outputDir) + [scores].compactMap(\.self)
      + (overlays ? detection.overlays(in: folder) : [])
      + (overlayVideo ? detection.overlayVideos(in: folder) : [])
  }

  private func configuredLabelMap(_ config: Configuration) -> String? {
    let path = joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])
    if pathExists(path) { return path }
    Console.warn("there is no label map: every class becomes rows, without names -> give --labelmap FILE")
    return nil
  }

  private var overlayFolder: String { joinPath(outputDir, "overlays") }

  private func draw(_ found: VideoDetections) throws {
    let folder = overlayFolder
    let total = found.detections.keyFrameCount
    let progress = Progress("drawing", total: total, unit: "picture")
    try found.writeOverlays(to: folder, style: drawing.style()) { done in
      progress.update(done)
      if Interruption.isAsked {
        throw Interrupted(
          "the rows are in \(outputDir), \(done) of \(counted(total, "picture")) in \(folder)")
      }
    }
    progress.finish()
    Console.say("wrote \(counted(total, "picture")) into \(folder)")
  }

  private func film(_ found: VideoDetections) throws {
    let folder = overlayFolder
    let films = Films()
    let damaged = try found.writeOverlayVideos(to: folder, style: drawing.style()) { name, done, total in
      films.update(name, done, of: total)
      if Interruption.isAsked {
        let images = overlays ? ", the pictures in \(folder)" : ""
        throw Interrupted("the rows are in \(outputDir)\(images), \(films.kept(in: folder))")
      }
    }
    for (name, count) in damaged {
      Console.warn("\(name).mp4: \(counted(count, "frame")) damaged, the picture before stays there")
    }
    for name in films.names { Console.say("wrote \(joinPath(folder, name + ".mp4"))") }
  }
}

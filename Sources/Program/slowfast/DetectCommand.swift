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

  @Option(help: ArgumentHelp("Where the results go (default: the folder of --run).", valueName: "dir"))
  var outputDir: String?

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

  @OptionGroup var streams: StreamOptions

  @OptionGroup var runs: RunOptions

  @OptionGroup var results: OverwriteOptions

  @OptionGroup var options: ModelOptions

  /// The videos stand before the first word that looks like a config key.
  var words: FreeWords { FreeWords(options.arguments, takesNames: true) }
  var videos: [String] { words.names }

  func validate() throws {
    try words.check()
    try streams.check(options.engine)
    if videos.isEmpty { throw ValidationError("no video was given -> slowfast detect VIDEO ... --proposals FILE ...") }
    if outputDir == nil && runs.run == nil {
      throw ValidationError("Missing expected argument '--output-dir <dir>'")
    }
    if let shard = runs.shard, scores != nil || overlays || overlayVideo {
      throw ValidationError(
        "--scores, --overlays and --overlay-video with --shard \(shard): a shard writes no results -> give --scores to "
          + "slowfast merge, and draw with slowfast overlay")
    }
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

  /// The configuration of the call.
  func configuration() throws -> Configuration {
    let config = try options.load(views.overrides + words.overrides)
    if !config[.detectionEnable] {
      throw ClassificationConfig(config, doing: "detecting", "whose network scores whole clips and no boxes")
    }
    return config
  }

  /// Opens the videos and reads what the call names.
  func detection(_ config: Configuration) throws -> VideoDetection {
    try VideoDetection(
      config, videos: videos, proposals: proposals, labelMap: labelmap ?? configuredLabelMap(config),
      timing: VideoDetection.Timing(startingSecond: startingSecond, every: every), stopsAtDamage: damage.stops)
  }

  func run() throws {
    let config = try configuration()
    let shard = try runs.chosen()
    var detection = try detection(config)
    for remark in detection.remarks { Console.say(remark) }
    let notices = Notices(detection.notices)
    if detection.views.count > 1 { Console.say("\(detection.views)") }
    detection.shard = shard
    let place = try RunPlace(
      runs, shard, folder: folder, journal: VideoDetections.journal(in: folder),
      options.status(config, "detect", labelMap: labelmap), andIn: "overlays")
    defer { place.close() }
    let outputs = shard == nil ? outputs(detection) : []
    try results.check(
      outputs,
      reading: videos + [proposals] + [labelmap].compactMap(\.self) + options.inputFiles
        + place.kept,
      begunIn: place.begunJournal, orGive: "give another --output-dir")
    let drawn = overlays || overlayVideo ? detection.labelMap.labels.map(\.name) + videos.map(fileStem) : []
    if let missing = MissingGlyphs(in: drawn) { Console.warn("\(missing)") }
    let model = try options.model(config, streams: streams.count)
    let run = try Resuming(
      place, detection.identity(model, isStill: still), config, detection.plan, isReplacing: results.overwrite)
    let progress = Progress(
      "detecting", total: detection.keyFrameCount, unit: "key frame", before: run.doneCount,
      parts: (detection.views.views.count, "view"))
    let found = try Interruption.stoppable {
      let found = try detection.run(
        model: model, journal: run.journal, isStill: still, stopsAtDamage: damage.stops,
        isToStop: { Interruption.isAsked }
      ) {
        progress.update($0)
        place.update($0)
      }
      if Interruption.isAsked { throw try interrupted(found, detection, run.journal) }
      return found
    }
    progress.finish()
    let total = found.detections.keyFrameCount + found.detections.damage.keyFrames.count
    try damage.say(found.detections.damage, of: total, isShard: shard != nil)
    if let shard {
      try place.completeShard(shard, found.detections.damage)
      return try damage.finish(found.detections.damage, of: total)
    }
    try run.journal.beginResults(outputs)
    for path in try found.write(to: folder) { Console.say("wrote \(path)") }
    if let scores {
      try found.detections.writeScores(scores)
      Console.say("wrote \(scores)")
    }
    if overlays || overlayVideo { drawing.warnOfNothing(in: try found.detections.table) }
    try Interruption.stoppable {
      if overlays { try draw(found) }
      if overlayVideo { try film(found) }
    }
    try place.complete(found.detections.damage)
    Leftovers.say(detection.overlays(in: overlayFolder) + detection.overlayVideos(in: overlayFolder), in: overlayFolder)
    Leftovers.endPart(VideoDetections.part(in: folder), run.journal)
    notices.repeatIfFar()
    try damage.finish(found.detections.damage, of: total)
  }

  /// Keeps the rows of the key frames that were scored.
  private func interrupted(
    _ found: VideoDetections, _ detection: VideoDetection, _ journal: RunJournal
  ) throws -> Interrupted {
    let count = "\(found.detections.keyFrameCount) of \(counted(detection.keyFrameCount, "key frame"))"
    if found.detections.keyFrameCount == 0 {
      let views = journal.isEmpty ? "" : "; the same command goes on from the views that were"
      return Interrupted("\(count) scored, nothing written\(views)")
    }
    if detection.shard != nil { return Interrupted("\(count) scored, the same command goes on from there") }
    try journal.beginResults([VideoDetections.part(in: folder)])
    return Interrupted(
      "\(count) scored (the same command goes on from there), their rows are in \(try found.writePart(to: folder))")
  }

  /// Everything that the run writes.
  private func outputs(_ detection: VideoDetection) -> [String] {
    let drawn = overlayFolder
    return VideoDetections.outputs(in: folder) + [scores].compactMap(\.self)
      + (overlays ? detection.overlays(in: drawn) : [])
      + (overlayVideo ? detection.overlayVideos(in: drawn) : [])
  }

  private func configuredLabelMap(_ config: Configuration) -> String? {
    let path = joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])
    if pathExists(path) { return path }
    Console.warn("there is no label map: every class becomes rows, without names -> give --labelmap FILE")
    return nil
  }

  /// The folder of the results.
  var folder: String { outputDir ?? runs.run ?? "" }
  private var overlayFolder: String { joinPath(folder, "overlays") }

  private func draw(_ found: VideoDetections) throws {
    let drawn = overlayFolder
    let total = found.detections.keyFrameCount
    let progress = Progress("drawing", total: total, unit: "picture")
    try found.writeOverlays(to: drawn, style: drawing.style()) { done in
      progress.update(done)
      if Interruption.isAsked {
        throw Interrupted(
          "the rows are in \(folder), \(done) of \(counted(total, "picture")) in \(drawn)")
      }
    }
    progress.finish()
    Console.say("wrote \(counted(total, "picture")) into \(drawn)")
  }

  private func film(_ found: VideoDetections) throws {
    let drawn = overlayFolder
    let films = Films()
    let damaged = try found.writeOverlayVideos(to: drawn, style: drawing.style()) { name, done, total in
      films.update(name, done, of: total)
      if Interruption.isAsked {
        let images = overlays ? ", the pictures in \(drawn)" : ""
        throw Interrupted("the rows are in \(folder)\(images), \(films.kept(in: drawn))")
      }
    }
    for (name, count) in damaged {
      Console.warn("\(name).mp4: \(counted(count, "frame")) damaged, the picture before stays there")
    }
    for name in films.names { Console.say("wrote \(joinPath(drawn, name + ".mp4"))") }
  }
}

internal import AVARecords
public import ArgumentParser
internal import Datasets
internal import Files
internal import Imaging
internal import Overlay
public import Report
internal import TrackRecords
internal import Tracks
internal import Video
internal import Wording

extension GalleryMedia: ExpressibleByArgument {}

/// Pages of key frames and people beside their videos.
struct GalleryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gallery",
    abstract: "Writes pages to look through: key frames with their boxes, people through time, the video beside them.",
    discussion: """
      Reads a CSV of detections, or the folder of detect or test that has one, and writes index.html into the output \
      folder: of one video its page, of several a list, and a page in a folder for each. A page has filters for \
      action, person and score, and needs no network. People are those of --tracks, else those of the tracks.json that detect \
      left beside its rows, else they are linked as slowfast tracks does. A video that is missing or broken is named, the others get their pages, and the exit status is 1. \
      docs/own-data.md has an example.
      """)

  @Argument(
    help: ArgumentHelp("A CSV of detections, or a folder that has one.", valueName: "detections"), completion: .file())
  var source: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The videos, or folders of their pictures, named as their rows are.", valueName: "file"),
    completion: .file())
  var video: [String] = []

  @Option(
    help: ArgumentHelp(
      "Pictures in place of videos: the frames of one video, or a folder with one such folder a video.",
      valueName: "folder"), completion: .directory)
  var frames: String?

  @Option(help: ArgumentHelp("Frames a second of pictures; 30 when not given.", valueName: "rate"))
  var fps: Double?

  @Option(help: ArgumentHelp("Where the pages go.", valueName: "dir"), completion: .directory)
  var outputDir: String

  @Option(
    help: ArgumentHelp("The names of the actions (pbtxt); without it, their ids.", valueName: "file"),
    completion: .file())
  var labelmap: String?

  @Option(
    help: ArgumentHelp(
      "People: a tracks.json, or a folder that has one; with the tubes.json of slowfast tracks beside it their actions, too.",
      valueName: "file"), completion: .file())
  var tracks: String?

  @Option(
    help: ArgumentHelp(
      """
      Where pictures and videos are: link (pictures beside the page, which refers to the video where it is), copy (a copy \
      of the video beside it, too: the folder can be moved), embed (all in the page: one file, videos of at most \
      \(fileSize(GalleryMedia.embeddedLimit))).
      """, valueName: "way"))
  var media = GalleryMedia.link

  @Flag(help: "Also draw what each person does from when to when: VIDEO/person-ID.png.")
  var timelines = false

  @Option(name: .long, help: ArgumentHelp("Show no actions with a lower score.", valueName: "score"))
  var threshold = 0.1

  @Option(name: .long, help: ArgumentHelp("Show at most this many actions of a box.", valueName: "count"))
  var topK = 8

  @Option(
    help: ArgumentHelp(
      "The second that the rows call the first frame's; 0 or \(ActionDataset.ava.clock.firstSecond) by what fits when not given.",
      valueName: "second"))
  var startingSecond: Double?

  // AVA has names that begin with a dash.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The video's name in the rows, where it is not the file's or folder's.", valueName: "name"))
  var videoName: String?

  @Option(
    help: ArgumentHelp(
      """
      What becomes of key frames that are damaged: report (show them without a picture, finish, name them, exit status \
      1), skip (the same with exit status 0) or stop (end at the first).
      """, valueName: "rule"))
  var damaged: DamageRule = .report

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if video.isEmpty == (frames == nil) { throw ValidationError("Give either --video FILE ... or --frames DIR.") }
    if let fps {
      if frames == nil, !video.contains(where: { isFolder($0) }) {
        throw ValidationError("--fps is for --frames and for folders of pictures: videos know their own rate")
      }
      if !(fps > 0 && fps <= 1000) { throw ValidationError("--fps is \(fps) -> give more than 0, at most 1000") }
    }
    if !(threshold >= 0 && threshold < 1) {
      throw ValidationError("--threshold is \(threshold), expected 0 or more, and less than 1")
    }
    if !(1...80).contains(topK) { throw ValidationError("--top-k is \(topK), expected 1 to 80") }
    if let startingSecond, !startingSecond.isFinite {
      throw ValidationError("--starting-second must be a finite number")
    }
    if videoName != nil, video.count > 1 {
      throw ValidationError("--video-name is of one video, and \(video.count) are given -> leave it out")
    }
  }

  func run() throws {
    let (rows, counts) = try DetectionTable.read(path: table, mayBeEmpty: true)
    for notice in counts.notices(table) { Console.warn(notice) }
    let labels = try labelmap.map { try LabelMap.read(path: $0) }
    for notice in labels?.notices ?? [] { Console.warn(notice) }
    if labels == nil { Console.say("actions are shown by their ids -> give --labelmap FILE for their names") }
    let missing = video.filter { !pathExists($0) }
    let catalog = try catalog(without: missing)
    for notice in catalog.notices { Console.warn(notice) }
    let known = try DetectionPeople(tracks: tracks, beside: table)
    let given = frames == nil ? video.map { videoName ?? FrameInput.name(of: $0) } : catalog.names
    let found = try matching(known.people(in: rows, of: table, given: given), catalog, missing)
    let peopleTracks = try linked(found, known, catalog)
    let broken = try broken(besides: found, missing, catalog)
    var settings = Gallery.Settings()
    (settings.leastScore, settings.topK, settings.media) = (threshold, topK, media)
    (settings.hasTimelines, settings.startingSecond) = (timelines, startingSecond)
    settings.stopsAtDamage = damaged == .stop
    var gallery = Gallery(
      folder: outputDir, labels: labels, settings, isAlone: found.count == 1 && missing.isEmpty && broken.isEmpty)
    if timelines, let missing = MissingGlyphs(in: (labels?.labels.map(\.name) ?? []) + found.map(\.video)) {
      Console.warn("\(missing)")
    }
    let lock = try FolderLock(outputDir)
    defer { lock.release() }
    let outputs = zip(found, peopleTracks).flatMap { gallery.outputs(of: $0, $1, film: catalog.file(of: $0.video)) }
    try results.check(
      Array(Set(outputs + [gallery.firstPage])).sorted(),
      reading: .videos(found.map(\.video), of: catalog, in: frames) + video + [table, labelmap],
      orGive: "give another --output-dir",
      makesFolders: false)
    for path in missing {
      let reason = "there is no such file -> check its name"
      Console.warn("\(path): \(reason)")
      gallery.leaveOut(path, because: reason)
    }
    for (path, reason) in broken { gallery.leaveOut(path, because: reason) }
    try write(found, peopleTracks, catalog, &gallery)
    print("\(gallery.firstPage): \(counted(gallery.count, "video"))")
    if let lack = gallery.lack(acceptsDamage: damaged == .skip) { throw DamageFound(description: lack) }
  }

  private func write(
    _ found: [PeopleOverTime], _ linked: [VideoTracks], _ catalog: FrameCatalog, _ gallery: inout Gallery
  ) throws {
    let total = found.reduce(0) { $0 + $1.frames.count }
    let progress = Progress("drawing", total: total, unit: "key frame")
    var done = 0
    try Interruption.stoppable {
      for (people, tracks) in zip(found, linked) {
        let source: any FrameSource
        do {
          guard let (opened, notices) = try catalog.open(people.video) else { continue }
          for notice in notices { Console.warn(notice) }
          source = opened
        } catch {
          if damaged == .stop { throw error }
          Console.warn("no page of video '\(people.video)': \(error)")
          gallery.leaveOut(people.video, because: "\(error)")
          done += people.frames.count
          continue
        }
        let written = gallery.count
        try gallery.write(people, tracks, from: source) {
          done += 1
          progress.update(done)
          if Interruption.isAsked {
            throw Interrupted("\(counted(written, "page")) written, in \(outputDir), without a list of them")
          }
        }
        for remark in gallery.remarks { Console.say(remark) }
        for warning in gallery.warnings { Console.warn(warning) }
      }
    }
    progress.finish()
    if gallery.count == 0 {
      throw GalleryError(
        "no page could be written: none of \(counted(found.count, "video")) can be opened -> see above")
    }
    try gallery.writeList()
  }

  /// Who is who in each video, and what they do.
  private func linked(
    _ found: [PeopleOverTime], _ people: DetectionPeople, _ catalog: FrameCatalog
  ) throws -> [VideoTracks] {
    if tracks != nil, let path = people.path {
      let tubes = joinPath(splitPath(path).folder, "tubes.json")
      // Tracks that belong to rows have their actions from these.
      if try pathExists(tubes) && TrackFile(paths: [path]).detections == nil {
        let known = try TrackFile(tracks: path, tubes: tubes).videos
        return found.map { people in
          known.first { $0.video == people.video }.map { onClock(of: people, $0) }
            ?? VideoTracks(video: people.video, tracks: [])
        }
      }
    }
    people.warn(of: found.map(\.video))
    // One that cannot be opened is named when its page is written.
    return try found.map {
      try people.usuallyLinked($0, size: (try? catalog.open($0.video))?.flatMap { try? $0.frames.size })
    }
  }

  /// The file of detections.
  private var table: String { detectionRows(of: source) }

  private func catalog(without missing: [String]) throws -> FrameCatalog {
    if let frames {
      return try FrameCatalog(
        folder: frames, framesPerSecond: fps ?? ActionDataset.ava.clock.framesPerSecond, name: videoName)
    }
    // Where all are missing, the first one's name is the answer.
    let there = missing.count == video.count ? video : video.filter { !missing.contains($0) }
    return try FrameCatalog(
      videos: there, framesPerSecond: fps ?? ActionDataset.ava.clock.framesPerSecond, name: videoName)
  }

  /// The videos that are both given and in the rows; the others are named.
  private func matching(
    _ people: [PeopleOverTime], _ catalog: FrameCatalog, _ missing: [String]
  ) throws -> [PeopleOverTime] {
    let found = people.filter { catalog.contains($0.video) }
    let names = people.map(\.video)
    if found.isEmpty {
      let advice = catalog.names.first.flatMap { nearest(to: $0, among: names) }
        .map { " -> did you mean --video-name '\($0)'?" }
      throw GalleryError(
        "matching videos: none of \(listed(catalog.names.map { "'\($0)'" })) is in '\(table)', which has "
          + listed(names.map { "'\($0)'" }) + (advice ?? " -> give the name in the rows with --video-name"))
    }
    let absent = Set(missing.map(fileStem))
    let others = people.filter { !$0.frames.isEmpty }.map(\.video).filter {
      !catalog.contains($0) && !absent.contains($0)
    }
    if !others.isEmpty {
      Console.warn(
        "no frames were given for \(counted(others.count, "video")) of the rows: \(listed(others)) -> \(frames == nil ? "--video" : "--frames") "
          + "with theirs, too, makes them a page")
    }
    return found
  }

  /// Names the videos that are given and have no rows.
  ///
  /// - Returns: Those of them that cannot be read, and why: they count as without a page.
  private func broken(
    besides found: [PeopleOverTime], _ missing: [String], _ catalog: FrameCatalog
  ) throws -> [(path: String, reason: String)] {
    var broken: [(path: String, reason: String)] = []
    var idle: [String] = []
    for path in video where !missing.contains(path) && !found.contains(where: { catalog.path(of: $0.video) == path }) {
      do {
        _ = try catalog.open(path)
        idle.append(path)
      } catch {
        if damaged == .stop { throw error }
        Console.warn("no row speaks of '\(path)', which cannot be read: \(error)")
        broken.append((path, "\(error)"))
      }
    }
    if !idle.isEmpty {
      Console.warn("\(counted(idle.count, "video")) without a row, which get no page: \(listed(idle))")
    }
    return broken
  }
}

/// What stops the writing of a gallery.
private struct GalleryError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

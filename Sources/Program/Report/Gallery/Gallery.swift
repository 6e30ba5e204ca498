public import AVARecords
public import Datasets
internal import Files
internal import Geometry
internal import ImageFiles
public import Imaging
internal import Overlay
public import TrackRecords
internal import Tracks
internal import Video
internal import Wording

/// A folder of pages: a page for each video with its key frames and people, and of several videos a list of them.
///
/// Videos are written one after the other, so that no more than one is in memory.
public struct Gallery {
  public struct Settings: Sendable {
    /// Actions below this score are left out of key frames.
    public var leastScore = 0.1
    /// At most so many actions of a box.
    public var topK = 8
    public var media = GalleryMedia.link
    /// Whether each person has a PNG of their actions through time.
    public var hasTimelines = false
    /// The second that rows call the first frame's; nil to tell it from the rows.
    public var startingSecond: Double?
    /// Whether a damaged frame ends the writing.
    public var stopsAtDamage = false
    /// Where rows may count from.
    public var dataset = ActionDataset.ava

    public init() {}
  }

  /// The longest side of a key frame's picture, in pixels.
  static let longestSide = 480

  private let folder: String
  private let labels: LabelMap?
  private let settings: Settings
  /// Whether there is one video: its page is the folder's then, and there is no list.
  private let isAlone: Bool
  private var entries: [GalleryList.Entry] = []
  private var missing: [String] = []
  private var lostPictures = 0
  /// What the user should know of the video that was written last.
  public private(set) var warnings: [String] = []
  /// What was taken for granted of it.
  public private(set) var remarks: [String] = []

  /// - Parameter isAlone: Whether one video is all that there is.
  public init(folder: String, labels: LabelMap?, _ settings: Settings, isAlone: Bool) {
    (self.folder, self.labels, self.settings, self.isAlone) = (folder, labels, settings, isAlone)
  }

  // MARK: Files

  /// The files of a video.
  ///
  /// - Parameter film: The video file; nil for pictures.
  public func outputs(of people: PeopleOverTime, _ tracks: VideoTracks, film: String?) -> [String] {
    let own = place(of: people.video)
    var paths = [page(of: people.video)]
    if settings.media != .embed {
      paths += people.frames.compactMap { Timestamp(seconds: $0.time) }.map { joinPath(own, pictureName($0)) }
    }
    if let film, settings.media == .copy { paths.append(joinPath(own, filmName(film))) }
    if settings.hasTimelines { paths += tracks.tracks.map { joinPath(own, timelineName($0.id)) } }
    return paths
  }

  /// The page that a reader opens first.
  public var firstPage: String { joinPath(folder, reportName) }

  private func place(of video: String) -> String { joinPath(folder, folderName(of: video)) }

  private func page(of video: String) -> String { joinPath(isAlone ? folder : place(of: video), reportName) }

  private func pictureName(_ time: Timestamp) -> String { "\(time).jpg" }

  private func timelineName(_ track: Int) -> String { "person-\(track).png" }

  private func filmName(_ path: String) -> String {
    let ending = splitPath(path).name.split(separator: ".").last ?? ""
    return "film." + ending.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  private func name(of action: Int) -> String { labels?.name(of: action) ?? "action \(action)" }

  // MARK: Writing

  /// Writes the pictures and the page of a video.
  ///
  /// - Parameter progress: Called after each key frame; what it throws ends the writing.
  /// - Throws: the errors of writing and drawing; of reading only where damage ends it.
  public mutating func write(
    _ people: PeopleOverTime, _ tracks: VideoTracks, from source: any FrameSource, progress: () throws -> Void
  ) throws {
    (warnings, remarks) = ([], [])
    var video = GalleryVideo(people, tracks, leastScore: settings.leastScore, topK: settings.topK)
    video.start =
      settings.startingSecond ?? tracks.start
      ?? source.startingSecond(
        for: people.frames.map(\.time), orFrom: Double(settings.dataset.clock.firstSecond))
    if settings.startingSecond == nil, tracks.start == nil, video.start != 0 {
      remarks.append(
        "\(video.name): the first frame is taken for second \(fixed(video.start, 0)) (--starting-second says otherwise)"
      )
    }
    video.duration = source.duration
    video.size = try? source.size
    let poster = try writePictures(of: &video, from: source, progress)
    if let reader = source as? VideoReader { try addFilm(reader, to: &video) }
    if settings.hasTimelines { try writeTimelines(of: video) }
    warnings += video.notes
    let list = isAlone ? nil : "../" + reportName
    let text = GalleryPage(video: video, name: name, leastScore: settings.leastScore, list: list).text
    try writeFile(page(of: video.name), text)
    entries.append(
      GalleryList.Entry(
        video: video, address: addressPart(folderName(of: video.name)) + "/" + reportName, poster: poster,
        actions: longestActions(of: tracks).map(name)))
  }

  /// Names a video that has no page, and why.
  public mutating func leaveOut(_ video: String, because reason: String) { missing.append("\(video): \(reason)") }

  /// Writes the list of all videos, where there are several.
  public func writeList() throws {
    if isAlone { return }
    try writeFile(firstPage, GalleryList(entries: entries, missing: missing).text)
  }

  /// How many videos have a page.
  public var count: Int { entries.count }

  /// What is missing, for the end of the run; nil where nothing is.
  ///
  /// - Parameter acceptsDamage: Whether pages without the pictures of damaged frames will do.
  public func lack(acceptsDamage: Bool) -> String? {
    var parts = missing.isEmpty ? [] : [counted(missing.count, "video") + " without a page"]
    if lostPictures > 0, !acceptsDamage { parts.append(counted(lostPictures, "key frame") + " without a picture") }
    if parts.isEmpty { return nil }
    return parts.joined(separator: ", ") + ", named above -> copy or record the damaged files again"
      + (acceptsDamage || lostPictures == 0 ? "" : ", or take the pages as they are: --damaged skip")
  }

  /// - Returns: A small picture of the first key frame that has one.
  private mutating func writePictures(
    of video: inout GalleryVideo, from source: any FrameSource, _ progress: () throws -> Void
  ) throws -> EmbeddedImage? {
    let own = place(of: video.name)
    let prefix = isAlone ? addressPart(folderName(of: video.name)) + "/" : ""
    var (beyond, damaged): ([String], [String]) = ([], [])
    var poster: EmbeddedImage?
    for number in video.frames.indices {
      let time = video.frames[number].time
      if let frame = source.frameNumber(at: time.seconds - video.start) {
        video.frames[number].seconds = source.time(of: frame)
        let image: Image?
        do {
          image = try source.frame(at: frame)
        } catch {
          if settings.stopsAtDamage { throw error }
          image = nil
          damaged.append("\(time) (\((error as? FrameDamage)?.cause ?? "\(error)"))")
        }
        if let image {
          let small = try EmbeddedImage(image, longestSide: Self.longestSide)
          if poster == nil { poster = try EmbeddedImage(image, longestSide: GalleryList.posterSide) }
          video.frames[number].size = small.size
          if settings.media == .embed {
            video.frames[number].picture = small.address
          } else {
            let name = pictureName(time)
            let file = try AtomicFile(path: joinPath(own, name))
            try file.write(small.content)
            try file.commit(isOnDisk: false)
            video.frames[number].picture = prefix + addressPart(name)
          }
        }
      } else {
        beyond.append("\(time)")
      }
      try progress()
    }
    lostPictures += damaged.count
    if !damaged.isEmpty {
      video.notes.append(
        "\(video.name): \(counted(damaged.count, "key frame")) without a picture, for damaged frames: \(listed(damaged))"
      )
    }
    if !beyond.isEmpty {
      video.notes.append(
        "\(video.name): \(counted(beyond.count, "key frame")) outside of the video: \(listed(beyond)) -> if they should be "
          + "inside, set --starting-second (\(settings.dataset.beginning)) or --fps")
    }
    return poster
  }

  /// Lets the page have the video, and says what browsers make of it.
  private mutating func addFilm(_ reader: VideoReader, to video: inout GalleryVideo) throws {
    let page = splitPath(self.page(of: video.name)).folder
    var film = GalleryFilm(address: relativeAddress(of: reader.path, from: page), type: mediaType(reader.info))
    let content = try MappedFile(path: reader.path, doing: "reading a video for a page")
    switch settings.media {
    case .link: break
    case .copy:
      let path = joinPath(place(of: video.name), filmName(reader.path))
      let file = try AtomicFile(path: path)
      try unsafe file.write(raw: content.bytes)
      try file.commit(isOnDisk: false)
      film.address = relativeAddress(of: path, from: page)
    case .embed where content.count > GalleryMedia.embeddedLimit:
      warnings.append(
        "\(reader.path): \(fileSize(content.count)), more than the \(fileSize(GalleryMedia.embeddedLimit)) that a page takes "
          + "in: the page refers to the file where it is -> a smaller film, or --media copy")
    case .embed:
      film.address = nil
      film.content = unsafe Array(content.bytes)
    }
    video.film = film
    video.unplayable = unplayable(reader.info)
    if let reason = video.unplayable {
      warnings.append(
        "\(reader.path): many browsers do not play \(reason); the page shows pictures of the key frames where one does not "
          + "-> ffmpeg -i \(splitPath(reader.path).name) -c:v libx264 -pix_fmt yuv420p -movflags +faststart "
          + "\(fileStem(reader.path))-web.mp4, and give that with --video-name")
    }
  }

  private func writeTimelines(of video: GalleryVideo) throws {
    for track in video.tracks.tracks {
      let tubes = video.tracks.tubes.filter { $0.track == track.id }.map(\.interval)
      let rows = Dictionary(grouping: tubes, by: \.action).sorted { a, b in
        (a.value.map(\.start).min() ?? 0, a.key) < (b.value.map(\.start).min() ?? 0, b.key)
      }
      let timeline = PersonTimeline(
        title: "\(video.name), person \(track.id)", color: track.id, duration: video.duration, start: video.start,
        seen: track.span.map { ($0.lowerBound - video.start)...($0.upperBound - video.start) },
        rows: rows.map { action, intervals in
          PersonTimeline.Row(
            name: name(of: action),
            intervals: intervals.map { ($0.start - video.start, $0.end - video.start, $0.score) })
        })
      try writePNG(
        try timeline.drawn(), to: joinPath(place(of: video.name), timelineName(track.id)))
    }
  }

  /// The actions that last longest in a video, of all its people together; ids.
  private func longestActions(of tracks: VideoTracks) -> [Int] {
    var seconds: [Int: Double] = [:]
    for tube in tracks.tubes { seconds[tube.interval.action, default: 0] += tube.interval.end - tube.interval.start }
    return seconds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5).map(\.key)
  }
}

/// The folder of a video's files: one of the gallery's own folders, whatever a row calls the video.
func folderName(of video: String) -> String {
  let name = fileName(of: video)
  return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
}

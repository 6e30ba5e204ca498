public import AVARecords
public import Datasets
internal import Files
public import Imaging
internal import Overlay
public import TrackRecords
internal import Tracks
internal import Video
internal import Wording

/// The images of overlays, drawn video by video: only one video's source need be open at a time.
///
/// What is worth saying comes back as text; what ends a run is thrown.
public struct OverlayRun {
  /// A key frame and the number of its frame.
  typealias PlacedScene = (time: Timestamp, frame: Int, scene: OverlayScenes.Scene)

  /// What is known of a video: where its key frames are, and who is who, in seconds after the first frame.
  struct Place {
    let start: Double
    let keyFrames: [PlacedScene]
    let tracks: [Track]
    /// The colours that a film has for them.
    let colors: [Int: Int]
  }

  private let plan: FilmPlan
  private let known: KnownPeople
  private let hasTruth: Bool
  private let folder: String
  private let startingSecond: Double?
  let stopsAtDamage: Bool
  private let dataset: ActionDataset
  /// How many key frames have a frame.
  public private(set) var keyFrameCount = 0
  /// How many images are drawn.
  public private(set) var drawn = 0
  private(set) var places: [String: Place] = [:]
  /// What is odd about the people that are known.
  public private(set) var oddities: [StrangeBoxes] = []
  private var beyond: [String] = []
  private var damaged: [String] = []
  private var damagedFilmFrames = 0

  /// - Parameters:
  ///   - known: Who is who, where somebody says it.
  ///   - hasTruth: Whether scenes have ground truth, empty where nobody is labelled.
  ///   - folder: Where the images go.
  ///   - startingSecond: The second that rows call the first frame's; nil to tell it from the rows.
  ///   - stopsAtDamage: Whether a damaged frame ends the run, rather than to be passed over.
  ///   - dataset: Where rows may count from.
  public init(
    _ plan: FilmPlan, _ known: KnownPeople = KnownPeople(), hasTruth: Bool, folder: String, startingSecond: Double?,
    stopsAtDamage: Bool, dataset: ActionDataset = .ava
  ) {
    (self.plan, self.known) = (plan, known)
    self.hasTruth = hasTruth
    self.folder = folder
    self.startingSecond = startingSecond
    self.stopsAtDamage = stopsAtDamage
    self.dataset = dataset
  }

  // MARK: Files

  /// The files of a video's images.
  public func imagePaths(_ video: String, _ frames: [Timestamp: OverlayScenes.Scene]) -> [String] {
    frames.keys.sorted().map { imagePath(video, $0) }
  }

  /// The file of a whole video with its people.
  public func filmPath(_ video: String) -> String { joinPath(folder, fileName(of: video) + ".mp4") }

  private func imagePath(_ video: String, _ time: Timestamp) -> String {
    joinPath(folder, "\(fileName(of: video))_\(time).png")
  }

  // MARK: Frames

  /// Finds the frames of a video's key frames, those outside it are kept for ``checkPlaces()``; and who is who in them.
  ///
  /// - Returns: What was taken for granted, if anything.
  /// - Throws: `TrackError`.
  public mutating func place(
    _ video: String, _ source: any FrameSource, _ frames: [Timestamp: OverlayScenes.Scene]
  ) throws -> String? {
    let seen = frames.map { time, scene in
      SeenFrame(time: time.seconds, boxes: scene.people.map { SeenBox($0.box, id: $0.id) })
    }
    let other = Double(dataset.clock.firstSecond)
    let told = startingSecond ?? known.videos[video]?.onClock(of: seen, start: nil, orFrom: other).start
    let start = told ?? source.startingSecond(for: frames.keys.map(\.seconds), orFrom: other)
    var keyFrames: [PlacedScene] = []
    for (time, scene) in frames.sorted(by: { $0.key < $1.key }) {
      if let frame = source.frameNumber(at: time.seconds - start) {
        keyFrames.append((time, frame, scene))
      } else {
        beyond.append("\(video) \(time)")
      }
    }
    let people = try known.tracks(of: video, seen: seen, size: try? source.size, start: start)
    oddities += [known.oddity(of: seen, "the rows", in: people)].compactMap(\.self)
    let tracks = people.moved(by: -start).tracks
    places[video] = Place(
      start: start, keyFrames: keyFrames, tracks: tracks, colors: OverlayTimeline.colors(of: tracks))
    keyFrameCount += keyFrames.count
    if told != nil || start == 0 { return nil }
    return "\(video): the first frame is taken for second \(fixed(start, 0)) (--starting-second says otherwise)"
  }

  /// Names the key frames that are outside their videos.
  ///
  /// - Returns: A warning; nil where there are none.
  /// - Throws: ``OverlayRunError`` when all are.
  public func checkPlaces() throws(OverlayRunError) -> String? {
    if beyond.isEmpty { return nil }
    let missing = "\(counted(beyond.count, "key frame")) outside the video, not drawn: \(listed(beyond))"
    let advice = "set --starting-second (\(dataset.beginning)) or --fps"
    if keyFrameCount == 0 { throw OverlayRunError("drawing overlays: \(missing) -> \(advice)") }
    return "\(missing) -> if they should be inside, \(advice)"
  }

  // MARK: Drawing

  /// Draws the key frames of a video.
  ///
  /// - Parameters:
  ///   - isToStop: Asked before each of them.
  ///   - progress: Called after each with the number of images drawn so far.
  /// - Returns: Whether it came to the end.
  /// - Throws: the errors of reading, drawing and writing.
  public mutating func draw(
    _ video: String, _ source: any FrameSource, isToStop: () -> Bool, progress: (Int) -> Void
  ) throws -> Bool {
    for keyFrame in places[video]?.keyFrames ?? [] {
      let (time, frame) = (keyFrame.time, keyFrame.frame)
      if isToStop() { return false }
      do {
        try writeOverlay(
          source.frame(at: frame), overlayScene(keyFrame, video, time: "\(time) s · frame \(frame)"),
          style: plan.style, to: imagePath(video, time))
        drawn += 1
      } catch let damage as FrameDamage where !stopsAtDamage {
        note(damage, "\(video), second \(time)")
      }
      progress(drawn)
    }
    return true
  }

  /// Draws all frames of a video and writes them as VIDEO.mp4.
  ///
  /// - Parameter progress: Called after each frame with the number of those done; what it throws ends the video.
  /// - Returns: What the user should know: damaged frames, sound that is left out.
  /// - Throws: the errors of reading, drawing and writing; then there is no file.
  public mutating func film(
    _ video: String, _ source: any FrameSource, progress: (Int) throws -> Void
  ) throws -> [String] {
    guard let place = places[video] else { return [] }
    let scenes = place.keyFrames.map {
      (time: $0.time.seconds - place.start, scene: overlayScene($0, video, time: ""))
    }
    let result = try writeOverlayVideo(
      source, FilmPeople(scenes, of: place.tracks), title: video, clock: place.start, plan, to: filmPath(video),
      progress: progress)
    if result.damaged == 0 { return result.notices }
    damagedFilmFrames += result.damaged
    return result.notices + [
      "\(video): \(counted(result.damaged, "frame")) of the video damaged, the picture before stays there"
    ]
  }

  /// People have their numbers where there are several in the video.
  func overlayScene(_ keyFrame: PlacedScene, _ video: String, time: String) -> OverlayScene {
    let scene = keyFrame.scene
    var shown = OverlayScene(
      people: scene.people, groundTruth: hasTruth ? scene.groundTruth : nil, title: video, time: time)
    if let place = places[video], place.tracks.count > 1 {
      shown.identify(at: keyFrame.time.seconds - place.start, among: place.tracks)
      shown.color(by: place.colors)
    }
    return shown
  }

  // MARK: Damage

  /// Keeps a key frame that cannot be drawn; one that a contact sheet lacks, too, counts once.
  mutating func note(_ damage: FrameDamage, _ place: String) {
    let line = "\(place): \(damage.cause)"
    if !damaged.contains(line) { damaged.append(line) }
  }

  /// A warning of key frames that were not drawn, and a line for each of the first; nil where all were.
  public var damage: (warning: String, lines: [String])? {
    if damaged.isEmpty { return nil }
    let more = damaged.count > 10 ? ["and \(damaged.count - 10) more"] : []
    return ("\(counted(damaged.count, "key frame")) not drawn, for damaged frames:", damaged.prefix(10) + more)
  }

  /// What the results lack, for the end of the run; nil where they lack nothing.
  ///
  /// - Parameter acceptsDamage: Whether images without the damaged ones will do, so long as there are any.
  public func lack(acceptsDamage: Bool) -> String? {
    let advice =
      " -> copy or record the damaged files again, or take the pictures as they are: --damaged skip"
    if damaged.isEmpty {
      if damagedFilmFrames == 0 || acceptsDamage { return nil }
      return "\(counted(damagedFilmFrames, "frame")) of films damaged, named above" + advice
    }
    if acceptsDamage && drawn > 0 { return nil }
    return "\(counted(damaged.count, "key frame")) of \(keyFrameCount) not drawn, named above" + advice
  }
}

/// What stops the drawing of overlays.
public struct OverlayRunError: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

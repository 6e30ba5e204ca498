internal import AVARecords
internal import Datasets
internal import Detect
internal import Files
internal import Imaging
internal import Overlay
internal import Video
internal import Wording

/// The pictures of one overlay command, drawn video by video: only one video's source is open at a time.
struct OverlayRun {
  /// A key frame and the number of its frame.
  private typealias Place = (time: Timestamp, frame: Int, scene: OverlayScenes.Scene)

  let style: OverlayStyle
  let hasTruth: Bool
  let folder: String
  let startingSecond: Double?
  /// How many key frames have a frame.
  private(set) var keyFrameCount = 0
  private var places: [String: (start: Double, keyFrames: [Place])] = [:]
  private var beyond: [String] = []
  private var damaged: [String] = []
  private var damagedFilmFrames = 0
  private let damageRule: DamageRule
  /// How many pictures are drawn.
  private(set) var drawn = 0

  init(
    style: OverlayStyle, hasTruth: Bool, folder: String, startingSecond: Double?, damageRule: DamageRule
  ) {
    self.damageRule = damageRule
    self.style = style
    self.hasTruth = hasTruth
    self.folder = folder
    self.startingSecond = startingSecond
  }

  /// The files of a video's pictures.
  func imagePaths(_ video: String, _ frames: [Timestamp: OverlayScenes.Scene]) -> [String] {
    frames.keys.sorted().map { imagePath(video, $0) }
  }

  /// The file of a whole video with its people.
  func filmPath(_ video: String) -> String { joinPath(folder, fileName(video) + ".mp4") }

  private func imagePath(_ video: String, _ time: Timestamp) -> String {
    joinPath(folder, "\(fileName(video))_\(time).png")
  }

  /// Names the key frames whose frames are damaged.
  func sayDamage() {
    if damaged.isEmpty { return }
    Console.warn("\(counted(damaged.count, "key frame")) not drawn, for damaged frames:")
    for line in damaged.prefix(10) { Console.say("  " + line) }
    if damaged.count > 10 { Console.say("  and \(damaged.count - 10) more") }
  }

  /// Ends a command whose other pictures are written.
  ///
  /// - Throws: `DamageFound` under the rule `report`, or where there are no others.
  func finishDamage() throws {
    let advice =
      " -> copy or record the damaged files again, or take the pictures as they are: --damaged skip"
    if damaged.isEmpty {
      if damagedFilmFrames == 0 || damageRule == .skip { return }
      throw DamageFound(description: "\(counted(damagedFilmFrames, "frame")) of films damaged, named above" + advice)
    }
    if damageRule == .skip && drawn > 0 { return }
    throw DamageFound(
      description: "\(counted(damaged.count, "key frame")) of \(keyFrameCount) not drawn, named above" + advice)
  }

  /// A name from a row must not lead out of the folder.
  private func fileName(_ video: String) -> String { String(video.map { $0 == "/" ? "_" : $0 }) }

  /// Finds the frames of a video's key frames; those outside it are kept for the report.
  mutating func place(_ video: String, _ source: any FrameSource, _ frames: [Timestamp: OverlayScenes.Scene]) {
    let start =
      startingSecond
      ?? source.startingSecond(
        for: frames.keys.map(\.seconds), orFrom: Double(ActionDataset.ava.clock.firstSecond))
    if startingSecond == nil && start != 0 {
      Console.say("\(video): the first frame is taken for second \(fixed(start, 0)) (--starting-second says otherwise)")
    }
    var keyFrames: [Place] = []
    for (time, scene) in frames.sorted(by: { $0.key < $1.key }) {
      if let frame = source.frameNumber(at: time.seconds - start) {
        keyFrames.append((time, frame, scene))
      } else {
        beyond.append("\(video) \(time)")
      }
    }
    places[video] = (start, keyFrames)
    keyFrameCount += keyFrames.count
  }

  /// Names the key frames that are outside their videos.
  ///
  /// - Throws: `OverlayRunError` when all are.
  func checkPlaces() throws {
    if beyond.isEmpty { return }
    let missing = "\(counted(beyond.count, "key frame")) outside the video, not drawn: \(listed(beyond))"
    let advice = "set --starting-second (\(ActionDataset.ava.beginning)) or --fps"
    if keyFrameCount == 0 { throw OverlayRunError("drawing overlays: \(missing) -> \(advice)") }
    Console.warn("\(missing) -> if they should be inside, \(advice)")
  }

  /// Draws the key frames of a video.
  mutating func draw(_ video: String, _ source: any FrameSource, progress: (Int) -> Void) throws {
    for (time, frame, scene) in places[video]?.keyFrames ?? [] {
      if Interruption.isAsked {
        throw Interrupted("\(drawn) of \(counted(keyFrameCount, "picture")) drawn, they are in \(folder)")
      }
      do {
        try writeOverlay(
          source.frame(at: frame), overlayScene(scene, video, time: "\(time) s · frame \(frame)"), style: style,
          to: imagePath(video, time))
        drawn += 1
      } catch let damage as FrameDamage where damageRule != .stop {
        damaged.append("\(video), second \(time): \(damage.cause)")
      }
      progress(drawn)
    }
  }

  /// Draws all frames of a video and writes them as VIDEO.mp4.
  mutating func film(_ video: String, _ source: any FrameSource, _ films: Films) throws {
    guard let (start, keyFrames) = places[video] else { return }
    let timeline = OverlayTimeline(
      keyFrames.map { ($0.time.seconds - start, overlayScene($0.scene, video, time: "")) })
    let damaged = try writeOverlayVideo(
      source, timeline, title: video, clock: start, style: style, to: filmPath(video)
    ) { done in
      films.update(video, done, of: source.frameCount)
      if Interruption.isAsked {
        let images = drawn > 0 ? "\(counted(drawn, "picture")) drawn, " : ""
        throw Interrupted(images + films.kept(in: folder))
      }
    }
    if damaged > 0 {
      damagedFilmFrames += damaged
      Console.warn("\(video): \(counted(damaged, "frame")) of the video damaged, the picture before stays there")
    }
  }

  private func overlayScene(_ scene: OverlayScenes.Scene, _ video: String, time: String) -> OverlayScene {
    OverlayScene(people: scene.people, groundTruth: hasTruth ? scene.groundTruth : nil, title: video, time: time)
  }
}

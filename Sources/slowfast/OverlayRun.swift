internal import AVARecords
internal import Detect
internal import Files
internal import Imaging
internal import Overlay
internal import Video
internal import Wording

/// The pictures of one overlay command, drawn video by video: only one video's source is open at a time.
struct OverlayRun {
  let style: OverlayStyle
  let hasTruth: Bool
  let folder: String
  let startingSecond: Double?
  private(set) var written = 0
  private var beyond: [String] = []
  private var damaged: [String] = []
  private let keyFrames: Int
  private let damageRule: DamageRule
  private let progress: Progress

  init(
    style: OverlayStyle, hasTruth: Bool, folder: String, startingSecond: Double?, keyFrames: Int, damageRule: DamageRule
  ) {
    self.keyFrames = keyFrames
    self.damageRule = damageRule
    self.style = style
    self.hasTruth = hasTruth
    self.folder = folder
    self.startingSecond = startingSecond
    progress = Progress("drawing", total: keyFrames, unit: "key frames")
  }

  /// Draws and writes the key frames of a video; those outside it are kept for the report.
  mutating func draw(
    _ video: String, _ source: TimedFrames, _ frames: [Timestamp: OverlayScenes.KeyFrame]
  ) throws {
    let start = start(of: source, frames)
    if startingSecond == nil && start != 0 {
      Console.say("\(video): the first frame is taken for second \(fixed(start, 0)) (--starting-second says otherwise)")
    }
    for (time, scene) in frames.sorted(by: { $0.key < $1.key }) {
      if Interruption.isAsked {
        throw Interrupted("\(written) of \(counted(keyFrames, "picture")) drawn, they are in \(folder)")
      }
      if let frame = source.frameNumber(at: time.seconds - start) {
        do {
          try draw(scene, try source.frame(frame), video, "\(time)", frame)
          written += 1
        } catch let damage as FrameDamage where damageRule != .stop {
          damaged.append("\(video), second \(time): \(damage.cause)")
        }
      } else {
        beyond.append("\(video) \(time)")
      }
      progress.update(written)
    }
  }

  private func draw(
    _ scene: OverlayScenes.KeyFrame, _ picture: Image, _ video: String, _ time: String, _ frame: Int
  ) throws {
    let drawing = overlayScene(scene, video, time: "\(time) s · frame \(frame)")
    try writeOverlay(picture, drawing, style: style, to: joinPath(folder, "\(fileName(video))_\(time).png"))
  }

  /// Draws all frames of a video and writes them as VIDEO.mp4.
  func film(
    _ video: String, _ source: TimedFrames, _ frames: [Timestamp: OverlayScenes.KeyFrame], _ films: Films
  ) throws {
    let start = start(of: source, frames)
    let timeline = OverlayTimeline(
      frames.filter { source.frameNumber(at: $0.key.seconds - start) != nil }
        .map { ($0.key.seconds - start, overlayScene($0.value, video, time: "")) })
    let damaged = try writeOverlayVideo(
      source, timeline, title: video, clock: start, style: style, to: joinPath(folder, fileName(video) + ".mp4")
    ) { films.update(video, $0, of: source.frameCount) }
    if damaged > 0 {
      Console.warn("\(video): \(counted(damaged, "frame")) of the video damaged, the picture before stays there")
    }
  }

  /// Ends a command whose other pictures are written.
  ///
  /// - Throws: `DamageFound` under the rule `report`, or where there are no others.
  func finishDamage() throws {
    if damaged.isEmpty || (damageRule == .skip && written > 0) { return }
    throw DamageFound(
      description: "\(counted(damaged.count, "key frame")) of \(keyFrames) not drawn, named above"
        + " -> copy or record the damaged files again, or take the pictures as they are: --damaged skip")
  }

  private func start(of source: TimedFrames, _ frames: [Timestamp: OverlayScenes.KeyFrame]) -> Double {
    startingSecond ?? source.startingSecond(for: frames.keys.map(\.seconds))
  }

  private func overlayScene(_ scene: OverlayScenes.KeyFrame, _ video: String, time: String) -> OverlayScene {
    OverlayScene(people: scene.people, groundTruth: hasTruth ? scene.groundTruth : nil, title: video, time: time)
  }

  /// A name from a row must not lead out of the folder.
  private func fileName(_ video: String) -> String { String(video.map { $0 == "/" ? "_" : $0 }) }

  /// Ends the progress and names what was not drawn.
  ///
  /// - Throws: `OverlayRunError` when nothing was.
  func finish() throws {
    progress.finish()
    if !damaged.isEmpty {
      Console.warn("\(counted(damaged.count, "key frame")) not drawn, their frames are damaged:")
      for line in damaged.prefix(10) { Console.say("  " + line) }
      if damaged.count > 10 { Console.say("  and \(damaged.count - 10) more") }
    }
    if beyond.isEmpty { return }
    let missing = "\(counted(beyond.count, "key frame")) outside the video, not drawn: \(listed(beyond))"
    if written == 0 {
      throw OverlayRunError(
        "drawing overlays: \(missing) -> set --starting-second (AVA's clips begin at 900) or --fps")
    }
    Console.warn(missing)
  }
}

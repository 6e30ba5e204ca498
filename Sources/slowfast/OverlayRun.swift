internal import AVARecords
internal import Files
internal import Overlay
internal import Wording

/// The pictures of one overlay command: first planned, then drawn one by one.
struct OverlayRun {
  let style: OverlayStyle
  let hasTruth: Bool
  let folder: String
  let startingSecond: Double?
  private(set) var written = 0
  private var steps: [Step] = []
  private var beyond: [String] = []

  private struct Step {
    let video: String
    let time: Timestamp
    let frame: Int
    let source: OverlaySource
    let scene: OverlayScenes.KeyFrame
  }

  init(style: OverlayStyle, hasTruth: Bool, folder: String, startingSecond: Double?) {
    self.style = style
    self.hasTruth = hasTruth
    self.folder = folder
    self.startingSecond = startingSecond
  }

  /// Finds the frame of every key frame of a video; those outside the video are kept for the report.
  mutating func plan(
    _ video: String, _ source: OverlaySource, _ frames: [Timestamp: OverlayScenes.KeyFrame]
  ) throws {
    let start = startingSecond ?? source.startingSecond(for: frames.keys.map(\.seconds))
    if startingSecond == nil && start != 0 {
      Console.say("\(video): the first frame is taken for second \(fixed(start, 0)) (--starting-second says otherwise)")
    }
    for (time, scene) in frames.sorted(by: { $0.key < $1.key }) {
      if let frame = source.frameNumber(at: time.seconds - start) {
        steps.append(Step(video: video, time: time, frame: frame, source: source, scene: scene))
      } else {
        beyond.append("\(video) \(time)")
      }
    }
  }

  /// Draws and writes all pictures.
  mutating func draw() throws {
    if steps.isEmpty {
      throw OverlayRunError(
        "drawing overlays: none of \(counted(beyond.count, "key frame")) lies inside its video (\(listed(beyond)))"
          + " -> set --starting-second (AVA's clips begin at 900)")
    }
    try makeFolder(folder)
    let progress = Progress("drawing", total: steps.count, unit: "key frames")
    for step in steps {
      let scene = OverlayScene(
        people: step.scene.people, groundTruth: hasTruth ? step.scene.groundTruth : nil, title: step.video,
        time: "\(step.time) s · frame \(step.frame)")
      // A name from a row must not lead out of the folder.
      let safe = String(step.video.map { $0 == "/" ? "_" : $0 })
      try writeOverlay(
        try step.source.frame(step.frame), scene, style: style, to: joinPath(folder, "\(safe)_\(step.time).png"))
      written += 1
      progress.update(written)
    }
    progress.finish()
  }

  func sayWhatIsMissing() {
    if beyond.isEmpty { return }
    Console.warn("\(counted(beyond.count, "key frame")) outside the video, not drawn: \(listed(beyond))")
  }
}

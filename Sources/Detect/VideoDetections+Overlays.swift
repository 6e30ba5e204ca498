internal import AVARecords
internal import Files
internal import Imaging
internal import Inference
public import Overlay
internal import TrackRecords
internal import Tracks
public import Video
internal import Wording

extension VideoDetection {
  /// The files that `writeOverlays` makes in a folder.
  public func overlays(in folder: String) -> [String] {
    videos.flatMap { video in
      video.tasks.map { joinPath(folder, overlayName($0.keyFrame)) }
    }
  }

  /// The files that `writeOverlayVideos` makes in a folder.
  public func overlayVideos(in folder: String) -> [String] { allVideos.map { joinPath(folder, "\($0.name).mp4") } }
}

/// The name of a key frame's image.
private func overlayName(_ keyFrame: KeyFrame) -> String { "\(keyFrame.video)_\(keyFrame.time).png" }

extension VideoDetections {
  /// Draws every key frame with its people and their best actions, one PNG each.
  ///
  /// - Parameters:
  ///   - folder: Where `<video>_<second>.png` go, the second as in the rows of the CSV.
  ///   - progress: Called after each image with the number of those done; what it throws ends the drawing.
  /// - Throws: `VideoError`, `OverlayError`, `FileError`.
  public func writeOverlays(to folder: String, style: OverlayStyle, progress: (Int) throws -> Void) throws {
    var open: (name: String, frames: any FrameSource)?
    var done = 0
    try forEach { keyFrame in
      let video = keyFrame.task.keyFrame.video
      guard let input = videos[video] else { return }
      let frames = try open?.name == video ? open!.frames : input.open(video, colours: VideoDetection.colours)
      open = (video, frames)
      let name = overlayName(keyFrame.task.keyFrame)
      try writeOverlay(
        frames.frame(at: keyFrame.task.moment.frame), scene(of: keyFrame), style: style, to: joinPath(folder, name))
      done += 1
      try progress(done)
    }
  }

  /// Draws all frames of every video with the people of its key frames, `<video>.mp4` each; of one in which nobody is, without
  /// boxes.
  ///
  /// - Parameters:
  ///   - folder: Where the videos go.
  ///   - progress: Called after each frame with the video's name, the number of its frames done and that of all;
  ///     what it throws ends the video at hand, of which nothing stays.
  /// - Returns: What came of each video.
  /// - Throws: `VideoError`, `OverlayError`, `FileError`, `TrackError`.
  @discardableResult
  public func writeOverlayVideos(
    to folder: String, _ plan: FilmPlan, progress: (String, Int, Int) throws -> Void
  ) throws -> [(video: String, result: FilmResult)] {
    var results: [(video: String, result: FilmResult)] = []
    var scenes: [String: [(time: Double, scene: OverlayScene)]] = [:]
    try forEach { keyFrame in
      scenes[keyFrame.task.keyFrame.video, default: []].append((keyFrame.task.moment.seconds, scene(of: keyFrame)))
    }
    for name in names {
      guard let input = videos[name] else { continue }
      let frames = try input.open(name, colours: VideoDetection.colours)
      let tracks = tracks(of: name)
      let people = FilmPeople(scenes[name] ?? [], of: tracks.moved(by: -(tracks.start ?? 0)).tracks)
      let result = try writeOverlayVideo(frames, people, title: name, plan, to: joinPath(folder, "\(name).mp4")) {
        try progress(name, $0, frames.frameCount)
      }
      results.append((name, result))
    }
    return results
  }

  /// People have their numbers where there are several in the video.
  func scene(of keyFrame: ScoredKeyFrame) -> OverlayScene {
    let hasNumbers = tracks(of: keyFrame.task.keyFrame.video).tracks.count > 1
    let people = keyFrame.people.map { person in
      DetectedPerson(
        box: person.box, proposalScore: person.proposalScore,
        actions: person.actions.map { ScoredAction(name: $0.name, score: Double($0.score)) },
        id: hasNumbers ? person.id : nil)
    }
    var scene = OverlayScene(
      people: people, title: keyFrame.task.keyFrame.video,
      time: "\(fixed(keyFrame.task.moment.seconds, 3)) s")
    scene.color(by: colors[keyFrame.task.keyFrame.video] ?? [:])
    return scene
  }
}

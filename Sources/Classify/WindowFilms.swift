internal import Files
internal import ImageFiles
internal import Imaging
public import Overlay
public import Video
internal import Wording

extension WindowScores {
  /// The top actions of a video that get a row under the picture, at most.
  private static let rowCount = 5

  /// How the name of the file ends that `writeOverlay` makes of a video, without the point.
  public static func drawingEnding(of video: Video) -> String { video.isPicture ? "png" : "mp4" }

  /// Draws a whole video with the actions of its windows, and a timeline of its top actions under the picture; of a picture
  /// a PNG.
  ///
  /// - Parameters:
  ///   - size: Of the film; nil for the frames' own, enlarged where they are small.
  ///   - topK: How many actions of a window are written over the picture.
  ///   - progress: Called after each frame with the number of those done and that of all; what it throws ends the video,
  ///     of which nothing stays.
  /// - Returns: What came of the film. Nil where no window was scored: nothing is
  ///   written.
  /// - Throws: `VideoError`, `ImagingError`, `OverlayError`, `FileError`, `JournalError`.
  public func writeOverlay(
    of video: Video, _ labels: ClassLabels, topK: Int, _ size: FilmSize? = nil,
    _ settings: FilmSettings = FilmSettings(), to path: String, progress: (Int, Int) throws -> Void
  ) throws -> FilmResult? {
    guard let input = video.input, let timeline = try timeline(of: video, labels, topK: topK) else { return nil }
    let frames = try input.open(video.name, colours: .accurate)
    let title = splitPath(video.name).name
    let frame = try frames.size
    if video.isPicture {
      let drawing = try ActionDrawing(timeline, title: title, size: frame)
      try writePNG(drawing.draw(frames.frame(at: 0), at: 0, timeText: ""), to: path)
      try progress(1, 1)
      return FilmResult()
    }
    let layout = try ActionDrawing(timeline, title: title, size: frame, film: size).layout
    return try writeFilm(
      frames, to: path, layout, settings, scene: { $0 },
      with: { (try ActionDrawing(timeline, title: title, size: frame, film: size), try Layer(size: layout.size)) },
      draw: { time, tool in
        try tool.0.draw(at: time, timeText: "\(fixed(time, 2)) s", on: tool.1)
        return tool.1
      }, progress: { try progress($0, frames.frameCount) })
  }

  /// What the film shows; nil where no window was scored.
  private func timeline(of video: Video, _ labels: ClassLabels, topK: Int) throws -> ActionTimeline? {
    var summary = ScoreSummary(fusion)
    var windows: [Window] = []
    try forEach(of: video) { window, values in
      summary.add(values)
      windows.append(window)
    }
    if windows.isEmpty { return nil }
    let rows = best(summary.scores, min(topK, Self.rowCount))
    let times = Self.stretches(windows)
    var stretches: [ActionTimeline.Stretch] = []
    try forEach(of: video) { _, values in
      let (begin, end) = times[stretches.count]
      let actions = best(values, topK).map { ScoredAction(name: labels.name(of: $0), score: Double(values[$0])) }
      stretches.append(
        ActionTimeline.Stretch(begin: begin, end: end, scores: rows.map { Double(values[$0]) }, best: actions))
    }
    return ActionTimeline(
      actions: rows.map(labels.name), stretches: stretches, duration: video.duration ?? times.last!.end)
  }

  /// The part of each window that is nearer to its middle than to that of any other.
  static func stretches(_ windows: [Window]) -> [(begin: Double, end: Double)] {
    windows.indices.map { number in
      let own = windows[number]
      func border(_ other: Window) -> Double { (own.begin + own.end + other.begin + other.end) / 4 }
      return (
        number == 0 ? own.begin : max(own.begin, border(windows[number - 1])),
        number == windows.count - 1 ? own.end : min(own.end, border(windows[number + 1]))
      )
    }
  }
}

public import Geometry
public import Imaging
internal import Wording

/// What a film of detections shows, picture by picture.
///
/// Scenes are made in the order of time by one thread, for labels stay where they stood in the picture before as long as that is no
/// bad place. They may be drawn by many.
public final class OverlayFilm {
  public let layout: FilmLayout
  private let timeline: OverlayTimeline
  private let title: String
  private let clock: Double
  private let style: OverlayStyle
  private let sizes: OverlaySizes
  private let metrics: TextMetrics
  private var places: [Int: LabelPlace] = [:]

  /// - Parameters:
  ///   - timeline: Its times are seconds after the first frame.
  ///   - clock: What the strip calls the first frame's time, in seconds.
  ///   - frame: The size of the video's frames.
  ///   - size: Of the film; nil for that of the frames, enlarged where they are small.
  /// - Throws: `OverlayError` when no font is installed, or for a size that cannot be.
  public init(
    _ timeline: OverlayTimeline, title: String, clock: Double = 0, frame: ImageSize,
    style: OverlayStyle = OverlayStyle(), size: FilmSize? = nil
  ) throws(OverlayError) {
    (sizes, layout) = try OverlaySizes.ofFilm(frame, style, size) { $0.strip }
    metrics = try Canvas(size: ImageSize(width: 8, height: 8)).textMetrics()
    self.timeline = timeline
    self.title = title
    self.clock = clock
    self.style = style
  }

  /// What is drawn at a time, in seconds after the first frame.
  public func drawing(at time: Double) throws(OverlayError) -> OverlayDrawing {
    let scene = timeline.scene(at: time, title: title, timeText: "\(fixed(time + clock, 2)) s")
    let drawing = try OverlayDrawing(scene, style, sizes, metrics, places: places)
    places = [:]
    for label in drawing.layout.labels {
      if let id = drawing.marks[label.request].id { places[id] = label.place }
    }
    return drawing
  }
}

public import Geometry
public import Imaging
internal import Wording

/// Draws what a video's stretches of time were classified as: the actions of the moment over the picture; under it a strip
/// with the video and the time, and a row for each of its top actions, whose bars are as high as the scores.
public final class ActionDrawing {
  /// Of a film of this drawing.
  public let layout: FilmLayout
  private let timeline: ActionTimeline
  private let title: String
  private let sizes: OverlaySizes
  /// By how much `draw` enlarges an image; nil for a film of another size than its frames.
  private let factor: Int?
  /// The rows of the timeline, without the moment.
  private let rows: Canvas
  private let metrics: TextMetrics
  /// Where bars begin and end, in pixels.
  private let bars: ClosedRange<Double>

  /// - Parameters:
  ///   - size: Of the video's frames.
  ///   - style: How much they are enlarged; every action of a stretch is written.
  ///   - film: The size of a film; nil for that of the frames, enlarged where they are small.
  /// - Throws: `OverlayError` when no font is installed, or for a size that cannot be.
  public init(
    _ timeline: ActionTimeline, title: String, size: ImageSize, style: OverlayStyle = OverlayStyle(),
    film: FilmSize? = nil
  ) throws(OverlayError) {
    self.timeline = timeline
    self.title = title
    factor = film == nil ? style.factor(for: size) : nil
    func rowHeight(_ sizes: OverlaySizes) -> Int { Int((sizes.fontSize * 1.5).rounded()) }
    // A canvas has a line at least.
    func height(_ sizes: OverlaySizes) -> Int {
      max(1, rowHeight(sizes) * timeline.actions.count + rowHeight(sizes) / 3)
    }
    let (sizes, layout) = try OverlaySizes.ofFilm(size, style, film) { $0.strip + height($0) }
    (self.sizes, self.layout) = (sizes, layout)
    let width = Double(sizes.area.width)
    rows = try Canvas(size: ImageSize(width: sizes.area.width, height: height(sizes)))
    let metrics = try rows.textMetrics()
    self.metrics = metrics
    let margin = sizes.fontSize * 0.5
    let names = timeline.actions.map { metrics.width($0) * sizes.fontSize }.max() ?? 0
    let first = min(names + 3 * margin, width * 0.35)
    bars = first...max(first, width - margin)
    drawRows(height: Double(rowHeight(sizes)), margin: margin)
  }

  /// Draws a frame.
  ///
  /// - Parameter time: Of the frame, in seconds after the first.
  public func draw(_ image: Image, at time: Double, timeText: String) throws(OverlayError) -> Image {
    let height = sizes.area.height + sizes.strip + rows.size.height
    let canvas = try Canvas(size: ImageSize(width: layout.frame.width, height: height))
    try canvas.put(image, scale: factor ?? 1)
    draw(at: time, timeText: timeText, on: canvas)
    return try canvas.image(order: image.order)
  }

  /// Draws what lies over a frame of a film on a layer of its size, over nothing else.
  public func draw(at time: Double, timeText: String, on layer: Layer) throws(OverlayError) {
    layer.clear()
    draw(at: time, timeText: timeText, on: layer.canvas)
    try layer.canvas.check("drawing")
  }

  private func draw(at time: Double, timeText: String, on canvas: Canvas) {
    let width = Double(sizes.area.width)
    let stretch = timeline.stretch(at: time)
    if let stretch { drawBest(stretch.best, on: canvas) }
    drawStrip(timeText + (stretch == nil ? "  not classified here" : ""), on: canvas)
    let top = Double(sizes.area.height + sizes.strip)
    canvas.put(rows, in: PixelBox(x1: 0, y1: top, x2: width, y2: top + Double(rows.size.height)))
    let thickness = max(2, (sizes.lineWidth / 2).rounded())
    let x = (place(time) - thickness / 2).rounded()
    canvas.fill(PixelBox(x1: x, y1: top, x2: x + thickness, y2: top + Double(rows.size.height)), .white)
  }

  /// Where a time lies among the bars, in pixels.
  private func place(_ time: Double) -> Double {
    let share = timeline.duration > 0 ? min(max(time / timeline.duration, 0), 1) : 0
    return bars.lowerBound + share * (bars.upperBound - bars.lowerBound)
  }

  private func color(_ action: Int) -> RGBColor { personPalette[action % personPalette.count] }

  private func drawRows(height: Double, margin: Double) {
    let size = rows.size
    rows.fill(
      PixelBox(x1: 0, y1: 0, x2: Double(size.width), y2: Double(size.height)), OverlaySizes.ground)
    for (number, action) in timeline.actions.enumerated() {
      let top = Double(number) * height
      let (ceiling, floor) = (top + 1, top + height - 1)
      let name = metrics.ended(action, size: sizes.fontSize, width: bars.lowerBound - 2 * margin)
      let baseline = (ceiling + floor + (metrics.ascent - metrics.descent) * sizes.fontSize) / 2
      rows.text(name, at: Point(margin, baseline), size: sizes.fontSize, color(number))
      rows.fill(
        PixelBox(x1: bars.lowerBound, y1: ceiling, x2: bars.upperBound, y2: floor), RGBColor(hex: 0x2A2E35))
      for stretch in timeline.stretches where stretch.scores.indices.contains(number) {
        let score = min(max(stretch.scores[number], 0), 1)
        rows.fill(
          PixelBox(
            x1: place(stretch.begin), y1: floor - score * (floor - ceiling), x2: place(stretch.end), y2: floor),
          color(number))
      }
    }
  }

  /// Writes the actions into the upper left corner, as many as there is room for.
  private func drawBest(_ actions: [ScoredAction], on canvas: Canvas) {
    let font = sizes.fontSize
    let padding = labelPadding(font)
    let (margin, line) = (font * 0.5, metrics.lineHeight * font)
    let room = Double(sizes.area.width) - 2 * margin - 2 * padding.x
    let count = max(1, Int((Double(sizes.area.height) - 2 * margin - 2 * padding.y) / line))
    let texts = actions.prefix(count).map { metrics.ended($0.lineText, size: font, width: room) }
    guard let widest = texts.map({ metrics.width($0) * font }).max() else { return }
    let frame = PixelBox(
      x1: margin, y1: margin, x2: margin + widest + 2 * padding.x,
      y2: margin + Double(texts.count) * line + 2 * padding.y)
    canvas.fill(frame, .black, opacity: 0.72, radius: font * 0.2)
    for (number, text) in texts.enumerated() {
      let own = timeline.actions.firstIndex(of: actions[number].name).map(color) ?? .white
      let baseline = frame.y1 + padding.y + (Double(number) * metrics.lineHeight + metrics.ascent) * font
      canvas.text(text, at: Point(frame.x1 + padding.x, baseline), size: font, own)
    }
  }

  private func drawStrip(_ time: String, on canvas: Canvas) {
    let (font, top, width) = (sizes.fontSize, Double(sizes.area.height), Double(sizes.area.width))
    let strip = PixelBox(x1: 0, y1: top, x2: width, y2: top + Double(sizes.strip))
    canvas.fill(strip, OverlaySizes.ground)
    let baseline = (strip.y1 + strip.y2 + (metrics.ascent - metrics.descent) * font) / 2
    let margin = font * 0.5
    let time = "  \(time)"
    let name = metrics.ended(title, size: font, width: width - 2 * margin - metrics.width(time) * font)
    canvas.clipped(to: strip) {
      canvas.text(name, at: Point(margin, baseline), size: font, .white)
      canvas.text(
        time, at: Point(margin + metrics.width(name) * font, baseline), size: font, OverlaySizes.quiet)
    }
  }
}

extension ScoredAction {
  /// "0.87 dancing".
  fileprivate var lineText: String { "\(fixed(score, 2)) \(name)" }
}

internal import Geometry
public import Imaging
internal import Wording

/// Draws a key frame's people over its image, with a strip under it that says what it shows.
///
/// Each person has a colour of their own for box and label; the ground truth is drawn in dashed black and
/// white, its labels begin with "GT". No label leaves the image or covers another. The image keeps its
/// place in the upper left corner, enlarged by the style's whole factor.
///
/// - Throws: `OverlayError` when a box is not finite, no font is installed or the result is too large.
public func drawOverlay(
  _ image: Image, _ scene: OverlayScene, style: OverlayStyle = OverlayStyle()
) throws(OverlayError) -> Image {
  let drawing = try OverlayDrawing(image, scene, style)
  try drawing.draw()
  return try drawing.canvas.image(order: image.order)
}

/// Draws a key frame's overlay and writes it as a PNG file, complete or not at all.
public func writeOverlay(
  _ image: Image, _ scene: OverlayScene, style: OverlayStyle = OverlayStyle(), to path: String
) throws {
  try writePNG(try drawOverlay(image, scene, style: style), to: path)
}

/// The sizes and the canvas of one overlay while it is drawn.
struct OverlayDrawing {
  let canvas: Canvas
  let scene: OverlayScene
  let marks: [PersonMark]
  /// The enlarged image, without the strip.
  let area: ImageSize
  let fontSize: Double
  let lineWidth: Double
  let layout: LabelLayout
  let metrics: TextMetrics
  let threshold: Double
  /// The smallest text that can be read.
  static let minimumFontSize = 9.5

  init(_ image: Image, _ scene: OverlayScene, _ style: OverlayStyle) throws(OverlayError) {
    let sizes = try OverlaySizes(image.size, style)
    let area = sizes.area
    (fontSize, lineWidth) = (sizes.fontSize, sizes.lineWidth)
    canvas = try Canvas(size: ImageSize(width: area.width, height: area.height + sizes.strip))
    try canvas.put(image, scale: sizes.factor)
    metrics = try canvas.textMetrics()
    marks = try personMarks(scene, style, area: area, lineWidth: lineWidth)
    layout = layOutLabels(
      marks.map { LabelRequest(box: $0.box, lines: $0.lines, prefersBelow: $0.isGroundTruth) }, in: area,
      fontSize: fontSize, minimumFontSize: min(fontSize, OverlayDrawing.minimumFontSize), metrics: metrics)
    self.area = area
    self.scene = scene
    threshold = style.threshold
  }

  func draw() throws(OverlayError) {
    let image = PixelBox(x1: 0, y1: 0, x2: Double(area.width), y2: Double(area.height))
    canvas.clipped(to: image) {
      // Small boxes over large ones, and the ground truth's open dashes over all: none hides another.
      for mark in marks.filter({ !$0.isGroundTruth }).sorted(by: { $0.area > $1.area }) { drawBox(mark) }
      for mark in marks where mark.isGroundTruth { drawBox(mark) }
      for label in layout.labels { drawLeader(label) }
      for label in layout.labels { drawLabel(label) }
    }
    drawStrip()
  }

  /// Draws a box: a line in the person's colour between two thin dark ones, or white and
  /// black dashes with gaps, through which a detection's line shows.
  private func drawBox(_ mark: PersonMark) {
    let width = mark.isFaint ? max(1, (lineWidth / 2).rounded()) : lineWidth
    if mark.isGroundTruth {
      let dash = lineWidth * 3
      canvas.stroke(mark.box, Pen(.white, width: width, dashes: [dash, 2 * dash]))
      canvas.stroke(mark.box, Pen(.black, width: width, dashes: [dash, 2 * dash], dashOffset: 2 * dash))
    } else {
      canvas.stroke(mark.box, Pen(.black, width: width + 2, opacity: 0.55))
      canvas.stroke(mark.box, Pen(mark.color, width: width))
    }
  }

  private func drawLeader(_ label: PlacedLabel) {
    guard let leader = label.leader else { return }
    let mark = marks[label.request]
    let width = max(1.5, lineWidth * 0.75)
    canvas.stroke([leader.start, leader.end], Pen(.black, width: width + 2, opacity: 0.55))
    canvas.stroke([leader.start, leader.end], Pen(mark.isGroundTruth ? .white : mark.color, width: width))
  }

  private func drawLabel(_ label: PlacedLabel) {
    let mark = marks[label.request]
    let (font, frame) = (label.fontSize, label.frame)
    let padding = labelPadding(font)
    let ground = mark.isGroundTruth ? RGBColor.black : mark.color
    // The outline stays inside the frame: what is laid out is what is drawn.
    let outline = PixelBox(x1: frame.x1 + 0.5, y1: frame.y1 + 0.5, x2: frame.x2 - 0.5, y2: frame.y2 - 0.5)
    canvas.fill(frame, ground, opacity: mark.isGroundTruth ? 0.78 : 0.92, radius: font * 0.2)
    let edge = mark.isGroundTruth ? Pen(.white, width: 1, dashes: [4, 3]) : Pen(.black, width: 1, opacity: 0.55)
    canvas.stroke(outline, edge, radius: font * 0.2)
    for (row, line) in label.lines.enumerated() {
      let baseline = frame.y1 + padding.y + (Double(row) * metrics.lineHeight + metrics.ascent) * font
      canvas.text(line, at: Point(frame.x1 + padding.x, baseline), size: font, ground.contrasting)
    }
  }

  /// Draws the strip: video and time on the left, counts and what the lines mean on the right.
  private func drawStrip() {
    let top = Double(area.height)
    let strip = PixelBox(x1: 0, y1: top, x2: Double(area.width), y2: Double(canvas.size.height))
    canvas.fill(strip, OverlaySizes.ground)
    let baseline = (strip.y1 + strip.y2 + (metrics.ascent - metrics.descent) * fontSize) / 2
    let margin = fontSize * 0.5
    let room = Double(area.width) - 2 * margin
    let legend = legendText()
    let legendWidth = metrics.width(legend) * fontSize
    let time = "  \(scene.time)"
    let timeWidth = metrics.width(time) * fontSize
    let fits = timeWidth + legendWidth + 6 * fontSize <= room
    let title = metrics.ended(
      scene.title, size: fontSize, width: room - timeWidth - (fits ? legendWidth + 2 * fontSize : 0))
    canvas.clipped(to: strip) {
      canvas.text(title, at: Point(margin, baseline), size: fontSize, .white)
      let titleWidth = metrics.width(title) * fontSize
      canvas.text(time, at: Point(margin + titleWidth, baseline), size: fontSize, OverlaySizes.quiet)
      if fits {
        let x = Double(area.width) - margin - legendWidth
        canvas.text(legend, at: Point(x, baseline), size: fontSize, OverlaySizes.quiet)
      }
    }
  }

  private func legendText() -> String {
    if scene.isBetweenKeyFrames { return "no key frame here" }
    var parts: [String] = []
    if !layout.omitted.isEmpty { parts.append("no room for \(counted(layout.omitted.count, "label"))") }
    parts.append(scene.people.isEmpty ? "no one detected" : counted(scene.people.count, "person", plural: "people"))
    if scene.people.contains(where: { !$0.actions.isEmpty }) { parts.append("scores from \(fixed(threshold, 2))") }
    if let truth = scene.groundTruth { parts.append(truth.isEmpty ? "no ground truth" : "GT dashed") }
    return parts.joined(separator: " · ")
  }
}

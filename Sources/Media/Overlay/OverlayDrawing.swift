internal import Geometry
internal import ImageFiles
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
  let factor = style.factor(for: image.size)
  let sizes = try OverlaySizes(image.size, factor: factor)
  let canvas = try Canvas(size: ImageSize(width: sizes.area.width, height: sizes.area.height + sizes.strip))
  try canvas.put(image, scale: factor)
  try OverlayDrawing(scene, style, sizes, canvas.textMetrics()).draw(on: canvas)
  return try canvas.image(order: image.order)
}

/// Draws a key frame's overlay and writes it as a PNG file, complete or not at all.
public func writeOverlay(
  _ image: Image, _ scene: OverlayScene, style: OverlayStyle = OverlayStyle(), to path: String
) throws {
  try writePNG(try drawOverlay(image, scene, style: style), to: path)
}

/// What is drawn of a scene, each label with its place.
public struct OverlayDrawing {
  private let scene: OverlayScene
  let marks: [PersonMark]
  let layout: LabelLayout
  private let sizes: OverlaySizes
  private let style: OverlayStyle
  /// The smallest text that can be read.
  static let minimumFontSize = 9.5

  /// - Parameters:
  ///   - metrics: Of any canvas.
  ///   - places: Where the labels of people stood in the picture before, by their ids.
  init(
    _ scene: OverlayScene, _ style: OverlayStyle, _ sizes: OverlaySizes, _ metrics: TextMetrics,
    places: [Int: LabelPlace] = [:]
  ) throws(OverlayError) {
    marks = try personMarks(scene, style, area: sizes.area, lineWidth: sizes.lineWidth)
    layout = layOutLabels(
      marks.map { mark in
        var request = LabelRequest(box: mark.box, lines: mark.lines, prefersBelow: mark.isGroundTruth)
        request.before = mark.id.flatMap { places[$0] }
        return request
      }, in: sizes.area, fontSize: sizes.fontSize,
      minimumFontSize: min(sizes.fontSize, OverlayDrawing.minimumFontSize), metrics: metrics)
    self.scene = scene
    self.sizes = sizes
    self.style = style
  }

  /// Draws on a canvas that has room for the image and the strip.
  func draw(on canvas: Canvas) throws(OverlayError) {
    let pen = OverlayPen(canvas: canvas, metrics: try canvas.textMetrics(), sizes: sizes)
    let image = PixelBox(x1: 0, y1: 0, x2: Double(sizes.area.width), y2: Double(sizes.area.height))
    canvas.clipped(to: image) {
      // Small boxes over large ones, and the ground truth's open dashes over all: none hides another.
      for mark in marks.filter({ !$0.isGroundTruth }).sorted(by: { $0.area > $1.area }) { pen.drawBox(mark) }
      for mark in marks where mark.isGroundTruth { pen.drawBox(mark) }
      for label in layout.labels { pen.drawLeader(label, marks[label.request]) }
      for label in layout.labels { pen.drawLabel(label, marks[label.request]) }
    }
    pen.drawStrip(title: scene.title, time: scene.time, legend: legendText())
  }

  /// Draws on a layer, over nothing else.
  public func draw(on layer: Layer) throws(OverlayError) {
    layer.clear()
    try draw(on: layer.canvas)
    try layer.canvas.check("drawing")
  }

  private func legendText() -> String {
    if scene.isBetweenKeyFrames { return "no key frame here" }
    var parts: [String] = []
    if !layout.omitted.isEmpty { parts.append("no room for \(counted(layout.omitted.count, "label"))") }
    parts.append(scene.people.isEmpty ? "no one detected" : counted(scene.people.count, "person", plural: "people"))
    if scene.people.contains(where: { !$0.actions.isEmpty }) { parts.append(scoresText) }
    if let truth = scene.groundTruth { parts.append(truth.isEmpty ? "no ground truth" : "GT dashed") }
    return parts.joined(separator: " · ")
  }

  private var scoresText: String {
    let all = style.thresholds.values + [style.threshold]
    let (least, most) = (fixed(all.min() ?? 0, 2), fixed(all.max() ?? 0, 2))
    return least == most ? "scores from \(least)" : "scores from \(least) to \(most) by class"
  }
}

internal import Geometry

/// Draws boxes, labels and the strip on a canvas.
struct OverlayPen {
  let canvas: Canvas
  let metrics: TextMetrics
  let sizes: OverlaySizes

  /// Draws a box: a line in the person's colour between two thin dark ones, or white and
  /// black dashes with gaps, through which a detection's line shows.
  func drawBox(_ mark: PersonMark) {
    // Under two pixels a line is lost in what moves.
    let width = mark.isFaint ? max(2, (sizes.lineWidth / 2).rounded()) : sizes.lineWidth
    if mark.isGroundTruth {
      let dash = sizes.lineWidth * 3
      canvas.stroke(mark.box, Pen(.white, width: width, dashes: [dash, 2 * dash]))
      canvas.stroke(mark.box, Pen(.black, width: width, dashes: [dash, 2 * dash], dashOffset: 2 * dash))
    } else {
      canvas.stroke(mark.box, Pen(.black, width: width + 2, opacity: 0.55))
      canvas.stroke(mark.box, Pen(mark.color, width: width))
    }
  }

  func drawLeader(_ label: PlacedLabel, _ mark: PersonMark) {
    guard let leader = label.leader else { return }
    let width = max(1.5, sizes.lineWidth * 0.75)
    canvas.stroke([leader.start, leader.end], Pen(.black, width: width + 2, opacity: 0.55))
    canvas.stroke([leader.start, leader.end], Pen(mark.isGroundTruth ? .white : mark.color, width: width))
  }

  func drawLabel(_ label: PlacedLabel, _ mark: PersonMark) {
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
  func drawStrip(title name: String, time: String, legend: String) {
    let top = Double(sizes.area.height)
    let strip = PixelBox(x1: 0, y1: top, x2: Double(sizes.area.width), y2: Double(canvas.size.height))
    canvas.fill(strip, OverlaySizes.ground)
    let baseline = (strip.y1 + strip.y2 + (metrics.ascent - metrics.descent) * sizes.fontSize) / 2
    let margin = sizes.fontSize * 0.5
    let room = Double(sizes.area.width) - 2 * margin
    let legendWidth = metrics.width(legend) * sizes.fontSize
    let time = "  \(time)"
    let timeWidth = metrics.width(time) * sizes.fontSize
    let fits = timeWidth + legendWidth + 6 * sizes.fontSize <= room
    let title = metrics.ended(
      name, size: sizes.fontSize, width: room - timeWidth - (fits ? legendWidth + 2 * sizes.fontSize : 0))
    canvas.clipped(to: strip) {
      canvas.text(title, at: Point(margin, baseline), size: sizes.fontSize, .white)
      let titleWidth = metrics.width(title) * sizes.fontSize
      canvas.text(time, at: Point(margin + titleWidth, baseline), size: sizes.fontSize, OverlaySizes.quiet)
      if fits {
        let x = Double(sizes.area.width) - margin - legendWidth
        canvas.text(legend, at: Point(x, baseline), size: sizes.fontSize, OverlaySizes.quiet)
      }
    }
  }
}

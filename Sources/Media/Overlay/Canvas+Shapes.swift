internal import CCairo
public import Geometry

/// A point in pixels of a canvas.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// How a line is drawn.
public struct Pen: Sendable {
  public var color: RGBColor
  public var opacity: Double
  /// Thickness in pixels.
  public var width: Double
  /// Lengths of dashes and gaps in turn, in pixels; none for a full line.
  public var dashes: [Double]
  /// Where in the dashes the line begins, in pixels.
  public var dashOffset: Double

  public init(
    _ color: RGBColor, width: Double, opacity: Double = 1, dashes: [Double] = [], dashOffset: Double = 0
  ) {
    self.color = color
    self.opacity = opacity
    self.width = width
    self.dashes = dashes
    self.dashOffset = dashOffset
  }
}

extension Canvas {
  /// Fills a box, with rounded corners where a radius is given.
  public func fill(_ box: PixelBox, _ color: RGBColor, opacity: Double = 1, radius: Double = 0) {
    mark(box)
    trace(box, radius: radius)
    fillPath(color, opacity)
  }

  /// Strokes a box's outline.
  public func stroke(_ box: PixelBox, _ pen: Pen, radius: Double = 0) {
    let reach = pen.width / 2 + radius
    // Its sides alone: what lies within a large box is not drawn on.
    for (x1, y1, x2, y2) in [
      (box.x1, box.y1, box.x2, box.y1), (box.x1, box.y2, box.x2, box.y2), (box.x1, box.y1, box.x1, box.y2),
      (box.x2, box.y1, box.x2, box.y2),
    ] {
      mark(PixelBox(x1: x1 - reach, y1: y1 - reach, x2: x2 + reach, y2: y2 + reach))
    }
    trace(box, radius: radius)
    strokePath(pen)
  }

  /// Fills a box with a gradient from its upper edge to its lower one.
  public func fill(_ box: PixelBox, from top: RGBColor, to bottom: RGBColor) {
    guard let pattern = cairo_pattern_create_linear(0, box.y1, 0, box.y2) else { return }
    defer { cairo_pattern_destroy(pattern) }
    mark(box)
    cairo_pattern_add_color_stop_rgb(pattern, 0, top.red, top.green, top.blue)
    cairo_pattern_add_color_stop_rgb(pattern, 1, bottom.red, bottom.green, bottom.blue)
    cairo_set_source(context, pattern)
    trace(box, radius: 0)
    cairo_fill(context)
  }

  /// Fills the polygon through the points.
  public func fill(_ points: [Point], _ color: RGBColor, opacity: Double = 1) {
    mark(points, reach: 0)
    trace(points)
    cairo_close_path(context)
    fillPath(color, opacity)
  }

  /// Fills an ellipse whose axes lie along the image's.
  public func fillEllipse(
    at center: Point, radiusX: Double, radiusY: Double, _ color: RGBColor, opacity: Double = 1
  ) {
    if radiusX <= 0 || radiusY <= 0 { return }
    mark(PixelBox(x1: center.x - radiusX, y1: center.y - radiusY, x2: center.x + radiusX, y2: center.y + radiusY))
    cairo_new_path(context)
    cairo_save(context)
    cairo_translate(context, center.x, center.y)
    cairo_scale(context, radiusX, radiusY)
    cairo_arc(context, 0, 0, 1, 0, 2 * Double.pi)
    cairo_restore(context)
    fillPath(color, opacity)
  }

  /// Strokes the open line through the points, with round joints and ends.
  public func stroke(_ points: [Point], _ pen: Pen) {
    mark(points, reach: pen.width)
    trace(points)
    strokePath(pen)
  }

  /// Draws with everything outside a box left untouched.
  public func clipped<Failure: Error>(to box: PixelBox, _ body: () throws(Failure) -> Void) throws(Failure) {
    cairo_save(context)
    defer { cairo_restore(context) }
    trace(box, radius: 0)
    cairo_clip(context)
    try body()
  }

  /// Draws with everything scaled along both axes, then moved; lines get thicker with the scale.
  public func transformed<Failure: Error>(
    scale: Point, offset: Point, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    cairo_save(context)
    defer { cairo_restore(context) }
    cairo_translate(context, offset.x, offset.y)
    cairo_scale(context, scale.x, scale.y)
    try body()
  }

  private func mark(_ points: [Point], reach: Double) {
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(), let top = points.map(\.y).min(),
      let bottom = points.map(\.y).max()
    else { return }
    mark(PixelBox(x1: left - reach, y1: top - reach, x2: right + reach, y2: bottom + reach))
  }

  private func trace(_ points: [Point]) {
    cairo_new_path(context)
    for point in points { cairo_line_to(context, point.x, point.y) }
  }

  private func trace(_ box: PixelBox, radius: Double) {
    cairo_new_path(context)
    let r = min(radius, (box.x2 - box.x1) / 2, (box.y2 - box.y1) / 2)
    if r <= 0 {
      cairo_rectangle(context, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1)
      return
    }
    let quarter = Double.pi / 2
    cairo_arc(context, box.x2 - r, box.y1 + r, r, -quarter, 0)
    cairo_arc(context, box.x2 - r, box.y2 - r, r, 0, quarter)
    cairo_arc(context, box.x1 + r, box.y2 - r, r, quarter, 2 * quarter)
    cairo_arc(context, box.x1 + r, box.y1 + r, r, 2 * quarter, 3 * quarter)
    cairo_close_path(context)
  }

  private func fillPath(_ color: RGBColor, _ opacity: Double) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, opacity)
    cairo_fill(context)
  }

  private func strokePath(_ pen: Pen) {
    cairo_set_source_rgba(context, pen.color.red, pen.color.green, pen.color.blue, pen.opacity)
    cairo_set_line_width(context, pen.width)
    cairo_set_dash(context, pen.dashes, Int32(pen.dashes.count), pen.dashOffset)
    // Round ends would fill the gaps between dashes.
    cairo_set_line_cap(context, pen.dashes.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
    cairo_stroke(context)
  }
}

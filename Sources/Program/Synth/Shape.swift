internal import Geometry
internal import Glibc
internal import Overlay

/// A coloured shape of a scene: what is drawn, and what hides what is behind it.
struct Shape {
  enum Outline {
    /// A line with round joints and ends.
    case line([Point], width: Double)
    case polygon([Point])
    case ellipse(Point, radiusX: Double, radiusY: Double)
  }

  var outline: Outline
  var color: RGBColor

  static func line(_ points: [Point], _ width: Double, _ color: RGBColor) -> Shape {
    Shape(outline: .line(points, width: width), color: color)
  }

  static func polygon(_ points: [Point], _ color: RGBColor) -> Shape { Shape(outline: .polygon(points), color: color) }

  static func ellipse(_ center: Point, _ radiusX: Double, _ radiusY: Double, _ color: RGBColor) -> Shape {
    Shape(outline: .ellipse(center, radiusX: radiusX, radiusY: radiusY), color: color)
  }

  static func box(_ box: PixelBox, _ color: RGBColor) -> Shape {
    let corners = [(box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)]
    return .polygon(corners.map { Point($0.0, $0.1) }, color)
  }

  func draw(on canvas: Canvas) {
    switch outline {
    case .line(let points, let width): canvas.stroke(points, Pen(color, width: width))
    case .polygon(let points): canvas.fill(points, color)
    case .ellipse(let center, let x, let y): canvas.fillEllipse(at: center, radiusX: x, radiusY: y, color)
    }
  }

  func contains(_ point: Point) -> Bool {
    switch outline {
    case .line(let points, let width):
      return zip(points, points.dropFirst()).contains { distance(from: point, to: $0, $1) <= width / 2 }
    case .polygon(let corners):
      // Even and odd crossings of the ray to the left.
      var inside = false
      for (a, b) in zip(corners, corners.dropFirst() + corners.prefix(1)) where (a.y > point.y) != (b.y > point.y) {
        if a.x + (b.x - a.x) * (point.y - a.y) / (b.y - a.y) < point.x { inside.toggle() }
      }
      return inside
    case .ellipse(let center, let x, let y):
      let (u, v) = ((point.x - center.x) / x, (point.y - center.y) / y)
      return u * u + v * v <= 1
    }
  }

  private func distance(from p: Point, to a: Point, _ b: Point) -> Double {
    let (x, y) = (b.x - a.x, b.y - a.y)
    let square = x * x + y * y
    let share = square > 0 ? min(max(((p.x - a.x) * x + (p.y - a.y) * y) / square, 0), 1) : 0
    return hypot(p.x - a.x - share * x, p.y - a.y - share * y)
  }
}

extension [Shape] {
  /// The smallest box around all shapes.
  var extent: PixelBox {
    var box = PixelBox(x1: .infinity, y1: .infinity, x2: -.infinity, y2: -.infinity)
    func add(_ point: Point, _ x: Double, _ y: Double) {
      box.x1 = Swift.min(box.x1, point.x - x)
      box.y1 = Swift.min(box.y1, point.y - y)
      box.x2 = Swift.max(box.x2, point.x + x)
      box.y2 = Swift.max(box.y2, point.y + y)
    }
    for shape in self {
      switch shape.outline {
      case .line(let points, let width): for point in points { add(point, width / 2, width / 2) }
      case .polygon(let points): for point in points { add(point, 0, 0) }
      case .ellipse(let center, let x, let y): add(center, x, y)
      }
    }
    return box
  }
}

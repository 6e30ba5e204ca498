internal import Overlay
internal import Wording

/// A line of a chart.
struct Curve {
  enum Look {
    /// Thin and pale: what another line smooths.
    case pale
    case plain
    /// With a dot at every point.
    case dotted
  }

  let name: String
  /// x is epochs done.
  var points: [Point]
  let look: Look
  /// Which of the colours it has.
  let color: Int
}

/// Curves over epochs, laid out once for the page and for the picture.
struct CurveChart {
  static let width = 960.0
  static let height = 320.0
  private static let plot = (left: 76.0, right: 940.0, top: 54.0, bottom: 276.0)

  let title: String
  let curves: [Curve]
  private let xAxis: Axis
  private let yAxis: Axis

  /// - Returns: nil for no point at all.
  init?(title: String, epochs: Int, curves: [Curve]) {
    self.title = title
    self.curves = curves.filter { !$0.points.isEmpty }
    guard let y = Self.range(self.curves) else { return nil }
    let last = self.curves.flatMap(\.points).map(\.x).max() ?? 1
    xAxis = Axis(0...max(1, Double(epochs), last), isExact: true)
    yAxis = Axis(y, isExact: false)
  }

  /// The range of all values; of a long noisy line without the hundredth of each end, which would leave the rest flat.
  private static func range(_ curves: [Curve]) -> ClosedRange<Double>? {
    let ends = curves.flatMap { curve -> [Double] in
      let values = curve.points.map(\.y).sorted()
      let cut = curve.look == .pale ? values.count / 100 : 0
      return [values[cut], values[values.count - 1 - cut]]
    }
    guard let low = ends.min(), let high = ends.max() else { return nil }
    return low...high
  }

  /// A thing that is drawn.
  enum Mark {
    case line([Point], Ink, width: Double, opacity: Double)
    case dot(Point, Ink)
    case text(String, Point, Anchor, Ink, size: Double)
  }

  enum Anchor { case start, middle, end }

  enum Ink: Equatable {
    case grid
    case soft
    case ink
    case curve(Int)
  }

  /// All that is drawn, in pixels of `width` by `height`, what lies below first.
  ///
  /// - Parameter textWidth: How wide a text of size 1 is, for the legend.
  func marks(textWidth: (String) -> Double) -> [Mark] {
    var marks: [Mark] = []
    let plot = Self.plot
    for tick in yAxis.ticks {
      let y = self.y(tick.value)
      marks.append(.line([Point(plot.left, y), Point(plot.right, y)], .grid, width: 1, opacity: 1))
      marks.append(.text(tick.text, Point(plot.left - 8, y + 4), .end, .soft, size: 12))
    }
    for tick in xAxis.ticks {
      let x = self.x(tick.value)
      marks.append(.line([Point(x, plot.bottom), Point(x, plot.bottom + 5)], .soft, width: 1, opacity: 1))
      marks.append(.text(tick.text, Point(x, plot.bottom + 20), .middle, .soft, size: 12))
    }
    marks.append(.text("epochs", Point(plot.right, plot.bottom + 38), .end, .soft, size: 12))
    marks.append(.text(title, Point(plot.left, 24), .start, .ink, size: 15))
    for curve in curves {
      let points = thinned(curve.points, limit: 1000).map { Point(x($0.x), y($0.y)) }
      if points.count > 1 {
        let (width, opacity) = curve.look == .pale ? (1.0, 0.5) : (2.0, 1.0)
        marks.append(.line(points, .curve(curve.color), width: width, opacity: opacity))
      }
      if curve.look == .dotted || points.count == 1 { marks += points.map { .dot($0, .curve(curve.color)) } }
    }
    return marks + legend(textWidth)
  }

  /// Names of the lines, from the right upper corner to the left.
  private func legend(_ textWidth: (String) -> Double) -> [Mark] {
    var right = Self.plot.right
    return curves.reversed().flatMap { curve -> [Mark] in
      let left = right - 13 * textWidth(curve.name) - 30
      defer { right = left - 18 }
      let line = [Point(left, 20), Point(left + 22, 20)]
      let (width, opacity) = curve.look == .pale ? (1.0, 0.5) : (2.0, 1.0)
      return [
        .line(line, .curve(curve.color), width: width, opacity: opacity),
        .text(curve.name, Point(left + 28, 24), .start, .ink, size: 13),
      ]
    }
  }

  private func x(_ value: Double) -> Double {
    Self.plot.left + (Self.plot.right - Self.plot.left) * xAxis.share(value)
  }

  private func y(_ value: Double) -> Double {
    Self.plot.bottom - (Self.plot.bottom - Self.plot.top) * yAxis.share(value)
  }

  /// What it shows, for those who cannot see it.
  var description: String {
    let parts = curves.compactMap { curve in
      curve.points.last.map { "\(curve.name) \(rateText($0.y)) after \(rateText($0.x)) epochs" }
    }
    return "\(title) over epochs: \(series(parts, "and"))"
  }
}

/// An axis and its ticks.
struct Axis {
  let range: ClosedRange<Double>
  let ticks: [(value: Double, text: String)]

  /// - Parameter isExact: Whether it ends where the range does; else at the next tick beyond.
  init(_ wanted: ClosedRange<Double>, isExact: Bool) {
    var (low, high) = (wanted.lowerBound, wanted.upperBound)
    // Below what differences of such numbers can say, they are one.
    let least = max(abs(low), abs(high)) * 1e-9
    if high - low <= least {
      let room = low == 0 ? 1 : abs(low) / 10
      (low, high) = (low - room, high + room)
    }
    var step = Self.step(for: (high - low) / 5)
    // Epochs are counted.
    if isExact { step = max(1, step) }
    let first = isExact ? (low / step).rounded(.up) : (low / step).rounded(.down)
    let last = isExact ? (high / step).rounded(.down) : (high / step).rounded(.up)
    let values = stride(from: first, through: last, by: 1).map { $0 * step }
    range = isExact ? low...high : first * step...last * step
    ticks = values.map { ($0, Self.text($0, step: step)) }
  }

  /// Where a value lies, 0 to 1; one beyond an end at the end.
  func share(_ value: Double) -> Double {
    min(max((value - range.lowerBound) / (range.upperBound - range.lowerBound), 0), 1)
  }

  /// The least of 1, 2 and 5 times a power of ten that is not smaller.
  static func step(for length: Double) -> Double {
    var (unit, exponent) = (1.0, 0)
    while unit > length, exponent > -300 { (unit, exponent) = (unit / 10, exponent - 1) }
    while unit * 10 <= length, exponent < 300 { (unit, exponent) = (unit * 10, exponent + 1) }
    // Powers of ten as they are written: those above have been divided many times.
    unit = Double("1e\(exponent)") ?? unit
    return [1, 2, 5, 10].map { $0 * unit }.first { $0 >= length * 0.999_999 } ?? unit * 10
  }

  private static func text(_ value: Double, step: Double) -> String {
    if value == 0 { return "0" }
    if step < 1e-4 || abs(value) >= 1e6 { return rateText(value) }
    var decimals = 0
    while decimals < 4, step * 1.000_001 < Double("1e-\(decimals)") ?? 1 { decimals += 1 }
    return fixed(value, decimals)
  }
}

/// At most so many points: of each stretch of a line the lowest and the highest, in their order.
func thinned(_ points: [Point], limit: Int) -> [Point] {
  if points.count <= limit { return points }
  let stretches = max(1, limit / 2)
  return (0..<stretches).flatMap { stretch -> [Point] in
    let part = points[points.count * stretch / stretches..<points.count * (stretch + 1) / stretches]
    guard let low = part.indices.min(by: { part[$0].y < part[$1].y }),
      let high = part.indices.max(by: { part[$0].y < part[$1].y })
    else { return [] }
    return low == high ? [part[low]] : [part[min(low, high)], part[max(low, high)]]
  }
}

/// A line without its noise: means in which a point counts less the further it lies back, over about a fortieth of the
/// line. The first points are not drawn towards zero.
func smoothed(_ points: [Point]) -> [Point] {
  let keep = max(0, 1 - 40 / Double(max(1, points.count)))
  var (mean, weight) = (0.0, 0.0)
  return points.map { point in
    mean = keep * mean + (1 - keep) * point.y
    weight = keep * weight + (1 - keep)
    return Point(point.x, mean / weight)
  }
}

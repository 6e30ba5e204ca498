internal import Geometry
public import Imaging
internal import Wording

/// A picture of what a person does from when to when: a row for each action, a bar for each of its intervals with the score
/// in it, the time below.
public struct PersonTimeline: Sendable {
  /// An action of the person.
  public struct Row: Sendable {
    public var name: String
    /// In seconds after the video's first frame, with scores.
    public var intervals: [(begin: Double, end: Double, score: Double)]

    public init(name: String, intervals: [(begin: Double, end: Double, score: Double)]) {
      (self.name, self.intervals) = (name, intervals)
    }
  }

  private let title: String
  private let color: RGBColor
  private let duration: Double
  private let start: Double
  private let seen: ClosedRange<Double>?
  private let rows: [Row]

  /// The picture's width in pixels.
  static let width = 1280
  private static let fontSize = 15.0
  private static let rowHeight = 26.0
  private static let margin = 12.0
  /// More rows than this are left out, and said to be.
  static let mostRows = 60

  /// - Parameters:
  ///   - color: The number of the person's colour.
  ///   - duration: Of the video, in seconds.
  ///   - start: What the axis calls the first frame's time, in seconds.
  ///   - seen: From when to when the person is seen, in seconds after the first frame.
  public init(
    title: String, color: Int, duration: Double, start: Double, seen: ClosedRange<Double>?, rows: [Row]
  ) {
    let count = personPalette.count
    (self.title, self.duration, self.start, self.seen, self.rows) = (title, duration, start, seen, rows)
    self.color = personPalette[((color - 1) % count + count) % count]
  }

  /// Draws it.
  ///
  /// - Throws: `OverlayError` when no font is installed.
  public func drawn() throws(OverlayError) -> Image {
    let shown = rows.prefix(Self.mostRows)
    let (font, row, margin, width) = (Self.fontSize, Self.rowHeight, Self.margin, Double(Self.width))
    // The title, when the person is seen, the actions, the axis.
    let height = Double(shown.count + 3) * row + 2 * margin
    let canvas = try Canvas(size: ImageSize(width: Self.width, height: Int(height)))
    let metrics = try canvas.textMetrics()
    canvas.fill(PixelBox(x1: 0, y1: 0, x2: width, y2: height), OverlaySizes.ground)
    func write(_ text: String, _ x: Double, row number: Int, _ color: RGBColor, width: Double) {
      let middle = margin + (Double(number) + 0.5) * row
      let baseline = middle + (metrics.ascent - metrics.descent) * font / 2
      canvas.text(metrics.ended(text, size: font, width: width), at: Point(x, baseline), size: font, color)
    }
    let omitted = rows.count - shown.count
    let notice = omitted > 0 ? "\(counted(omitted, "more action")) not shown" : ""
    let noticeWidth = metrics.width(notice) * font
    write(title, margin, row: 0, .white, width: width - 3 * margin - noticeWidth)
    write(notice, width - margin - noticeWidth, row: 0, OverlaySizes.quiet, width: noticeWidth + 1)
    let names = (["seen"] + shown.map(\.name)).map { metrics.width($0) * font }.max() ?? 0
    let first = 2 * margin + min(names, width * 0.3)
    let bars = first...(width - margin)
    func place(_ time: Double) -> Double {
      let share = duration > 0 ? min(max(time / duration, 0), 1) : 0
      return bars.lowerBound + share * (bars.upperBound - bars.lowerBound)
    }
    func box(_ number: Int, _ begin: Double, _ end: Double, inset: Double) -> PixelBox {
      let (left, top) = (place(begin), margin + Double(number) * row)
      return PixelBox(x1: left, y1: top + inset, x2: max(left + 2, place(end)), y2: top + row - inset)
    }
    write("seen", margin, row: 1, OverlaySizes.quiet, width: first - 2 * margin)
    canvas.fill(box(1, 0, duration, inset: 10), Self.track)
    if let seen { canvas.fill(box(1, seen.lowerBound, seen.upperBound, inset: 10), OverlaySizes.quiet) }
    for (number, line) in shown.enumerated() {
      write(line.name, margin, row: number + 2, .white, width: first - 2 * margin)
      canvas.fill(box(number + 2, 0, duration, inset: 2), Self.track)
      for interval in line.intervals {
        let bar = box(number + 2, interval.begin, interval.end, inset: 2)
        canvas.fill(bar, color)
        let score = fixed(interval.score, 2)
        if metrics.width(score) * font + 8 <= bar.x2 - bar.x1 {
          write(score, bar.x1 + 4, row: number + 2, color.contrasting, width: bar.x2 - bar.x1)
        }
      }
    }
    drawAxis(on: canvas, metrics, bars, top: margin + Double(shown.count + 2) * row, place)
    return try canvas.image()
  }

  /// The ground that bars lie on.
  private static let track = RGBColor(hex: 0x2A2E35)

  private func drawAxis(
    on canvas: Canvas, _ metrics: TextMetrics, _ bars: ClosedRange<Double>, top: Double, _ place: (Double) -> Double
  ) {
    let step = Self.step(over: duration, room: bars.upperBound - bars.lowerBound)
    var time = (start / step).rounded(.up) * step
    while time <= start + duration + 1e-9 {
      let x = place(time - start)
      canvas.stroke([Point(x, top), Point(x, top + 5)], Pen(OverlaySizes.quiet, width: 1))
      let text = fixed(time, step < 1 ? 1 : 0) + " s"
      let half = metrics.width(text) * Self.fontSize / 2
      let left = min(max(x - half, bars.lowerBound), bars.upperBound - 2 * half)
      let baseline = top + 8 + metrics.ascent * Self.fontSize
      canvas.text(text, at: Point(left, baseline), size: Self.fontSize, OverlaySizes.quiet)
      time += step
    }
  }

  /// The seconds between two marks: the least round number that leaves each of them its room.
  static func step(over duration: Double, room: Double) -> Double {
    let least = duration * 90 / max(1, room)
    for unit in [0.1, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000] {
      for factor in [1.0, 2, 5] where unit * factor >= least { return unit * factor }
    }
    return max(1, least)
  }
}

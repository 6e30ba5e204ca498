internal import Geometry
internal import ImageFiles
internal import Imaging
internal import Overlay

extension TrainingCurves {
  /// The colours of curves on white, and on the dark ground of a page: blue and orange, apart for every eye.
  static let palette: [(light: UInt32, dark: UInt32)] = [(0x0B6A8C, 0x62BBDC), (0xC2570C, 0xF0A070)]

  /// The charts below each other, as a PNG.
  ///
  /// - Throws: `OverlayError` where no font is installed, `ImagingError`.
  public func picture() throws -> [UInt8] {
    let charts = self.charts
    let size = ImageSize(width: Int(CurveChart.width), height: Int(CurveChart.height) * max(1, charts.count))
    let canvas = try Canvas(size: size)
    canvas.fill(PixelBox(x1: 0, y1: 0, x2: Double(size.width), y2: Double(size.height)), .white)
    let metrics = try canvas.textMetrics()
    for (index, chart) in charts.enumerated() {
      canvas.transformed(scale: Point(1, 1), offset: Point(0, Double(index) * CurveChart.height)) {
        for mark in chart.marks(textWidth: metrics.width) { draw(mark, on: canvas, metrics) }
      }
    }
    return try encodePNG(try canvas.image())
  }

  private func draw(_ mark: CurveChart.Mark, on canvas: Canvas, _ metrics: TextMetrics) {
    switch mark {
    case .line(let points, let ink, let width, let opacity):
      canvas.stroke(points, Pen(color(ink), width: width, opacity: opacity))
    case .dot(let point, let ink): canvas.fillEllipse(at: point, radiusX: 3.5, radiusY: 3.5, color(ink))
    case .text(let text, var place, let anchor, let ink, let size):
      let width = metrics.width(text) * size
      place.x -= anchor == .start ? 0 : anchor == .middle ? width / 2 : width
      canvas.text(text, at: place, size: size, color(ink))
    }
  }

  private func color(_ ink: CurveChart.Ink) -> RGBColor {
    switch ink {
    case .grid: RGBColor(hex: 0xDFE3E8)
    case .soft: RGBColor(hex: 0x5B6470)
    case .ink: RGBColor(hex: 0x1B1F24)
    case .curve(let index): RGBColor(hex: Self.palette[index].light)
    }
  }
}

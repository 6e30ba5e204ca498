internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

/// Where the figures are: drawn larger than the picture, so that the camera can drift.
struct Backdrop {
  enum Place: CaseIterable {
    case park
    case gym
    case room
  }

  let place: Place
  /// The picture's size.
  let size: ImageSize
  /// Where the ground begins, in pixels from the top.
  let horizon: Double
  private let seed: UInt64

  init(place: Place, size: ImageSize, seed: UInt64) {
    self.place = place
    self.size = size
    self.seed = seed
    let share = place == .park ? 0.5 : 0.6
    horizon = Double(size.height) * share
  }

  private var width: Double { Double(size.width) }
  private var height: Double { Double(size.height) }
  /// How far the drawing goes beyond the picture's borders.
  private var margin: Double { width * 0.08 }

  func draw(on canvas: Canvas) {
    var generator = SeededGenerator(seed: seed)
    switch place {
    case .park: drawPark(canvas, &generator)
    case .gym: drawGym(canvas, &generator)
    case .room: drawRoom(canvas, &generator)
    }
  }

  private func band(_ y1: Double, _ y2: Double) -> PixelBox {
    PixelBox(x1: -margin, y1: y1, x2: width + margin, y2: y2)
  }

  private func drawPark(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    canvas.fill(band(-margin, horizon), from: RGBColor(hex: 0x8EC5EE), to: RGBColor(hex: 0xE4F2FA))
    let sun = Point(width * generator.uniform(0.1, 0.9), height * 0.13)
    canvas.fillEllipse(at: sun, radiusX: height * 0.055, radiusY: height * 0.055, RGBColor(hex: 0xFFF3BF))
    for layer in 0..<2 {
      let color = RGBColor(hex: layer == 0 ? 0xA9C7BE : 0x86B38F)
      for _ in 0..<4 {
        let center = Point(width * generator.uniform(-0.1, 1.1), horizon + height * 0.02)
        canvas.fillEllipse(
          at: center, radiusX: width * generator.uniform(0.18, 0.34),
          radiusY: height * generator.uniform(0.06, 0.16) * (layer == 0 ? 1.2 : 0.7), color)
      }
    }
    canvas.fill(band(horizon, height + margin), from: RGBColor(hex: 0x9CC77B), to: RGBColor(hex: 0x6FA858))
    for index in 0..<3 {
      drawTree(canvas, Point(width * (Double(index) + generator.uniform(0.1, 0.7)) / 3, horizon), &generator)
    }
    let path = [
      Point(-margin, height * 0.78), Point(width + margin, height * 0.7), Point(width + margin, height * 0.8),
      Point(-margin, height * 0.92),
    ]
    canvas.fill(path, RGBColor(hex: 0xDCCBA3), opacity: 0.75)
  }

  private func drawTree(_ canvas: Canvas, _ foot: Point, _ generator: inout SeededGenerator) {
    let tall = height * generator.uniform(0.2, 0.32)
    let trunk = Pen(RGBColor(hex: 0x7A5638), width: tall * 0.09)
    canvas.stroke([Point(foot.x, foot.y + height * 0.015), Point(foot.x, foot.y - tall * 0.6)], trunk)
    let green = RGBColor(hex: 0x4F8A4B).mixed(with: RGBColor(hex: 0x86A83E), generator.uniform())
    for (x, y, r) in [(-0.2, -0.6, 0.26), (0.22, -0.62, 0.25), (0.0, -0.84, 0.3)] {
      let shade = green.mixed(with: .white, x < 0 ? 0 : 0.08)
      canvas.fillEllipse(at: Point(foot.x + x * tall, foot.y + y * tall), radiusX: r * tall, radiusY: r * tall, shade)
    }
  }

  private func drawGym(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    canvas.fill(band(-margin, horizon), from: RGBColor(hex: 0xCBD5DD), to: RGBColor(hex: 0xE7ECEF))
    let stripe = [RGBColor(hex: 0x3B6EA5), RGBColor(hex: 0x9A4B4B), RGBColor(hex: 0x4E7D5B)]
    let color = stripe[Int(generator.next() % 3)]
    canvas.fill(band(horizon - height * 0.2, horizon), color.mixed(with: .white, 0.15))
    for index in -1..<8 {
      let x = width * Double(index) / 6.5
      canvas.stroke(
        [Point(x, horizon - height * 0.2), Point(x, horizon)], Pen(color.mixed(with: .black, 0.15), width: 1))
      let window = PixelBox(x1: x, y1: height * 0.06, x2: x + width * 0.11, y2: height * 0.2)
      canvas.fill(window, RGBColor(hex: 0xF8FBFD))
      canvas.stroke(window, Pen(RGBColor(hex: 0x9AA7B0), width: 1.5))
    }
    canvas.fill(band(horizon, height + margin), from: RGBColor(hex: 0xD9AE74), to: RGBColor(hex: 0xC08F55))
    for index in 1..<6 {
      let y = horizon + (height - horizon) * Double(index * index) / 25
      canvas.stroke(
        [Point(-margin, y), Point(width + margin, y)], Pen(RGBColor(hex: 0xB58450), width: 1, opacity: 0.5))
    }
    let center = Point(width * generator.uniform(0.3, 0.7), height * 0.85)
    let line = [Point(-margin, height * 0.72), Point(width + margin, height * 0.72)]
    canvas.stroke(line, Pen(.white, width: 2, opacity: 0.8))
    let circle = (0...40).map { step in
      let angle = Double(step) * .pi / 20
      return Point(center.x + cos(angle) * width * 0.22, center.y + sin(angle) * height * 0.1)
    }
    canvas.stroke(circle, Pen(.white, width: 2, opacity: 0.8))
  }

  private func drawRoom(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    let walls = [RGBColor(hex: 0xE9DFC9), RGBColor(hex: 0xCFDCD3), RGBColor(hex: 0xDAD3E3)]
    let wall = walls[Int(generator.next() % 3)]
    canvas.fill(band(-margin, horizon), from: wall.mixed(with: .white, 0.25), to: wall)
    let x = width * generator.uniform(0.08, 0.55)
    let window = PixelBox(x1: x, y1: height * 0.1, x2: x + width * 0.3, y2: height * 0.42)
    canvas.fill(window, from: RGBColor(hex: 0xAED6F1), to: RGBColor(hex: 0xEAF5FB))
    canvas.stroke(window, Pen(.white, width: 5))
    let middle = (window.x1 + window.x2) / 2
    canvas.stroke([Point(middle, window.y1), Point(middle, window.y2)], Pen(.white, width: 3))
    let side = x > width * 0.3 ? width * 0.08 : width * 0.7
    let picture = PixelBox(x1: side, y1: height * 0.16, x2: side + width * 0.16, y2: height * 0.34)
    canvas.fill(picture, from: RGBColor(hex: 0xF6C28B), to: RGBColor(hex: 0x5C7FA3))
    canvas.stroke(picture, Pen(RGBColor(hex: 0x6B4A32), width: 3))
    canvas.fill(band(horizon, height + margin), from: RGBColor(hex: 0xB9926B), to: RGBColor(hex: 0x8F6A48))
    canvas.fill(band(horizon - height * 0.025, horizon), RGBColor(hex: 0xF7F4EE))
    let rug = Point(width * 0.5, height * 0.84)
    canvas.fillEllipse(at: rug, radiusX: width * 0.4, radiusY: height * 0.11, RGBColor(hex: 0x5E7E94), opacity: 0.75)
    canvas.fillEllipse(at: rug, radiusX: width * 0.34, radiusY: height * 0.085, RGBColor(hex: 0x86A3B5), opacity: 0.6)
  }
}

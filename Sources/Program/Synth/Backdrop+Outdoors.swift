internal import Geometry
internal import Overlay
internal import Tensors

extension Backdrop {
  func drawPark(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    canvas.fill(band(0, horizon), from: RGBColor(hex: 0x8EC5EE), to: RGBColor(hex: 0xE4F2FA))
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
    canvas.fill(band(horizon, height), from: RGBColor(hex: 0x9CC77B), to: RGBColor(hex: 0x6FA858))
    for index in 0..<3 {
      drawTree(canvas, Point(width * (Double(index) + generator.uniform(0.1, 0.7)) / 3, horizon), &generator)
    }
    let path = [
      Point(extent.x1, height * 0.78), Point(extent.x2, height * 0.7), Point(extent.x2, height * 0.8),
      Point(extent.x1, height * 0.92),
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

  func drawStreet(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    canvas.fill(band(0, horizon), from: RGBColor(hex: 0xA7CBE6), to: RGBColor(hex: 0xF3E7D8))
    let walls = [0xD9A58B, 0xE3C9A0, 0xB9C4CE, 0xC98E84, 0xA9BBA6, 0xE8DCCB].map { RGBColor(hex: $0) }
    var x = extent.x1
    while x < extent.x2 {
      let house = PixelBox(
        x1: x, y1: height * generator.uniform(0.08, 0.24), x2: x + height * generator.uniform(0.26, 0.42), y2: horizon)
      drawHouse(canvas, house, generator.pick(walls), &generator)
      x = house.x2
    }
    canvas.fill(band(horizon, height * 0.7), from: RGBColor(hex: 0xC9C6BF), to: RGBColor(hex: 0xB9B6AE))
    canvas.fill(band(height * 0.7, height), from: RGBColor(hex: 0x8D9096), to: RGBColor(hex: 0x73767D))
    canvas.fill(band(height * 0.69, height * 0.705), RGBColor(hex: 0xE2DFD8))
    let dashes = Pen(.white, width: 2.5, opacity: 0.7, dashes: [22, 18], dashOffset: generator.uniform(0, 40))
    canvas.stroke([Point(extent.x1, height * 0.87), Point(extent.x2, height * 0.87)], dashes)
  }

  private func drawHouse(
    _ canvas: Canvas, _ house: PixelBox, _ wall: RGBColor, _ generator: inout SeededGenerator
  ) {
    canvas.fill(house, from: wall.mixed(with: .white, 0.2), to: wall)
    canvas.fill(PixelBox(x1: house.x1, y1: house.y1 - 5, x2: house.x2, y2: house.y1), wall.mixed(with: .black, 0.35))
    let pane = RGBColor(hex: generator.chance(0.5) ? 0x6F8CA3 : 0xF5E3A8)
    for row in 0..<3 {
      let y = house.y1 + 9 + Double(row) * 31
      if y + 21 > house.y2 { break }
      for column in 0..<3 {
        let x = house.x1 + (house.x2 - house.x1) * (Double(column) + 0.25) / 3
        let window = PixelBox(x1: x, y1: y, x2: x + (house.x2 - house.x1) / 6, y2: y + 19)
        canvas.fill(window, pane)
        canvas.stroke(window, Pen(.white, width: 1.4, opacity: 0.8))
      }
    }
  }

  func drawBeach(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    let evening = generator.chance(0.4)
    canvas.fill(
      band(0, horizon), from: RGBColor(hex: evening ? 0x7FA3D1 : 0x6DB7EA),
      to: RGBColor(hex: evening ? 0xFAD9B0 : 0xDDF1FA))
    let sun = Point(width * generator.uniform(0.1, 0.9), height * generator.uniform(0.1, 0.3))
    canvas.fillEllipse(at: sun, radiusX: 15, radiusY: 15, RGBColor(hex: 0xFFF1B8))
    for _ in 0..<3 {
      let (x, y) = (width * generator.uniform(0, 1), height * generator.uniform(0.06, 0.26))
      for shift in [-14.0, 0, 15] {
        canvas.fillEllipse(
          at: Point(x + shift, y - (shift == 0 ? 4 : 0)), radiusX: 17, radiusY: 8, .white, opacity: 0.7)
      }
    }
    canvas.fill(band(horizon - 22, height * 0.62), from: RGBColor(hex: 0x2F86B5), to: RGBColor(hex: 0x7CCBD3))
    let sail = Point(width * generator.uniform(0.15, 0.85), horizon - 14)
    canvas.fill([Point(sail.x, sail.y - 26), Point(sail.x + 13, sail.y - 4), Point(sail.x, sail.y - 4)], .white)
    canvas.stroke([Point(sail.x - 8, sail.y), Point(sail.x + 12, sail.y)], Pen(RGBColor(hex: 0x7A4A34), width: 5))
    for row in 0..<4 {
      let y = horizon - 12 + Double(row) * 10
      let dashes = Pen(
        .white, width: 1.2, opacity: 0.5, dashes: [14, 26, 8, 31], dashOffset: generator.uniform(0, 60))
      canvas.stroke([Point(extent.x1, y), Point(extent.x2, y)], dashes)
    }
    canvas.fill(band(height * 0.6, height), from: RGBColor(hex: 0xF0DDB0), to: RGBColor(hex: 0xDDBF86))
    canvas.stroke(
      [Point(extent.x1, height * 0.6), Point(width * 0.4, height * 0.61), Point(extent.x2, height * 0.597)],
      Pen(.white, width: 4, opacity: 0.8))
    for _ in 0..<30 {
      let stone = Point(width * generator.uniform(-0.05, 1.05), height * generator.uniform(0.66, 1))
      canvas.fillEllipse(at: stone, radiusX: 2.4, radiusY: 1.2, RGBColor(hex: 0xB99A66), opacity: 0.6)
    }
  }
}

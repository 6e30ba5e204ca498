internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

extension Backdrop {
  func drawGym(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    canvas.fill(band(0, horizon), from: RGBColor(hex: 0xCBD5DD), to: RGBColor(hex: 0xE7ECEF))
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
    canvas.fill(band(horizon, height), from: RGBColor(hex: 0xD9AE74), to: RGBColor(hex: 0xC08F55))
    for index in 1..<6 {
      let y = horizon + (height - horizon) * Double(index * index) / 25
      canvas.stroke(
        [Point(extent.x1, y), Point(extent.x2, y)], Pen(RGBColor(hex: 0xB58450), width: 1, opacity: 0.5))
    }
    let center = Point(width * generator.uniform(0.3, 0.7), height * 0.85)
    let line = [Point(extent.x1, height * 0.72), Point(extent.x2, height * 0.72)]
    canvas.stroke(line, Pen(.white, width: 2, opacity: 0.8))
    let circle = (0...40).map { step in
      let angle = Double(step) * .pi / 20
      return Point(center.x + cos(angle) * width * 0.22, center.y + sin(angle) * height * 0.1)
    }
    canvas.stroke(circle, Pen(.white, width: 2, opacity: 0.8))
  }

  func drawRoom(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    let walls = [RGBColor(hex: 0xE9DFC9), RGBColor(hex: 0xCFDCD3), RGBColor(hex: 0xDAD3E3)]
    let wall = walls[Int(generator.next() % 3)]
    canvas.fill(band(0, horizon), from: wall.mixed(with: .white, 0.25), to: wall)
    let x = width * generator.uniform(0.08, 0.55)
    let window = PixelBox(x1: x, y1: height * 0.1, x2: x + width * 0.3, y2: height * 0.42)
    canvas.fill(window, from: RGBColor(hex: 0xAED6F1), to: RGBColor(hex: 0xEAF5FB))
    canvas.stroke(window, Pen(.white, width: 5))
    let middle = (window.x1 + window.x2) / 2
    canvas.stroke([Point(middle, window.y1), Point(middle, window.y2)], Pen(.white, width: 3))
    let side = x > width * 0.3 ? width * 0.08 : width * 0.7
    let image = PixelBox(x1: side, y1: height * 0.16, x2: side + width * 0.16, y2: height * 0.34)
    canvas.fill(image, from: RGBColor(hex: 0xF6C28B), to: RGBColor(hex: 0x5C7FA3))
    canvas.stroke(image, Pen(RGBColor(hex: 0x6B4A32), width: 3))
    canvas.fill(band(horizon, height), from: RGBColor(hex: 0xB9926B), to: RGBColor(hex: 0x8F6A48))
    canvas.fill(band(horizon - height * 0.025, horizon), RGBColor(hex: 0xF7F4EE))
    let rug = Point(width * 0.5, height * 0.84)
    canvas.fillEllipse(at: rug, radiusX: width * 0.4, radiusY: height * 0.11, RGBColor(hex: 0x5E7E94), opacity: 0.75)
    canvas.fillEllipse(at: rug, radiusX: width * 0.34, radiusY: height * 0.085, RGBColor(hex: 0x86A3B5), opacity: 0.6)
  }

  func drawStage(_ canvas: Canvas, _ generator: inout SeededGenerator) {
    let curtains = [0x8E2F3C, 0x2F4F7A, 0x3F6B52, 0x6A3F7A].map { RGBColor(hex: $0) }
    let curtain = generator.pick(curtains)
    canvas.fill(band(0, horizon), from: curtain.mixed(with: .black, 0.15), to: curtain.mixed(with: .white, 0.12))
    let fold = height * generator.uniform(0.07, 0.1)
    var x = extent.x1
    while x < extent.x2 {
      let line = [Point(x, extent.y1), Point(x + 3, horizon)]
      canvas.stroke(line, Pen(curtain.mixed(with: .black, 0.35), width: fold * 0.3, opacity: 0.5))
      canvas.stroke(line.map { Point($0.x + fold * 0.45, $0.y) }, Pen(.white, width: fold * 0.2, opacity: 0.13))
      x += fold
    }
    canvas.fill(band(0, height * 0.07), curtain.mixed(with: .black, 0.4))
    canvas.fill(band(height * 0.07, height * 0.085), RGBColor(hex: 0xD9B65C))
    canvas.fill(band(horizon, height), from: RGBColor(hex: 0xC79A6C), to: RGBColor(hex: 0xA37448))
    for index in -12...12 {
      let (top, bottom) = (width * (0.5 + Double(index) * 0.09), width * (0.5 + Double(index) * 0.15))
      canvas.stroke(
        [Point(top, horizon), Point(bottom, extent.y2)], Pen(RGBColor(hex: 0x7F5733), width: 1, opacity: 0.45))
    }
    for _ in 0..<2 {
      let spot = Point(width * generator.uniform(0.15, 0.85), height * 0.84)
      canvas.fillEllipse(at: spot, radiusX: 78, radiusY: 26, RGBColor(hex: 0xFFF3CF), opacity: 0.25)
    }
  }
}

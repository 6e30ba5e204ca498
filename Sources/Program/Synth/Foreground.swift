internal import Geometry
internal import Overlay
internal import Tensors

/// Something near the camera that hides a part of who is behind it.
enum Foreground: CaseIterable {
  case bush
  case table
  case pillar

  func shapes(in size: SceneSize, _ generator: inout SeededGenerator) -> [Shape] {
    let x = size.width * generator.uniform(0.08, 0.92)
    switch self {
    case .bush: return bush(x, size, &generator)
    case .table: return table(x, size, &generator)
    case .pillar: return pillar(x, size, &generator)
    }
  }

  private func bush(_ x: Double, _ size: SceneSize, _ generator: inout SeededGenerator) -> [Shape] {
    let r = size.height * generator.uniform(0.09, 0.14)
    let green = RGBColor(hex: 0x3F7A45).mixed(with: RGBColor(hex: 0x7FA03C), generator.uniform(0, 0.7))
    let places = [(-0.95, 0.1, 0.75), (0.95, 0.12, 0.72), (0.0, -0.25, 1.0), (-0.45, 0.3, 0.8), (0.5, 0.32, 0.8)]
    return places.enumerated().map { index, place in
      .ellipse(
        Point(x + place.0 * r, size.height * 0.98 + place.1 * r), place.2 * r, place.2 * r,
        green.mixed(with: .white, Double(index) * 0.035))
    }
  }

  private func table(_ x: Double, _ size: SceneSize, _ generator: inout SeededGenerator) -> [Shape] {
    let half = min(size.height * generator.uniform(0.16, 0.26), size.width * 0.25)
    let top = size.height * generator.uniform(0.8, 0.86)
    let wood = generator.pick([0x9C6B3F, 0xC9A06A, 0x6B4630, 0xDAD5CB].map { RGBColor(hex: $0) })
    let legs = [-0.9, 0.9].map { side in
      Shape.line(
        [Point(x + side * half, top), Point(x + side * half, size.height * 1.1)], 8, wood.mixed(with: .black, 0.3))
    }
    let plate = PixelBox(x1: x - half * 1.08, y1: top, x2: x + half * 1.08, y2: top + 10)
    let edge = PixelBox(x1: plate.x1, y1: top + 10, x2: plate.x2, y2: top + 17)
    let cup = PixelBox(x1: x - half * 0.4, y1: top - 9, x2: x - half * 0.4 + 9, y2: top + 3)
    return legs + [
      .box(plate, wood.mixed(with: .white, 0.15)), .box(edge, wood.mixed(with: .black, 0.15)),
      .box(cup, generator.pick(Figure.shirts)),
    ]
  }

  private func pillar(_ x: Double, _ size: SceneSize, _ generator: inout SeededGenerator) -> [Shape] {
    let half = min(size.height, size.width) * generator.uniform(0.03, 0.055)
    let stone = generator.pick([0xB9B2A6, 0x8C7B6B, 0xD8D2C4, 0x7D8791].map { RGBColor(hex: $0) })
    func strip(_ from: Double, _ to: Double, _ color: RGBColor) -> Shape {
      let (top, bottom) = (-size.height * 0.2, size.height * 1.2)
      return .box(PixelBox(x1: x + from * half, y1: top, x2: x + to * half, y2: bottom), color)
    }
    return [
      strip(-1, 1, stone), strip(0.45, 1, stone.mixed(with: .black, 0.18)),
      strip(-0.75, -0.35, stone.mixed(with: .white, 0.25)),
    ]
  }
}

/// A stool: it stands in the scene all the time, whether somebody sits on it or not.
struct Stool {
  /// The place under its middle.
  let foot: Point
  /// The standing height of who uses it.
  let stature: Double
  let color: RGBColor

  var shapes: [Shape] {
    let s = stature
    let pose = Pose.sitting(nod: 0)
    let hip = Skeleton(pose, anchor: foot, stature: s, facing: 1).hip
    let top = hip.y + 0.045 * s
    let half = 0.11 * s
    let legs = [-0.75, 0.75].map { side in
      Shape.line(
        [Point(foot.x + side * half, top + 0.02 * s), Point(foot.x + side * half * 1.2, foot.y - 0.015 * s)], 0.028 * s,
        color.mixed(with: .black, 0.3))
    }
    let seat = PixelBox(x1: foot.x - half, y1: top, x2: foot.x + half, y2: top + 0.045 * s)
    let shade = PixelBox(x1: seat.x1, y1: top + 0.03 * s, x2: seat.x2, y2: seat.y2)
    return legs + [.box(seat, color), .box(shade, color.mixed(with: .black, 0.25))]
  }
}

internal import Geometry
internal import Overlay
internal import Tensors

/// How a person looks.
struct Figure {
  enum Hair: CaseIterable {
    case short
    case long
    case bun
    case cap
  }

  /// What the legs wear.
  enum Bottom: CaseIterable {
    case trousers
    case shorts
    case skirt
  }

  var shirt: RGBColor
  /// Of trousers, shorts or skirt.
  var bottomColor: RGBColor
  var shoes: RGBColor
  var skin: RGBColor
  var hair: RGBColor
  /// Of the cap, and of the stripe on the shirt.
  var accent: RGBColor
  var hairStyle: Hair
  var bottom: Bottom
  /// How much of the forearm is covered.
  var sleeve: Double
  var striped: Bool
  /// Thickness of body and limbs, 1 for the average.
  var build: Double

  static let shirts: [RGBColor] = [
    0xD64545, 0x2F7ED8, 0x3FA34D, 0xF2B134, 0x8E5BC0, 0xEF7FA8, 0x20A39E, 0xF3EFE3, 0xE8743B, 0x4C5A78,
  ].map { RGBColor(hex: $0) }
  private static let bottoms: [RGBColor] = [
    0x27364F, 0x3B3B40, 0x6B4A32, 0x1E5A5E, 0x55586B, 0x8A7B5C, 0x7A2F3E, 0x3F6189,
  ].map { RGBColor(hex: $0) }
  private static let skins: [RGBColor] = [0xF2CBA8, 0xE0AC7E, 0xC98F62, 0xA96F46, 0x8A5534, 0x5E3A25].map {
    RGBColor(hex: $0)
  }
  private static let hairs: [RGBColor] = [0x2A1D16, 0x5A3A1E, 0xB98A3D, 0x8C8C8C, 0x111114, 0x9A4A22, 0xD9C7A0].map {
    RGBColor(hex: $0)
  }

  /// Makes up the looks of the number `index` of a world: neighbours never wear the same shirt.
  init(index: Int, _ generator: inout SeededGenerator, shirtOffset: Int) {
    shirt = Figure.shirts[(shirtOffset + index * 3) % Figure.shirts.count]
      .mixed(with: generator.uniform() < 0.5 ? .white : .black, generator.uniform(0, 0.22))
    bottomColor = generator.pick(Figure.bottoms).mixed(with: .white, generator.uniform(0, 0.15))
    shoes = generator.pick([RGBColor(hex: 0x222226), RGBColor(hex: 0xF0F0F0), RGBColor(hex: 0x7A2E2E)])
    skin = generator.pick(Figure.skins)
    hair = generator.pick(Figure.hairs)
    accent = Figure.shirts[(shirtOffset + index * 3 + 1 + generator.below(8)) % Figure.shirts.count]
    hairStyle = generator.pick(Hair.allCases)
    bottom = generator.pick([.trousers, .trousers, .shorts, .skirt])
    sleeve = generator.pick([0.25, 0.9, -0.4])
    striped = generator.below(3) == 0
    build = generator.uniform(0.88, 1.18)
  }
}

extension SeededGenerator {
  /// A whole number from 0 up to but not with `count`.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func pick<Element>(_ items: [Element]) -> Element { items[below(items.count)] }

  mutating func chance(_ share: Double) -> Bool { uniform() < share }
}

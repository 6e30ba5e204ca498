/// A colour in sRGB, components 0 to 1.
public struct RGBColor: Hashable, Sendable {
  public var red: Double
  public var green: Double
  public var blue: Double

  public init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads a colour from its web notation, 0xRRGGBB.
  public init(hex: UInt32) {
    self.init(
      red: Double(hex >> 16 & 255) / 255, green: Double(hex >> 8 & 255) / 255, blue: Double(hex & 255) / 255)
  }

  public static let black = RGBColor(hex: 0x000000)
  public static let white = RGBColor(hex: 0xFFFFFF)

  /// Mixes this colour with another: 0 is this one, 1 the other.
  public func mixed(with other: RGBColor, _ share: Double) -> RGBColor {
    RGBColor(
      red: red + (other.red - red) * share, green: green + (other.green - green) * share,
      blue: blue + (other.blue - blue) * share)
  }

  /// Black or white, whichever stands out more against this colour.
  ///
  /// Source: WCAG 2's relative luminance; the two contrast ratios are equal at 0.179.
  public var contrasting: RGBColor { luminance > 0.179 ? .black : .white }

  /// Relative luminance, 0 to 1, with the square as an approximation of sRGB's curve.
  var luminance: Double { 0.2126 * red * red + 0.7152 * green * green + 0.0722 * blue * blue }
}

/// The colours that tell people apart.
///
/// Seven are Okabe and Ito's, chosen for colour-blind readers, without their black and grey; the others are
/// placed between them in hue and lightness. The order puts unlike colours next to each other.
/// Source: M. Okabe and K. Ito, "Color Universal Design", 2008.
public let personPalette: [RGBColor] = [
  0xE69F00, 0x56B4E9, 0xEE3377, 0x00B37F, 0xF0E442, 0x9B6BE8, 0xD55E00, 0x33DDCC, 0xF5A3C7, 0x0072B2, 0xA6D854,
  0x9E3B4F,
].map { RGBColor(hex: $0) }

internal import Geometry

/// The sizes of what is drawn over an image, and the colours of the strip under it.
struct OverlaySizes {
  static let ground = RGBColor(hex: 0x16181C)
  static let quiet = RGBColor(hex: 0xB8C0CC)

  /// By how much the image is enlarged.
  let factor: Int
  /// The enlarged image, without the strip.
  let area: ImageSize
  let fontSize: Double
  let lineWidth: Double
  /// The height of the strip.
  let strip: Int

  /// - Throws: `OverlayError.tooLarge`.
  init(_ image: ImageSize, _ style: OverlayStyle) throws(OverlayError) {
    factor = style.factor(for: image)
    let limit = Canvas.largestSide / factor
    if image.width > limit || image.height > limit {
      throw .tooLarge(width: image.width, height: image.height, limit: limit)
    }
    area = ImageSize(width: image.width * factor, height: image.height * factor)
    // 13 pixels at 480 lines, 24 at 1080: larger images have room for more, not only for larger text.
    fontSize = max(11, (4.2 + Double(area.shortSide) * 0.0183).rounded())
    lineWidth = max(2, (Double(area.shortSide) / 240).rounded())
    strip = Int((fontSize * 1.7).rounded())
  }
}

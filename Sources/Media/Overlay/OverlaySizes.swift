public import Geometry
internal import Imaging

/// How large a film is to be, with all that stands under its pictures; the frames keep their shape.
public enum FilmSize: Hashable, Sendable {
  /// So many lines.
  case height(Int)
  /// As large as fits.
  case within(ImageSize)
}

/// The sizes of what is drawn over an image, and the colours of the strip under it.
struct OverlaySizes {
  static let ground = RGBColor(hex: 0x16181C)
  static let quiet = RGBColor(hex: 0xB8C0CC)
  /// The least side of the frames of a film that can show anything.
  private static let leastFilmSide = 16

  /// The image as it is shown, without the strip.
  let area: ImageSize
  let fontSize: Double
  let lineWidth: Double
  /// The height of the strip.
  let strip: Int

  /// - Throws: `OverlayError.tooLarge`.
  init(area: ImageSize) throws(OverlayError) {
    if area.width > Canvas.largestSide || area.height > Canvas.largestSide {
      throw .tooLarge(width: area.width, height: area.height, limit: Canvas.largestSide)
    }
    self.area = area
    // 13 pixels at 480 lines, 24 at 1080: larger images have room for more, not only for larger text.
    fontSize = max(11, (4.2 + Double(area.shortSide) * 0.0183).rounded())
    lineWidth = max(2, (Double(area.shortSide) / 240).rounded())
    strip = Int((fontSize * 1.7).rounded())
  }

  /// The sizes over an image that is enlarged by a whole factor.
  ///
  /// - Throws: `OverlayError.tooLarge`.
  init(_ image: ImageSize, factor: Int) throws(OverlayError) {
    let limit = Canvas.largestSide / factor
    if image.width > limit || image.height > limit {
      throw .tooLarge(width: image.width, height: image.height, limit: limit)
    }
    try self.init(area: ImageSize(width: image.width * factor, height: image.height * factor))
  }

  /// The sizes over the frames of a film.
  ///
  /// - Parameters:
  ///   - wanted: Nil enlarges them by the style's whole factor.
  ///   - under: The height of all that stands under a frame.
  /// - Throws: `OverlayError.tooLarge`, `OverlayError.noRoom`.
  static func ofFilm(
    _ frame: ImageSize, _ style: OverlayStyle, _ wanted: FilmSize?, under: (OverlaySizes) -> Int
  ) throws(OverlayError) -> (sizes: OverlaySizes, layout: FilmLayout) {
    guard let wanted else {
      let factor = style.factor(for: frame)
      // What is drawn may reach into the column or row that is shown twice.
      let sizes = try OverlaySizes(frame, factor: factor).evened
      let shown = ImageSize(width: frame.width * factor, height: frame.height * factor)
      return (sizes, FilmLayout(frame: shown, height: sizes.area.height + under(sizes)))
    }
    let limit: ImageSize =
      switch wanted {
      case .height(let lines): ImageSize(width: Canvas.largestSide, height: lines)
      case .within(let size): size
      }
    let ratio = Double(frame.width) / Double(frame.height)
    var lines = min(Double(limit.height), Double(limit.width) / ratio)
    while true {
      let area = ImageSize(width: Int(lines * ratio) / 2 * 2, height: Int(lines) / 2 * 2)
      if area.shortSide < leastFilmSide { throw .noRoom(width: limit.width, height: limit.height) }
      let sizes = try OverlaySizes(area: area)
      let layout = FilmLayout(frame: area, height: area.height + under(sizes))
      if layout.size.height <= limit.height { return (sizes, layout) }
      lines -= 2
    }
  }

  private var evened: OverlaySizes {
    get throws(OverlayError) {
      try OverlaySizes(area: ImageSize(width: area.width + area.width % 2, height: area.height + area.height % 2))
    }
  }
}

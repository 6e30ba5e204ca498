internal import CCairo
internal import Geometry

/// The extents of the label font, in ems: multiply by a font size to get pixels.
public struct TextMetrics {
  public let ascent: Double
  public let descent: Double
  /// The width of a text.
  public let width: (String) -> Double

  public init(ascent: Double, descent: Double, width: @escaping (String) -> Double) {
    self.ascent = ascent
    self.descent = descent
    self.width = width
  }

  /// The distance from one line's baseline to the next one's.
  public var lineHeight: Double { (ascent + descent) * 1.02 }

  /// Cuts a text of a font size to a width, with an ellipsis where something is missing.
  func ended(_ text: String, size: Double, width: Double) -> String {
    if self.width(text) * size <= width { return text }
    var cut = Substring(text)
    while !cut.isEmpty && self.width(cut + "…") * size > width { cut = cut.dropLast() }
    return cut.isEmpty ? "" : cut + "…"
  }
}

extension Canvas {
  /// Where DejaVu is missing, fontconfig puts its next best sans-serif in its place.
  static let fontFamily = "DejaVu Sans"
  /// Large enough that the rasteriser's rounding does not show in the extents.
  private static let measuringSize = 200.0

  /// Measures the label font.
  ///
  /// - Throws: `OverlayError.noFont` when text has no extent.
  public func textMetrics() throws(OverlayError) -> TextMetrics {
    select(size: Canvas.measuringSize)
    var font = cairo_font_extents_t()
    cairo_font_extents(context, &font)
    if !(advance(of: "0.5 stand") > 0) || !(font.ascent > 0) { throw .noFont(family: Canvas.fontFamily) }
    return TextMetrics(
      ascent: font.ascent / Canvas.measuringSize, descent: font.descent / Canvas.measuringSize
    ) { text in
      if let known = self.widths[text] { return known }
      self.select(size: Canvas.measuringSize)
      let width = self.advance(of: text) / Canvas.measuringSize
      // The same few texts are asked for again and again; those with a time in them are not.
      if self.widths.count > 20_000 { self.widths = [:] }
      self.widths[text] = width
      return width
    }
  }

  /// Draws one line of text from its baseline's left end.
  public func text(_ text: String, at baseline: Point, size: Double, _ color: RGBColor) {
    select(size: size)
    cairo_set_source_rgb(context, color.red, color.green, color.blue)
    cairo_move_to(context, baseline.x, baseline.y)
    // Every part ends where the next one begins.
    forEachPart(text) { cairo_show_text(context, $0) }
    var (end, line) = (0.0, 0.0)
    cairo_get_current_point(context, &end, &line)
    mark(PixelBox(x1: baseline.x - size, y1: baseline.y - 2 * size, x2: end + size, y2: baseline.y + size))
  }

  private func advance(of text: String) -> Double {
    var sum = 0.0
    forEachPart(text) { part in
      var extents = cairo_text_extents_t()
      cairo_text_extents(context, part, &extents)
      sum += extents.x_advance
    }
    return sum
  }

  /// Selects the fonts of a text, one after the other, each with what it draws.
  private func forEachPart(_ text: String, _ body: (String) -> Void) {
    let text = Canvas.printable(text)
    // The label font has all of Latin: most texts need no other.
    if text.unicodeScalars.allSatisfy({ $0.value < 0x250 }) { return body(text) }
    for (font, part) in FontChain.installed.parts(text) {
      if let font { cairo_set_font_face(context, font.face) } else { selectLabelFont() }
      body(part)
    }
  }

  /// Cairo takes a zero byte for the text's end, and draws a box for other control characters.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
  }

  private func selectLabelFont() {
    cairo_select_font_face(
      context, Canvas.fontFamily, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
  }

  private func select(size: Double) {
    selectLabelFont()
    cairo_set_font_size(context, size)
    guard let options = cairo_font_options_create() else { return }
    defer { cairo_font_options_destroy(options) }
    // Extents that grow in proportion to the size, and grey antialiasing whatever the desktop is set to.
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_set_font_options(context, options)
  }
}

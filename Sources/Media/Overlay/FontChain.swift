internal import CCairo

/// The installed fonts that text is drawn with: the label font first, each of the others for what those before it lack.
///
/// Cairo alone takes one font for a whole text, and draws boxes for all that it does not have.
final class FontChain: @unchecked Sendable {
  /// Asked for once: fontconfig reads its configuration and every font's character set.
  static let installed = FontChain()

  /// A font: its characters and what Cairo draws with.
  struct Font {
    fileprivate let characters: OpaquePointer
    let face: OpaquePointer

    func has(_ scalar: Unicode.Scalar) -> Bool { FcCharSetHasChar(characters, scalar.value) != 0 }
  }

  /// Never freed: they serve until the program ends.
  private(set) var fonts: [Font] = []

  private init() {
    guard let wanted = FcPatternCreate() else { return }
    defer { FcPatternDestroy(wanted) }
    FcPatternAddString(wanted, FC_FAMILY, Canvas.fontFamily)
    FcConfigSubstitute(nil, wanted, FcMatchPattern)
    FcDefaultSubstitute(wanted)
    var result = FcResultMatch
    guard let sorted = FcFontSort(nil, wanted, 1, nil, &result) else { return }
    for index in 0..<Int(sorted.pointee.nfont) {
      var characters: OpaquePointer?
      guard let font = sorted.pointee.fonts[index],
        FcPatternGetCharSet(font, FC_CHARSET, 0, &characters) == FcResultMatch, let characters,
        let prepared = FcFontRenderPrepare(nil, wanted, font)
      else { continue }
      defer { FcPatternDestroy(prepared) }
      if let face = cairo_ft_font_face_create_for_pattern(prepared) {
        fonts.append(Font(characters: characters, face: face))
      }
    }
  }

  /// Divides a text into parts that one font draws.
  ///
  /// Marks stay with what they stand on where its font has them, and what is never seen (joiners, variation selectors)
  /// is left out where it has not.
  ///
  /// - Returns: The parts in order; nil for the label font, which also draws boxes for what no font has.
  func parts(_ text: String) -> [(font: Font?, text: String)] {
    var parts: [(font: Int, text: String)] = []
    for scalar in text.unicodeScalars {
      let place: Int
      if let last = parts.last?.font, continues(scalar), fonts.indices.contains(last), fonts[last].has(scalar) {
        place = last
      } else if scalar.properties.isDefaultIgnorableCodePoint {
        continue
      } else {
        place = font(for: scalar) ?? 0
      }
      if parts.last?.font == place {
        parts[parts.count - 1].text.unicodeScalars.append(scalar)
      } else {
        parts.append((place, String(scalar)))
      }
    }
    return parts.map { ($0.font == 0 ? nil : fonts[$0.font], $0.text) }
  }

  /// Whether no font draws a character that should be seen.
  func lacks(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.properties.isDefaultIgnorableCodePoint && font(for: scalar) == nil
  }

  private func font(for scalar: Unicode.Scalar) -> Int? { fonts.firstIndex { $0.has(scalar) } }

  private func continues(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}

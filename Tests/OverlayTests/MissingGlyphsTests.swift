import Geometry
import Imaging
import Overlay
import Testing

/// What fonts lack. Which fonts are installed is not the tests' business: the label font, and none for private use.
struct MissingGlyphsTests {
  @Test("What the label font has can be drawn; a private character cannot, and is named once, by its code")
  func missing() {
    #expect(MissingGlyphs(in: ["stand", "Größe", "Ходить", "τρέχω"]) == nil)
    let missing = MissingGlyphs(in: ["stand \u{10FFFD}", "\u{10FFFD}", "sit"])
    #expect(missing?.characters == ["\u{10FFFD}"])
    #expect(missing?.description.contains("no installed font has U+10FFFD: boxes are drawn") == true)
    #expect(missing?.packages == [])
  }

  @Test("Joiners and selectors are never seen, so no font need have them")
  func invisible() { #expect(MissingGlyphs(in: ["a\u{FE0F}b\u{200D}c"]) == nil) }

  @Test(
    "Every script's package",
    arguments: [
      ("走", "fonts-noto-cjk"), ("か", "fonts-noto-cjk"), ("걷", "fonts-noto-cjk"), ("。", "fonts-noto-cjk"),
      ("\u{20000}", "fonts-noto-cjk"), ("अ", "fonts-noto-core"), ("ก", "fonts-noto-core"),
      ("ש", "fonts-noto-core"), ("🕺", "fonts-noto-color-emoji"),
    ] as [(Character, String)])
  func packages(_ character: Character, _ package: String) {
    let missing = MissingGlyphs(characters: [character])
    #expect(missing.packages == [package])
    #expect(missing.description.hasSuffix("-> install one that has (Debian: apt-get install \(package))"))
  }

  @Test("A message names a few and counts the rest")
  func many() {
    let missing = MissingGlyphs(characters: ["走", "路", "举", "手", "跑", "步", "🕺"])
    #expect(missing.description.contains("走, 路, 举, 手, 跑 and 2 more"))
    #expect(missing.packages == ["fonts-noto-cjk", "fonts-noto-color-emoji"])
  }

  @Test("A text of several fonts is as wide as its parts together")
  func widths() throws {
    let canvas = try Canvas(size: .init(width: 8, height: 8))
    let metrics = try canvas.textMetrics()
    let (mixed, parts) = (metrics.width("ab走Ж"), ["ab", "走", "Ж"].map(metrics.width))
    #expect(parts.allSatisfy { $0 > 0 } && abs(mixed - parts.reduce(0, +)) < 1e-3)
  }
}

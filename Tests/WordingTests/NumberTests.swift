import Testing
import Wording

@Suite struct NumberTests {
  @Test func sizesOfFiles() {
    let sizes = [1, 999, 1000, 1499, 999_499, 999_500, 4_200_000].map(fileSize)
    #expect(sizes == ["1 byte", "999 bytes", "1 kB", "1 kB", "999 kB", "1.0 MB", "4.2 MB"])
  }

  /// What C's printf prints, known from its definition: exact decimal value, ties to even.
  @Test(
    arguments: [
      (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (-0.5, 0, "-0"), (-1.5, 0, "-2"),
      (0.125, 2, "0.12"), (0.375, 2, "0.38"), (-0.125, 2, "-0.12"),
      // Not halves in binary: 1.005 lies below, 0.285 below, 1.115 above.
      (1.005, 2, "1.00"), (0.285, 2, "0.28"), (1.115, 2, "1.11"), (0.3, 17, "0.29999999999999999"),
      (0.9995, 3, "1.000"), (0.9994999, 3, "0.999"), (999.9999, 3, "1000.000"),
      (0.0, 3, "0.000"), (-0.0, 3, "-0.000"), (-0.0004, 3, "-0.000"), (.leastNonzeroMagnitude, 3, "0.000"),
      (1e21, 1, "1000000000000000000000.0"), (123_456_789.125, 3, "123456789.125"), (-42, 0, "-42"),
      (.infinity, 3, "inf"), (-.infinity, 3, "-inf"), (.nan, 3, "nan"),
    ] as [(Double, Int, String)])
  func roundsAsPrintfDoes(_ value: Double, _ decimals: Int, _ expected: String) {
    #expect(fixed(value, decimals) == expected)
  }

  @Test func writesTheLargestNumbersInFull() {
    let text = fixed(-Double.greatestFiniteMagnitude, 30)
    #expect(text.hasPrefix("-17976931348623157081452742373170435679807056752584499659891747680315726078002853876058"))
    #expect(text.hasSuffix("6184124858368." + String(repeating: "0", count: 30)))
    #expect(text.utf8.count == 1 + 309 + 1 + 30)
    #expect(fixed(.leastNonzeroMagnitude, 1100).hasPrefix("0." + String(repeating: "0", count: 323) + "4940656458"))
  }

  /// Seventeen digits say which number it was.
  @Test func enoughDecimalsBringTheNumberBack() {
    for i in 1...200 {
      let value = Double(i) / 201
      #expect(Double(fixed(value, 20)) == value)
    }
  }

  @Test func countsWithNouns() {
    #expect(counted(1, "row") == "1 row")
    #expect(counted(0, "row") == "0 rows")
    #expect(counted(2, "box", plural: "boxes") == "2 boxes")
    #expect(counted(1, "box", plural: "boxes") == "1 box")
  }

  @Test func shortensLists() {
    #expect(listed(["a", "b"]) == "a, b")
    #expect(listed(["a", "b", "c"], limit: 3) == "a, b, c")
    #expect(listed(["a", "b", "c"], limit: 2) == "a, b and 1 more")
    #expect(listed([]) == "")
  }
}

@Suite struct JSONTests {
  @Test func numbersThatJSONLacksAreNull() {
    #expect(JSON.array([JSON(0.1), JSON(Float(0.1)), JSON(-2), JSON(1e300)]).text == "[0.1, 0.1, -2, 1e+300]")
    let missing: [Double?] = [nil, .nan, .infinity, -.infinity]
    #expect(JSON.array(missing.map { JSON($0) } + [JSON(Float.nan)]).text == "[null, null, null, null, null]")
    #expect(JSON(0.25...Double.infinity).text == "[0.25, null]")
  }

  @Test func objectsQuoteTheirNames() {
    #expect(JSON.object([("a \"b\"", JSON(true)), ("c", .object([]))]).text == #"{"a \"b\"": true, "c": {}}"#)
    #expect(JSON.object([("a", JSON("x")), ("b", .null)], lines: true).text == "{\n  \"a\": \"x\",\n  \"b\": null\n}")
    #expect(JSON.array([], lines: true).text == "[]")
  }

  @Test(arguments: [
    ("", #""""#), ("plain", #""plain""#), (#"a"b"#, #""a\"b""#), (#"back\slash"#, #""back\\slash""#),
    ("line\nreturn\rtab\t", #""line\nreturn\rtab\t""#), ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
    ("\r\n", #""\r\n""#), ("Größe 走る 👩‍👧", #""Größe 走る 👩‍👧""#), ("a/b", #""a/b""#),
  ])
  func quotesText(_ text: String, _ expected: String) { #expect(JSON(text).text == expected) }

  /// Undone by hand, every scalar up to U+024F comes back.
  @Test func everyScalarComesBack() {
    for code in 0..<0x250 as Range<UInt32> {
      let text = String(Unicode.Scalar(code)!)
      let quoted = JSON(text).text
      #expect(quoted.unicodeScalars.allSatisfy { $0.value >= 0x20 })
      let inner = String(String.UnicodeScalarView(quoted.unicodeScalars.dropFirst().dropLast()))
      let escapes = ["\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\"": "\"", "\\\\": "\\"]
      let isNumbered = inner.hasPrefix("\\u")
      let back = isNumbered ? String(Unicode.Scalar(UInt32(inner.dropFirst(2), radix: 16)!)!) : escapes[inner] ?? inner
      #expect(back == text, "U+\(String(code, radix: 16))")
    }
  }
}

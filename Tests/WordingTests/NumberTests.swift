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

  @Test func thousandsApart() {
    #expect([0, 999, 1000, 57_106, 1_234_567].map(grouped) == ["0", "999", "1,000", "57,106", "1,234,567"])
    #expect(grouped(-1000) == "-1,000" && grouped(.min) == "-9,223,372,036,854,775,808")
  }

  @Test func shortensLists() {
    #expect(listed(["a", "b"]) == "a, b")
    #expect(listed(["a", "b", "c"], limit: 3) == "a, b, c")
    #expect(listed(["a", "b", "c"], limit: 2) == "a, b and 1 more")
    #expect(listed([]) == "")
    #expect(series(["a", "b", "c"], "or") == "a, b or c" && series(["a", "b"], "and") == "a and b")
    #expect(series(["a"], "or") == "a" && series([], "or") == "")
    #expect(possessive("AVA") == "AVA's" && possessive("Charades") == "Charades'")
  }
}

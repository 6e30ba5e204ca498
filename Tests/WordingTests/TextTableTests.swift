import Testing
import Wording

@Suite struct TextTableTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    let table = TextTable([["id", "class"], ["7", "sit"], ["12", "走る"]], leftColumns: [1])
    #expect(table.text == "id  class\n 7  sit\n12  走る\n")
  }

  @Test func nothingStandsAfterTheLastWord() {
    #expect(TextTable([["a", "b"], ["longer", ""]], leftColumns: [0, 1]).text == "a       b\nlonger\n")
  }

  @Test func numbersAreToldFromText() {
    let table = TextTable(["name", "ms", "share"], [["x", "1.5", ""], ["yy", "10", "3 %"]])
    #expect(table.text == "name   ms  share\nx     1.5\nyy     10  3 %\n")
    #expect(TextTable(["a"], []).text == "a\n")
  }

  @Test func markdown() {
    let table = TextTable([["", "class"], ["1", "a"]], leftColumns: [1])
    #expect(table.markdown == "| | class |\n|--:|---|\n| 1 | a |\n")
  }

  @Test func namesDoNotMarkUp() {
    #expect(markdownText("a|b*c <d>") == "a\\|b\\*c \\<d\\>")
  }
}

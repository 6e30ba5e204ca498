import Files
import TestSupport
import Testing

/// The comparisons that all tests use say little, however much differs.
struct DifferenceTests {
  @Test func arraysAreTheirCountsAndTheFirstPlace() {
    #expect(difference([1, 2], [1, 2]) == nil)
    #expect(difference([1, 2, 3], [1, 5, 3]) == "[1] of 3: 2, expected 5")
    #expect(difference([1, 2], [1, 2, 3]) == "[2] of 2, expected 3: the end, expected 3")
    #expect((difference([String(repeating: "x", count: 9999)], [""])?.count ?? 0) < 200)
  }

  @Test func textsAreTheirFirstLine() {
    #expect(difference("a\nb\n", "a\nb\n") == nil)
    #expect(difference("a\nb\n", "a\nc\n") == "line 2 of 3: \"b\", expected \"c\"")
    #expect(difference("a\n", "a") == "line 2 of 2, expected 1: \"\", expected the end")
  }

  @Test func foldersAreNamesAndFirstBytes() throws {
    let (a, b) = (TemporaryFolder(), TemporaryFolder())
    defer {
      a.remove()
      b.remove()
    }
    for folder in [a, b] { try writeFile(folder.path + "/in/same", "same") }
    #expect(try folderDifference(a.path, b.path) == nil)
    try writeFile(a.path + "/in/other", "ab")
    try writeFile(b.path + "/in/other", "ac!")
    try writeFile(b.path + "/only", "")
    #expect(
      try folderDifference(a.path, b.path) == "in/other: [1] of 2, expected 3: 98, expected 99; only is missing")
    for number in 0..<20 { try writeFile(a.path + "/\(number)", "") }
    let text = try #require(try folderDifference(a.path, b.path))
    #expect(text.hasPrefix("0 should not be there; ") && text.hasSuffix("; and 17 more of 23 files"))
  }
}

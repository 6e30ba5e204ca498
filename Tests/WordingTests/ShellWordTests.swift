import Testing
import Wording

@Suite struct ShellWordTests {
  @Test(
    "Words that a shell takes for one",
    arguments: [
      ("a/b-c_d.pyth", "a/b-c_d.pyth"), ("", "''"), ("two words", "'two words'"), ("o'k", "'o'\\''k'"), ("$x", "'$x'"),
      ("*", "'*'"), ("é", "'é'"),
    ])
  func words(text: String, word: String) { #expect(shellWord(text) == word) }
}

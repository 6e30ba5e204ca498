import Testing
import Wording

@Suite struct AdviceTests {
  private struct Fault: Error, CustomStringConvertible { let description: String }

  @Test(
    "What an error says without what to do",
    arguments: [
      ("'a.mp4': no video", "'a.mp4': no video"), ("no video -> give one -> or two", "no video"),
      ("two lines\nand more\n         -> mend both", "two lines\nand more"), (" -> nothing", ""),
    ])
  func advice(text: String, rest: String) { #expect(withoutAdvice(Fault(description: text)) == rest) }
}

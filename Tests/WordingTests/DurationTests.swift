import Testing
import Wording

@Suite struct DurationTests {
  @Test(
    "Time spans for people",
    arguments: [
      (0.0, "0.0 s"), (0.84, "0.8 s"), (59.9, "59.9 s"), (59.96, "1 min 00 s"), (125.4, "2 min 05 s"),
      (3599.7, "1 h 00 min"), (11_520, "3 h 12 min"), (400_000, "111 h 06 min"), (.infinity, "-"), (.nan, "-"),
    ] as [(Double, String)])
  func spans(seconds: Double, text: String) { #expect(duration(seconds) == text) }
}

import Clocks
import Testing

@Suite struct ClocksTests {
  /// Clocks go forward, and those that count work do not while nothing is done.
  @Test func clocksGoForward() {
    let clocks = [monotonicSeconds, secondsSinceBoot, processorSeconds, threadSeconds]
    let before = clocks.map { $0() }
    var sum = 0
    for number in 0..<20_000 { sum &+= number &* number }
    #expect(sum != 0)
    for (clock, earlier) in zip(clocks, before) { #expect(clock() >= earlier && earlier > 0) }
    #expect(secondsSinceBoot() >= monotonicSeconds() - 1)
    #expect(abs(Double(monotonicNanoseconds()) * 1e-9 - monotonicSeconds()) < 60)
  }

  private struct Failure: Error {}

  @Test func whatABodyTakesIsMeasured() throws {
    let outside = monotonicSeconds()
    var inside = 0.0
    let seconds = clocked { inside = monotonicSeconds() }
    #expect(seconds >= 0 && inside >= outside && seconds <= monotonicSeconds() - outside + 1e-6)
    #expect(throws: Failure.self) { try clocked { throw Failure() } }
  }
}

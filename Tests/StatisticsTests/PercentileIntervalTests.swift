import Statistics
import Testing

@Suite struct PercentileIntervalTests {
  /// By hand: of five values the quantile q is at 4q.
  @Test func byHand() throws {
    let values = [1.0, 2, 4, 8, 16]
    #expect(percentileInterval(sorted: values, 1) == 1...16)
    #expect(percentileInterval(sorted: values, 0.5) == 2...8)
    #expect(percentileInterval(sorted: values, 0.75) == 1.5...12)
    #expect(percentileInterval(sorted: values, 0) == 4...4)
  }

  /// Scaling and shifting the values does so to the bounds; less confidence is no wider.
  @Test func properties() throws {
    let values = (0..<37).map { Double(($0 * 17) % 37) }.sorted()
    var last = try #require(percentileInterval(sorted: values, 1))
    for confidence in stride(from: 0.95, through: 0, by: -0.05) {
      let found = try #require(percentileInterval(sorted: values, confidence))
      #expect(last.contains(found.lowerBound) && last.contains(found.upperBound), "\(confidence)")
      let moved = try #require(percentileInterval(sorted: values.map { 3 * $0 - 5 }, confidence))
      #expect(abs(moved.lowerBound - (3 * found.lowerBound - 5)) < 1e-9, "\(confidence)")
      #expect(abs(moved.upperBound - (3 * found.upperBound - 5)) < 1e-9, "\(confidence)")
      last = found
    }
  }

  @Test func degenerate() {
    #expect(percentileInterval(sorted: [], 0.95) == nil)
    #expect(percentileInterval(sorted: [3], 0.95) == 3...3)
    #expect(percentileInterval(sorted: [3, 3, 3], 0.5) == 3...3)
  }
}

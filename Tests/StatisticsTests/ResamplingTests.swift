import Statistics
import Tensors
import Testing

@Suite struct ResamplingTests {
  private func draws(_ resampling: Resampling, from count: Int) -> [[Int]] {
    var draws = [[Int]](repeating: [], count: resampling.count)
    resampling.draw(from: count) { draws[$0].append($1) }
    return draws
  }

  /// What published intervals were drawn with: one number of the generator after the other.
  @Test func drawsAreTheGenerators() {
    var random = SeededGenerator(seed: 3)
    let expected = (0..<20).map { _ in (0..<7).map { _ in Int.random(in: 0..<7, using: &random) } }
    #expect(draws(Resampling(count: 20, seed: 3), from: 7) == expected)
    #expect(draws(Resampling(count: 20, seed: 4), from: 7) != expected)
  }

  /// Fewer resamples are the first of more; every item is about as likely as any other.
  @Test func properties() {
    let many = draws(Resampling(count: 2000), from: 5)
    #expect(draws(Resampling(count: 30), from: 5) == Array(many.prefix(30)))
    #expect(many.allSatisfy { $0.count == 5 && $0.allSatisfy((0..<5).contains) })
    for item in 0..<5 {
      let share = Double(many.reduce(0) { $0 + $1.count { $0 == item } }) / 10_000
      #expect(abs(share - 0.2) < 0.02, "item \(item)")
    }
  }

  @Test func degenerate() {
    #expect(draws(Resampling(count: 3), from: 1) == [[0], [0], [0]])
    #expect(draws(Resampling(count: 3), from: 0) == [[], [], []])
  }
}

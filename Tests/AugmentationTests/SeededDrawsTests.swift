import Augmentation
import Testing

@Suite struct SeededDrawsTests {
  private func numbers(_ draws: SeededDraws, _ count: Int = 8) -> [Double] {
    var draws = draws
    return (0..<count).map { _ in draws.uniform() }
  }

  @Test("A sample's draws depend on seed, epoch, place, purpose and stream, each of them")
  func origins() {
    let origins = [
      SeededDraws(seed: 7, epoch: 2, index: 5), SeededDraws(seed: 8, epoch: 2, index: 5),
      SeededDraws(seed: 7, epoch: 3, index: 5), SeededDraws(seed: 7, epoch: 2, index: 6),
      SeededDraws(seed: 7, epoch: 5, index: 2), SeededDraws(seed: 7, epoch: 2, index: 5, purpose: .batch),
      SeededDraws(seed: 7, epoch: 2, index: 5).stream(0), SeededDraws(seed: 7, epoch: 2, index: 5).stream(1),
    ]
    #expect(Set(origins.map { numbers($0) }).count == origins.count)
    #expect(numbers(origins[0]) == numbers(SeededDraws(seed: 7, epoch: 2, index: 5)))
  }

  @Test("Whoever draws for other samples before changes nothing")
  func order() {
    func clip(_ index: Int) -> [Double] { numbers(SeededDraws(seed: 1, epoch: 0, index: index)) }
    let inOrder = (0..<40).map(clip)
    let byTwo = stride(from: 0, to: 40, by: 2).map(clip), others = stride(from: 1, to: 40, by: 2).map(clip)
    #expect(inOrder == zip(byTwo, others).flatMap { [$0, $1] })
  }

  @Test func streamsDoNotDependOnDraws() {
    let fresh = SeededDraws(seed: 3, epoch: 1, index: 1)
    var used = fresh
    _ = used.noise(5)
    #expect(numbers(fresh.stream(4)) == numbers(used.stream(4)))
  }

  @Test("Neighbouring samples have nothing in common: their first numbers are as uniform as one sample's")
  func neighbours() {
    let firsts = (0..<4000).map { numbers(SeededDraws(seed: 0, epoch: 0, index: $0), 1)[0] }
    let mean = firsts.reduce(0, +) / 4000
    let steps = zip(firsts, firsts.dropFirst()).map { ($0 - 0.5) * ($1 - 0.5) }.reduce(0, +) / 3999
    #expect(abs(mean - 0.5) < 0.02 && abs(steps) < 0.006, "mean \(mean), covariance \(steps)")
  }

  @Test("Python's upper bound is drawn, numpy's is not")
  func integers() {
    var draws = SeededDraws(seed: 1, epoch: 0, index: 0)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<4000 { counts[draws.integer(in: 1..<4)] += 1 }
    #expect(counts[0] == 0 && counts[4] == 0 && counts[1...3].allSatisfy { abs($0 - 1333) < 150 }, "\(counts)")
    counts = [Int](repeating: 0, count: 5)
    for _ in 0..<4000 { counts[draws.integer(in: 1...4)] += 1 }
    #expect(counts[0] == 0 && counts[1...4].allSatisfy { abs($0 - 1000) < 130 }, "\(counts)")
    #expect(draws.integer(in: 3...3) == 3)
  }

  @Test func normals() {
    var draws = SeededDraws(seed: 2, epoch: 0, index: 0)
    let numbers = (0..<20000).map { _ in draws.normal(mean: 3, deviation: 0.5) }
    let mean = numbers.reduce(0, +) / 20000
    let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20000
    #expect(abs(mean - 3) < 0.02 && abs(variance - 0.25) < 0.01)
    let noise = draws.noise(20001).map(Double.init)
    let power = noise.map { $0 * $0 }.reduce(0, +) / 20001
    #expect(noise.count == 20001 && abs(power - 1) < 0.05 && abs(noise.reduce(0, +) / 20001) < 0.03)
    #expect(draws.noise(0) == [])
  }

  @Test(arguments: [(0.8, 0.8), (1, 1), (2, 5), (0.05, 0.05), (0.3, 4)]) func beta(a: Double, b: Double) {
    var draws = SeededDraws(seed: 4, epoch: 0, index: 0)
    let numbers = (0..<20000).map { _ in draws.beta(a, b) }
    #expect(numbers.allSatisfy { (0...1).contains($0) })
    let mean = numbers.reduce(0, +) / 20000
    let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20000
    let expected = a * b / ((a + b) * (a + b) * (a + b + 1))
    #expect(abs(mean - a / (a + b)) < 0.015 && abs(variance - expected) < 0.01, "\(mean) \(variance) \(expected)")
  }

  @Test func permutations() {
    var draws = SeededDraws(seed: 5, epoch: 0, index: 0)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[draws.permutation(3), default: 0] += 1 }
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 130 }, "\(counts)")
    #expect(draws.permutation(0) == [] && draws.permutation(1) == [0])
  }

  @Test("With weights nothing comes twice, and what has none never; without weights all come, and may again")
  func choices() {
    var draws = SeededDraws(seed: 6, epoch: 0, index: 0)
    var firsts = [0, 0, 0, 0]
    for _ in 0..<4000 {
      let chosen = draws.choice(3, of: 4, weights: [0.5, 0, 0.25, 0.25])
      #expect(Set(chosen) == [0, 2, 3])
      firsts[chosen[0]] += 1
    }
    #expect(abs(firsts[0] - 2000) < 150 && firsts[1] == 0 && abs(firsts[2] - 1000) < 130, "\(firsts)")
    let free = (0..<1000).map { _ in draws.choice(2, of: 4, weights: nil) }
    #expect(Set(free.flatMap { $0 }) == [0, 1, 2, 3])
    #expect(free.contains { $0[0] == $0[1] })
  }
}

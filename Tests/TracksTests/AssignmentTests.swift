import Tensors
import Testing
import Tracks

/// Which pairs gain most: by hand, beside trying all, by what must hold, and with nothing to pair.
@Suite struct AssignmentTests {
  private func assigned(_ gains: [[Double]]) -> [Int?] {
    bestAssignment(rows: gains.count, columns: gains.first?.count ?? 0) { gains[$0][$1] }
  }

  private func sum(_ gains: [[Double]], _ partners: [Int?]) -> Double {
    partners.enumerated().reduce(0) { total, pair in total + (pair.1.map { gains[pair.0][$0] } ?? 0) }
  }

  @Test func byHand() {
    // The greatest gain alone (0, 0) would leave 1 with 1: 9 + 1 < 8 + 7.
    #expect(assigned([[9, 8], [7, 1]]) == [1, 0])
    #expect(assigned([[9, 1], [7, 1]]) == [0, 1])
    #expect(assigned([[0.1, 0.5, 0.2]]) == [1])
    #expect(assigned([[0.1], [0.5], [0.2]]) == [nil, 0, nil])
    // What gains nothing is no pair.
    #expect(assigned([[1, 0], [0.5, 0]]) == [0, nil])
    #expect(assigned([[-1, -2], [3, -4]]) == [nil, 0])
    #expect(assigned([[5, 4, 0], [4, 0, 0], [0, 5, 4]]) == [1, 0, 2])
  }

  @Test func nothingToPair() {
    #expect(assigned([]) == [])
    #expect(bestAssignment(rows: 3, columns: 0) { _, _ in 1 } == [nil, nil, nil])
    #expect(bestAssignment(rows: 0, columns: 3) { _, _ in 1 } == [])
    #expect(assigned([[0, 0], [0, 0]]) == [nil, nil])
  }

  /// The greatest sum by trying every pairing.
  private func bestSum(_ gains: [[Double]], from row: Int = 0, without taken: Set<Int> = []) -> Double {
    if row == gains.count { return 0 }
    var best = bestSum(gains, from: row + 1, without: taken)
    for column in gains[row].indices where !taken.contains(column) && gains[row][column] > 0 {
      best = max(best, gains[row][column] + bestSum(gains, from: row + 1, without: taken.union([column])))
    }
    return best
  }

  /// Whole numbers, so that many pairings are equally good and sums are exact.
  @Test(arguments: 0..<60) func besideTryingAll(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (rows, columns) = (Int.random(in: 1...6, using: &random), Int.random(in: 1...6, using: &random))
    let top = Int.random(in: 1...9, using: &random)
    let gains = (0..<rows).map { _ in (0..<columns).map { _ in Double(Int.random(in: -2...top, using: &random)) } }
    let partners = assigned(gains)
    #expect(sum(gains, partners) == bestSum(gains), "seed \(seed), \(gains)")
    let columnsTaken = partners.compactMap(\.self)
    #expect(Set(columnsTaken).count == columnsTaken.count)
    for (row, column) in partners.enumerated() { if let column { #expect(gains[row][column] > 0) } }
  }

  /// The order of rows and columns, and which of them are rows, changes no sum; a factor changes no pair.
  @Test(arguments: 0..<20) func properties(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (rows, columns) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...40, using: &random))
    let gains = (0..<rows).map { _ in
      (0..<columns).map { _ in Double(max(0, Int.random(in: -300...200, using: &random))) }
    }
    let partners = assigned(gains)
    let total = sum(gains, partners)
    let order = Array(0..<columns).shuffled(using: &random)
    let mixed = gains.shuffled(using: &random).map { row in order.map { row[$0] } }
    #expect(sum(mixed, assigned(mixed)) == total)
    let transposed = (0..<columns).map { column in gains.map { $0[column] } }
    #expect(sum(transposed, assigned(transposed)) == total)
    #expect(assigned(gains.map { $0.map { $0 * 4 } }) == partners)
  }
}

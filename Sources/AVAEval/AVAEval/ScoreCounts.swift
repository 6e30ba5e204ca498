/// Detections counted by score: what a calibration is made from.
struct ScoreCounts {
  private var bins: [Bin]
  /// Whether all scores are between 0 and 1.
  private var areProbabilities = true

  private struct Bin {
    var count = 0
    var hitCount = 0
    var scoreSum = 0.0
  }

  init(binCount: Int) { bins = Array(repeating: Bin(), count: binCount) }

  init(_ ranked: [Outcome], binCount: Int) {
    self.init(binCount: binCount)
    for outcome in ranked {
      let score = outcome.score
      guard score >= 0, score <= 1 else {
        areProbabilities = false
        return
      }
      let bin = bin(of: score)
      bins[bin].count += 1
      bins[bin].hitCount += outcome.isHit ? 1 : 0
      bins[bin].scoreSum += score
    }
  }

  mutating func add(_ other: ScoreCounts) {
    areProbabilities = areProbabilities && other.areProbabilities
    for index in bins.indices {
      bins[index].count += other.bins[index].count
      bins[index].hitCount += other.bins[index].hitCount
      bins[index].scoreSum += other.bins[index].scoreSum
    }
  }

  var calibration: Calibration? {
    guard areProbabilities, bins.contains(where: { $0.count > 0 }) else { return nil }
    return Calibration(
      bins: bins.enumerated().map { index, bin in
        Calibration.Bin(
          lowerBound: border(index), upperBound: border(index + 1), count: bin.count, hitCount: bin.hitCount,
          meanScore: bin.count == 0 ? nil : bin.scoreSum / Double(bin.count))
      })
  }

  private func border(_ index: Int) -> Double { Double(index) / Double(bins.count) }

  private func bin(of score: Double) -> Int {
    let bin = min(Int(score * Double(bins.count)), bins.count - 1)
    // The product is rounded; the borders decide.
    if score < border(bin) { return bin - 1 }
    return bin + 1 < bins.count && score >= border(bin + 1) ? bin + 1 : bin
  }
}

/// Shares out what is missing to AP 1 among the rows of a class.
///
/// A ground-truth row that was not found takes 1/n of n. Where the k-th hit counts with precision h/d, h hits among the
/// first d detections, (1 - h/d)/n is missing, and the d - h false detections among these d share it equally. All
/// shares add up to 1 - AP.
struct LossShares {
  /// The shares of the ranked detections up to the last hit, 0 for hits; those after cost nothing.
  let ofRank: [Double]
  /// The share of each ground-truth row that was not found.
  let ofTruth: Double

  init(_ outcomes: ClassOutcomes) {
    let ranked = outcomes.ranked
    ofTruth = outcomes.groundTruthCount == 0 ? 0 : 1 / Double(outcomes.groundTruthCount)
    guard ofTruth > 0, let last = ranked.lastIndex(where: \.isHit) else {
      ofRank = []
      return
    }
    var shares = [Double](repeating: 0, count: last + 1)
    var found = outcomes.hitCount
    var best = (precision: 0.0, rank: last)
    for rank in (0...last).reversed() where ranked[rank].isHit {
      let precision = Double(found) / Double(rank + 1)
      if precision >= best.precision { best = (precision, rank) }
      shares[best.rank] += ofTruth / Double(best.rank + 1)
      found -= 1
    }
    var after = 0.0
    for rank in (0...last).reversed() {
      after += shares[rank]
      shares[rank] = ranked[rank].isHit ? 0 : after
    }
    ofRank = shares
  }
}

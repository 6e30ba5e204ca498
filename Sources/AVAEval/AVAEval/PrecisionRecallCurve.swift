/// Precision against recall, at every detection that finds a ground-truth box, scores descending.
public struct PrecisionRecallCurve: Sendable {
  /// How equal scores are ordered.
  public enum TieOrder: Sendable {
    /// As the outcomes are ranked: the stated order.
    case asRanked
    /// Hits first: no order gives a higher precision anywhere.
    case best
    /// Hits last: no order gives a lower one.
    case worst
  }

  /// Precision at each hit.
  public let precisions: [Double]
  /// How many rows of ground truth there are to find.
  public let groundTruthCount: Int

  /// Draws the curve of a class.
  public init(_ outcomes: ClassOutcomes, tieOrder: TieOrder = .asRanked) {
    self.init(outcomes.ranked, groundTruthCount: outcomes.groundTruthCount, tieOrder: tieOrder)
  }

  /// Draws the curve of outcomes with descending scores.
  public init(_ ranked: [Outcome], groundTruthCount: Int, tieOrder: TieOrder = .asRanked) {
    self.groundTruthCount = groundTruthCount
    precisions =
      tieOrder == .asRanked ? precisionsAsRanked(ranked) : precisionsOfGroups(ranked, hitsFirst: tieOrder == .best)
  }

  /// The area under the curve once precision is made non-increasing from the right; 0 without hits, NaN without
  /// ground truth.
  ///
  /// Source: PASCAL VOC 2010, all recalls; operations in the order of the public AVA evaluators.
  public var averagePrecision: Double {
    if groundTruthCount == 0 { return .nan }
    var sum = 0.0
    var lastRecall = 0.0
    for (index, precision) in envelope.enumerated() {
      let recall = Double(index + 1) / Double(groundTruthCount)
      sum += (recall - lastRecall) * precision
      lastRecall = recall
    }
    return sum
  }
}

private func precisionsAsRanked(_ ranked: [Outcome]) -> [Double] {
  var precisions: [Double] = []
  for rank in ranked.indices where ranked[rank].isHit {
    precisions.append(Double(precisions.count + 1) / Double(rank + 1))
  }
  return precisions
}

/// Precision at each hit when among equal scores all hits stand together, before or after the misses.
private func precisionsOfGroups(_ ranked: [Outcome], hitsFirst: Bool) -> [Double] {
  var precisions: [Double] = []
  var start = 0
  while start < ranked.count {
    var end = start
    var hits = 0
    let key = ranked[start].key
    while end < ranked.count, ranked[end].key == key {
      if ranked[end].isHit { hits += 1 }
      end += 1
    }
    let firstRank = hitsFirst ? start : end - hits
    for place in 0..<hits { precisions.append(Double(precisions.count + 1) / Double(firstRank + place + 1)) }
    start = end
  }
  return precisions
}

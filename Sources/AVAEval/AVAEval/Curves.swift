/// The points of a class's precision-recall curve, first and last ones kept, evenly thinned in recall.
func thinnedCurve(_ outcomes: ClassOutcomes, limit: Int) -> [CurvePoint] {
  let curve = PrecisionRecallCurve(outcomes)
  let envelope = curve.envelope
  let scores = outcomes.ranked.lazy.filter(\.isHit).map(\.score)
  var points: [CurvePoint] = []
  let last = envelope.count - 1
  var next = 0
  for (index, score) in scores.enumerated() {
    if index != thinned(next, last: last, limit: limit) { continue }
    while next < limit, thinned(next, last: last, limit: limit) == index { next += 1 }
    points.append(
      CurvePoint(
        recall: outcomes.groundTruthCount == 0 ? 0 : Double(index + 1) / Double(outcomes.groundTruthCount),
        precision: curve.precisions[index], envelope: envelope[index], score: score))
  }
  return points
}

/// The index of a thinned point among all: all of them where they are few enough.
private func thinned(_ place: Int, last: Int, limit: Int) -> Int {
  last < limit ? place : place * last / (limit - 1)
}

/// The score above which precision and recall balance best; of equally good ones the highest. Nil without hits.
func bestOperatingPoint(_ outcomes: ClassOutcomes) -> OperatingPoint? {
  let ranked = outcomes.ranked
  var best: (f1: Double, rank: Int, hits: Int) = (0, -1, 0)
  var hits = 0
  for rank in ranked.indices {
    if ranked[rank].isHit { hits += 1 }
    // Only between different scores is there a threshold.
    if rank + 1 < ranked.count, ranked[rank + 1].score == ranked[rank].score { continue }
    let f1 = 2 * Double(hits) / Double(rank + 1 + outcomes.groundTruthCount)
    if f1 > best.f1 { best = (f1, rank, hits) }
  }
  if best.rank < 0 { return nil }
  return OperatingPoint(
    threshold: ranked[best.rank].score, precision: Double(best.hits) / Double(best.rank + 1),
    recall: Double(best.hits) / Double(outcomes.groundTruthCount), detectionCount: best.rank + 1)
}

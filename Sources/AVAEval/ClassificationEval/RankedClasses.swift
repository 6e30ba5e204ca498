/// The videos of each class in falling order of its scores, for average precisions of weighted videos.
struct RankedClasses {
  /// How many videos have each class.
  let positives: [Int]
  private let orders: [[Int]]
  private let scores: [[Float]]
  private let isPositive: [[Bool]]

  init(_ scores: [[Float]], _ labels: [[Int]]) {
    let classes = 0..<(scores.first?.count ?? 0)
    self.scores = classes.map { label in scores.map { $0[label] } }
    isPositive = classes.map { label in labels.map { $0.contains(label) } }
    positives = isPositive.map { $0.count { $0 } }
    orders = self.scores.map { own in own.indices.sorted { (own[$1], $0) < (own[$0], $1) } }
  }

  /// The average precision of each class as scikit-learn has it, each video counted as often as its weight says; nil of
  /// classes that no video has then.
  func precisions(_ weights: [Int]) -> [Double?] {
    orders.indices.map { label in
      if positives[label] == 0 { return nil }
      let (order, own, hits) = (orders[label], scores[label], isPositive[label])
      let total = order.reduce(0) { $0 + (hits[$1] ? weights[$1] : 0) }
      if total == 0 { return nil }
      var (found, seen, sum) = (0, 0, 0.0)
      var start = 0
      while start < order.count {
        var end = start
        var new = 0
        while end < order.count, own[order[end]] == own[order[start]] {
          seen += weights[order[end]]
          if hits[order[end]] { new += weights[order[end]] }
          end += 1
        }
        found += new
        if new > 0 { sum += Double(new) / Double(total) * Double(found) / Double(seen) }
        start = end
      }
      return sum
    }
  }
}

/// How many clips of a batch have another class than their own before all others, in percent: top-1 and top-5 error.
public struct TopKErrors: Sendable, Equatable {
  /// 0 to 100.
  public var top1: Double
  /// 0 to 100; of fewer than six classes 0.
  public var top5: Double

  public init(top1: Double, top5: Double) {
    self.top1 = top1
    self.top5 = top5
  }

  /// Counts them. Of equal scores the class of the lower number comes first; a score that is no number comes last for
  /// its own class, and before all for another.
  ///
  /// - Parameters:
  ///   - scores: [clips, classes] Row by row.
  ///   - labels: [clips] Numbers of classes, from 0.
  /// - Returns: nil for no clips.
  public init?(scores: [Float], classes: Int, labels: [Int]) {
    precondition(scores.count == classes * labels.count, "a score for each clip and class")
    precondition(labels.allSatisfy { 0..<classes ~= $0 }, "labels are numbers of classes")
    if labels.isEmpty { return nil }
    var misses = (top1: 0, top5: 0)
    for (clip, label) in labels.enumerated() {
      let row = scores[clip * classes..<(clip + 1) * classes]
      let own = row[row.startIndex + label]
      let before = row.enumerated().count { other, score in
        other != label && (!(score <= own) || score == own && other < label)
      }
      if before >= 1 || own.isNaN { misses.top1 += 1 }
      if before >= 5 || own.isNaN { misses.top5 += 1 }
    }
    self.init(
      top1: 100 * Double(misses.top1) / Double(labels.count), top5: 100 * Double(misses.top5) / Double(labels.count))
  }
}

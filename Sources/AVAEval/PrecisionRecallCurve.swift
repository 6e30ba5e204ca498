/// The detections of one class with what became of them, in the order of matching.
public struct ClassOutcomes: Sendable {
  public internal(set) var scores: [Double] = []
  /// Whether each detection found a ground-truth box.
  public internal(set) var isTruePositive: [Bool] = []
  /// How many ground-truth boxes there are to find.
  public internal(set) var groundTruthCount = 0

  public init(groundTruthCount: Int = 0) { self.groundTruthCount = groundTruthCount }

  /// Adds a detection.
  public mutating func append(score: Double, isTruePositive: Bool) {
    scores.append(score)
    self.isTruePositive.append(isTruePositive)
  }
}

/// Precision against recall, at every detection that finds a ground-truth box, scores descending.
///
/// Of equal scores the later detection ranks first: that is what a stable ascending sort, read backwards, gives. The
/// public evaluators sort by an unstable algorithm, so that their order of equal scores depends on the NumPy build;
/// `best` and `worst` bound what any order can give.
public struct PrecisionRecallCurve: Sendable {
  /// How equal scores are ordered.
  public enum TieOrder: Sendable {
    case laterFirst
    /// True positives first: no order gives a higher precision anywhere.
    case best
    /// False positives first: no order gives a lower one.
    case worst
  }

  /// Precision at each true positive.
  public let precisions: [Double]
  public let groundTruthCount: Int

  /// Ranks the outcomes of a class.
  ///
  /// Complexity: n log n.
  public init(_ outcomes: RankedOutcomes, tieOrder: TieOrder = .laterFirst) {
    groundTruthCount = outcomes.groundTruthCount
    precisions = outcomes.precisions(tieOrder)
  }

  /// The area under the curve once precision is made non-increasing from the right; 0 without true positives, NaN
  /// without ground truth.
  ///
  /// Source: PASCAL VOC 2010, all recalls; operations in the order of the public AVA evaluators.
  public var averagePrecision: Double {
    if groundTruthCount == 0 { return .nan }
    var envelope = precisions
    for index in envelope.indices.dropLast().reversed() { envelope[index] = max(envelope[index], envelope[index + 1]) }
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

/// The outcomes of one class by descending score, of equal scores the later one first.
public struct RankedOutcomes: Sendable {
  public let groundTruthCount: Int
  private let ranked: [Entry]

  private struct Entry {
    let score: Double
    /// Twice the place in the order of matching, plus 1 for a true positive.
    let tag: Int

    var isTruePositive: Bool { tag & 1 == 1 }
  }

  public init(_ outcomes: ClassOutcomes) {
    groundTruthCount = outcomes.groundTruthCount
    var entries: [Entry] = []
    entries.reserveCapacity(outcomes.scores.count)
    for (index, score) in outcomes.scores.enumerated() {
      entries.append(Entry(score: score, tag: 2 * index + (outcomes.isTruePositive[index] ? 1 : 0)))
    }
    entries.sort { $0.score != $1.score ? $0.score > $1.score : $0.tag > $1.tag }
    ranked = entries
  }

  public var count: Int { ranked.count }

  /// The score at a rank, counted from 0.
  public func score(at rank: Int) -> Double { ranked[rank].score }

  /// Whether the detection at a rank found a ground-truth box.
  public func isTruePositive(at rank: Int) -> Bool { ranked[rank].isTruePositive }

  func precisions(_ order: PrecisionRecallCurve.TieOrder) -> [Double] {
    var precisions: [Double] = []
    var start = 0
    var truePositives = 0
    while start < ranked.count {
      var end = start
      var found = 0
      while end < ranked.count, ranked[end].score == ranked[start].score {
        if ranked[end].isTruePositive {
          found += 1
          if order == .laterFirst { precisions.append(Double(truePositives + found) / Double(end + 1)) }
        }
        end += 1
      }
      if order != .laterFirst {
        let falseFirst = order == .worst ? end - start - found : 0
        for place in 0..<found {
          precisions.append(Double(truePositives + place + 1) / Double(start + falseFirst + place + 1))
        }
      }
      truePositives += found
      start = end
    }
    return precisions
  }
}

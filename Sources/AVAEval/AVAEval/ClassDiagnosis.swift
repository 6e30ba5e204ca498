internal import AVARecords
internal import Datasets
internal import Geometry

/// What is wrong with each detection of a class that found nothing, and with each ground-truth row that was not found.
public struct ClassDiagnosis: Sendable {
  /// Of each of the class's ranked detections; nil for those that found a box.
  public let kinds: [ErrorKind?]
  /// The ground-truth rows that were not found, in the order of `ClassOutcomes.truthRows`.
  public let unfound: [Unfound]
  /// The ranks, ascending, of detections with a poor box that would find it if the box were better.
  public let rescuedRanks: [Int]
  private let truthCount: Int

  /// A ground-truth row that was not found.
  public struct Unfound: Equatable, Sendable {
    /// Of the ground truth, from 0.
    public let row: Int32
    /// `missed` or `poorBox`.
    public let kind: ErrorKind
  }

  /// Looks at the outcomes of a class.
  ///
  /// - Complexity: For every detection that missed, linear in the ground-truth rows of its key frame.
  public init(_ tables: AlignedTables, _ outcomes: ClassOutcomes, rules: EvaluationRules) {
    let finder = TruthFinder(tables: tables, rules: rules)
    var taken = Set(outcomes.ranked.lazy.filter(\.isHit).map(\.truthRow))
    let hitCount = taken.count
    var rescued: Set<Int32> = []
    var kinds: [ErrorKind?] = []
    kinds.reserveCapacity(outcomes.ranked.count)
    var ranks: [Int] = []
    for (rank, outcome) in outcomes.ranked.enumerated() {
      if outcome.isHit {
        kinds.append(nil)
        continue
      }
      let overlaps = finder.overlaps(ofDetection: Int(outcome.row))
      let kind = overlaps.kind(threshold: tables.dataset.overlapThreshold)
      kinds.append(kind)
      if kind == .poorBox, taken.insert(overlaps.ownRow).inserted {
        rescued.insert(overlaps.ownRow)
        ranks.append(rank)
      }
    }
    self.kinds = kinds
    rescuedRanks = ranks
    truthCount = outcomes.groundTruthCount
    let unfoundCount = truthCount - hitCount
    let found = taken.subtracting(rescued)
    var unfound: [Unfound] = []
    unfound.reserveCapacity(max(0, unfoundCount))
    for row in outcomes.truthRows where !found.contains(row) {
      unfound.append(Unfound(row: row, kind: rescued.contains(row) ? .poorBox : .missed))
    }
    self.unfound = unfound
  }

  /// The AP if all errors of some kinds were repaired: false detections taken away, those with poor boxes put onto their
  /// box (the best scored one that goes for it; the others taken away), missed boxes no longer asked for.
  ///
  /// Where nothing is left to be found it is 1 if no detection is left either, else 0. NaN without ground truth.
  public func averagePrecision(repairing repaired: Set<ErrorKind>) -> Double {
    if truthCount == 0 { return .nan }
    let flags = ErrorKind.allCases.map { repaired.contains($0) }
    var precisions: [Double] = []
    var ranked = 0
    var rescued = rescuedRanks[...]
    for (rank, kind) in kinds.enumerated() {
      let isRescued = rescued.first == rank
      if isRescued { rescued.removeFirst() }
      if let kind, flags[kind.position] {
        // Only poor boxes can be rescued, so this is their repair.
        if !isRescued { continue }
      } else if kind != nil {
        ranked += 1
        continue
      }
      ranked += 1
      precisions.append(Double(precisions.count + 1) / Double(ranked))
    }
    let wanted = truthCount - (repaired.contains(.missed) ? unfound.count { $0.kind == .missed } : 0)
    if wanted == 0 { return ranked == 0 ? 1 : 0 }
    return PrecisionRecallCurve(precisions: precisions, groundTruthCount: wanted).averagePrecision
  }
}

/// How a detection overlaps the ground truth of its key frame.
private struct TruthOverlaps {
  /// The ground-truth row of its own class that it overlaps most, the first of equals in the protocol's order; -1
  /// where there is none.
  var ownRow: Int32 = -1
  var own = 0.0
  var other = 0.0

  func kind(threshold: Double) -> ErrorKind {
    if own >= threshold { return .duplicate }
    if other >= threshold { return .wrongClass }
    if own >= leastOverlap { return .poorBox }
    return other >= leastOverlap ? .wrongClassAndPoorBox : .background
  }
}

/// Looks up how detections overlap the ground truth.
private struct TruthFinder {
  let tables: AlignedTables
  let rules: EvaluationRules

  func overlaps(ofDetection row: Int) -> TruthOverlaps {
    var result = TruthOverlaps()
    let box = tables.detections.box(ofRow: row)
    if !box.isProper { return result }
    let action = tables.detections.actionIDs[row]
    var lastBox: UnitBox?
    var overlap = 0.0
    for truthRow in tables.truthRows(of: tables.frame(ofDetection: row)) {
      let candidate = tables.groundTruth.boxes[Int(truthRow)]
      // The labels of one person stand below each other.
      if candidate != lastBox { overlap = rules.overlap(box, candidate) }
      lastBox = candidate
      if tables.groundTruth.actionIDs[Int(truthRow)] != action {
        result.other = max(result.other, overlap)
      } else if overlap > result.own || (overlap == result.own && comesFirst(truthRow, result.ownRow)) {
        (result.own, result.ownRow) = (overlap, truthRow)
      }
    }
    return result
  }

  /// Whether a row comes before one that stands above it: two public readers take larger person ids first.
  private func comesFirst(_ row: Int32, _ earlier: Int32) -> Bool {
    earlier >= 0 && rules.sortsTruthByPerson
      && tables.groundTruth.personIDs[Int(row)] > tables.groundTruth.personIDs[Int(earlier)]
  }
}

/// Below this overlap a box has nothing to do with another.
private let leastOverlap = 0.1

extension EvaluationRules {
  /// Intersection over union with this protocol's precision.
  func overlap(_ a: UnitBox, _ b: UnitBox) -> Double {
    precision == .float32 ? singleIntersectionOverUnion(a, b) : intersectionOverUnion(a, b)
  }

  /// Whether a class does not count in the mean.
  func leavesOut(groundTruthCount: Int, detectionCount: Int) -> Bool {
    groundTruthCount == 0 || (detectionCount == 0 && leavesOutUndetectedClasses)
  }
}

extension PrecisionRecallCurve {
  /// A curve with these precisions at its hits.
  init(precisions: [Double], groundTruthCount: Int) {
    self.precisions = precisions
    self.groundTruthCount = groundTruthCount
  }

  /// The best precision at each hit or after it.
  var envelope: [Double] {
    var envelope = precisions
    for index in envelope.indices.dropLast().reversed() { envelope[index] = max(envelope[index], envelope[index + 1]) }
    return envelope
  }
}

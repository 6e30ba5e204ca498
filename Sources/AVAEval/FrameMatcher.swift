internal import AVARecords
internal import Geometry

/// Matches detections to ground truth under one protocol's rules.
struct FrameMatcher {
  private let tables: AlignedTables
  private let rules: EvaluationRules
  private(set) var outcomes: [ClassOutcomes]
  private(set) var counts = Evaluation.Counts()
  private var best: BestEntries?
  private var candidates: [Int32] = []
  private var truth: [Int32] = []
  private var isTaken: [Bool] = []

  init(_ tables: AlignedTables, _ rules: EvaluationRules) {
    self.tables = tables
    self.rules = rules
    outcomes = Array(repeating: ClassOutcomes(), count: tables.classCount)
    best = rules.entriesPerFrame.map { BestEntries(capacity: $0) }
  }

  /// Goes through all key frames.
  mutating func run() {
    countTruth()
    for frame in frameOrder() { match(frame) }
  }

  private mutating func countTruth() {
    for frame in tables.truthRows.order {
      if rules.appliesExclusions, !rules.countsExcludedTruth, tables.isTruthFrameExcluded[frame] { continue }
      for row in tables.truthRows[frame] {
        outcomes[tables.classes[tables.groundTruth.actionIDs[Int(row)]]].groundTruthCount += 1
      }
    }
  }

  /// Detection frames in the order in which the protocol goes through them.
  private func frameOrder() -> [Int] {
    guard rules.followsTruthOrder else { return tables.detectionRows.order }
    var order: [Int] = []
    for frame in tables.truthRows.order {
      let detectionFrame = tables.detectionFrames[frame]
      if detectionFrame >= 0 { order.append(detectionFrame) }
    }
    // Whatever the ground truth does not have follows, to be counted.
    for frame in tables.detectionRows.order {
      let truthFrame = tables.truthFrames[frame]
      if truthFrame < 0 || tables.truthRows.count(truthFrame) == 0 { order.append(frame) }
    }
    return order
  }

  private mutating func match(_ frame: Int) {
    let rows = tables.detectionRows[frame]
    if rules.appliesExclusions, tables.isDetectionFrameExcluded[frame] {
      counts.excludedRows += rows.count
      return
    }
    let truthFrame = tables.truthFrames[frame]
    let hasTruth = truthFrame >= 0 && tables.truthRows.count(truthFrame) > 0
    if !hasTruth, ignoresFrame(isListed: truthFrame >= 0) {
      counts.ignoredRows += rows.count
      return
    }
    chooseCandidates(rows)
    counts.rowsBeyondCap += rows.count - candidates.count
    gatherTruth(hasTruth ? tables.truthRows[truthFrame] : [])
    for row in candidates { score(Int(row)) }
  }

  private func ignoresFrame(isListed: Bool) -> Bool {
    switch rules.framesWithoutTruth {
    case .falsePositives: false
    case .falsePositivesWhereListed: !isListed
    case .ignored: true
    }
  }

  /// Puts the rows that count into `candidates`, in the order of matching.
  private mutating func chooseCandidates(_ rows: ArraySlice<Int32>) {
    candidates.removeAll(keepingCapacity: true)
    if best != nil {
      best?.removeAll()
      for row in rows { best?.offer(row, of: tables.detections) }
      candidates.append(contentsOf: best?.rows ?? [])
    } else {
      candidates.append(contentsOf: rows)
    }
    if rules.matchingOrder == .descendingScore {
      let scores = tables.detections.scores
      // The library's sort is stable: equal scores keep their order.
      candidates.sort { scores[Int($0)] > scores[Int($1)] }
    }
  }

  private mutating func gatherTruth(_ rows: ArraySlice<Int32>) {
    truth.removeAll(keepingCapacity: true)
    truth.append(contentsOf: rows)
    if rules.sortsTruthByPerson {
      let persons = tables.groundTruth.personIDs
      truth.sort { persons[Int($0)] > persons[Int($1)] }
    }
    isTaken.removeAll(keepingCapacity: true)
    isTaken.append(contentsOf: repeatElement(false, count: truth.count))
  }

  /// Decides one detection.
  private mutating func score(_ row: Int) {
    let box = tables.detections.box(ofRow: row)
    if !box.isProper, rules.dropsBoxesWithoutArea {
      counts.rowsWithoutArea += 1
      return
    }
    counts.scoredRows += 1
    let actionID = tables.detections.actionIDs[row]
    var place = -1
    var overlap = -1.0
    if box.isProper {
      for (candidate, truthRow) in truth.enumerated() where tables.groundTruth.actionIDs[Int(truthRow)] == actionID {
        let value = intersection(box, tables.groundTruth.boxes[Int(truthRow)])
        if value > overlap { (place, overlap) = (candidate, value) }
      }
    }
    let isTruePositive = overlap >= 0.5 && !isTaken[place]
    if isTruePositive { isTaken[place] = true }
    let score = tables.detections.scores[row]
    outcomes[tables.classes[actionID]].append(
      score: rules.precision == .float32 ? Double(Float(score)) : score, isTruePositive: isTruePositive)
  }

  private func intersection(_ a: UnitBox, _ b: UnitBox) -> Double {
    rules.precision == .float32 ? singleIntersectionOverUnion(a, b) : intersectionOverUnion(a, b)
  }
}

/// Intersection over union as MMAction2 computes it: coordinates, their differences and areas in float32, the rest in
/// float64.
private func singleIntersectionOverUnion(_ a: UnitBox, _ b: UnitBox) -> Double {
  let (ax1, ay1, ax2, ay2) = (Float(a.x1), Float(a.y1), Float(a.x2), Float(a.y2))
  let (bx1, by1, bx2, by2) = (Float(b.x1), Float(b.y1), Float(b.x2), Float(b.y2))
  let height = max(0, Double(min(ay2, by2) - max(ay1, by1)))
  let width = max(0, Double(min(ax2, bx2) - max(ax1, bx1)))
  let intersection = height * width
  if intersection == 0 { return 0 }
  let areas = (ay2 - ay1) * (ax2 - ax1) + (by2 - by1) * (bx2 - bx1)
  return intersection / (Double(areas) - intersection)
}

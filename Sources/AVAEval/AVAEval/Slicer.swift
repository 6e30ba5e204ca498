internal import AVARecords
internal import Geometry
internal import Parallel

/// A way to put rows into parts.
struct Partition {
  let names: [String]
  let partOfOutcome: (Outcome) -> Int
  let partOfTruth: (Int32) -> Int
}

extension Partition {
  /// Key frames by a number that each has.
  private init(names: [String], partOfFrame: [Int], _ tables: AlignedTables) {
    self.init(
      names: names, partOfOutcome: { partOfFrame[tables.frame(ofDetection: Int($0.row))] },
      partOfTruth: { partOfFrame[tables.frame(ofTruth: Int($0))] })
  }

  static func videos(_ tables: AlignedTables) -> Partition {
    Partition(names: tables.videos, partOfFrame: tables.frames.map(\.video), tables)
  }

  /// - Parameter starts: With how many people each kind of crowd begins, ascending.
  static func crowds(_ starts: [Int], _ tables: AlignedTables) -> Partition {
    let names = starts.indices.map { index in
      if index + 1 == starts.count { return "\(starts[index]) and more" }
      let last = starts[index + 1] - 1
      return last == starts[index] ? "\(last)" : "\(starts[index]) to \(last)"
    }
    let parts = tables.frames.indices.map { frame in
      let people = Set(tables.truthRows(of: frame).map { tables.groundTruth.boxes[Int($0)] }).count
      return max(0, (starts.firstIndex { $0 > people } ?? starts.count) - 1)
    }
    return Partition(names: names, partOfFrame: parts, tables)
  }

  /// - Parameter borders: Where one size ends and the next begins, ascending.
  static func boxSizes(_ borders: [Double], _ tables: AlignedTables) -> Partition {
    var names = zip(borders, borders.dropFirst()).map { "\($0) to \($1)" }
    if let first = borders.first, let last = borders.last { names = ["below \(first)"] + names + ["\(last) and more"] }
    if names.isEmpty { names = ["all"] }
    func part(_ box: UnitBox) -> Int { borders.firstIndex { box.area < $0 } ?? borders.count }
    let (found, truth) = (tables.detections, tables.groundTruth)
    return Partition(
      names: names,
      partOfOutcome: { part($0.isHit ? truth.boxes[Int($0.truthRow)] : found.box(ofRow: Int($0.row))) },
      partOfTruth: { part(truth.boxes[Int($0)]) })
  }
}

/// Evaluates parts of the rows as if there were no others.
struct Slicer {
  private let diagnosis: ProtocolDiagnosis

  init(_ diagnosis: ProtocolDiagnosis) { self.diagnosis = diagnosis }

  func slices(_ partition: Partition, _ pool: WorkerPool) -> [Slice] {
    let classes = pool.map(diagnosis.classes.count) { tally($0, partition) }
    let frameCounts = keyFrameCounts(partition)
    return partition.names.enumerated().map { part, name in
      let own = classes.map { $0[part] }
      return Slice(
        name: name, keyFrameCount: frameCounts[part], groundTruthCount: own.reduce(0) { $0 + $1.truth },
        detectionCount: own.reduce(0) { $0 + $1.detections },
        truePositiveCount: own.reduce(0) { $0 + $1.precisions.count },
        ap: own.map { $0.ap(diagnosis.evaluation.rules) }, loss: own.reduce(0) { $0 + $1.loss })
    }
  }

  /// One class in one part.
  private struct Tally {
    var truth = 0
    var detections = 0
    var precisions: [Double] = []
    var loss = 0.0

    func ap(_ rules: EvaluationRules) -> Double? {
      if rules.leavesOut(groundTruthCount: truth, detectionCount: detections) { return nil }
      return PrecisionRecallCurve(precisions: precisions, groundTruthCount: truth).averagePrecision
    }
  }

  private func tally(_ position: Int, _ partition: Partition) -> [Tally] {
    var tallies = partition.names.map { _ in Tally() }
    let outcomes = diagnosis.outcomes.classes[position]
    for outcome in outcomes.ranked {
      let part = partition.partOfOutcome(outcome)
      tallies[part].detections += 1
      if outcome.isHit {
        tallies[part].precisions.append(
          Double(tallies[part].precisions.count + 1) / Double(tallies[part].detections))
      }
    }
    for row in outcomes.truthRows { tallies[partition.partOfTruth(row)].truth += 1 }
    diagnosis.forEachFalseDetection(of: position) { tallies[partition.partOfOutcome($0)].loss += $2 }
    diagnosis.forEachUnfound(of: position) { tallies[partition.partOfTruth($0.row)].loss += $1 }
    return tallies
  }

  /// In how many key frames each part has rows.
  private func keyFrameCounts(_ partition: Partition) -> [Int] {
    let tables = diagnosis.tables
    var counts = partition.names.map { _ in 0 }
    // The part that each key frame was seen in first; the others only where parts share key frames, which many parts
    // (videos) never do.
    var first = [Int32](repeating: -1, count: tables.frames.count)
    var isSeen: [Bool] = []
    func note(_ frame: Int, _ part: Int) {
      if first[frame] == Int32(part) { return }
      if first[frame] < 0 {
        first[frame] = Int32(part)
      } else {
        if isSeen.isEmpty { isSeen = Array(repeating: false, count: first.count * counts.count) }
        if isSeen[frame * counts.count + part] { return }
        isSeen[frame * counts.count + part] = true
      }
      counts[part] += 1
    }
    for outcomes in diagnosis.outcomes.classes {
      for outcome in outcomes.ranked {
        note(tables.frame(ofDetection: Int(outcome.row)), partition.partOfOutcome(outcome))
      }
      for row in outcomes.truthRows { note(tables.frame(ofTruth: Int(row)), partition.partOfTruth(row)) }
    }
    return counts
  }
}

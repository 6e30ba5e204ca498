internal import AVARecords
internal import Datasets
internal import Geometry
internal import Parallel

/// The overlaps that recall is given for: the one that counts, and some that ask for more.
private func askedOverlaps(_ threshold: Double) -> [Double] {
  [threshold] + [0.5, 0.6, 0.7, 0.8, 0.9].filter { $0 > threshold }
}

extension ProposalRecall {
  init(_ tables: AlignedTables, _ evaluation: Evaluation, pool: WorkerPool) {
    let order = tables.truthOrder
    let framesPerPiece = 512
    let overlaps = askedOverlaps(tables.dataset.overlapThreshold)
    let pieces = pool.map((order.count + framesPerPiece - 1) / framesPerPiece) { piece in
      var tally = Tally(overlaps, classCount: tables.labelMap.labels.count)
      for frame in order[piece * framesPerPiece..<min((piece + 1) * framesPerPiece, order.count)] {
        tally.count(tables, Int(frame), evaluation.rules)
      }
      return tally
    }
    var sum = Tally(overlaps, classCount: tables.labelMap.labels.count)
    for piece in pieces { sum.add(piece) }
    personCount = sum.people
    boxCount = sum.boxes
    precision = sum.boxes == 0 ? nil : Double(sum.boxesOnPeople) / Double(sum.boxes)
    recalls = overlaps.indices.map { index in
      Recall(
        overlap: overlaps[index], share: sum.people == 0 ? nil : Double(sum.peopleFound[index]) / Double(sum.people))
    }
    let ceilings = zip(sum.reached, sum.truth).map { $1 == 0 ? nil : Double($0) / Double($1) }
    let counting = zip(ceilings, evaluation.perClass).compactMap { $1.ap == nil ? nil : $0 }
    self.ceilings = ceilings
    ceiling = counting.isEmpty ? nil : counting.reduce(0, +) / Double(counting.count)
  }
}

/// Counts of some key frames.
private struct Tally {
  var people = 0
  var boxes = 0
  var boxesOnPeople = 0
  var peopleFound: [Int]
  var truth: [Int]
  var reached: [Int]
  private let overlaps: [Double]

  /// - Parameter overlaps: What recall is given for, that which counts first.
  init(_ overlaps: [Double], classCount: Int) {
    self.overlaps = overlaps
    peopleFound = overlaps.map { _ in 0 }
    truth = Array(repeating: 0, count: classCount)
    reached = truth
  }

  mutating func add(_ other: Tally) {
    people += other.people
    boxes += other.boxes
    boxesOnPeople += other.boxesOnPeople
    for index in peopleFound.indices { peopleFound[index] += other.peopleFound[index] }
    for position in truth.indices {
      truth[position] += other.truth[position]
      reached[position] += other.reached[position]
    }
  }

  /// Counts a key frame with ground truth.
  mutating func count(_ tables: AlignedTables, _ frame: Int, _ rules: EvaluationRules) {
    let isExcluded = rules.appliesExclusions && tables.frames[frame].isExcluded
    if isExcluded, !rules.countsExcludedTruth { return }
    let proposals = isExcluded ? [] : proposedBoxes(tables, frame)
    var best: [UnitBox: Double] = [:]
    var isOnPerson = proposals.map { _ in false }
    for row in tables.truthRows(of: frame) {
      let person = tables.groundTruth.boxes[Int(row)]
      if best[person] == nil {
        var most = 0.0
        for (index, box) in proposals.enumerated() {
          let overlap = rules.overlap(box, person)
          most = max(most, overlap)
          if overlap >= overlaps[0] { isOnPerson[index] = true }
        }
        best[person] = most
        people += 1
        for (index, least) in overlaps.enumerated() where most >= least { peopleFound[index] += 1 }
      }
      guard let position = tables.classPosition(ofTruth: Int(row)) else { continue }
      truth[position] += 1
      if let most = best[person], most >= overlaps[0] { reached[position] += 1 }
    }
    boxes += proposals.count
    boxesOnPeople += isOnPerson.count { $0 }
  }

  private func proposedBoxes(_ tables: AlignedTables, _ frame: Int) -> [UnitBox] {
    var boxes: [UnitBox] = []
    var known: Set<UnitBox> = []
    var last: Int32 = -1
    for row in tables.detectionRows(of: frame) {
      let number = tables.detections.boxNumbers[Int(row)]
      if number == last { continue }
      last = number
      let box = tables.detections.boxes[Int(number)]
      if box.isProper, known.insert(box).inserted { boxes.append(box) }
    }
    return boxes
  }
}

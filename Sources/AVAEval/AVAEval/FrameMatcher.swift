internal import AVARecords
internal import Geometry

/// Matches the detections of key frames, one after the other, under several protocols' rules.
struct FrameMatcher {
  private let tables: AlignedTables
  private let rules: [EvaluationRules]
  private var results: [PieceOutcomes]
  private var truth: FrameTruth
  private var best = BestEntries()
  private var contested: [Int32] = []

  /// - Parameter rowCount: How many rows of detections the key frames have.
  init(_ tables: AlignedTables, _ rules: [EvaluationRules], rowCount: Int) {
    self.tables = tables
    self.rules = rules
    results = rules.map { _ in PieceOutcomes(capacity: rowCount) }
    truth = FrameTruth(classCount: tables.labelMap.labels.count)
  }

  /// Matches the detections of one key frame.
  mutating func match(_ frame: Int) {
    let rows = tables.detectionRows(of: frame)
    let keyFrame = tables.frames[frame]
    truth.load(tables, frame)
    for index in rules.indices {
      if rules[index].appliesExclusions, keyFrame.isExcluded {
        results[index].counts.excludedRows += rows.count
      } else if truth.isEmpty, rules[index].ignoresFrame(isListed: keyFrame.isListed) {
        results[index].counts.ignoredRows += rows.count
      } else if let cap = rules[index].entriesPerFrame {
        best.select(rows, of: tables.detections, capacity: cap)
        results[index].counts.rowsBeyondCap += rows.count - best.rows.count
        results[index].counts.rowsTiedAtCap += best.tiedCount
        match(best.rows[...], index)
      } else {
        match(rows, index)
      }
    }
  }

  /// The outcomes of all protocols, sorted by class.
  consuming func finish() -> [PieceOutcomes] {
    results.map { result in
      var result = result
      result.sort(classCount: tables.labelMap.labels.count)
      return result
    }
  }

  /// Matches candidates in the protocol's order.
  ///
  /// A row of a class without ground truth here misses whatever the others do; only the rest need an order.
  private mutating func match(_ candidates: ArraySlice<Int32>, _ index: Int) {
    let detections = tables.detections
    let dropsFlat = rules[index].dropsBoxesWithoutArea
    truth.forgetTaken()
    contested.removeAll(keepingCapacity: true)
    var latest: (box: Int32, isFlat: Bool) = (-1, false)
    for row in candidates {
      if dropsFlat {
        let box = detections.boxNumbers[Int(row)]
        if box != latest.box { latest = (box, !detections.boxes[Int(box)].isProper) }
        if latest.isFlat {
          results[index].counts.rowsWithoutArea += 1
          continue
        }
      }
      let position = tables.classes[detections.actionIDs[Int(row)]]
      if truth.has(class: position) {
        contested.append(row)
      } else {
        append(row, truthRow: -1, position, index)
      }
    }
    if rules[index].matchingOrder == .descendingScore {
      let scores = tables.detections.scores
      // The library's sort is stable: equal scores keep their order.
      contested.sort { scores[Int($0)] > scores[Int($1)] }
    }
    for row in contested {
      let position = tables.classes[tables.detections.actionIDs[Int(row)]]
      let truthRow = truth.take(
        class: position, for: tables.detections.box(ofRow: Int(row)), byPerson: rules[index].sortsTruthByPerson,
        isSingle: rules[index].precision == .float32)
      append(row, truthRow: truthRow, position, index)
    }
  }

  private mutating func append(_ row: Int32, truthRow: Int32, _ position: Int, _ index: Int) {
    let score = tables.detections.scores[Int(row)]
    let rounded = rules[index].precision == .float32 ? Double(Float(score)) : score
    results[index].append(Outcome(score: rounded, row: row, truthRow: truthRow), class: position)
  }
}

extension EvaluationRules {
  /// Whether detections in a key frame without ground truth of the label map's classes are nothing at all.
  fileprivate func ignoresFrame(isListed: Bool) -> Bool {
    switch framesWithoutTruth {
    case .falsePositives: false
    case .falsePositivesWhereListed: !isListed
    case .ignored: true
    }
  }
}

internal import AVARecords
public import Parallel

/// Matches detections to ground truth under several protocols in one pass over the key frames.
///
/// - Parameters:
///   - rules: The protocols.
///   - pool: The threads that share the work; the caller's alone when nil. The result does not depend on it.
/// - Returns: What became of the detections under each of `rules`, class by class in the label map's order.
/// - Complexity: Linear in rows, but for the order of the rows of one key frame.
public func match(
  _ tables: AlignedTables, rules: [EvaluationRules], pool: WorkerPool? = nil
) -> [ProtocolOutcomes] {
  let pool = pool ?? WorkerPool(threads: 1)
  let order = tables.detectionOrder
  let pieceCount = (order.count + framesPerPiece - 1) / framesPerPiece
  let pieces = pool.map(pieceCount) { piece in
    var matcher = FrameMatcher(tables, rules)
    for frame in order[piece * framesPerPiece..<min((piece + 1) * framesPerPiece, order.count)] {
      matcher.match(Int(frame))
    }
    return matcher.finish()
  }
  let classCount = tables.labelMap.labels.count
  let truth = rules.map { countedTruth(tables, $0) }
  let rankings = rules.map { Ranking(tables, $0) }
  let classes = pool.map(rules.count * classCount) { number in
    let (rule, position) = (number / classCount, number % classCount)
    return ClassOutcomes(
      label: tables.labelMap.labels[position],
      ranked: rankings[rule].rank(pieces.lazy.map { $0[rule].outcomes(ofClass: position) }),
      truthRows: truth[rule][position])
  }
  return rules.indices.map { rule in
    var counts = Evaluation.Counts()
    for piece in pieces { counts.add(piece[rule].counts) }
    return ProtocolOutcomes(
      rules: rules[rule], classes: Array(classes[rule * classCount..<(rule + 1) * classCount]), counts: counts)
  }
}

/// Enough key frames to make a piece worth a thread's while, few enough to share them evenly.
private let framesPerPiece = 256

/// The ground-truth rows that a protocol counts, class by class.
private func countedTruth(_ tables: AlignedTables, _ rules: EvaluationRules) -> [[Int32]] {
  var rows = [[Int32]](repeating: [], count: tables.labelMap.labels.count)
  for frame in tables.truthOrder {
    if rules.appliesExclusions, !rules.countsExcludedTruth, tables.frames[Int(frame)].isExcluded { continue }
    for row in tables.truthRows(of: Int(frame)) {
      rows[tables.classes[tables.groundTruth.actionIDs[Int(row)]]].append(row)
    }
  }
  return rows
}

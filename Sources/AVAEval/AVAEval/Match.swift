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
  var pieces = matchPieces(tables, rules, pool)
  let scratch = (0..<pool.threads).map { _ in Scratch() }
  return rules.indices.map { index in
    // One protocol after the other, so that each lets go of its pieces when its classes are ranked.
    let own = pieces.map { $0[index] }
    for piece in pieces.indices { pieces[piece][index] = PieceOutcomes(capacity: 0) }
    let truth = countedTruth(tables, rules[index])
    let ranking = Ranking(tables, rules[index])
    let classes = pool.map(truth.count) { position, thread in
      ClassOutcomes(
        label: tables.labelMap.labels[position],
        ranked: ranking.rank(own, class: position, scratch: &scratch[thread].outcomes), truthRows: truth[position])
    }
    var counts = Evaluation.Counts()
    for piece in own { counts.add(piece.counts) }
    return ProtocolOutcomes(rules: rules[index], classes: classes, counts: counts, dataset: tables.dataset)
  }
}

/// Matches key frames piece by piece: for each piece, what came out under each protocol.
private func matchPieces(
  _ tables: AlignedTables, _ rules: [EvaluationRules], _ pool: WorkerPool
) -> [[PieceOutcomes]] {
  let order = tables.detectionOrder
  return pool.map((order.count + framesPerPiece - 1) / framesPerPiece) { piece in
    let frames = order[piece * framesPerPiece..<min((piece + 1) * framesPerPiece, order.count)]
    var matcher = FrameMatcher(
      tables, rules, rowCount: frames.reduce(0) { $0 + tables.detectionRows(of: Int($1)).count })
    for frame in frames { matcher.match(Int(frame)) }
    return matcher.finish()
  }
}

/// Memory that a thread keeps from one class to the next.
private final class Scratch {
  var outcomes: [Outcome] = []
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

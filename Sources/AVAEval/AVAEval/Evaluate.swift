public import AVARecords
public import Datasets
public import Parallel

/// Scores detections against ground truth under several protocols.
///
/// - Parameters:
///   - detections: The rows to judge, in the order in which they were made.
///   - groundTruth: The truth; rows and detections of classes that the label map lacks are passed over.
///   - labelMap: The classes that are scored.
///   - exclusions: Key frames that are not scored, for the protocols that know exclusions.
///   - dataset: Whose classes and clock they are, and how far a box must overlap a person.
///   - rules: The protocols.
///   - pool: The threads that share the work; the caller's alone when nil. The result does not depend on it.
/// - Returns: One evaluation for each of `rules`.
/// - Throws: `EvaluationError` when a table holds NaN or infinity.
public func evaluate(
  detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
  exclusions: ExcludedTimestamps = ExcludedTimestamps(), dataset: ActionDataset, rules: [EvaluationRules],
  pool: WorkerPool? = nil
) throws(EvaluationError) -> [Evaluation] {
  let tables = try AlignedTables(
    detections: detections, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions,
    dataset: dataset)
  return match(tables, rules: rules, pool: pool).map { evaluate($0, pool: pool) }
}

/// Scores detections against ground truth under one protocol.
public func evaluate(
  detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
  exclusions: ExcludedTimestamps = ExcludedTimestamps(), dataset: ActionDataset, rules: EvaluationRules,
  pool: WorkerPool? = nil
) throws(EvaluationError) -> Evaluation {
  let tables = try AlignedTables(
    detections: detections, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions,
    dataset: dataset)
  return evaluate(match(tables, rules: [rules], pool: pool)[0], pool: pool)
}

/// Scores what became of the detections under a protocol.
public func evaluate(_ outcomes: ProtocolOutcomes, pool: WorkerPool? = nil) -> Evaluation {
  let pool = pool ?? WorkerPool(threads: 1)
  return Evaluation(
    rules: outcomes.rules,
    perClass: pool.map(outcomes.classes.count) { classResult(outcomes.classes[$0], outcomes.rules) },
    counts: outcomes.counts, dataset: outcomes.dataset)
}

private func classResult(_ outcomes: ClassOutcomes, _ rules: EvaluationRules) -> ClassResult {
  let isLeftOut = rules.leavesOut(
    groundTruthCount: outcomes.groundTruthCount, detectionCount: outcomes.ranked.count)
  var ap: Double?
  var interval: ClosedRange<Double>?
  if !isLeftOut {
    ap = PrecisionRecallCurve(outcomes).averagePrecision
    let worst = PrecisionRecallCurve(outcomes, tieOrder: .worst).averagePrecision
    let best = PrecisionRecallCurve(outcomes, tieOrder: .best).averagePrecision
    interval = worst...max(worst, best)
  }
  return ClassResult(
    id: outcomes.label.id, name: outcomes.label.name, ap: ap, apInterval: interval,
    groundTruthCount: outcomes.groundTruthCount, detectionCount: outcomes.ranked.count,
    truePositiveCount: outcomes.hitCount)
}

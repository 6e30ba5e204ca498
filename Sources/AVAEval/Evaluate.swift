public import AVARecords

/// Scores detections against ground truth under several protocols.
///
/// - Parameters:
///   - detections: The rows to judge, in the order in which they were made.
///   - groundTruth: The truth; rows and detections of classes that the label map lacks are passed over.
///   - labelMap: The classes that are scored.
///   - exclusions: Key frames that are not scored, for the protocols that know exclusions.
///   - rules: The protocols.
/// - Returns: One evaluation for each of `rules`.
/// - Throws: `EvaluationError` when a table holds NaN or infinity.
public func evaluate(
  detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
  exclusions: Exclusions = Exclusions(), rules: [EvaluationRules]
) throws(EvaluationError) -> [Evaluation] {
  let tables = try AlignedTables(
    detections: detections, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions)
  return rules.map { evaluate(tables, labelMap, $0) }
}

/// Scores detections against ground truth under one protocol.
public func evaluate(
  detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
  exclusions: Exclusions = Exclusions(), rules: EvaluationRules
) throws(EvaluationError) -> Evaluation {
  let tables = try AlignedTables(
    detections: detections, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions)
  return evaluate(tables, labelMap, rules)
}

/// Matches detections to ground truth and returns what became of them, class by class in the label map's order.
public func matchDetections(
  detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
  exclusions: Exclusions = Exclusions(), rules: EvaluationRules
) throws(EvaluationError) -> [ClassOutcomes] {
  let tables = try AlignedTables(
    detections: detections, groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions)
  var matcher = FrameMatcher(tables, rules)
  matcher.run()
  return matcher.outcomes
}

private func evaluate(_ tables: AlignedTables, _ labelMap: LabelMap, _ rules: EvaluationRules) -> Evaluation {
  var matcher = FrameMatcher(tables, rules)
  matcher.run()
  let perClass = zip(labelMap.labels, matcher.outcomes).map { classResult($0, $1, rules) }
  return Evaluation(rules: rules, perClass: perClass, counts: matcher.counts)
}

private func classResult(
  _ label: LabelMap.Label, _ outcomes: ClassOutcomes, _ rules: EvaluationRules
) -> ClassResult {
  let isLeftOut = outcomes.groundTruthCount == 0 || (outcomes.scores.isEmpty && rules.leavesOutUndetectedClasses)
  var ap: Double?
  var interval: ClosedRange<Double>?
  if !isLeftOut {
    let ranked = RankedOutcomes(outcomes)
    ap = PrecisionRecallCurve(ranked).averagePrecision
    let worst = PrecisionRecallCurve(ranked, tieOrder: .worst).averagePrecision
    let best = PrecisionRecallCurve(ranked, tieOrder: .best).averagePrecision
    interval = worst...max(worst, best)
  }
  return ClassResult(
    id: label.id, name: label.name, ap: ap, apInterval: interval, groundTruthCount: outcomes.groundTruthCount,
    detectionCount: outcomes.scores.count, truePositiveCount: outcomes.isTruePositive.count { $0 })
}

internal import AVARecords
internal import Datasets
public import Parallel

/// Explains a protocol's numbers: curves, kinds of errors and their costs, parts of the data, calibration, the ceiling
/// that the boxes set, the worst key frames, and how sure the numbers are.
///
/// - Parameters:
///   - tables: What was matched.
///   - outcomes: What `match(_:rules:)` made of it.
///   - pool: The threads that share the work; the caller's alone when nil. The result does not depend on it.
public func explain(
  _ tables: AlignedTables, _ outcomes: ProtocolOutcomes, options: ExplanationOptions = ExplanationOptions(),
  pool: WorkerPool? = nil
) -> Explanation {
  let pool = pool ?? WorkerPool(threads: 1)
  let diagnosis = ProtocolDiagnosis(tables, outcomes, pool: pool)
  let proposals = ProposalRecall(tables, diagnosis.evaluation, pool: pool)
  let calibrations = pool.map(outcomes.classes.count) {
    ScoreCounts(outcomes.classes[$0].ranked, binCount: options.calibrationBins)
  }
  let classes = pool.map(outcomes.classes.count) { position in
    ClassExplanation(
      diagnosis, position, calibration: calibrations[position].calibration, ceiling: proposals.ceilings[position],
      options)
  }
  let frameLosses = diagnosis.frameLosses()
  let slicer = Slicer(diagnosis)
  return Explanation(
    evaluation: diagnosis.evaluation, classes: classes,
    groups: tables.dataset.groups.map { GroupExplanation($0, classes) }, errors: meanErrors(classes),
    calibration: calibrations.reduce(into: ScoreCounts(binCount: options.calibrationBins)) { $0.add($1) }.calibration,
    proposals: proposals, boxSizes: slicer.slices(.boxSizes(options.boxAreas, tables), pool),
    crowds: slicer.slices(.crowds(options.crowds, tables), pool),
    videos: slicer.slices(.videos(tables), pool).filter { $0.groundTruthCount + $0.detectionCount > 0 },
    worstFrames: worstFrames(diagnosis, frameLosses, limit: options.worstFrames),
    bootstrap: options.resampling.map { bootstrap(tables, outcomes, $0, pool: pool) })
}

extension ClassExplanation {
  init(
    _ diagnosis: ProtocolDiagnosis, _ position: Int, calibration: Calibration?, ceiling: Double?,
    _ options: ExplanationOptions
  ) {
    result = diagnosis.evaluation.perClass[position]
    group = diagnosis.tables.dataset.group(of: result.id)
    let outcomes = diagnosis.outcomes.classes[position]
    curve = thinnedCurve(outcomes, limit: options.curvePoints)
    bestF1 = bestOperatingPoint(outcomes)
    errors = errorCosts(diagnosis.classes[position], diagnosis.shares[position], ap: result.ap)
    self.calibration = calibration
    self.ceiling = ceiling
  }
}

extension GroupExplanation {
  init(_ group: ActionGroup, _ all: [ClassExplanation]) {
    let classes = all.filter { $0.group == group }
    let values = classes.compactMap(\.result.ap)
    self.group = group
    classCount = values.count
    mAP = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    groundTruthCount = classes.reduce(0) { $0 + $1.result.groundTruthCount }
    detectionCount = classes.reduce(0) { $0 + $1.result.detectionCount }
    truePositiveCount = classes.reduce(0) { $0 + $1.result.truePositiveCount }
    errors = meanErrors(classes)
  }
}

/// What each kind of error costs a class.
private func errorCosts(_ diagnosis: ClassDiagnosis, _ shares: LossShares, ap: Double?) -> [ErrorCost] {
  var losses = [Double](repeating: 0, count: ErrorKind.allCases.count)
  var detections = losses.map { _ in 0 }
  var truth = detections
  for (rank, kind) in diagnosis.kinds.enumerated() {
    guard let kind else { continue }
    detections[kind.position] += 1
    if rank < shares.ofRank.count { losses[kind.position] += shares.ofRank[rank] }
  }
  for unfound in diagnosis.unfound {
    truth[unfound.kind.position] += 1
    losses[unfound.kind.position] += shares.ofTruth
  }
  return ErrorKind.allCases.map { kind in
    ErrorCost(
      kind, detectionCount: detections[kind.position], truthCount: truth[kind.position],
      gain: ap.map { diagnosis.averagePrecision(repairing: [kind]) - $0 }, loss: ap.map { _ in losses[kind.position] })
  }
}

/// What each kind of error costs several classes: counts of all, means over those that count.
private func meanErrors(_ classes: [ClassExplanation]) -> [ErrorCost] {
  let counting = classes.count { $0.result.ap != nil }
  func mean(_ value: (ClassExplanation) -> Double?) -> Double? {
    counting == 0 ? nil : classes.reduce(0) { $0 + (value($1) ?? 0) } / Double(counting)
  }
  return ErrorKind.allCases.map { kind in
    ErrorCost(
      kind, detectionCount: classes.reduce(0) { $0 + $1.errors[kind.position].detectionCount },
      truthCount: classes.reduce(0) { $0 + $1.errors[kind.position].truthCount },
      gain: mean { $0.errors[kind.position].gain }, loss: mean { $0.errors[kind.position].loss })
  }
}

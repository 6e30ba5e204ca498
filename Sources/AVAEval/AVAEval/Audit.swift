public import AVARecords
internal import Datasets
public import Parallel
internal import Wording

/// Looks for whatever may make a score mean something else than its reader thinks.
///
/// - Parameters:
///   - tables: The detections, with the ground truth where there is one: without, only the rows themselves are looked
///     at.
///   - counts: What the reader of the detections met.
///   - faults: The rows that it could not use.
///   - pool: The threads that share the work; the caller's alone when nil.
/// - Returns: Findings, the graver ones first.
public func audit(
  _ tables: AlignedTables, counts: RowCounts = RowCounts(), faults: RowFaults = RowFaults(), pool: WorkerPool? = nil
) -> [Finding] {
  let pool = pool ?? WorkerPool(threads: 1)
  var findings = readingFindings(counts, faults)
  let boxes = BoxAudit(tables.detections)
  findings += boxes.findings
  let hasTruth = !tables.groundTruth.frameIndex.frames.isEmpty
  let truthPixels = truthPixelFindings(tables.groundTruth)
  let classes = ClassAudit(tables.detections.actionIDs, tables.labelMap)
  let convention =
    hasTruth && !boxes.hasPixels && truthPixels.isEmpty
    ? ConventionAudit(ConventionSample(tables), classes.usedIDs) : nil
  findings += classes.findings(isTrusted: convention?.hasTrustedIDs ?? false)
  findings += RowAudit(tables, pool).findings(tables)
  findings += scoreFindings(tables.detections)
  if hasTruth {
    findings += (convention?.findings ?? []) + truthPixels + commonFindings(tables, pool)
    findings += labelMapFindings(tables.labelMap, tables.dataset)
  }
  return gravestFirst(findings)
}

/// Looks for whatever may make the ground truth of a run mean something else than its detections, whose own columns
/// are known to be right.
///
/// - Returns: Findings, the graver ones first.
public func auditGroundTruth(_ tables: AlignedTables, pool: WorkerPool? = nil) -> [Finding] {
  let pixels = truthPixelFindings(tables.groundTruth)
  let ids = ClassAudit(tables.groundTruth.actionIDs, tables.labelMap).usedIDs
  let convention = pixels.isEmpty ? ConventionAudit(ConventionSample(tables, .groundTruth), ids).findings : []
  return gravestFirst(pixels + convention + commonFindings(tables, pool ?? WorkerPool(threads: 1)))
}

/// What the ground truth says by itself, and how its key frames and those of the detections fit together.
private func commonFindings(_ tables: AlignedTables, _ pool: WorkerPool) -> [Finding] {
  var findings = FrameAudit(tables).findings
  if tables.hasForeignExclusions {
    findings.append(
      Finding(
        .foreignExclusions, isFault: false, count: 1, "no excluded key frame is of a video here",
        hint: "are they those of another split, or named otherwise?"))
  }
  return findings + repeatedTruthFindings(tables, pool)
    + ClassAudit(tables.groundTruth.actionIDs, tables.labelMap).truthFindings
}

private func gravestFirst(_ findings: [Finding]) -> [Finding] {
  findings.filter(\.isFault) + findings.filter { !$0.isFault }
}

/// Says when a label map has all classes of a data set of which some are scored.
private func labelMapFindings(_ labelMap: LabelMap, _ dataset: ActionDataset) -> [Finding] {
  let count = dataset.classNames.count
  guard let scored = dataset.scoredClasses, let scoredMap = dataset.scoredLabelMap, scored.count < count,
    labelMap.labels.map(\.id).sorted() == Array(1...count)
  else { return [] }
  return [
    Finding(
      .eightyClasses, isFault: false, count: count, "the label map has all of \(dataset.name)'s \(count) classes",
      hint: "published figures are means over the \(scored.count) of \(scoredMap)")
  ]
}

private func readingFindings(_ counts: RowCounts, _ faults: RowFaults) -> [Finding] {
  var findings = faults.faults.map { fault in
    let column = fault.column.map { " in the column of \($0)" } ?? ""
    return Finding(
      .unreadableRows, isFault: true, count: fault.count,
      "\(counted(fault.count, "row")) without \(fault.expected)\(column)",
      examples: fault.examples.map { "line \($0.line): \($0.found)" },
      hint: (fault.advice ?? "correct these lines") + "; --fix leaves them out")
  }
  if counts.keyFramesOnly > 0 {
    findings.append(
      Finding(
        .keyFramesOnly, isFault: false, count: counts.keyFramesOnly,
        "\(counted(counts.keyFramesOnly, "row")) of two columns (video, second) passed over, as the official evaluator does",
        hint: "PySlowFast's and MMAction2's evaluators refuse the file: remove such rows for them"))
  }
  if counts.withoutScore > 0 {
    findings.append(
      Finding(
        .missingScores, isFault: true, count: counts.withoutScore,
        "\(counted(counts.withoutScore, "row")) without a score", hint: "evaluators take them for score 1"))
  }
  return findings
}

internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Parallel

/// What detections are judged by, read from its files.
struct EvaluationInputs {
  let labels: LabelMap
  let truth: GroundTruthTable
  let exclusions: ExcludedTimestamps

  /// Reads the files and says what looks wrong with them.
  init(groundTruth: String, labelMap: String, exclusions path: String?) throws {
    try self.init(groundTruth: groundTruth, LabelMap.read(path: labelMap), exclusions: path)
  }

  /// The same with classes that are known already.
  init(groundTruth: String, _ labels: LabelMap, exclusions path: String?) throws {
    self.labels = labels
    let truth = try GroundTruthTable.read(path: groundTruth)
    exclusions = try path.map { try ExcludedTimestamps.read(path: $0) } ?? ExcludedTimestamps()
    for notice in labels.notices { Console.warn(notice) }
    for notice in truth.counts.notices(groundTruth) { Console.warn(notice) }
    if let path, exclusions.count == 0 { Console.warn("'\(path)' excludes no key frame") }
    self.truth = truth.table
  }

  /// Reads detections.
  ///
  /// - Returns: The rows beside the ground truth, and what looks wrong.
  func tables(detections path: String, pool: WorkerPool) throws -> (tables: AlignedTables, findings: [Finding]) {
    let found = try DetectionTable.read(path: path, pool: pool)
    let tables = try AlignedTables(
      detections: found.table, groundTruth: truth, labelMap: labels, exclusions: exclusions, dataset: .ava)
    return (tables, audit(tables, counts: found.counts, pool: pool))
  }

  /// Takes detections that were made here, whose columns are known to be right.
  ///
  /// - Returns: The rows beside the ground truth, and what looks wrong.
  func tables(_ table: DetectionTable, pool: WorkerPool) throws -> (tables: AlignedTables, findings: [Finding]) {
    let tables = try AlignedTables(
      detections: table, groundTruth: truth, labelMap: labels, exclusions: exclusions, dataset: .ava)
    return (tables, auditGroundTruth(tables, pool: pool))
  }
}

extension Console {
  /// Says what an audit found: mistakes are warnings, what may only surprise is a note.
  static func say(_ findings: [Finding], about path: String? = nil) {
    for finding in findings {
      let line = (path.map { "'\($0)': " } ?? "") + finding.line
      if finding.isFault { warn(line) } else { say("note: \(line)") }
    }
  }
}

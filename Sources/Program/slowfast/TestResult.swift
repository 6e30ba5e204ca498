internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Detect
internal import Parallel
internal import Wording

/// The mAP of a test run as the reference computes it (unrounded scores, PySlowFast's protocol), and what may make it
/// mean something else than it seems to.
struct TestResult {
  private let evaluation: Evaluation
  private let findings: [Finding]
  /// What is said of key frames that damage has taken out; empty where all were scored.
  private let lack: String

  /// The mean of the classes' average precisions; nil where no class has ground truth.
  var mAP: Double? { evaluation.mAP }

  /// - Parameter total: How many key frames were to be scored.
  init(
    _ labels: AVATestLabels, _ detections: Detections, _ groundTruth: GroundTruthTable, of total: Int
  ) throws {
    let pool = WorkerPool()
    let tables = try AlignedTables(
      detections: try detections.table, groundTruth: groundTruth, labelMap: labels.labelMap,
      exclusions: labels.exclusions, dataset: labels.dataset)
    findings = auditGroundTruth(tables, pool: pool)
    let missing = detections.damage.keyFrames.count
    lack = missing == 0 ? "" : "; \(missing) of \(counted(total, "key frame")) missing"
    evaluation = evaluate(match(tables, rules: [.pyslowfast], pool: pool)[0], pool: pool)
  }

  /// Whether a finding explains that nothing was found.
  private func isCause(_ finding: Finding) -> Bool {
    switch finding.kind {
    case .boxForm, .shiftedSeconds, .classNumbers, .poorOverlap, .unknownTruthClasses: true
    default: finding.isFault
    }
  }

  /// Says the findings on stderr, and prints the table of classes and the mAP.
  func show() {
    Console.say(findings)
    if evaluation.mAP == 0, !findings.contains(where: isCause) {
      Console.warn(
        "no detection found a person with the right action, and the files do not say why -> 'slowfast evaluate "
          + "--explain' on detections_latest.csv says what is wrong with the detections: boxes, actions, or both")
    }
    let threshold = evaluation.dataset.overlapThreshold
    let rows = evaluation.perClass.compactMap { result in
      result.ap.map {
        ["\(result.id)", result.name, fixed($0, 4), "\(result.groundTruthCount)", "\(result.detectionCount)"]
      }
    }
    print(TextTable(["id", "class", "AP@\(threshold)", "ground truth", "detections"], rows).text, terminator: "")
    let mean = evaluation.mAP.map { "\($0)" } ?? "none: no class has ground truth"
    let line = "mAP@\(threshold)IOU (PySlowFast's protocol, unrounded scores\(lack)): \(mean)"
    print("\n\(line)")
    Console.note(line)
  }
}

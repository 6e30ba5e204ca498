public import AVAEval
internal import Datasets
internal import Wording

/// The mAP of a test run as the reference computes it (unrounded scores, PySlowFast's protocol), and what may make it
/// mean something else than it seems to.
public struct TestSummary: Sendable {
  private let evaluation: Evaluation
  /// What an audit of the ground truth beside the detections says.
  public let findings: [Finding]
  /// What is said of key frames that damage has taken out; empty where all were scored.
  private let lack: String

  /// - Parameters:
  ///   - missing: How many key frames were not scored.
  ///   - keyFrames: How many there are.
  public init(_ evaluation: Evaluation, findings: [Finding], missing: Int, of keyFrames: Int) {
    self.evaluation = evaluation
    self.findings = findings
    lack = missing == 0 ? "" : "; \(missing) of \(counted(keyFrames, "key frame")) missing"
  }

  /// The mean of the classes' average precisions; nil where no class has ground truth.
  public var mAP: Double? { evaluation.mAP }

  /// Whether a finding explains that nothing was found.
  private func isCause(_ finding: Finding) -> Bool {
    switch finding.kind {
    case .boxForm, .shiftedSeconds, .classNumbers, .poorOverlap, .unknownTruthClasses: true
    default: finding.isFault
    }
  }

  /// Said of a mean of 0 that no finding explains.
  public var warning: String? {
    guard evaluation.mAP == 0, !findings.contains(where: isCause) else { return nil }
    return "no detection found a person with the right action, and the files do not say why -> 'slowfast evaluate "
      + "--explain' on detections_latest.csv says what is wrong with the detections: boxes, actions, or both"
  }

  /// The table of the classes that have ground truth, and the mAP.
  public var text: String {
    let threshold = evaluation.dataset.overlapThreshold
    let rows = evaluation.perClass.compactMap { result in
      result.ap.map {
        ["\(result.id)", result.name, fixed($0, 4), "\(result.groundTruthCount)", "\(result.detectionCount)"]
      }
    }
    return TextTable(["id", "class", "AP@\(threshold)", "ground truth", "detections"], rows).text + "\n" + line
  }

  /// The mAP alone.
  public var line: String {
    let mean = evaluation.mAP.map { "\($0)" } ?? "none: no class has ground truth"
    return "mAP@\(evaluation.dataset.overlapThreshold)IOU (PySlowFast's protocol, unrounded scores\(lack)): \(mean)"
  }
}

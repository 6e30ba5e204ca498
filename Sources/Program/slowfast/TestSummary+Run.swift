internal import AVAEval
internal import AVARecords
internal import Detect
internal import Parallel
internal import Runs
internal import TextReports

extension TestSummary {
  /// Evaluates a test run's detections, unrounded.
  ///
  /// - Parameter total: How many key frames were to be scored.
  init(_ labels: AVATestLabels, _ detections: Detections, _ groundTruth: GroundTruthTable, of total: Int) throws {
    let pool = WorkerPool()
    let tables = try AlignedTables(
      detections: try detections.table, groundTruth: groundTruth, labelMap: labels.labelMap,
      exclusions: labels.exclusions, dataset: labels.dataset)
    self.init(
      evaluate(match(tables, rules: [.pyslowfast], pool: pool)[0], pool: pool),
      findings: auditGroundTruth(tables, pool: pool), missing: detections.damage.keyFrames.count,
      of: total)
  }

  /// Says the findings on stderr, and prints the table of classes and the mAP.
  func show() {
    Console.say(findings)
    if let warning { Console.warn(warning) }
    print(text)
    Console.note(line)
  }
}

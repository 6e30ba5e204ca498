internal import AVAEval
internal import AVARecords
internal import Detect
internal import Parallel
internal import TextReports

extension TestSummary {
  /// Evaluates a test run's detections, unrounded.
  init(_ test: AVATest, _ detections: Detections, _ groundTruth: GroundTruthTable) throws {
    let pool = WorkerPool()
    let tables = try AlignedTables(
      detections: try detections.table, groundTruth: groundTruth, labelMap: test.labelMap, exclusions: test.exclusions,
      dataset: test.dataset)
    self.init(
      evaluate(match(tables, rules: [.pyslowfast], pool: pool)[0], pool: pool),
      findings: auditGroundTruth(tables, pool: pool), missing: detections.damage.keyFrames.count,
      of: test.keyFrameCount)
  }

  /// Says the findings on stderr, and prints the table of classes and the mAP.
  func show() {
    Console.say(findings)
    if let warning { Console.warn(warning) }
    print(text)
  }
}

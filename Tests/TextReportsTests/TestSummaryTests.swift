import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing
import TextReports

/// What `test` says of a run.
@Suite struct TestSummaryTests {
  private func summary(_ findings: [Finding] = [], missing: Int = 0, shift: Double = 0) throws -> TestSummary {
    let (_, outcomes) = try Situation(shift: shift).matched()
    return TestSummary(evaluate(outcomes), findings: findings, missing: missing, of: 3)
  }

  @Test func classesWithGroundTruthAndTheMean() throws {
    let lines = try summary().text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.contains { $0.contains("stand") && $0.hasSuffix(" 3") }, "\(lines)")
    #expect(!lines.contains { $0.contains("talk to") })
    #expect(lines[0].hasPrefix("id") && lines[0].contains("AP@0.5"))
    #expect(lines.last!.hasPrefix("mAP@0.5IOU (PySlowFast's protocol, unrounded scores): 0.3333333"), "\(lines)")
    #expect(lines[lines.count - 2].isEmpty)
  }

  @Test func whatDamageTookIsSaid() throws {
    #expect(try summary(missing: 2).text.contains("unrounded scores; 2 of 3 key frames missing): "))
  }

  @Test func onlyAMeanOfZeroWithoutACauseIsWarnedOf() throws {
    #expect(try summary().warning == nil)
    let warning = try nothingFound([]).warning
    #expect(
      warning?.hasPrefix("no detection found a person with the right action, and the files do not say why") == true)
    let cause = Finding(.missingScores, isFault: true, count: 1, "a row without a score", hint: "give one")
    #expect(try nothingFound([cause]).warning == nil)
    let notice = Finding(.keyFramesOnly, isFault: false, count: 1, "1 row names a key frame", hint: "none")
    #expect(try nothingFound([notice]).warning == warning)
  }

  private func nothingFound(_ findings: [Finding]) throws -> TestSummary {
    var truth = GroundTruthTable()
    truth.append(video: "v", second: 902, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: 1)
    let labels = try LabelMap([.init(id: 1, name: "stand")])
    let tables = try AlignedTables(detections: DetectionTable(), groundTruth: truth, labelMap: labels, dataset: .ava)
    return TestSummary(
      evaluate(match(tables, rules: [.pyslowfast])[0]), findings: findings, missing: 0, of: 1)
  }
}

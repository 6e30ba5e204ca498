import AVAEval
import AVARecords
import Datasets
import TestSupport
import Testing

/// What the audit may call a mistake: never a file of the right form, however small or bad the model, and always one
/// that was spoiled and is large enough to tell.
@Suite struct EvidenceTests {
  @Test(
    "Files of the right form are never called a mistake",
    arguments: [2, 3, 5, 10, 30], [nil, 0.02, 0.15, 0.3] as [Double?])
  func falseAlarms(frames: Int, looseness: Double?) throws {
    for seed in 1...8 as ClosedRange<UInt64> {
      for model in [
        WeakModel(frames: frames, looseness: looseness),
        WeakModel(frames: frames, videos: 1, looseness: looseness, stillness: 0.8),
      ] {
        let mistakes = try model.findings(seed: seed).filter(\.isFault)
        #expect(mistakes == [], "seed \(seed), \(model)")
      }
    }
  }

  @Test("Nor are those of a model of eighty classes", arguments: [3, 12])
  func eightyClasses(frames: Int) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let mistakes = try WeakModel(frames: frames, classes: 80, skill: 0.3).findings(seed: seed).filter(\.isFault)
      #expect(mistakes == [], "seed \(seed)")
    }
  }

  @Test("Thirty people tell what was done to a file", arguments: Spoiling.allCases, [3, 80])
  func power(spoiling: Spoiling, classes: Int) throws {
    for (looseness, seed) in [(0.05, 1), (0.05, 2), (0.15, 3)] as [(Double, UInt64)] {
      let model = WeakModel(frames: 15, classes: classes, looseness: looseness, skill: 0.8)
      let findings = try model.findings(seed: seed, found: spoiling.spoil)
      #expect(
        findings.contains { spoiling.kinds.contains($0.kind) && $0.isFault && $0.hint.contains(spoiling.rawValue) },
        "seed \(seed): \(findings)")
    }
  }

  @Test("Six people are too few for a mistake, but enough for a notice", arguments: Spoiling.allCases)
  func few(spoiling: Spoiling) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let findings = try WeakModel(frames: 3, looseness: 0.05, skill: 1).findings(seed: seed, found: spoiling.spoil)
      let own = findings.filter { spoiling.kinds.contains($0.kind) }
      #expect(!own.isEmpty, "seed \(seed): \(findings)")
      let guesses = own.filter { $0.kind != .unknownClasses }
      #expect(guesses.allSatisfy { !$0.isFault && $0.hint.hasPrefix("too little evidence to be sure") }, "\(guesses)")
    }
  }

  @Test("A run's ground truth is told what was done to it", arguments: Spoiling.allCases, [3, 15])
  func groundTruth(spoiling: Spoiling, frames: Int) throws {
    let kinds = spoiling.kinds + [.unknownTruthClasses]
    for seed in 1...3 as ClosedRange<UInt64> {
      let findings = try WeakModel(frames: frames, looseness: 0.05, skill: 1).findings(
        seed: seed, found: { _ in }, truth: spoiling.spoil)
      let own = try #require(findings.first { kinds.contains($0.kind) }, "seed \(seed): \(findings)")
      #expect(!own.hint.contains("--fix"), "\(own)")
    }
  }

  /// A model that always says the same: what one number more would mend is mentioned, and is no mistake.
  @Test(arguments: [(1, 1, false), (1, 2, true), (2, 1, true)])
  func oneActionAlone(said: Int, done: Int, isMentioned: Bool) throws {
    let findings = try WeakModel(frames: 15, looseness: 0.05).findings(
      seed: 1, found: { $0.id = said }, truth: { $0.id = done })
    #expect(findings.contains { $0.kind == .classNumbers && !$0.isFault } == isMentioned, "\(findings)")
    #expect(!findings.contains { $0.kind == .classNumbers && $0.isFault })
  }

  @Test(.enabled(if: sharedFolder != nil, "the public sample stands beside the project"))
  func publicSample() throws {
    let folder = (sharedFolder ?? "") + "/cases/src/mm/tests/data/eval_detection"
    let tables = try AlignedTables(
      detections: DetectionTable.read(path: folder + "/pred.csv").table,
      groundTruth: GroundTruthTable.read(path: folder + "/gt.csv").table,
      labelMap: LabelMap.read(path: folder + "/action_list.txt"), dataset: .ava)
    #expect(audit(tables).filter(\.isFault) == [])
  }

  @Test(
    "A real model's loose boxes: what can be told is, and what cannot is said",
    .enabled(if: sharedFolder != nil, "real detections stand beside the project"))
  func realModel() throws {
    let folder = (sharedFolder ?? "") + "/data"
    let truth = try GroundTruthTable.read(path: folder + "/ava/ava_val_v2.2_1j20qq1JyX4_0902-1111.csv").table
    let labels = try LabelMap.read(path: folder + "/ava/ava_action_list_v2.2_for_activitynet_2019.pbtxt")
    let found = try DetectionTable.read(path: folder + "/detections/leaderj1001_1j20qq1JyX4.csv").table
    func findings(_ spoiling: Spoiling?) throws -> [Finding] {
      var table = DetectionTable()
      for row in 0..<found.count {
        let frame = found.frameIndex.frames[Int(found.frames[row])]
        guard let second = frame.time.wholeSecond, second <= 1111 else { continue }
        var own = WeakModel.Row(
          video: found.frameIndex.videos[frame.video], second: second, box: found.box(ofRow: row),
          id: Int(found.actionIDs[row]), score: found.scores[row])
        spoiling?.spoil(&own)
        table.append(video: own.video, second: own.second, box: own.box, actionID: own.id, score: own.score)
      }
      return audit(try AlignedTables(detections: table, groundTruth: truth, labelMap: labels, dataset: .ava))
    }
    #expect(try findings(nil).filter(\.isFault) == [])
    for spoiling in Spoiling.allCases where spoiling != .oneSecondLate {
      let all = try findings(spoiling)
      let own = all.filter { spoiling.kinds.contains($0.kind) && $0.hint.contains(spoiling.rawValue) }
      #expect(!own.isEmpty, "\(spoiling): \(all)")
      // This model says that everybody stands or talks: two actions are too few to be sure of numbers.
      if spoiling != .idsFromZero, spoiling != .idsOneMore { #expect(own.contains { $0.isFault }, "\(all)") }
    }
    let late = try findings(.oneSecondLate)
    #expect(late.contains { $0.kind == .uncertainSeconds && !$0.isFault } && !late.contains { $0.isFault })
  }
}

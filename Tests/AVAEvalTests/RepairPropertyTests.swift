import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

/// What is said about errors holds for random scenes, and agrees with files that were repaired and evaluated anew.
@Suite struct RepairPropertyTests {
  private func diagnoses(
    _ scene: RandomScene, _ rules: EvaluationRules
  ) throws -> [(outcomes: ClassOutcomes, diagnosis: ClassDiagnosis)] {
    let tables = try AlignedTables(
      detections: scene.table, groundTruth: scene.truth, labelMap: scene.labels, exclusions: scene.excluded,
      dataset: .ava)
    return match(tables, rules: [rules])[0].classes.map {
      ($0, ClassDiagnosis(tables, $0, rules: rules))
    }
  }

  @Test("Repairing nothing changes nothing, any kind helps, all give AP 1", arguments: 1...10 as ClosedRange<UInt64>)
  func properties(seed: UInt64) throws {
    for (decimals, crowd) in [(nil, 3), (10, 6)] as [(Int?, Int)] {
      let scene = try RandomScene(seed: seed, decimals: decimals, crowd: crowd)
      for rules in EvaluationRules.all {
        for (outcomes, diagnosis) in try diagnoses(scene, rules) where outcomes.groundTruthCount > 0 {
          let about = "\(rules.name), class \(outcomes.label.id), seed \(seed)"
          let ap = PrecisionRecallCurve(outcomes).averagePrecision
          #expect(diagnosis.averagePrecision(repairing: []) == ap, "\(about)")
          for kind in ErrorKind.allCases {
            #expect(diagnosis.averagePrecision(repairing: [kind]) >= ap - 1e-12, "\(kind), \(about)")
          }
          expectNear(diagnosis.averagePrecision(repairing: Set(ErrorKind.allCases)), 1, about)
          #expect(diagnosis.kinds.count { $0 == nil } == outcomes.hitCount)
          let found = Set(outcomes.ranked.filter(\.isHit).map(\.truthRow))
          #expect(diagnosis.unfound.map(\.row) == outcomes.truthRows.filter { !found.contains($0) })
          #expect(diagnosis.rescuedRanks.count == diagnosis.unfound.count { $0.kind == .poorBox })
        }
      }
    }
  }

  @Test("Taking the rows out of the file gives the same AP", arguments: 1...10 as ClosedRange<UInt64>)
  func rowsTakenAway(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    for rules in EvaluationRules.all {
      for (position, entry) in try diagnoses(scene, rules).enumerated() where entry.outcomes.groundTruthCount > 0 {
        for kind in ErrorKind.allCases where kind != .poorBox && kind != .missed {
          let gone = zip(entry.outcomes.ranked, entry.diagnosis.kinds).compactMap { $1 == kind ? Int($0.row) : nil }
          var repaired = scene
          for row in gone.sorted(by: >) { repaired.found.remove(at: row) }
          guard let ap = try repaired.evaluate(rules).perClass[position].ap else { continue }
          expectNear(
            entry.diagnosis.averagePrecision(repairing: [kind]), ap, "\(kind), \(rules.name), seed \(seed)")
        }
      }
    }
  }

  @Test("Putting poor boxes onto theirs gives the same AP", arguments: 1...10 as ClosedRange<UInt64>)
  func boxesMoved(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    var moved = 0
    for rules in EvaluationRules.all {
      for (position, entry) in try diagnoses(scene, rules).enumerated() where entry.outcomes.groundTruthCount > 0 {
        var repaired = scene
        var gone: [Int] = []
        for (rank, kind) in entry.diagnosis.kinds.enumerated() where kind == .poorBox {
          let row = Int(entry.outcomes.ranked[rank].row)
          if !entry.diagnosis.rescuedRanks.contains(rank) {
            gone.append(row)
            continue
          }
          repaired.found[row].box = mostOverlapped(scene, scene.found[row])
          moved += 1
        }
        for row in gone.sorted(by: >) { repaired.found.remove(at: row) }
        let ap = try repaired.evaluate(rules).perClass[position].ap
        expectNear(entry.diagnosis.averagePrecision(repairing: [.poorBox]), ap, "\(rules.name), seed \(seed)")
      }
    }
    #expect(moved > 0)
  }

  private func mostOverlapped(
    _ scene: RandomScene, _ row: (video: String, second: Int, box: UnitBox, id: Int, score: Double)
  ) -> UnitBox {
    let boxes = scene.naive.truth.filter { $0.frame == "\(row.video),0\(row.second)" && $0.id == row.id }.map(\.box)
    return boxes.max { intersectionOverUnion($0, row.box) < intersectionOverUnion($1, row.box) } ?? row.box
  }

  @Test("Not asking for what is missed gives the same AP", arguments: 1...10 as ClosedRange<UInt64>)
  func truthTakenAway(seed: UInt64) throws {
    let scene = try RandomScene(seed: seed, decimals: nil, crowd: 3)
    // MMAction2's rules ignore key frames that have no ground truth left.
    for rules in [EvaluationRules.official, .pyslowfast] {
      for (position, entry) in try diagnoses(scene, rules).enumerated() where entry.outcomes.hitCount > 0 {
        let gone = Set(entry.diagnosis.unfound.filter { $0.kind == .missed }.map { Int($0.row) })
        var repaired = scene
        repaired.truth = GroundTruthTable()
        for row in 0..<scene.truth.count {
          let frame = scene.truth.frameIndex.frames[Int(scene.truth.frames[row])]
          let video = scene.truth.frameIndex.videos[frame.video]
          repaired.truth.list(video: video, time: frame.time)
          if gone.contains(row) { continue }
          repaired.truth.append(
            video: video, time: frame.time, box: scene.truth.boxes[row], actionID: Int(scene.truth.actionIDs[row]))
        }
        for frame in scene.truth.frameIndex.frames {
          repaired.truth.list(video: scene.truth.frameIndex.videos[frame.video], time: frame.time)
        }
        let ap = try repaired.evaluate(rules).perClass[position].ap
        expectNear(entry.diagnosis.averagePrecision(repairing: [.missed]), ap, "\(rules.name), seed \(seed)")
      }
    }
  }
}

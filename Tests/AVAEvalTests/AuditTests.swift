import AVAEval
import AVARecords
import Datasets
import Geometry
import Parallel
import Tensors
import Testing

@Suite struct AuditTests {
  @Test("A good file has nothing to complain about", arguments: 1...5 as ClosedRange<UInt64>)
  func clean(seed: UInt64) throws { #expect(try AuditScene(seed: seed).findings() == []) }

  @Test("The same findings on any number of threads")
  func threads() throws {
    let scene = try AuditScene(seed: 9)
    let tables = try scene.tables()
    #expect(audit(tables, pool: WorkerPool(threads: 3)) == audit(tables))
    let full = try #require(audit(tables).first { $0.kind == .beyondCap })
    #expect(!full.isFault && full.count == 90 * 10 && full.examples.first == "v0,0902 (60 rows)")
  }

  @Test("Of names alone that differ, the likely one is told; no seconds are blamed for names or exclusions")
  func reasons() throws {
    var scene = try AuditScene(seed: 3)
    for row in scene.rows.indices where scene.rows[row].video != "v0" { scene.rows[row].video += ".MP4" }
    var unknown = try #require(try scene.findings().first { $0.kind == .unknownVideos })
    #expect(unknown.examples == ["v1.MP4 (there is v1)", "v2.MP4 (there is v2)"])
    for row in scene.rows.indices { scene.rows[row].video = "w" + scene.rows[row].video }
    let findings = try scene.findings()
    unknown = try #require(findings.first { $0.kind == .unknownVideos })
    #expect(unknown.examples == ["wv0", "wv1.MP4", "wv2.MP4"])
    let none = try #require(findings.first { $0.kind == .noCommonFrames })
    #expect(none.hint.contains("first columns") && !none.hint.contains("seconds"))
    scene = try AuditScene(seed: 3)
    var excluded = ExcludedTimestamps()
    for frame in scene.truth.frameIndex.frames {
      excluded.insert(video: scene.truth.frameIndex.videos[frame.video], time: frame.time)
    }
    scene.rows[0].second = 1500
    let all = try #require(try scene.findings(excluded).first { $0.kind == .noCommonFrames })
    #expect(all.hint.contains("exclusions") && !all.hint.contains("seconds"))
  }

  @Test("Boxes that lie beside everybody are told, whatever moved them")
  func nobody() throws {
    var scene = try AuditScene(seed: 6)
    for row in scene.rows.indices {
      let box = scene.rows[row].box
      scene.rows[row].box = UnitBox(x1: box.x1 / 1280, y1: box.y1 / 720, x2: box.x2 / 1280, y2: box.y2 / 720)
    }
    let finding = try #require(try scene.findings().first { $0.kind == .poorOverlap })
    #expect(finding.isFault && finding.text.contains("by 0.00 on average"))
    scene = try AuditScene(seed: 6)
    // One person of two where somebody is: what a person detector might do, if a bad one.
    for row in scene.rows.indices where row / AuditScene.ids.count % 2 != 0 {
      scene.rows[row].box = UnitBox(x1: 0, y1: 0, x2: 0.02, y2: 0.02 + Double(row / AuditScene.ids.count) / 1e5)
    }
    #expect(try scene.findings().first { $0.kind == .poorOverlap }?.isFault == false)
  }

  @Test("A model that says something about many places is judged by its best, wherever these stand", arguments: [0, 1])
  func manyPlaces(order: Int) throws {
    var scene = try AuditScene(seed: 11)
    var random = SeededGenerator(seed: 3)
    var others: [AuditScene.Row] = []
    for frame in 0..<90 {
      for _ in 0..<30 {
        let (x, y) = (random.uniform(0, 0.9), random.uniform(0, 0.9))
        let box = UnitBox(x1: x, y1: y, x2: x + 0.05, y2: y + 0.1)
        let second = Double(902 + frame / 3)
        others.append(
          .init(video: "v\(frame % 3)", second: second, box: box, id: 1, score: random.uniform(0, 0.05)))
      }
    }
    scene.rows = order == 0 ? others + scene.rows : scene.rows + others
    #expect(try scene.findings() == [])
  }

  @Test("Ground truth in the place of detections, ground truth twice, exclusions of other videos")
  func wrongFiles() throws {
    var scene = try AuditScene(seed: 8)
    scene.rows = scene.rows.indices.map { row in
      var row = scene.rows[row]
      row.score = (row.box.x1 * 1000).rounded()
      return row
    }
    let whole = try #require(try scene.findings().first { $0.kind == .wholeScores })
    #expect(whole.isFault && whole.count == scene.rows.count && whole.hint.contains("person ids"))
    scene.rows[5].score += 1
    #expect(try !scene.kinds().contains(.wholeScores))
    scene = try AuditScene(seed: 8)
    var excluded = ExcludedTimestamps()
    excluded.insert(video: "another", time: Timestamp(second: 903))
    // As with AVA's own list and videos of one's own.
    #expect(try !scene.findings(excluded).map(\.kind).contains(.foreignExclusions))
    excluded.insert(video: "clips/v0.mp4", time: Timestamp(second: 903))
    for row in [0, 7] {
      let frame = scene.truth.frameIndex.frames[Int(scene.truth.frames[row])]
      scene.truth.append(
        video: scene.truth.frameIndex.videos[frame.video], time: frame.time, box: scene.truth.boxes[row],
        actionID: Int(scene.truth.actionIDs[row]))
    }
    // Another person in the same place is no repetition.
    scene.truth.append(
      video: "v0", second: 902, box: scene.truth.boxes[0], actionID: Int(scene.truth.actionIDs[0]), personID: 9)
    let findings = try scene.findings(excluded)
    #expect(findings.map(\.kind) == [.foreignExclusions, .repeatedTruth])
    #expect(findings.last?.count == 2 && findings.last?.examples.first?.hasPrefix("v0,0902 action ") == true)
    excluded.insert(video: "v2", time: Timestamp(second: 1000))
    #expect(try scene.findings(excluded).map(\.kind) == [.repeatedTruth])
  }

  @Test("Rows that are odd by themselves are counted and shown with their lines")
  func oddRows() throws {
    var scene = try AuditScene(seed: 5)
    scene.rows[3].box = UnitBox(x1: 0.5, y1: 0.1, x2: 0.4, y2: 0.9)
    scene.rows[7].box.x2 = scene.rows[7].box.x1
    scene.rows[9].box.y1 = -0.25
    scene.rows.append(scene.rows[20])
    scene.rows[20].score = 2
    scene.rows[11].id = 2
    let findings = try scene.findings()
    #expect(
      findings.map(\.kind) == [.invertedBoxes, .duplicates, .flatBoxes, .outsideFrame, .unknownClasses, .oddScores])
    #expect(findings.map(\.count) == [1, 1, 1, 1, 1, 1])
    #expect(findings.map(\.isFault) == [true, true, false, false, false, false])
    #expect(findings[5].text == "1 row with a score that is not from 0 to 1, up to 2")
    #expect(findings[0].examples == ["line 4: v0,0902,0.5,0.1,0.4,0.9,5"])
    #expect(findings[1].examples.first?.hasPrefix("line \(scene.rows.count): v0,0902,") == true)
    #expect(findings[4].examples == ["2 (1 row)"])
  }

  @Test("Key frames and videos that only one side has, excluded ones, unknown ground truth")
  func frames() throws {
    var scene = try AuditScene(seed: 7)
    scene.truth.append(video: "w", second: 902, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: 1)
    scene.truth.append(video: "v0", second: 1700, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: 2)
    scene.truth.append(video: "v0", second: 1701, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: 3)
    var row = scene.rows[0]
    row.second = 1702
    scene.rows.append(row)
    row.video = "x"
    scene.rows.append(row)
    var excluded = ExcludedTimestamps()
    excluded.insert(video: "v1", time: Timestamp(second: 903))
    let findings = try scene.findings(excluded)
    #expect(
      findings.map(\.kind) == [
        .unknownVideos, .missingVideos, .unknownFrames, .missingFrames, .excludedFrames, .unknownTruthClasses,
      ])
    #expect(findings[0].examples == ["x"] && findings[1].examples == ["w"])
    #expect(findings[2].examples == ["v0,1702", "x,1702"] && findings[3].examples == ["w,0902", "v0,1701"])
    #expect(findings[0].isFault && findings[1].isFault && !findings[2].isFault && !findings[5].isFault)
  }

  @Test("A label map of all eighty classes is no mistake, but not the papers' either")
  func eightyClasses() throws {
    let scene = try AuditScene(seed: 8)
    let labels = try LabelMap((1...80).map { .init(id: $0, name: "\($0)") })
    let tables = try AlignedTables(detections: scene.table, groundTruth: scene.truth, labelMap: labels, dataset: .ava)
    let finding = try #require(audit(tables).first { $0.kind == .eightyClasses })
    #expect(!finding.isFault && finding.hint.contains("60"))
  }

  @Test("Which classes are all and which are scored is the data set's to say")
  func allClassesOfAnotherDataSet() throws {
    let scene = try AuditScene(seed: 8)
    func finding(scoredMap: String?) throws -> Finding? {
      let own = ActionDataset(
        name: "Own", clock: ActionDataset.ava.clock, classNames: ClassNames(["a", "b", "c"]), scoredClasses: [1, 3],
        scoredLabelMap: scoredMap)
      let labels = try LabelMap((1...3).map { .init(id: $0, name: "\($0)") })
      let tables = try AlignedTables(
        detections: scene.table, groundTruth: scene.truth, labelMap: labels, dataset: own)
      return audit(tables).first { $0.kind == .eightyClasses }
    }
    let found = try #require(try finding(scoredMap: "two.pbtxt"))
    #expect(
      "\(found.text) -> \(found.hint)"
        == "the label map has all of Own's 3 classes -> published figures are means over the 2 of two.pbtxt")
    #expect(try finding(scoredMap: nil) == nil)
  }
}

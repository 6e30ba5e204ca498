import AVAEval
import AVARecords
import Datasets
import Geometry
import Testing

/// Files whose boxes, seconds or class numbers mean something else.
@Suite struct ConventionAuditTests {
  @Test(
    "Boxes in another form are told and turned",
    arguments: [BoxForm.swapped, .size, .centre], 1...3 as ClosedRange<UInt64>)
  func forms(form: BoxForm, seed: UInt64) throws {
    let scene = try AuditScene(seed: seed)
    var other = scene
    for row in other.rows.indices { other.rows[row].box = written(scene.rows[row].box, form) }
    let finding = try #require(try other.findings().first { $0.kind == .boxForm })
    #expect(finding.isFault && finding.hint.contains("--boxes \(form.rawValue) "), "\(finding)")
    for (row, original) in zip(other.rows, scene.rows) {
      let back = form.corners(row.box)
      #expect(abs(back.x1 - original.box.x1) + abs(back.y2 - original.box.y2) < 1e-12)
    }
    try expectRepair(other, Convention(form: form), of: scene)
  }

  @Test(
    "Shifted seconds are told and moved", arguments: [-902.0, -900, -2, -1, 1, 2, 30, 900],
    1...2 as ClosedRange<UInt64>)
  func shifts(shift: Double, seed: UInt64) throws {
    let scene = try AuditScene(seed: seed)
    var other = scene
    for row in other.rows.indices { other.rows[row].second += shift }
    let finding = try #require(try other.findings().first { $0.kind == .shiftedSeconds })
    #expect(finding.isFault && finding.hint.contains("--shift-seconds \(Int(-shift)) "), "\(finding)")
    #expect(try other.kinds().contains(.noCommonFrames) == (abs(shift) > 29))
    try expectRepair(other, Convention(shift: -shift), of: scene)
  }

  @Test(
    "Other class numbers are told and renumbered",
    arguments: [ClassNumbering.fromZero, .oneMore, .places, .placesFromZero], 1...2 as ClosedRange<UInt64>)
  func numberings(numbering: ClassNumbering, seed: UInt64) throws {
    let scene = try AuditScene(seed: seed)
    var other = scene
    for row in other.rows.indices { other.rows[row].id = number(scene.rows[row].id, numbering) }
    let finding = try #require(try other.findings().first { $0.kind == .classNumbers })
    #expect(finding.isFault && finding.hint.contains("--classes \(numbering.rawValue) "), "\(finding)")
    try expectRepair(other, Convention(numbering: numbering), of: scene)
  }

  @Test("Two things wrong at once are both told")
  func both() throws {
    var scene = try AuditScene(seed: 4)
    for row in scene.rows.indices {
      scene.rows[row].box = written(scene.rows[row].box, .swapped)
      scene.rows[row].second -= 900
      scene.rows[row].id -= 1
    }
    let kinds = try scene.kinds()
    #expect(kinds.contains(.boxForm) && kinds.contains(.shiftedSeconds) && kinds.contains(.classNumbers))
  }

  @Test("One video of several that means something else is named", arguments: 1...3 as ClosedRange<UInt64>)
  func oneVideo(seed: UInt64) throws {
    var scene = try AuditScene(seed: seed)
    for row in scene.rows.indices where scene.rows[row].video == "v1" {
      scene.rows[row].box = written(scene.rows[row].box, .swapped)
    }
    let form = try #require(try scene.findings().first { $0.kind == .boxForm })
    #expect(form.isFault && form.count == 1 && form.text.hasPrefix("in 1 of 3 videos"), "\(form)")
    #expect(form.examples.count == 1 && form.examples[0].hasPrefix("v1: y1, x1, y2, x2 (overlap "))
    #expect(!form.hint.contains("--boxes"))
    scene = try AuditScene(seed: seed)
    for row in scene.rows.indices where scene.rows[row].video == "v2" { scene.rows[row].second -= 2 }
    let shift = try #require(try scene.findings().first { $0.kind == .shiftedSeconds })
    #expect(shift.isFault && shift.count == 1, "\(shift)")
    #expect(shift.examples.count == 1 && shift.examples[0].hasPrefix("v2: 2 added (overlap "))
  }

  @Test("Frame numbers in place of seconds are told, although some meet a second by chance", arguments: [25.0, 30])
  func frameNumbers(rate: Double) throws {
    var scene = try AuditScene(seed: 2)
    for row in scene.rows.indices { scene.rows[row].second = (scene.rows[row].second - 900) * rate }
    for row in scene.rows.indices where scene.rows[row].video == "v0" && scene.rows[row].second < 100 {
      scene.rows[row].second = 905
    }
    let findings = try scene.findings()
    let apart = try #require(findings.first { $0.kind == .noCommonFrames })
    let common = rate == 25 ? "1 key frame" : "4 key frames"
    #expect(apart.isFault && apart.text.hasPrefix("only \(common) of "), "\(apart)")
    #expect(apart.hint.contains("not in frames; here they run "))
    #expect(!findings.contains { $0.kind == .unknownFrames || $0.kind == .missingFrames })
    // Detections between the seconds are no mistake: all that the ground truth asks for is there.
    var dense = try AuditScene(seed: 2)
    for row in dense.rows {
      for step in 1...11 {
        var between = row
        between.second += Double(step) / 12
        dense.rows.append(between)
      }
    }
    #expect(try dense.kinds() == [.unknownFrames])
  }

  @Test("A part of the rows in another form is told, in whatever videos they are")
  func mixedForms() throws {
    var scene = try AuditScene(seed: 12)
    for row in scene.rows.indices where row / AuditScene.ids.count % 2 == 0 {
      scene.rows[row].box = written(scene.rows[row].box, .swapped)
    }
    let finding = try #require(try scene.findings().first { $0.kind == .boxForm })
    #expect(finding.isFault && finding.text.contains("of the boxes look like y1, x1, y2, x2, the others do not"))
  }

  @Test("Boxes of another scale are not taken for another form", arguments: [0.6, 0.8])
  func scaled(factor: Double) throws {
    var scene = try AuditScene(seed: 13)
    for row in scene.rows.indices {
      let box = scene.rows[row].box
      scene.rows[row].box = UnitBox(
        x1: box.x1 * factor, y1: box.y1 * factor, x2: box.x2 * factor, y2: box.y2 * factor)
    }
    let findings = try scene.findings()
    #expect(!findings.contains { $0.kind == .boxForm } && findings.contains { $0.kind == .poorOverlap }, "\(findings)")
  }

  @Test("Ids that agree with the ground truth are not guessed at; a stray one is no accusation")
  func trustedIDs() throws {
    // A file of the classes 0 to 40, where 0 is a background that nobody scores.
    var scene = try AuditScene(seed: 14)
    for row in scene.rows where row.id == 1 {
      var background = row
      background.id = 0
      background.score = 0.01
      scene.rows.append(background)
    }
    let background = try #require(try scene.findings().first { $0.kind == .unknownClasses })
    #expect(!background.isFault && background.hint == "they are not scored", "\(background)")
    var table = scene.table
    scene.truth = GroundTruthTable()
    let alone = audit(try scene.tables(of: table))
    // What counts from 0 never reaches the last class: no mistake without the ground truth either.
    let lonely = try #require(alone.first { $0.kind == .unknownClasses })
    #expect(!lonely.isFault && lonely.hint == "ids begin with 1: is 0 the background?", "\(lonely)")
    scene.rows.removeAll { $0.id == 0 }
    table = scene.table
    table.append(video: "v0", second: 902, box: scene.rows[0].box, actionID: 41, score: 0.01)
    let stray = audit(try scene.tables(of: table))
    #expect(stray.first { $0.kind == .unknownClasses }?.isFault == false)
  }

  @Test("Frame numbers in one video, and such as meet a second often, are told", arguments: [2.0, 5, 8])
  func frameNumbersInPart(rate: Double) throws {
    var scene = try AuditScene(seed: 15)
    for row in scene.rows.indices { scene.rows[row].second = 902 + (scene.rows[row].second - 902) * rate }
    let apart = try #require(try scene.findings().first { $0.kind == .noCommonFrames })
    #expect(apart.isFault && apart.hint.contains("here they run \(Int(rate)) times as fast"), "\(apart)")
    scene = try AuditScene(seed: 15)
    for row in scene.rows.indices where scene.rows[row].video == "v1" {
      scene.rows[row].second = (scene.rows[row].second - 900) * 30
    }
    let one = try #require(try scene.findings().first { $0.kind == .noCommonFrames })
    #expect(one.isFault && one.count == 1 && one.examples == ["v1"])
  }

  @Test("A model that always says the same says nothing about class numbers")
  func collapsed() throws {
    var scene = try AuditScene(seed: 7)
    let right = scene.truth.actionIDs
    for row in scene.rows.indices { scene.rows[row].score = scene.rows[row].id == Int(right[0]) + 1 ? 0.9 : 0.1 }
    var truth = GroundTruthTable()
    for row in 0..<scene.truth.count {
      let frame = scene.truth.frameIndex.frames[Int(scene.truth.frames[row])]
      truth.append(
        video: scene.truth.frameIndex.videos[frame.video], time: frame.time, box: scene.truth.boxes[row],
        actionID: Int(right[0]))
    }
    scene.truth = truth
    #expect(try !scene.kinds().contains(.classNumbers))
  }

  @Test("Pixels are one finding, not many")
  func pixels() throws {
    var scene = try AuditScene(seed: 6)
    let original = scene
    for row in scene.rows.indices {
      let box = scene.rows[row].box
      scene.rows[row].box = UnitBox(x1: box.x1 * 640, y1: box.y1 * 480, x2: box.x2 * 640, y2: box.y2 * 480)
    }
    let findings = try scene.findings()
    #expect(findings.map(\.kind) == [.pixels] && findings[0].count == scene.rows.count)
    let (repaired, _) = Repair(frameSize: ImageSize(width: 640, height: 480)).apply(
      to: scene.table, labelMap: scene.labels)
    let (expected, _) = Repair().apply(to: original.table, labelMap: scene.labels)
    #expect(repaired.boxes.count == expected.boxes.count && repaired.scores == expected.scores)
    // Fractions among pixels stay what they are.
    scene.rows[0].box = original.rows[0].box
    let (mixed, divided) = Repair(frameSize: ImageSize(width: 640, height: 480)).apply(
      to: scene.table, labelMap: scene.labels)
    #expect(mixed.scores == expected.scores && mixed.boxes.first == expected.boxes.first)
    #expect(divided.fractionsAlready == 1 && divided.divided == scene.rows.count - 1)
    scene.rows[0].box.x2 = 640
    let (nothing, changes) = Repair().apply(to: scene.table, labelMap: scene.labels)
    #expect(nothing.count == 0 && changes.pixels == scene.rows.count)
  }

  @Test("Ids alone may say that they are counted otherwise")
  func idsAlone() throws {
    let labels = try LabelMap(AuditScene.ids.map { .init(id: $0, name: "\($0)") })
    func finding(_ ids: ClosedRange<Int>, _ labels: LabelMap) throws -> Finding? {
      var table = DetectionTable()
      for id in ids {
        table.append(video: "v", second: 1, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: id, score: 1)
      }
      return audit(
        try AlignedTables(detections: table, groundTruth: GroundTruthTable(), labelMap: labels, dataset: .ava)
      ).first {
        $0.kind == .unknownClasses
      }
    }
    let all = try LabelMap((1...80).map { .init(id: $0, name: "\($0)") })
    #expect(try finding(0...79, all)?.hint.contains("--classes from-zero") == true)
    #expect(try finding(2...81, all)?.hint.contains("--classes one-more") == true)
    let scored = try LabelMap((1...80).filter { $0 % 4 != 1 }.map { .init(id: $0, name: "\($0)") })
    #expect(try finding(2...81, scored)?.hint.contains("--classes one-more") == true)
    #expect(try finding(1...80, scored)?.isFault == false)
    #expect(try finding(1...30, labels)?.hint.contains("--classes places") == true)
    let eighty = try finding(1...40, labels)
    #expect(eighty?.isFault == false && eighty?.count == 10)
    #expect(try finding(1...80, all) == nil)
    #expect(try finding(90...95, all)?.isFault == true)
  }

  private func expectRepair(_ other: AuditScene, _ convention: Convention, of scene: AuditScene) throws {
    let (repaired, changes) = Repair(convention: convention).apply(to: other.table, labelMap: scene.labels)
    let (expected, _) = Repair().apply(to: scene.table, labelMap: scene.labels)
    #expect(changes.readDifferently == other.rows.count)
    #expect(repaired.scores == expected.scores && repaired.actionIDs == expected.actionIDs)
    #expect(repaired.frameIndex.frames == expected.frameIndex.frames && repaired.frames == expected.frames)
    #expect(audit(try scene.tables(of: repaired)) == [])
  }

  /// The four numbers, in the places of corners, that describe a box in a form.
  private func written(_ box: UnitBox, _ form: BoxForm) -> UnitBox {
    switch form {
    case .corners: box
    case .swapped: UnitBox(x1: box.y1, y1: box.x1, x2: box.y2, y2: box.x2)
    case .size: UnitBox(x1: box.x1, y1: box.y1, x2: box.x2 - box.x1, y2: box.y2 - box.y1)
    case .centre:
      UnitBox(x1: (box.x1 + box.x2) / 2, y1: (box.y1 + box.y2) / 2, x2: box.x2 - box.x1, y2: box.y2 - box.y1)
    }
  }

  private func number(_ id: Int, _ numbering: ClassNumbering) -> Int {
    let place = AuditScene.ids.firstIndex(of: id) ?? 0
    return switch numbering {
    case .ids: id
    case .fromZero: id - 1
    case .oneMore: id + 1
    case .places: place + 1
    case .placesFromZero: place
    }
  }
}

import AVARecords
import Geometry
import TestSupport
import Testing

@Suite struct BoxRowTests {
  private func detections(_ text: String) throws -> (table: DetectionTable, counts: RowCounts) {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    return try DetectionTable.read(path: try scratch.file(text))
  }

  private func truth(_ text: String) throws -> (table: GroundTruthTable, counts: RowCounts) {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    return try GroundTruthTable.read(path: try scratch.file(text))
  }

  /// ActivityNet's evaluator passes over them (case: 0.09385522 with and without such a row).
  @Test("Detections of two columns are passed over and counted, wherever they stand")
  func keyFramesOnly() throws {
    let (table, counts) = try detections("v,0905\nv,0902,0,0,1,1,12,.5\nw,903.5\nv,0902,0,0,1,1,13,.4\nv,904\n")
    #expect(counts.keyFramesOnly == 3 && counts.rows == 2 && table.count == 2)
    #expect(table.frameIndex.frames.count == 1)
    #expect([table.lines[0], table.lines[1]] == [2, 4])
    #expect(counts.notices("f").contains { $0.contains("3 rows of two columns") })
    #expect(try failure("v,0905\n") { _ = try DetectionTable.read(path: $0) }?.contains("rows of detections") == true)
  }

  @Test("Semicolons and decimal commas of Excel are named, in the first row too")
  func semicolons() throws {
    for text in ["v;902;0,1;0,2;0,5;0,75;12;0,25\n", "v,902,0,0,1,1,12,.5\nv;902;0,1;0;1;1;12;0,25\n"] {
      let said = try failure(text) { _ = try DetectionTable.read(path: $0) }
      expectEssentials(said, ["found 8 columns between semicolons", "0.5 instead of 0,5", "replace the semicolons"])
    }
    let plain = try failure("v;902;0;0;1;1;12;1\n") { _ = try DetectionTable.read(path: $0) }
    expectEssentials(plain, ["line 1", "found 8 columns between semicolons", "replace the semicolons"])
  }

  @Test(
    "Two rows read the same however they are written",
    arguments: [
      "v1,0902,0.1,0.2,0.5,0.75,12,0.25\nv1,0903,0,0,1,1,80,1\n",
      "v1,902,0.1,0.2,0.5,0.75,12,0.25\nv1,903,0,0,1,1,80,1",
      "v1,902.000000,.1,0.20,5e-1,75E-2,12,0.25\r\nv1,903.0,0,0,1,1,80,1\r\n",
      "v1\t902\t0.1\t0.2\t0.5\t0.75\t12\t0.25\nv1\t903\t0\t0\t1\t1\t80\t1\n",
      "v1, 902, 0.1, 0.2, 0.5, 0.75, 12, 0.25\n\n  \nv1, 903, 0, 0, 1, 1, 80, 1\n\n",
      "video,second,x1,y1,x2,y2,action,score\nv1,0902,0.1,0.2,0.5,0.75,12,0.25\nv1,0903,0,0,1,1,80,1\n",
      "\u{FEFF}v1,0902,0.1,0.2,0.5,0.75,12,0.25\nv1,0903,0,0,1,1,80,1\n",
      "\"v1\",\"0902\",0.1,0.2,0.5,0.75,12,0.25\n\"v1\",0903,0,0,1,1,80,\"1\"\n",
      "v1,0902,+0.1,0.2,0.5,0.75,12,0.25\nv1,0903,-0,0,1,1,80,1.000000000000000000000000\n",
    ])
  func spellings(_ text: String) throws {
    let table = try detections(text).table
    try #require(table.count == 2)
    #expect(table.frameIndex.videos == ["v1"])
    #expect(table.frameIndex.frames.map(\.time) == [Timestamp(second: 902), Timestamp(second: 903)])
    #expect(table.box(ofRow: 0) == UnitBox(x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.75))
    #expect(table.box(ofRow: 1) == UnitBox(x1: 0, y1: 0, x2: 1, y2: 1))
    #expect(table.actionIDs == [12, 80])
    #expect(table.scores == [0.25, 1])
  }

  @Test("Decimals are read as the nearest double, whatever their length", arguments: [1 as UInt64, 2, 3])
  func exactDecimals(seed: UInt64) throws {
    var random = TextNumbers(seed: seed)
    let texts = (0..<2000).map { _ in random.next() }
    let rows = texts.map { "v,1,0,0,1,1,1,\($0)" }.joined(separator: "\n")
    let scores = try detections(rows).table.scores
    for (text, score) in zip(texts, scores) { #expect(score == Double(text), "'\(text)', seed \(seed)") }
  }

  @Test("Rows of one box share it, and a repeated frame is one frame")
  func sharing() throws {
    let text = """
      a,1,0,0,1,1,1,.1
      a,1,0,0,1,1,2,.2
      a,1,0,0,.5,1,1,.3
      b,1,0,0,.5,1,1,.4
      a,1,0,0,1,1,3,.5
      """
    let table = try detections(text).table
    #expect(table.frames == [0, 0, 0, 1, 0])
    #expect(table.boxes.count == 4)
    #expect(table.boxNumbers == [0, 0, 1, 2, 3])
  }

  @Test("What may surprise is counted, not refused")
  func countedRows() throws {
    let found = try detections("v,1,0.1,0.1,0.1,0.5,1,.5\nv,1,.5,0,.2,1,1,\nv,2,-0.002,0,1.001,1,1\n")
    #expect(found.counts.rows == 3 && found.counts.withoutScore == 2 && found.counts.withoutArea == 2)
    #expect(found.counts.outsideFrame == 1 && found.counts.firstOutsideLine == 3)
    #expect(found.table.scores == [0.5, 1, 1])
    #expect(found.counts.notices("d.csv").count == 3)
    let truth = try truth("v,1\nv,2,0,0,1,1,,\nv,0003,0,0,1,1,7\nv,3,0,0,1,1,8,\nv,3,.5,.5,.5,.6,8,4\n")
    #expect(truth.counts.withoutAction == 2 && truth.counts.withoutArea == 1)
    #expect(truth.table.frameIndex.frames.count == 3)
    #expect(truth.table.actionIDs == [7, 8, 8])
    #expect(truth.table.personIDs == [1, 1, 4])
  }

  @Test("A malformed detection is an error with its place", arguments: badDetections)
  func badDetection(_ bad: BadRow) throws {
    let text = try failure("v,1,0,0,1,1,1,.5\n\n\(bad.row)\n") { _ = try DetectionTable.read(path: $0) }
    expectEssentials(text, bad.essentials)
  }

  @Test("A malformed ground-truth row is an error with its place", arguments: badTruth)
  func badGroundTruth(_ bad: BadRow) throws {
    let text = try failure("v,1,0,0,1,1,1,2\n\n\(bad.row)\n") { _ = try GroundTruthTable.read(path: $0) }
    expectEssentials(text, bad.essentials)
  }

  @Test("A file without rows is an error", arguments: ["", "\n\n", "video,second,x1,y1,x2,y2,id,score\n", "\u{FEFF}"])
  func empty(_ text: String) throws {
    let detections = try failure(text) { _ = try DetectionTable.read(path: $0) }
    expectEssentials(detections, ["reading the detections", "rows.csv", "rows of detections", "none"])
    let truth = try failure(text) { _ = try GroundTruthTable.read(path: $0) }
    expectEssentials(truth, ["reading the ground truth", "none"])
  }

  @Test("A missing file is named with its neighbour")
  func missing() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    _ = try scratch.file("v,1,0,0,1,1,1,.5", "detections.csv")
    let error = #expect(throws: (any Error).self) {
      try DetectionTable.read(path: scratch.folder.path + "/detection.csv")
    }
    expectEssentials(error.map { "\($0)" }, ["detection.csv", "does not exist", "did you mean", "detections.csv"])
  }
}

/// A row and what the error about it must say.
struct BadRow: Sendable, CustomTestStringConvertible {
  let row: String
  let essentials: [String]

  var testDescription: String { row }
}

func expectEssentials(_ text: String?, _ essentials: [String]) {
  for part in essentials { #expect(text?.contains(part) == true, "'\(part)' is missing in: \(text ?? "no error")") }
}

private let place = ["rows.csv", "line 3"]

private let badDetections = [
  BadRow(row: "v,1,nan,0,1,1,1,.5", essentials: place + ["column 3 (x1)", "finite number", "'nan'"]),
  BadRow(row: "v,1,0,inf,1,1,1,.5", essentials: place + ["column 4 (y1)", "finite number", "'inf'"]),
  BadRow(row: "v,1,0,0,1e999,1,1,.5", essentials: place + ["column 5 (x2)", "finite number", "'1e999'"]),
  BadRow(row: "v,1,0,0,1,,1,.5", essentials: place + ["column 6 (y2)", "finite number", "nothing"]),
  BadRow(row: "v,1,0,0,1,0x1,1,.5", essentials: place + ["column 6 (y2)", "'0x1'"]),
  BadRow(row: "v,1,0,0,320,240,1,.5", essentials: place + ["column 5 (x2)", "0 to 1", "'320'", "divide pixels"]),
  BadRow(row: "v,1,-3,0,1,1,1,.5", essentials: place + ["column 3 (x1)", "0 to 1", "'-3'"]),
  BadRow(row: "v,1,0,0,1,1,1,high", essentials: place + ["column 8 (score)", "'high'"]),
  BadRow(row: "v,1,0,0,1,1,1,NaN", essentials: place + ["column 8 (score)", "'NaN'"]),
  BadRow(row: "v,1,0,0,1,1,1.5,.5", essentials: place + ["column 7 (action id)", "whole number", "'1.5'"]),
  BadRow(row: "v,1,0,0,1,1,,.5", essentials: place + ["column 7 (action id)", "nothing", "proposals"]),
  BadRow(row: "v,1,0,0,1,1,99999999999,.5", essentials: place + ["column 7 (action id)"]),
  BadRow(row: "v,-1,0,0,1,1,1,.5", essentials: place + ["column 2 (second)", "'-1'"]),
  BadRow(row: "v,noon,0,0,1,1,1,.5", essentials: place + ["column 2 (second)", "'noon'"]),
  BadRow(row: "v,1e300,0,0,1,1,1,.5", essentials: place + ["column 2 (second)", "'1e300'"]),
  BadRow(row: ",1,0,0,1,1,1,.5", essentials: place + ["column 1 (video)", "nothing"]),
  BadRow(row: "v,1,0,0,1,1", essentials: place + ["7 or 8 columns", "found 6 columns"]),
  BadRow(row: "v,x", essentials: place + ["7 or 8 columns", "found 2 columns"]),
  BadRow(row: "v,1,0,0,1,1,1,.5,9", essentials: place + ["7 or 8 columns", "found 9 columns"]),
  BadRow(row: "v" + String(repeating: ",1", count: 40), essentials: place + ["found 41 columns"]),
  BadRow(row: "word", essentials: place + ["found 1 column"]),
  BadRow(row: "\"v,1,0,0,1,1,1,.5", essentials: place + ["closing quote"]),
  BadRow(row: "\"v\"w,1,0,0,1,1,1,.5", essentials: place + ["closing quote", "'w,1"]),
]

private let badTruth = [
  BadRow(row: "v,1,.5,0,.4,1,1,1", essentials: place + ["column 5 (x2)", "x1 = 0.5", "'.4'"]),
  BadRow(row: "v,1,0,.5,1,.4,1,1", essentials: place + ["column 6 (y2)", "y1 = 0.5", "'.4'"]),
  BadRow(row: "v,1,0,0,1,nan,1,1", essentials: place + ["column 6 (y2)", "'nan'"]),
  BadRow(row: "v,1,0,0,1,1,one", essentials: place + ["column 7 (action id)", "'one'"]),
  BadRow(row: "v,1,0,0,1,1,1,who", essentials: place + ["column 8 (person id)", "'who'"]),
  BadRow(row: "v,1,0,0,1,1", essentials: place + ["7 or 8 columns", "found 6 columns"]),
  BadRow(row: "v,1,0", essentials: place + ["found 3 columns"]),
  BadRow(row: "v,x", essentials: place + ["column 2 (second)", "'x'"]),
]

import AVARecords
import Files
import Geometry
import Parallel
import Tensors
import TestSupport
import Testing

/// Files of several blocks, read on several threads.
@Suite struct BlockTests {
  private struct Row {
    var video: String
    var second: Int
    var box: [String]
    var action: Int
    var score: String
    var line: Int
  }

  /// Some megabytes of rows, with what may stand between rows, and where each row stands.
  private func longText(seed: UInt64, rows count: Int = 60_000) -> (text: String, rows: [Row]) {
    var random = SeededGenerator(seed: seed)
    var text = "\u{FEFF}\n  \nvideo,second,x1,y1,x2,y2,action,score\n"
    var line = 3
    var rows: [Row] = []
    var row = Row(video: "v0", second: 902, box: ["0.1", "0.1", "0.5", "0.5"], action: 1, score: "0.5", line: 0)
    for _ in 0..<count {
      let fate = Int.random(in: 0..<100, using: &random)
      if fate < 5 { row.video = "video\(Int.random(in: 0..<5, using: &random))" }
      if fate < 10 { row.second = Int.random(in: 902..<1000, using: &random) }
      if fate < 20 {
        row.box = (0..<4).map { "\(Double(Int.random(in: 0...1000, using: &random)) / 1000 + Double($0 / 2))" }
      }
      row.action = Int.random(in: 1...80, using: &random)
      row.score = fate == 50 ? "" : "\(random.uniform())"
      if fate == 51 {
        text += "\n\n"
        line += 2
      }
      line += 1
      row.line = line
      rows.append(row)
      let end = fate == 52 ? " \r\n" : fate < 40 ? "\r\n" : "\n"
      text += "\(row.video),0\(row.second),\(row.box.joined(separator: ",")),\(row.action),\(row.score)\(end)"
    }
    return (text, rows)
  }

  @Test("Every row arrives with its line, on any number of threads", arguments: [1 as UInt64, 2])
  func manyBlocks(seed: UInt64) throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let (text, rows) = longText(seed: seed)
    try #require(text.utf8.count > 2 << 20)
    let path = try scratch.file(text)
    let alone = try DetectionTable.read(path: path)
    #expect(alone.counts.rows == rows.count && alone.table.count == rows.count)
    #expect(alone.counts.withoutScore == rows.count { $0.score.isEmpty })
    for (index, row) in rows.enumerated() {
      let table = alone.table
      let frame = table.frameIndex.frames[Int(table.frames[index])]
      let box = table.box(ofRow: index)
      let isRight =
        table.frameIndex.videos[frame.video] == row.video && frame.time == Timestamp(second: row.second)
        && [box.x1, box.y1, box.x2, box.y2] == row.box.map { Double($0) } && table.actionIDs[index] == Int32(row.action)
        && table.scores[index] == (Double(row.score) ?? 1) && table.lines[index] == row.line
      if !isRight {
        Issue.record("row \(index), line \(row.line), seed \(seed)")
        return
      }
    }
    for threads in [2, 5] {
      let shared = try DetectionTable.read(path: path, pool: WorkerPool(threads: threads))
      #expect(shared.counts == alone.counts && shared.table.lines == alone.table.lines)
      #expect(shared.table.boxes == alone.table.boxes && shared.table.boxNumbers == alone.table.boxNumbers)
      #expect(shared.table.frameIndex.frames == alone.table.frameIndex.frames)
      #expect(shared.table.frames == alone.table.frames && shared.table.scores == alone.table.scores)
      #expect(shared.table.actionIDs == alone.table.actionIDs)
    }
  }

  @Test("The first bad row is named, whichever block has it", arguments: [1, 3])
  func firstBadRow(threads: Int) throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let (text, rows) = longText(seed: 3)
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) ?? "" }
    for index in [rows.count - 1, rows.count * 2 / 3] { lines[rows[index].line - 1] = "v,902,0.1,0.1,nan,1,3,0.5" }
    let path = try scratch.file(lines.joined(separator: "\n"))
    let error = #expect(throws: RecordError.self) {
      try DetectionTable.read(path: path, pool: WorkerPool(threads: threads))
    }
    expectEssentials(error.map { "\($0)" }, ["line \(rows[rows.count * 2 / 3].line)", "column 5 (x2)", "'nan'"])
    let survey = try DetectionTable.survey(path: path, pool: WorkerPool(threads: threads))
    #expect(survey.table.count == rows.count - 2 && survey.faults.count == 2)
    let fault = try #require(survey.faults.faults.first)
    #expect(fault.column == "x2" && fault.count == 2)
    #expect(fault.examples.map(\.line) == [rows[rows.count * 2 / 3].line, rows[rows.count - 1].line])
    #expect(survey.table.lines[rows.count - 3] == rows[rows.count - 2].line)
  }

  @Test("One line longer than a block, and blank lines longer than one before the header")
  func longLines() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let name = String(repeating: "x", count: 3 << 20)
    let blanks = String(repeating: " \n", count: 1 << 20)
    let path = try scratch.file(
      blanks + "video,second,x1,y1,x2,y2,action,score\nv,1,0,0,1,1,1,.5\n\(name),2,0,0,1,1,2,.25\nv,3,0,0,1,1,3,1")
    let table = try DetectionTable.read(path: path, pool: WorkerPool(threads: 2)).table
    #expect(table.scores == [0.5, 0.25, 1] && table.frameIndex.videos == ["v", name])
    #expect((0..<3).map { table.lines[$0] } == [2, 3, 4].map { $0 + 1 << 20 })
  }

  @Test("A survey takes pixels, keeps good rows and groups the others by what is wrong")
  func survey() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let path = try scratch.file(
      "v,1,10,20,320,240,1,.5\nv,1,0,0,1,1,1,high\nv,1,0,0,1,1,1,low\nv,1,0,0\nv,1,0,0,1,1,,.5\nv,2,0,0,1,1,2,.5\n")
    let survey = try DetectionTable.survey(path: path)
    #expect(survey.table.count == 2 && survey.table.box(ofRow: 0).x2 == 320)
    #expect(survey.table.lines[1] == 6)
    #expect(survey.faults.faults.map(\.count) == [2, 1, 1])
    #expect(survey.faults.faults[0].examples.map(\.found) == ["'high'", "'low'"])
    #expect(throws: RecordError.self) { try DetectionTable.survey(path: try scratch.file("\n", "empty.csv")) }
  }

  @Test("Rows that cannot be used leave no names behind, however many they have")
  func namesOfFaultyRows() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let rows = (0..<20).map { "v\($0),\($0),0.1,x,1,1,1,.5\n" }.joined()
    let survey = try DetectionTable.survey(path: try scratch.file(rows + "w,7,0,0,1,1,1,.5\nw,7,0,0,1,1,2,.25\n"))
    #expect(survey.faults.count == 20 && survey.table.count == 2)
    #expect(survey.table.frameIndex.videos == ["w"] && survey.table.frameIndex.frames.count == 1)
  }

  @Test("Rows that look like the one before but are not")
  func similarRows() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let path = try scratch.file(
      "v,1,0,0,1,1,1,.5\nv,1,0,0,1,1,12,.25\nv,1,0,0,1,1,1\nv,1,0,0,1,1,3,\nv,1,0,0,1,1, 4 , .5 \nv,1,0,0,1,1,5,1e-2\n"
        + "v,1,0,0,1,1,\"6\",.5\nv,1,0,0,1,12,7,.5\nv,1,0,0,1,1,8,.125\nv,1,0,0,1,2,9,.5")
    let table = try DetectionTable.survey(path: path).table
    #expect(table.actionIDs == [1, 12, 1, 3, 4, 5, 6, 7, 8, 9])
    #expect(table.scores == [0.5, 0.25, 1, 1, 0.5, 0.01, 0.5, 0.5, 0.125, 0.5])
    #expect(table.boxes.map(\.y2) == [1, 12, 1, 2] && table.boxNumbers == [0, 0, 0, 0, 0, 0, 0, 1, 2, 3])
  }
}

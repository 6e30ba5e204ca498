import AVARecords
import Files
import Geometry
import Glibc
import Tensors
import TestSupport
import Testing

@Suite struct WriterTests {
  private func write(_ table: DetectionTable, _ decimals: Decimals = .pySlowFast) throws -> String {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let path = scratch.folder.path + "/out.csv"
    let writer = try DetectionWriter(path: path, decimals: decimals)
    try writer.append(table)
    #expect(!pathExists(path))
    try writer.commit()
    return String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  @Test("Rows have PySlowFast's form")
  func form() throws {
    var table = DetectionTable()
    let box = UnitBox(x1: 0.0005, y1: -0.0002, x2: 0.9999, y2: 1)
    table.append(video: "a", second: 902, box: box, actionID: 1, score: 0.00005)
    table.append(video: "a", second: 12345, box: box, actionID: 80, score: 1)
    table.append(video: "b,c", time: try #require(Timestamp(seconds: 12.5)), box: box, actionID: 7, score: 0.25)
    let text = try write(table)
    #expect(
      text == """
        a,0902,0.001,-0.000,1.000,1.000,1,0.0001
        a,12345,0.001,-0.000,1.000,1.000,80,1.0000
        "b,c",0012.5,0.001,-0.000,1.000,1.000,7,0.2500

        """)
    #expect(try write(table, .init(box: 1, score: 9)).hasPrefix("a,0902,0.0,-0.0,1.0,1.0,1,0.000050000\n"))
  }

  @Test("Numbers are rounded as C's printf rounds, ties included", arguments: [1 as UInt64, 2, 3])
  func rounding(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var table = DetectionTable()
    var expected: [String] = []
    for row in 0..<3000 {
      // Every third value lies on or next to a tie of some number of decimals.
      var value = random.uniform(-2, 2)
      if row % 3 == 0 { value = (Double(Int(value * 5000)) + 0.5) / 10000 }
      if row % 3 == 1 { value = Double(Int(value * 4096)) / 4096 }
      table.append(
        video: "v", second: 1, box: UnitBox(x1: value, y1: 0, x2: 1, y2: 1), actionID: 1, score: value)
      expected.append("v,0001,\(printed(value, 3)),0.000,1.000,1.000,1,\(printed(value, 4))")
    }
    let lines = try write(table).split(separator: "\n").map(String.init)
    for (line, wanted) in zip(lines, expected) { #expect(line == wanted, "seed \(seed)") }
    #expect(lines.count == expected.count)
    for row in 0..<table.count {
      #expect(Decimals.pySlowFast.rounded(score: table.scores[row]) == Double(printed(table.scores[row], 4)))
      #expect(Decimals.pySlowFast.rounded(table.box(ofRow: row)).x1 == Double(printed(table.box(ofRow: row).x1, 3)))
    }
  }

  @Test("What is written with nine decimals reads back as the same float32")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 7)
    var table = DetectionTable()
    for second in 0..<200 {
      let box = UnitBox(
        x1: Double(Float(random.uniform(0.01, 0.5))), y1: Double(Float(random.uniform(0.01, 0.5))),
        x2: Double(Float(random.uniform(0.5, 1))), y2: Double(Float(random.uniform(0.5, 1))))
      for id in 1...3 {
        table.append(
          video: "v\(second % 3)", second: second, box: box, actionID: id, score: Double(Float(random.uniform(0.01, 1)))
        )
      }
    }
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let path = scratch.folder.path + "/out.csv"
    let writer = try DetectionWriter(path: path, decimals: .init(box: 9, score: 9))
    try writer.append(table)
    try writer.commit()
    let back = try DetectionTable.read(path: path).table
    #expect(back.scores.map(Float.init) == table.scores.map(Float.init))
    #expect(back.frames == table.frames && back.boxNumbers == table.boxNumbers)
    #expect(back.boxes.map { Float($0.y2) } == table.boxes.map { Float($0.y2) })
  }

  @Test("Ground truth is written with score 1, and key frames without an action are not")
  func groundTruth() throws {
    var table = GroundTruthTable()
    let box = UnitBox(x1: 0.25, y1: 0, x2: 1, y2: 1)
    table.append(video: "v", second: 904, box: box, actionID: 1, personID: 5)
    table.list(video: "w", time: Timestamp(second: 908))
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    let writer = try DetectionWriter(path: scratch.folder.path + "/gt.csv")
    try writer.append(table)
    try writer.commit()
    let text = String(decoding: try readFile(scratch.folder.path + "/gt.csv", doing: "testing"), as: UTF8.self)
    #expect(text == "v,0904,0.250,0.000,1.000,1.000,1,1.0000\n")
  }

  @Test("An unfinished file leaves nothing behind")
  func unfinished() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    do {
      let writer = try DetectionWriter(path: scratch.folder.path + "/out.csv")
      let box = UnitBox(x1: 0, y1: 0, x2: 1, y2: 1)
      try writer.append(video: "v", time: Timestamp(second: 1), box: box, actionID: 1, score: 1)
    }
    #expect(try listFolder(scratch.folder.path).isEmpty)
  }
}

/// C's `printf("%.*f")`.
private func printed(_ value: Double, _ decimals: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  let length = withVaList([decimals, value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

import AVARecords
import Files
import Geometry
import Parallel
import Tensors
import TestSupport
import Testing

/// Rows as arrays, and as the lines of a file.
private struct Rows {
  var videos = ["b", "a", "c"]
  var numbers: [Int32] = []
  var seconds: [Double] = []
  var boxes: [Double] = []
  var actions: [Int32] = []
  var scores: [Double] = []

  mutating func add(_ video: Int32, _ second: Double, _ box: [Double], _ action: Int32, _ score: Double) {
    numbers.append(video)
    seconds.append(second)
    boxes += box
    actions.append(action)
    scores.append(score)
  }

  var text: String {
    numbers.indices.map { row in
      let key = "\(videos[Int(numbers[row])]),\(seconds[row])"
      if actions[row] == RowColumns.noAction { return key }
      return key + "," + boxes[row * 4..<row * 4 + 4].map { "\($0)" }.joined(separator: ",")
        + ",\(actions[row]),\(scores[row])"
    }.joined(separator: "\n") + "\n"
  }

  func columns<Result>(_ body: (RowColumns) throws -> Result) rethrows -> Result {
    try numbers.withUnsafeBufferPointer { numbers in
      try seconds.withUnsafeBufferPointer { seconds in
        try boxes.withUnsafeBufferPointer { boxes in
          try actions.withUnsafeBufferPointer { actions in
            try scores.withUnsafeBufferPointer { scores in
              try body(
                RowColumns(
                  videos: videos, videoNumbers: numbers, seconds: seconds, boxes: boxes, actionIDs: actions,
                  scores: scores))
            }
          }
        }
      }
    }
  }

  /// Rows at random: runs of a key frame and of a box, some out of order, some without an action.
  init(seed: UInt64, count: Int, isTruth: Bool) {
    var random = SeededGenerator(seed: seed)
    var (video, second, box) = (Int32(0), 0.0, [0.0, 0, 1, 1])
    for _ in 0..<count {
      if random.uniform(0, 1) < 0.3 {
        (video, second) = (Int32(random.uniform(0, 3)), Double(Int(random.uniform(0, 9))) / 2)
      }
      if random.uniform(0, 1) < 0.5 {
        box = [random.uniform(-0.5, 0.5), random.uniform(0, 0.5), random.uniform(0.5, 1.5), random.uniform(0.5, 1)]
        if !isTruth, random.uniform(0, 1) < 0.1 { box.swapAt(0, 2) }
      }
      add(
        video, second, box, random.uniform(0, 1) < 0.1 ? RowColumns.noAction : Int32(random.uniform(1, 80)),
        random.uniform(0, 1))
    }
  }

  init() {}
}

@Suite struct RowColumnsTests {
  @Test(
    "Detections of columns are those of a file with the same rows",
    arguments: [(1 as UInt64, 1000), (2, 1000), (3, 70_000)])
  func detections(seed: UInt64, count: Int) throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let rows = Rows(seed: seed, count: count, isTruth: false)
    try writeFile(scratch.path + "/rows.csv", rows.text)
    let expected = try DetectionTable.read(path: scratch.path + "/rows.csv")
    // 70,000 rows are more than one thread takes at a time.
    let found = try rows.columns { try DetectionTable.read($0, pool: WorkerPool(threads: 2)) }
    #expect(found.counts == expected.counts, "seed \(seed)")
    #expect(found.table.frames == expected.table.frames && found.table.scores == expected.table.scores)
    #expect(found.table.boxes == expected.table.boxes && found.table.boxNumbers == expected.table.boxNumbers)
    #expect(found.table.actionIDs == expected.table.actionIDs && found.table.lines == expected.table.lines)
    #expect(found.table.frameIndex.keyFrames == expected.table.frameIndex.keyFrames)
  }

  @Test("Ground truth and exclusions of columns are those of a file with the same rows", arguments: [4 as UInt64, 5])
  func truth(seed: UInt64) throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let rows = Rows(seed: seed, count: 500, isTruth: true)
    try writeFile(scratch.path + "/rows.csv", rows.text)
    let expected = try GroundTruthTable.read(path: scratch.path + "/rows.csv")
    let found = try rows.columns { try GroundTruthTable.read($0) }
    #expect(found.counts == expected.counts, "seed \(seed)")
    #expect(found.table.frames == expected.table.frames && found.table.boxes == expected.table.boxes)
    #expect(found.table.actionIDs == expected.table.actionIDs && found.table.personIDs == expected.table.personIDs)
    #expect(found.table.keyFrames == expected.table.keyFrames)
    let excluded = try rows.columns { try ExcludedTimestamps.read($0) }
    #expect(excluded.count == found.table.keyFrames.count)
    for frame in found.table.keyFrames { #expect(excluded.contains(video: frame.video, time: frame.time)) }
  }

  @Test("The first row that cannot be used is named, whatever thread met it")
  func errors() throws {
    var rows = Rows()
    for row in 0..<140_000 { rows.add(0, 902, [0, 0, 1, 1], 1, row == 70_000 || row == 139_000 ? .nan : 0.5) }
    func error() -> String {
      do {
        _ = try rows.columns { try DetectionTable.read($0, pool: WorkerPool(threads: 2)) }
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      error()
        == "taking detections from arrays, row 70000, score: expected a finite number, found nan -> correct that row")
    rows.boxes[20 * 4 + 3] = 240
    #expect(error().contains("row 20, y2: expected a fraction of the frame, 0 to 1, found 240.0 -> divide pixels"))
    rows.seconds[10] = -1
    #expect(error().contains("row 10, second: expected a time in seconds"))
    rows.numbers[5] = 3
    #expect(error().contains("row 5, video: expected a number of 3 videos, from 0, found 3"))
  }
}

internal import AVARecords
internal import Datasets
internal import Files
internal import Geometry
internal import Glibc
internal import Tensors

/// The made-up files that the evaluator is measured on.
struct BenchEvaluateFiles {
  let folder: String

  var detections: String { joinPath(folder, "detections.csv") }
  var groundTruth: String { joinPath(folder, "groundtruth.csv") }
  var labelMap: String { joinPath(folder, "labelmap.pbtxt") }

  private static let videos = 64
  /// AVA's key frames.
  private static let seconds = ActionDataset.ava.labelledSeconds ?? 0...0
  /// AVA's scored classes, whose ids have gaps.
  private static let ids = (ActionDataset.ava.scoredClasses ?? []).sorted()

  /// Writes the files: in every key frame some people, with one to three true actions each, found with boxes a
  /// little off and a score for every class.
  ///
  /// - Returns: How many rows of detections there are.
  func make(rows: Int, seed: UInt64) throws -> Int {
    var random = SeededGenerator(seed: seed)
    let found = try DetectionWriter(path: detections, decimals: Decimals(box: 3, score: 9))
    let truth = try DetectionWriter(path: groundTruth)
    let labels = Self.ids.map { "item {\n  name: \"class \($0)\"\n  id: \($0)\n}\n" }
    try writeFile(labelMap, labels.joined())
    let frames = Self.videos * Self.seconds.count
    var (made, frame) = (0, 0)
    for video in 0..<Self.videos {
      for second in Self.seconds {
        frame += 1
        // People still missing, spread over the frames still to come.
        let people = (frame * rows / frames - made) / Self.ids.count
        for person in 0..<max(0, people) {
          try write(person, "video\(video)", second, truth, found, UInt32(made), &random)
          made += Self.ids.count
        }
      }
    }
    try found.commit()
    try truth.commit()
    return made
  }

  func remove() {
    for path in [detections, groundTruth, labelMap] { removeFile(path) }
    rmdir(folder)
  }

  private func write(
    _ person: Int, _ video: String, _ second: Int, _ truth: DetectionWriter, _ found: DetectionWriter,
    _ firstRow: UInt32,
    _ random: inout SeededGenerator
  ) throws {
    let time = Timestamp(second: second)
    let (x, y) = (random.uniform(0, 0.6), random.uniform(0, 0.5))
    let box = UnitBox(x1: x, y1: y, x2: x + random.uniform(0.1, 0.4), y2: y + random.uniform(0.2, 0.5))
    let trueIDs = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in Self.ids.randomElement(using: &random)! })
    for id in Self.ids where trueIDs.contains(id) {
      try truth.append(video: video, time: time, box: box, actionID: id, score: 1)
    }
    func off(_ value: Double) -> Double { min(max(value + random.uniform(-0.04, 0.04), 0), 1) }
    let near = UnitBox(x1: off(box.x1), y1: off(box.y1), x2: off(box.x2), y2: off(box.y2))
    for (place, id) in Self.ids.enumerated() {
      try found.append(
        video: video, time: time, box: near, actionID: id,
        score: score(row: firstRow + UInt32(place), isTrue: trueIDs.contains(id)))
    }
  }

  /// A score that no other row has, in nine decimals: odd for false actions, even and a little more for true ones.
  private func score(row: UInt32, isTrue: Bool) -> Double {
    let place = (row &* 2_654_435_769) & (1 << 28 - 1)
    return Double(isTrue ? 2 * place + 1 << 28 : 2 * place + 1) / 1e9
  }
}

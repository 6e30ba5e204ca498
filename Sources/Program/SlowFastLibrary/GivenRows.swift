internal import AVARecords
internal import CSlowFast
internal import Parallel

/// Rows that a caller has given: those of a file, or those of arrays in its memory, valid during the call.
struct GivenRows {
  enum Source {
    case file(String)
    case columns(RowColumns)
  }

  /// What they are called in a message: the file, or the argument.
  let name: String
  let source: Source

  func groundTruth() throws -> (table: GroundTruthTable, counts: RowCounts) {
    switch source {
    case .file(let path): return try GroundTruthTable.read(path: path)
    case .columns(let columns):
      if columns.videoNumbers.isEmpty {
        throw RecordError.empty(
          doing: "reading the ground truth", path: name, expected: "rows of ground truth", advice: "give some")
      }
      return try GroundTruthTable.read(columns)
    }
  }

  func detections(_ pool: WorkerPool) throws -> (table: DetectionTable, counts: RowCounts) {
    switch source {
    case .file(let path): try DetectionTable.read(path: path, pool: pool)
    case .columns(let columns): try DetectionTable.read(columns, pool: pool)
    }
  }

  func exclusions() throws -> (times: ExcludedTimestamps, name: String) {
    switch source {
    case .file(let path): (try ExcludedTimestamps.read(path: path), name)
    case .columns(let columns): (try ExcludedTimestamps.read(columns), name)
    }
  }
}

extension Call {
  /// Of videos or classes.
  private static let mostNames: Int64 = 1 << 24

  /// - Parameter isFull: Whether there are boxes and classes.
  func rows(_ pointer: UnsafePointer<slowfast_rows>?, _ name: String, isFull: Bool = true) throws -> GivenRows {
    let rows = try structure(self.pointer(pointer, name), name)!
    if let file = rows.file {
      let path = String(cString: file)
      return GivenRows(name: path, source: .file(path))
    }
    try require(0..<1 << 31 ~= rows.count, "'\(name)->count' is \(rows.count)", "give 0 to 2147483647")
    try require(
      0...Self.mostNames ~= rows.video_count, "'\(name)->video_count' is \(rows.video_count)",
      "give 0 to \(Self.mostNames), and as many as there are")
    let texts = try array(rows.video_names, rows.video_count, "\(name)->video_names")
    let videos = try texts.indices.map { try text(texts[$0], "\(name)->video_names[\($0)]") }
    return GivenRows(
      name: name,
      source: .columns(
        RowColumns(
          videos: videos, videoNumbers: try array(rows.videos, rows.count, "\(name)->videos"),
          seconds: try array(rows.seconds, rows.count, "\(name)->seconds"),
          boxes: isFull ? try array(rows.boxes, rows.count * 4, "\(name)->boxes") : nil,
          actionIDs: isFull ? try array(rows.classes, rows.count, "\(name)->classes") : nil,
          scores: isFull ? try rows.scores.map { try array($0, rows.count, "\(name)->scores") } : nil)))
  }

  func labels(_ pointer: UnsafePointer<slowfast_classes>?) throws -> LabelMap {
    let classes = try structure(self.pointer(pointer, "classes"), "classes")!
    if let file = classes.file { return try LabelMap.read(path: String(cString: file)) }
    try require(
      0...Self.mostNames ~= classes.count, "'classes->count' is \(classes.count)",
      "give 0 to \(Self.mostNames), and as many as there are")
    if classes.count == 0 {
      throw RecordError.empty(
        doing: "taking the classes", path: "classes", expected: "labels",
        advice: "give the ids of the classes that are scored")
    }
    let ids = try array(classes.ids, classes.count, "classes->ids")
    let known = LabelMap.ids
    if let index = ids.firstIndex(where: { !(known ~= Int($0)) }) {
      throw error(
        "'classes->ids[\(index)]' is \(ids[index])",
        "give whole numbers from \(known.lowerBound) to \(known.upperBound)")
    }
    return try LabelMap(
      ids.indices.map { index in
        let name = try classes.names.map { try text($0[index], "classes->names[\(index)]") }
        return LabelMap.Label(id: Int(ids[index]), name: name ?? "\(ids[index])")
      })
  }
}

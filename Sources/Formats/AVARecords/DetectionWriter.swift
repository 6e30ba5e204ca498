public import Files
public import Geometry

/// Writes detections or ground truth in the challenge's format: `video,second,x1,y1,x2,y2,action id,score`.
///
/// The file appears under its name at `commit()`; whatever comes before that leaves nothing behind.
public final class DetectionWriter {
  private let file: AtomicFile
  private let decimals: Decimals
  private var bytes: [UInt8] = []

  /// Opens the temporary neighbour of `path`.
  public init(path: String, decimals: Decimals = .pySlowFast) throws(FileError) {
    file = try AtomicFile(path: path)
    self.decimals = decimals
  }

  /// Adds a row. Seconds get four digits ("0902"), and decimals only where they have any.
  public func append(
    video: String, time: Timestamp, box: UnitBox, actionID: Int, score: Double
  ) throws(FileError) {
    appendName(video)
    bytes.append(UInt8(ascii: ","))
    time.append(to: &bytes)
    for value in [box.x1, box.y1, box.x2, box.y2] {
      bytes.append(UInt8(ascii: ","))
      appendFixed(value, decimals: decimals.box, to: &bytes)
    }
    bytes.append(UInt8(ascii: ","))
    bytes.append(contentsOf: String(actionID).utf8)
    bytes.append(UInt8(ascii: ","))
    appendFixed(score, decimals: decimals.score, to: &bytes)
    bytes.append(0x0A)
    if bytes.count >= 1 << 16 { try flush() }
  }

  /// Adds all rows of a table, in their order.
  public func append(_ table: DetectionTable) throws(FileError) {
    for row in 0..<table.count {
      let frame = table.frameIndex.frames[Int(table.frames[row])]
      try append(
        video: table.frameIndex.videos[frame.video], time: frame.time, box: table.box(ofRow: row),
        actionID: Int(table.actionIDs[row]), score: table.scores[row])
    }
  }

  /// Adds all rows of a ground-truth table with score 1, as PySlowFast writes them.
  public func append(_ table: GroundTruthTable) throws(FileError) {
    for row in 0..<table.count {
      let frame = table.frameIndex.frames[Int(table.frames[row])]
      try append(
        video: table.frameIndex.videos[frame.video], time: frame.time, box: table.boxes[row],
        actionID: Int(table.actionIDs[row]), score: 1)
    }
  }

  /// Flushes everything to the disk and gives the file its name.
  public func commit() throws(FileError) {
    try flush()
    try file.commit()
  }

  private func flush() throws(FileError) {
    let pending = bytes
    bytes.removeAll(keepingCapacity: true)
    try file.write(pending)
  }

  private func appendName(_ name: String) { bytes.append(contentsOf: csvField(name).utf8) }
}

/// A field of a row: a name with a comma or tab stands in quotes, as the readers here take it.
public func csvField(_ name: String) -> String {
  name.utf8.contains { $0 == UInt8(ascii: ",") || $0 == 0x09 } ? "\"\(name)\"" : name
}

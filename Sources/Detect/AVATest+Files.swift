internal import AVARecords
internal import Files

extension AVATest {
  /// The files that `write` makes in a folder.
  public func outputs(in folder: String) -> [String] { labels.outputs(in: folder) }

  /// Writes the results, see `AVATestLabels.write`.
  public func write(_ detections: Detections, to folder: String) throws -> [String] {
    try labels.write(detections, to: folder)
  }

  /// Writes the rows of a run that was ended early, under a name that says so.
  ///
  /// - Returns: The path.
  /// - Throws: `FileError`, `JournalError`.
  public func writePart(_ detections: Detections, to folder: String) throws -> String {
    let path = AVATest.part(in: folder)
    try detections.writeRows(to: path)
    return path
  }

  /// Where the rows of a run that was ended early are.
  public static func part(in folder: String) -> String { joinPath(folder, "detections_latest.partial.csv") }

  /// Where the scores of a run are kept until its results are written.
  public static func journal(in folder: String) -> String { joinPath(folder, "detections_latest.journal") }
}

extension AVATestLabels {
  /// The files that `write` makes in a folder.
  public func outputs(in folder: String) -> [String] {
    let names = ["detections_latest.csv"] + (groundTruth == nil ? [] : ["groundtruth_latest.csv"])
    return names.map { joinPath(folder, $0) }
  }

  /// Writes `detections_latest.csv` and, where there is ground truth, `groundtruth_latest.csv`, rounded as the
  /// reference rounds. Excluded key frames are in both, as there.
  ///
  /// - Returns: The paths.
  /// - Throws: `FileError`, `JournalError`.
  public func write(_ detections: Detections, to folder: String) throws -> [String] {
    let path = joinPath(folder, "detections_latest.csv")
    try detections.writeRows(to: path)
    guard let groundTruth else { return [path] }
    let truthPath = joinPath(folder, "groundtruth_latest.csv")
    try writeGroundTruth(groundTruth, to: truthPath)
    return [path, truthPath]
  }

  /// Key frame by key frame in the order of the file, rows of classes that the label map lacks left out.
  private func writeGroundTruth(_ table: GroundTruthTable, to path: String) throws {
    var rowsOfFrame = [[Int]](repeating: [], count: table.frameIndex.frames.count)
    for row in table.boxes.indices where labelMap.contains(Int(table.actionIDs[row])) {
      rowsOfFrame[Int(table.frames[row])].append(row)
    }
    let writer = try DetectionWriter(path: path)
    for (number, rows) in rowsOfFrame.enumerated() {
      let frame = table.frameIndex.frames[number]
      for row in rows {
        try writer.append(
          video: table.frameIndex.videos[frame.video], time: frame.time, box: table.boxes[row],
          actionID: Int(table.actionIDs[row]), score: 1)
      }
    }
    try writer.commit()
  }
}

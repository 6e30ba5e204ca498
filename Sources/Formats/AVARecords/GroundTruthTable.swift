internal import Files
public import Geometry

/// Ground truth in the order of its rows, column by column, and the key frames that it lists.
public struct GroundTruthTable: Sendable {
  /// The videos and key frames, those without any action included.
  public private(set) var frameIndex = FrameIndex()
  /// Each row's key frame, a number of `frameIndex`.
  public private(set) var frames: [Int32] = []
  /// Each row's box, in fractions of the frame.
  public private(set) var boxes: [UnitBox] = []
  /// Each row's action, an id of the label map.
  public private(set) var actionIDs: [Int32] = []
  /// Each row's eighth column, 1 where there is none: two of the public readers take it for a score and sort by it.
  public private(set) var personIDs: [Double] = []

  /// Makes a table without rows.
  public init() {}

  /// How many rows there are.
  public var count: Int { boxes.count }

  /// The key frames of `frameIndex` by name.
  public var keyFrames: [KeyFrame] { frameIndex.keyFrames }

  /// Adds a row.
  public mutating func append(video: String, time: Timestamp, box: UnitBox, actionID: Int, personID: Double = 1) {
    frames.append(Int32(frameIndex.insert(video: video, time: time)))
    boxes.append(box)
    actionIDs.append(Int32(actionID))
    personIDs.append(personID)
  }

  /// Adds a row of a whole second.
  public mutating func append(video: String, second: Int, box: UnitBox, actionID: Int, personID: Double = 1) {
    append(video: video, time: Timestamp(second: second), box: box, actionID: actionID, personID: personID)
  }

  /// Lists a key frame that has been looked at, whether anything is done there or not.
  public mutating func list(video: String, time: Timestamp) { _ = frameIndex.insert(video: video, time: time) }

  /// Takes ground truth from columns: rows of `RowColumns.noAction` list a key frame without an action.
  ///
  /// - Returns: The table that a file of these rows would make, and what its reader would count.
  /// - Throws: `ColumnError` of the first row that cannot be used (one with an inverted box is).
  public static func read(_ columns: RowColumns) throws(ColumnError) -> (table: GroundTruthTable, counts: RowCounts) {
    var reader = ColumnReader(columns, doing: "taking ground truth from arrays")
    var table = GroundTruthTable()
    var counts = RowCounts()
    counts.rows = columns.count
    for row in 0..<columns.count {
      try reader.advance(to: row, &table.frameIndex, listsKeyFrame: true)
      if reader.hasNoAction {
        counts.withoutAction += 1
        continue
      }
      let box = try reader.orderedBox()
      if !box.isProper { counts.withoutArea += 1 }
      if !isInsideFrame(box) {
        if counts.outsideFrame == 0 { counts.firstOutsideLine = row + 1 }
        counts.outsideFrame += 1
      }
      let personID = try reader.score() ?? 1
      table.frames.append(Int32(reader.frame))
      table.boxes.append(box)
      table.actionIDs.append(Int32(reader.actionID))
      table.personIDs.append(personID)
    }
    return (table, counts)
  }

  /// Reads a ground-truth CSV: `video, second, x1, y1, x2, y2, action id[, person id]`.
  ///
  /// A row of two columns, and one with an empty action id, lists a key frame without an action.
  ///
  /// - Throws: `RecordError` with file, line and column of a malformed row (an inverted box is one), and for a file
  ///   without rows; `FileError`.
  public static func read(path: String) throws -> (table: GroundTruthTable, counts: RowCounts) {
    let doing = "reading the ground truth"
    let columns = "video, second, x1, y1, x2, y2, action id, person id"
    var cursor = try RowCursor(path: path, doing: doing, columns: columns)
    var table = GroundTruthTable()
    var counts = RowCounts()
    var video = ""
    var videoText = UnsafeRawBufferPointer(start: nil, count: 0)
    while try cursor.advance() {
      try cursor.require(columns: 7...8, or: 2, layout: columns)
      counts.rows += 1
      if !sameBytes(cursor[0], videoText) || video.isEmpty {
        video = try cursor.videoName()
        videoText = cursor[0]
      }
      let time = try cursor.time()
      if cursor.count == 2 || (cursor[6].isEmpty && cursor[2].isEmpty) {
        counts.withoutAction += 1
        table.list(video: video, time: time)
        continue
      }
      let box = try cursor.orderedBox(within: BoxRow.widestRange)
      if !box.isProper { counts.withoutArea += 1 }
      if !isInsideFrame(box) {
        if counts.outsideFrame == 0 { counts.firstOutsideLine = cursor.line }
        counts.outsideFrame += 1
      }
      let personID = cursor[7].isEmpty ? 1 : try cursor.number(7, "person id")
      if cursor[6].isEmpty {
        counts.withoutAction += 1
        table.list(video: video, time: time)
      } else {
        table.append(
          video: video, time: time, box: box, actionID: try cursor.integer(6, "action id"), personID: personID)
      }
    }
    if counts.rows == 0 {
      throw RecordError.empty(doing: doing, path: path, expected: "rows of ground truth", advice: "download it again")
    }
    return (table, counts)
  }
}

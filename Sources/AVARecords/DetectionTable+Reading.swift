internal import Files
internal import Geometry
internal import Wording

/// What a reader of box rows met that is no error but may surprise.
public struct RowCounts: Equatable, Sendable {
  /// Rows that were read.
  public var rows = 0
  /// Rows without a score; it counts as 1.
  public var withoutScore = 0
  /// Rows whose box has no width or no height, or is inverted.
  public var withoutArea = 0
  /// Rows whose box reaches out of the frame.
  public var outsideFrame = 0
  /// The line of the first of these.
  public var firstOutsideLine = 0
  /// Rows that list a key frame without saying what is done there.
  public var withoutAction = 0

  public init() {}

  /// The counts in words, where they are not zero.
  public func notices(_ file: String) -> [String] {
    var notices: [String] = []
    if withoutScore > 0 { notices.append("\(file): \(counted(withoutScore, "row")) without a score count as score 1") }
    if withoutArea > 0 {
      notices.append("\(file): \(counted(withoutArea, "row")) with a box without width or height, or inverted")
    }
    if outsideFrame > 0 {
      notices.append(
        "\(file): \(counted(outsideFrame, "row")) with a box that reaches out of the frame, the first on line "
          + "\(firstOutsideLine)")
    }
    return notices
  }
}

extension DetectionTable {
  /// Reads a detections CSV: `video, second, x1, y1, x2, y2, action id, score`.
  ///
  /// The score may be missing or empty and then counts as 1, as the public evaluators have it. Boxes without area and
  /// inverted ones stay in the table and are counted: protocols differ in what they do with them. Boxes may reach out
  /// of the frame a little (they are counted); coordinates beyond -1 and 2 are an error.
  ///
  /// - Throws: `RecordError` with file, line and column of a malformed row, and for a file without rows; `FileError`.
  public static func read(path: String) throws -> (table: DetectionTable, counts: RowCounts) {
    let doing = "reading the detections"
    var cursor = try RowCursor(path: path, doing: doing)
    var table = DetectionTable()
    var counts = RowCounts()
    var frame = 0
    var frameText = UnsafeRawBufferPointer(start: nil, count: 0)
    var boxText = frameText
    var hasArea = true
    var isInside = true
    while try cursor.advance() {
      try cursor.require(columns: 7...8, layout: "video, second, x1, y1, x2, y2, action id, score")
      let text = cursor.raw(0...1)
      let isNewFrame = !sameBytes(text, frameText)
      if isNewFrame {
        frame = table.insertFrame(video: try cursor.videoName(), time: try cursor.time())
        frameText = text
      }
      let coordinates = cursor.raw(2...5)
      if isNewFrame || !sameBytes(coordinates, boxText) {
        let box = try cursor.box(within: BoxRow.widestRange)
        table.keep(box: box)
        boxText = coordinates
        (hasArea, isInside) = (box.isProper, isInsideFrame(box))
      }
      let score = try score(cursor, &counts)
      table.append(frame: frame, actionID: try actionID(cursor), score: score)
      counts.rows += 1
      if !hasArea { counts.withoutArea += 1 }
      if !isInside {
        if counts.outsideFrame == 0 { counts.firstOutsideLine = cursor.line }
        counts.outsideFrame += 1
      }
    }
    if counts.rows == 0 {
      throw RecordError.empty(
        doing: doing, path: path, expected: "rows of detections", advice: "check the run that wrote it")
    }
    return (table, counts)
  }
}

private func score(_ cursor: borrowing RowCursor, _ counts: inout RowCounts) throws(RecordError) -> Double {
  if cursor[7].isEmpty {
    counts.withoutScore += 1
    return 1
  }
  return try cursor.number(7, "score")
}

private func actionID(_ cursor: borrowing RowCursor) throws(RecordError) -> Int {
  if cursor[6].isEmpty {
    throw cursor.error(
      field: 6, "action id", expected: "an action id", advice: "is this a file of person boxes (proposals)?")
  }
  return try cursor.integer(6, "action id")
}

internal import Geometry

/// Parses the rows of a block of lines.
struct DetectionParser: ~Copyable {
  /// The columns of a row.
  static let columns = "video, second, x1, y1, x2, y2, action id, score"

  private var cursor: RowCursor
  private var block = DetectionBlock()
  private let isLenient: Bool
  private var video = 0
  private var frame = 0
  private var hasArea = true
  private var isInside = true
  /// The bytes of the latest row's video, key frame, box, and of all that comes before its action.
  private var videoText = UnsafeRawBufferPointer(start: nil, count: 0)
  private var frameText = UnsafeRawBufferPointer(start: nil, count: 0)
  private var boxText = UnsafeRawBufferPointer(start: nil, count: 0)
  private var beginning = UnsafeRawBufferPointer(start: nil, count: 0)

  init(_ text: TextBlock, path: String, doing: String, isLenient: Bool) {
    cursor = RowCursor(text.bytes, of: text, path: path, doing: doing, isBeginning: text.number == 0)
    self.isLenient = isLenient
    block.table.reserve(rows: text.bytes.count / Self.usualRowLength)
  }

  /// Bytes of a row with an eleven-letter video and three to four decimals.
  private static let usualRowLength = 48

  /// Parses all rows, up to the first that cannot be used unless such rows are only counted.
  mutating func parse() -> DetectionBlock {
    while true {
      if takeSimilarRow() { continue }
      do throws(RecordError) {
        if try !cursor.advance() { break }
        try takeRow()
      } catch {
        if !isLenient {
          block.failure = error
          break
        }
        block.faults.add(error)
      }
    }
    block.lineCount = cursor.line
    return block
  }

  /// Takes the next row if it begins as the latest did: another action of the same box.
  private mutating func takeSimilarRow() -> Bool {
    guard let rest = cursor.nextLine(after: beginning), let comma = rest.firstIndex(of: UInt8(ascii: ",")),
      let actionID = wholeNumber(UnsafeRawBufferPointer(rebasing: rest[..<comma])),
      let score = decimalNumber(UnsafeRawBufferPointer(rebasing: rest[(comma + 1)...]))
    else { return false }
    cursor.takeLine(endingWith: rest)
    keep(actionID, score)
    return true
  }

  private mutating func takeRow() throws(RecordError) {
    // Until the row is whole, nothing is like it.
    beginning = UnsafeRawBufferPointer(start: nil, count: 0)
    if cursor.count == 2, !cursor[0].isEmpty, Timestamp(cursor[1]) != nil {
      block.counts.keyFramesOnly += 1
      return
    }
    try cursor.require(columns: 7...8, layout: Self.columns)
    let (frameText, boxText) = (cursor.raw(0...1), cursor.raw(2...5))
    let isNewFrame = !sameBytes(frameText, self.frameText)
    let time = isNewFrame ? try cursor.time() : nil
    let isNewVideo = isNewFrame && (videoText.isEmpty || !sameBytes(cursor.raw(0...0), videoText))
    let name = isNewVideo ? try cursor.videoName() : nil
    let isNewBox = isNewFrame || !sameBytes(boxText, self.boxText)
    let box =
      isNewBox
      ? try cursor.box(
        within: isLenient ? -.greatestFiniteMagnitude ... .greatestFiniteMagnitude : BoxRow.widestRange) : nil
    let isWithoutScore = cursor[7].isEmpty
    let score = isWithoutScore ? 1 : try cursor.number(7, "score")
    let actionID = try actionID()
    // Rows that cannot be used have no key frame: a file of nothing else has as many names as rows.
    if let name {
      video = block.table.frameIndex.insert(video: name)
      videoText = cursor.raw(0...0)
    }
    if let time {
      frame = block.table.frameIndex.insert(FrameIndex.Frame(video: video, time: time))
      self.frameText = frameText
    }
    if let box {
      block.table.keep(box: box, frame: frame)
      self.boxText = boxText
      (hasArea, isInside) = (box.isProper, isInsideFrame(box))
    }
    if isWithoutScore { block.counts.withoutScore += 1 }
    keep(actionID, score)
    beginning = cursor.raw(before: 6)
  }

  private mutating func keep(_ actionID: Int, _ score: Double) {
    block.table.append(frame: frame, actionID: actionID, score: score, line: cursor.line)
    block.counts.rows += 1
    if !hasArea { block.counts.withoutArea += 1 }
    if !isInside {
      if block.counts.outsideFrame == 0 { block.counts.firstOutsideLine = cursor.line }
      block.counts.outsideFrame += 1
    }
  }

  private func actionID() throws(RecordError) -> Int {
    if cursor[6].isEmpty {
      throw cursor.error(
        field: 6, "action id", expected: "an action id", advice: "is this a file of person boxes (proposals)?")
    }
    return try cursor.integer(6, "action id")
  }
}

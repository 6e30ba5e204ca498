internal import Geometry
public import Parallel

/// Rows of detections or of ground truth in somebody's memory, column by column; valid as long as that memory.
public struct RowColumns {
  /// The action id of a row that names a key frame and nothing else, as a row of two columns does in a file.
  public static let noAction = Int32.min

  /// The names of the videos.
  public var videos: [String]
  /// Of each row the number of its video in `videos`.
  public var videoNumbers: UnsafeBufferPointer<Int32>
  /// Of each row its time, in seconds.
  public var seconds: UnsafeBufferPointer<Double>
  /// [rows, 4]: x1, y1, x2, y2 in fractions of the frame.
  ///
  /// nil where key frames alone are named, as action ids are then.
  public var boxes: UnsafeBufferPointer<Double>?
  /// Of each row its class, an id of the label map; nil where key frames alone are named.
  public var actionIDs: UnsafeBufferPointer<Int32>?
  /// Of detections the scores, of ground truth the person ids; nil where all are 1.
  public var scores: UnsafeBufferPointer<Double>?

  /// All columns have one value a row, the boxes four.
  public init(
    videos: [String], videoNumbers: UnsafeBufferPointer<Int32>, seconds: UnsafeBufferPointer<Double>,
    boxes: UnsafeBufferPointer<Double>?, actionIDs: UnsafeBufferPointer<Int32>?, scores: UnsafeBufferPointer<Double>?
  ) {
    let count = videoNumbers.count
    precondition(seconds.count == count && scores?.count ?? count == count)
    precondition((boxes == nil) == (actionIDs == nil))
    precondition(boxes?.count ?? count * 4 == count * 4 && actionIDs?.count ?? count == count)
    (self.videos, self.videoNumbers, self.seconds) = (videos, videoNumbers, seconds)
    (self.boxes, self.actionIDs, self.scores) = (boxes, actionIDs, scores)
  }

  /// How many rows there are.
  public var count: Int { videoNumbers.count }
}

/// What can be wrong with a row of columns: which row and column, what was expected, what was found, what to do.
public struct ColumnError: Error, Equatable, CustomStringConvertible {
  /// The row, counted from 0.
  public let row: Int
  /// The column's name, where one is at fault.
  public let column: String?
  let doing: String
  let expected: String
  let found: String
  let advice: String

  /// What was being read, which row and column is wrong, what was expected and found, and what to do.
  public var description: String {
    "\(doing), row \(row)\(column.map { ", \($0)" } ?? ""): expected \(expected), found \(found) -> \(advice)"
  }
}

extension DetectionTable {
  /// Takes detections from columns.
  ///
  /// - Parameter pool: The threads that share the work; the caller's alone when nil. The table does not depend on it.
  /// - Returns: The table that a file of these rows would make, and what its reader would count.
  /// - Throws: `ColumnError` of the first row that cannot be used.
  public static func read(_ columns: RowColumns, pool: WorkerPool? = nil) throws(ColumnError) -> (
    table: DetectionTable, counts: RowCounts
  ) {
    let pool = pool ?? WorkerPool(threads: 1)
    // A block knows all videos by number, so it should have more rows than there are videos.
    let size = max(1 << 16, columns.videos.count)
    let blocks = pool.map((columns.count + size - 1) / size) { block in
      ColumnBlock(columns, block * size..<min(columns.count, (block + 1) * size))
    }
    var all = DetectionBlock()
    var tables: [DetectionTable] = []
    var numbers: [[Int32]] = []
    for block in blocks {
      if let failure = block.failure { throw failure }
      numbers.append(all.append(block.block))
      tables.append(block.block.table)
    }
    all.table.fill(&tables, numbers: numbers, pool)
    return (all.table, all.counts)
  }
}

/// What becomes of some rows of detections.
private struct ColumnBlock {
  private(set) var block = DetectionBlock()
  private(set) var failure: ColumnError?

  init(_ columns: RowColumns, _ rows: Range<Int>) {
    var reader = ColumnReader(columns, doing: "taking detections from arrays")
    block.table.reserve(rows: rows.count)
    block.lineCount = rows.count
    do throws(ColumnError) {
      for row in rows { try take(row, line: row - rows.lowerBound + 1, &reader) }
    } catch {
      failure = error
    }
  }

  private mutating func take(_ row: Int, line: Int, _ reader: inout ColumnReader) throws(ColumnError) {
    try reader.advance(to: row, &block.table.frameIndex, listsKeyFrame: false)
    if reader.hasNoAction {
      block.counts.keyFramesOnly += 1
      return
    }
    let box = try reader.box()
    let score = try reader.score()
    block.table.keep(box: box, frame: reader.frame)
    block.table.append(frame: reader.frame, actionID: reader.actionID, score: score ?? 1, line: line)
    block.counts.rows += 1
    if score == nil { block.counts.withoutScore += 1 }
    if !box.isProper { block.counts.withoutArea += 1 }
    if !isInsideFrame(box) {
      if block.counts.outsideFrame == 0 { block.counts.firstOutsideLine = line }
      block.counts.outsideFrame += 1
    }
  }
}

extension ExcludedTimestamps {
  /// Takes key frames from columns, of which videos and seconds alone are read.
  ///
  /// - Throws: `ColumnError` of the first row that cannot be used.
  public static func read(_ columns: RowColumns) throws(ColumnError) -> ExcludedTimestamps {
    var reader = ColumnReader(columns, doing: "taking exclusions from arrays")
    var index = FrameIndex()
    for row in 0..<columns.count { try reader.advance(to: row, &index, listsKeyFrame: true) }
    var exclusions = ExcludedTimestamps()
    for frame in index.frames { exclusions.insert(video: index.videos[frame.video], time: frame.time) }
    return exclusions
  }
}

/// Goes through columns row by row.
struct ColumnReader {
  private let columns: RowColumns
  private let boxes: UnsafeBufferPointer<Double>
  private let actionIDs: UnsafeBufferPointer<Int32>
  private let doing: String
  private var row = 0
  private var video: Int32 = -1
  private var second = Double.nan
  /// The numbers in the table of the videos in the columns; -1 where one is not there yet.
  private var known: [Int32]
  /// The row's key frame.
  private(set) var frame = 0

  init(_ columns: RowColumns, doing: String) {
    (self.columns, self.doing) = (columns, doing)
    boxes = columns.boxes ?? UnsafeBufferPointer(start: nil, count: 0)
    actionIDs = columns.actionIDs ?? UnsafeBufferPointer(start: nil, count: 0)
    known = Array(repeating: -1, count: columns.videos.count)
  }

  var hasNoAction: Bool { columns.actionIDs == nil || actionIDs[row] == RowColumns.noAction }
  var actionID: Int { Int(actionIDs[row]) }

  /// Goes to a row, whose key frame gets a number in an index.
  ///
  /// - Parameter listsKeyFrame: Whether a row without an action names its key frame.
  mutating func advance(to row: Int, _ index: inout FrameIndex, listsKeyFrame: Bool) throws(ColumnError) {
    self.row = row
    let (video, second) = (columns.videoNumbers[row], columns.seconds[row])
    if video == self.video, second == self.second { return }
    guard columns.videos.indices.contains(Int(video)) else {
      throw error(
        "video", expected: "a number of \(columns.videos.count) videos, from 0", found: "\(video)",
        advice: "give numbers of the videos' names")
    }
    guard let time = Timestamp(seconds: second) else {
      throw error(
        "second", expected: "a time in seconds, 0 to 1000000000", found: "\(second)", advice: "correct that row")
    }
    if hasNoAction, !listsKeyFrame { return }
    if known[Int(video)] < 0 { known[Int(video)] = Int32(index.insert(video: columns.videos[Int(video)])) }
    frame = index.insert(FrameIndex.Frame(video: Int(known[Int(video)]), time: time))
    (self.video, self.second) = (video, second)
  }

  func box() throws(ColumnError) -> UnitBox {
    let start = row * 4
    for place in 0..<4 {
      let value = boxes[start + place]
      if !BoxRow.widestRange.contains(value) {
        throw error(
          BoxRow.names[2 + place], expected: "a fraction of the frame, 0 to 1", found: "\(value)",
          advice: value.isFinite ? "divide pixels by the frame's width and height" : "correct that row")
      }
    }
    return UnitBox(
      x1: boxes[start], y1: boxes[start + 1], x2: boxes[start + 2], y2: boxes[start + 3])
  }

  /// A box whose corners are in order; equal ones are.
  func orderedBox() throws(ColumnError) -> UnitBox {
    let box = try box()
    if box.x1 > box.x2 || box.y1 > box.y2 {
      throw error(
        nil, expected: "x2 at or right of x1, and y2 at or below y1",
        found: "the box [\(box.x1), \(box.y1), \(box.x2), \(box.y2)]", advice: "give boxes as x1, y1, x2, y2")
    }
    return box
  }

  func score() throws(ColumnError) -> Double? {
    guard let scores = columns.scores else { return nil }
    if !scores[row].isFinite {
      throw error("score", expected: "a finite number", found: "\(scores[row])", advice: "correct that row")
    }
    return scores[row]
  }

  private func error(_ column: String?, expected: String, found: String, advice: String) -> ColumnError {
    ColumnError(row: row, column: column, doing: doing, expected: expected, found: found, advice: advice)
  }
}

internal import Files
public import Geometry

/// A row of a text of the MOT Challenge: `frame, id, left, top, width, height, score`, and more columns, which are not
/// looked at. Frames count from 1, coordinates are in pixels.
public struct MOTRow: Sendable, Equatable {
  public let frame: Int
  /// Nil where the file says -1: nobody knows who it is.
  public let id: Int?
  public let box: PixelBox
  /// Of ground truth 1 where the row counts.
  public let score: Double

  public init(frame: Int, id: Int?, box: PixelBox, score: Double) {
    self.frame = frame
    self.id = id
    self.box = box
    self.score = score
  }

  /// The last frame that is read: a day and more at 30 a second. Who follows people looks at the frames without boxes, too.
  private static let lastFrame = 4_000_000

  /// Reads a file; rows may stand in any order.
  ///
  /// - Throws: `RecordError` with file, line and column of a malformed row, and for a file without rows; `FileError`.
  public static func read(path: String) throws -> [MOTRow] {
    let doing = "reading the MOT text"
    let columns = "frame, id, left, top, width, height, score"
    var cursor = try RowCursor(path: path, doing: doing, columns: columns)
    var rows: [MOTRow] = []
    while try cursor.advance() {
      try cursor.require(columns: 6...10, layout: columns)
      guard let frame = wholeNumber(cursor[0]), (1...lastFrame).contains(frame) else {
        throw cursor.error(field: 0, "frame", expected: "a whole number from 1 to \(lastFrame)")
      }
      guard let id = decimalNumber(cursor[1]).flatMap({ Int(exactly: $0) }), id >= -1 else {
        throw cursor.error(field: 1, "id", expected: "a whole number, or -1 for nobody's")
      }
      let box = try cursor.pixelBox(2)
      let score = cursor[6].isEmpty ? 1 : try cursor.score(6)
      rows.append(MOTRow(frame: frame, id: id < 0 ? nil : id, box: box, score: score))
    }
    if rows.isEmpty { throw RecordError.empty(doing: doing, path: path, expected: "rows of \(columns)", advice: nil) }
    return rows
  }

  /// The row as the challenge wants it of a tracker: ten columns, the last three -1.
  public var text: String {
    var bytes: [UInt8] = []
    for value in [frame, id ?? -1] {
      bytes += String(value).utf8
      bytes.append(UInt8(ascii: ","))
    }
    for value in [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1] {
      appendFixed(value, decimals: 2, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    appendFixed(score, decimals: 4, to: &bytes)
    return String(decoding: bytes, as: UTF8.self) + ",-1,-1,-1"
  }
}

extension RowCursor {
  /// A finite number, of which -1 stands for none and counts as 1, as in the files of trackers that know no scores.
  fileprivate func score(_ index: Int) throws(RecordError) -> Double {
    guard let value = decimalNumber(self[index]) else {
      throw error(field: index, "score", expected: "a finite number")
    }
    return value == -1 ? 1 : value
  }
}

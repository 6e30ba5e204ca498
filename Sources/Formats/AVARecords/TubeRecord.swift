internal import Files
public import Geometry

/// A labelled tube: a person who does one thing, with a box for each frame.
public struct TubeRecord: Sendable, Equatable {
  /// The video's name.
  public let video: String
  /// Its number in the video.
  public let number: Int
  /// The class's id.
  public let action: Int
  /// As the file counts frames.
  public let firstFrame: Int
  /// In pixels, one for each frame.
  public internal(set) var boxes: [PixelBox]
  /// The mean of its rows'; nil where the file has none, as of ground truth.
  public internal(set) var score: Double?

  /// Reads a table of tubes, as the boxes of UCF101-24 are handed round: `video, frame, x, y, width, height, class, tube`,
  /// coordinates in pixels; of detections a score follows. Lines that begin with `#` are passed over.
  ///
  /// The rows of a tube have its frames one after the other; those of several may be mixed.
  ///
  /// - Parameter hasScores: Whether each row has a score; else one that has is read, and its score not kept.
  /// - Returns: The tubes by their first rows.
  /// - Throws: `RecordError` with file, line and column of a malformed row, of a box without area, of a tube with a gap or of
  ///   two classes, and for a file without rows; `FileError`.
  public static func read(path: String, hasScores: Bool = false) throws -> [TubeRecord] {
    let doing = "reading the tubes"
    let columns = "video, frame, x, y, width, height, class, tube" + (hasScores ? ", score" : "")
    var cursor = try RowCursor(path: path, doing: doing, columns: columns)
    var tubes: [TubeRecord] = []
    var places: [TubeName: Int] = [:]
    while try cursor.advance() {
      if cursor[0].first == UInt8(ascii: "#") { continue }
      try cursor.require(columns: (hasScores ? 9 : 8)...9, layout: columns)
      let name = TubeName(video: try cursor.videoName(), number: try cursor.count(7, "tube"))
      let (frame, action) = (try cursor.count(1, "frame"), try cursor.count(6, "class"))
      let box = try cursor.pixelBox(2)
      let score = hasScores ? try cursor.score(8) : nil
      guard let place = places[name] else {
        places[name] = tubes.count
        tubes.append(
          TubeRecord(
            video: name.video, number: name.number, action: action, firstFrame: frame, boxes: [box], score: score))
        continue
      }
      let next = tubes[place].firstFrame + tubes[place].boxes.count
      if frame != next {
        throw cursor.error(
          field: 1, "frame", expected: "frame \(next), the next of tube \(name.number) of '\(name.video)'",
          advice: "a tube has a box for every frame: give what comes after a gap another number")
      }
      if action != tubes[place].action {
        throw cursor.error(
          field: 6, "class", expected: "class \(tubes[place].action), as tube \(name.number) has it above",
          advice: "a tube has one class: give the other one another number")
      }
      tubes[place].boxes.append(box)
      if let score {
        let count = Double(tubes[place].boxes.count)
        tubes[place].score = ((tubes[place].score ?? 0) * (count - 1) + score) / count
      }
    }
    if tubes.isEmpty {
      throw RecordError.empty(doing: doing, path: path, expected: "rows of \(columns)", advice: nil)
    }
    return tubes
  }

  /// Whether a file's first row has the nine columns of a detected tube, where rows of boxes have eight; false for what can be
  /// read only once.
  ///
  /// - Throws: `RecordError`, `FileError`.
  public static func isTable(path: String) throws -> Bool {
    guard isRegularFile(path) else { return false }
    var cursor = try RowCursor(path: path, doing: "reading rows", columns: "boxes or tubes")
    while try cursor.advance() {
      if cursor[0].first != UInt8(ascii: "#") { return cursor.count == 9 }
    }
    return false
  }

  private struct TubeName: Hashable {
    let video: String
    let number: Int
  }
}

extension RowCursor {
  /// A whole number of 0 or more.
  func count(_ index: Int, _ name: String) throws(RecordError) -> Int {
    guard let value = wholeNumber(self[index]), value >= 0 else {
      throw error(field: index, name, expected: "a whole number, 0 or more")
    }
    return value
  }

  /// A finite number.
  fileprivate func score(_ index: Int) throws(RecordError) -> Double {
    guard let value = decimalNumber(self[index]) else {
      throw error(field: index, "score", expected: "a finite number")
    }
    return value
  }

  /// A box of four columns from one on: the left and upper edge, the width and height, in pixels.
  func pixelBox(_ first: Int) throws(RecordError) -> PixelBox {
    let names = ["x", "y", "width", "height"]
    var values: [Double] = []
    for (offset, name) in names.enumerated() {
      guard let value = decimalNumber(self[first + offset]), value.magnitude < 1e6 else {
        throw error(field: first + offset, name, expected: "a number of pixels")
      }
      if offset >= 2, value <= 0 { throw error(field: first + offset, name, expected: "a number of pixels above 0") }
      values.append(value)
    }
    return PixelBox(x1: values[0], y1: values[1], x2: values[0] + values[2], y2: values[1] + values[3])
  }
}

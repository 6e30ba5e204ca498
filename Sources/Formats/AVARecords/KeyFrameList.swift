/// A list of key frames: `video, second` in each row; what other columns there are is not read, so that proposals and
/// ground truth are such lists, too.
public enum KeyFrameList {
  /// Reads a list.
  ///
  /// - Parameter advice: What to do with a file that cannot be one.
  /// - Returns: Each key frame once, in the order of the rows.
  /// - Throws: `RecordError` with file, line and column of a malformed row, and for a file without rows; `FileError`.
  public static func read(path: String, advice: String) throws -> [KeyFrame] {
    let doing = "reading the key frames"
    let columns = "video, second"
    func fault(_ line: Int, _ column: Int?, _ name: String?, expected: String, found: String) -> RecordError {
      .malformed(
        RecordError.Location(doing: doing, path: path, line: line, column: column, columnName: name),
        expected: expected, found: found, advice: "the columns are \(columns), more may follow; \(advice)")
    }
    var cursor = try RowCursor(path: path, doing: doing, columns: columns)
    var found: [KeyFrame] = []
    var known: Set<KeyFrame> = []
    while try cursor.advance() {
      if cursor.count < 2 {
        throw fault(cursor.line, nil, nil, expected: "2 columns or more (\(columns))", found: "1 column")
      }
      guard let time = Timestamp(cursor[1]) else {
        throw fault(cursor.line, 2, "second", expected: "a time in seconds, 0 or more", found: quoted(cursor[1]))
      }
      let keyFrame = KeyFrame(video: try cursor.videoName(), time: time)
      if known.insert(keyFrame).inserted { found.append(keyFrame) }
    }
    if found.isEmpty {
      // A single line without a number is a mistake in it, or a header of nothing: both are said.
      if cursor.hasHeader {
        throw fault(
          cursor.headerLine, nil, nil, expected: "rows of key frames (\(columns))",
          found: "this line alone, whose second column is no time")
      }
      throw RecordError.empty(doing: doing, path: path, expected: "rows of key frames (\(columns))", advice: advice)
    }
    return found
  }
}

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
    var cursor = try RowCursor(path: path, doing: doing, columns: columns)
    var found: [KeyFrame] = []
    var known: Set<KeyFrame> = []
    while try cursor.advance() {
      if cursor.count < 2 { throw cursor.error(expected: "2 columns or more (\(columns))", found: "1 column") }
      let keyFrame = KeyFrame(video: try cursor.videoName(), time: try cursor.time())
      if known.insert(keyFrame).inserted { found.append(keyFrame) }
    }
    if found.isEmpty {
      throw RecordError.empty(doing: doing, path: path, expected: "rows of key frames (\(columns))", advice: advice)
    }
    return found
  }
}

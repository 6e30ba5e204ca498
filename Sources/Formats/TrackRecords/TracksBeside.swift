public import Files

/// The tracks that `slowfast detect` leaves beside its rows: `tracks.json` in the folder of `detections.csv`.
public enum TracksBeside {
  /// There are none, or they name no rows that they belong to, as those of `slowfast tracks`.
  case none
  /// Those of these rows.
  case fitting(path: String, TrackFile)
  /// Some, but of other rows, or not to be read; why, in words.
  case other(path: String, String)

  public static let name = "tracks.json"

  /// Looks beside rows.
  ///
  /// - Parameter rows: The file of them.
  /// - Throws: `FileError` for rows that cannot be read.
  public static func of(rows: String) throws(FileError) -> TracksBeside {
    let path = joinPath(splitPath(rows).folder, name)
    if rows == standardInput || !pathExists(path) { return .none }
    let file: TrackFile
    do {
      file = try TrackFile(paths: [path])
    } catch {
      return .other(path: path, "\(error)")
    }
    guard let mark = file.detections else { return .none }
    return try mark == contentMark(of: rows)
      ? .fitting(path: path, file)
      : .other(path: path, "it was made with other rows than '\(rows)' has now")
  }

  /// What tells the content of a file of rows from any other.
  public static func contentMark(of rows: String) throws(FileError) -> String {
    try fileFingerprint(rows, isWhole: true, doing: "comparing rows with their tracks")
  }
}

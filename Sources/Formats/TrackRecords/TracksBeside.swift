public import Files

/// The tracks that `slowfast detect` leaves beside its rows: `tracks.json` in the folder of `detections.csv`.
public enum TracksBeside {
  /// There are none, or they name no rows that they belong to, as those of `slowfast tracks`.
  case none
  /// Those of these rows.
  case fitting(path: String, TrackFile)
  /// Some of other rows.
  case stale(path: String)
  /// A file that cannot be read, and why.
  case damaged(path: String, any Error)

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
      return .damaged(path: path, error)
    }
    guard let mark = file.detections else { return .none }
    return try mark == contentMark(of: rows) ? .fitting(path: path, file) : .stale(path: path)
  }

  /// Whether a folder has tracks that name the rows that they belong to: no others may take their place.
  public static func areBound(in folder: String) -> Bool {
    let path = joinPath(folder, name)
    return pathExists(path) && (try? TrackFile(paths: [path]))?.detections != nil
  }

  /// What tells the content of a file of rows from any other.
  public static func contentMark(of rows: String) throws(FileError) -> String {
    try fileFingerprint(rows, isWhole: true, doing: "comparing rows with their tracks")
  }
}

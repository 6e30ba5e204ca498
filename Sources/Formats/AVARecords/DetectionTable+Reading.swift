internal import Files
public import Parallel

/// A file of detections of which nothing is known yet: what could be read, and what could not.
public struct DetectionSurvey: Sendable {
  /// The rows that could be read.
  public let table: DetectionTable
  /// How many rows there are, and what is odd about them.
  public let counts: RowCounts
  /// Rows that are not in the table, and why.
  public let faults: RowFaults
}

extension DetectionTable {
  /// Reads a detections CSV: `video, second, x1, y1, x2, y2, action id, score`, plain, gzip or Zstandard.
  ///
  /// The score may be missing or empty and then counts as 1, as the public evaluators have it. Boxes without area and
  /// inverted ones stay in the table and are counted: protocols differ in what they do with them. Boxes may reach out
  /// of the frame a little (they are counted); coordinates beyond -1 and 2 are an error.
  ///
  /// - Parameters:
  ///   - path: The file, or "-" for standard input.
  ///   - pool: The threads that share the work; the caller's alone when nil. The table does not depend on it.
  ///   - mayBeEmpty: Whether a file without rows says that nobody was found.
  /// - Throws: `RecordError` with file, line and column of the first malformed row, and for a file without rows that may not
  ///   be so; `FileError`.
  public static func read(
    path: String, pool: WorkerPool? = nil, mayBeEmpty: Bool = false
  ) throws -> (table: DetectionTable, counts: RowCounts) {
    let reader = DetectionReader(path: path, isLenient: false)
    let all = try reader.read(pool, blockSize: DetectionReader.blockSize)
    if all.counts.rows == 0, !mayBeEmpty { throw reader.empty }
    return (all.table, all.counts)
  }

  /// Reads what can be read of a detections CSV: rows that cannot be used are passed over and counted. Any finite
  /// coordinates are taken, pixels too.
  ///
  /// - Throws: `RecordError` for a file without any row; `FileError`.
  public static func survey(path: String, pool: WorkerPool? = nil) throws -> DetectionSurvey {
    let reader = DetectionReader(path: path, isLenient: true)
    let all = try reader.read(pool, blockSize: DetectionReader.blockSize)
    if all.counts.rows + all.faults.count == 0 { throw reader.empty }
    return DetectionSurvey(table: all.table, counts: all.counts, faults: all.faults)
  }
}

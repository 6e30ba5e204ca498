internal import Files

/// Key frames that are not scored: AVA's lists of excluded timestamps.
public struct ExcludedTimestamps: Sendable {
  private var times: [String: Set<Timestamp>] = [:]

  /// Excludes nothing.
  public init() {}

  /// How many key frames are excluded.
  public var count: Int { times.values.reduce(0) { $0 + $1.count } }

  /// The videos of these key frames, in no order.
  public var videos: some Collection<String> { times.keys }

  /// Excludes a key frame.
  public mutating func insert(video: String, time: Timestamp) { times[video, default: []].insert(time) }

  /// Whether a key frame is excluded.
  public func contains(video: String, time: Timestamp) -> Bool { times[video]?.contains(time) ?? false }

  /// Reads rows `video, second`. A file without rows excludes nothing.
  ///
  /// - Throws: `RecordError` with file, line and column of a malformed row; `FileError`.
  public static func read(path: String) throws -> ExcludedTimestamps {
    let columns = "video, second"
    var cursor = try RowCursor(path: path, doing: "reading the excluded timestamps", columns: columns)
    var exclusions = ExcludedTimestamps()
    while try cursor.advance() {
      try cursor.require(columns: 2...2, layout: columns)
      exclusions.insert(video: try cursor.videoName(), time: try cursor.time())
    }
    return exclusions
  }
}

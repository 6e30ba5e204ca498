/// A pickle of person boxes by video and second, as MMAction2 has its proposals: read as a checkpoint, it looks like one
/// with odd names.
public struct BoxPickle {
  private let path: String
  private let entries: [Checkpoint.Entry]

  /// Nil where the file holds anything else.
  public init?(_ checkpoint: Checkpoint) {
    path = checkpoint.path
    entries = checkpoint.entries
    guard checkpoint.format == .caffe2, !entries.isEmpty, entries.allSatisfy(Self.isKeyFrame) else { return nil }
  }

  /// Whether a tensor is called "video,second" and holds four or five numbers a box.
  private static func isKeyFrame(_ entry: Checkpoint.Entry) -> Bool {
    let name = entry.originalName
    guard let comma = name.lastIndex(of: ","), comma != name.startIndex else { return false }
    let second = name[name.index(after: comma)...]
    return Double(second) != nil && entry.shape.count == 2 && (4...5).contains(entry.shape[1])
  }

  /// What `slowfast inspect` says of it.
  public var description: String {
    let boxes = entries.reduce(0) { $0 + $1.shape[0] }
    return """
      file          \(path)
      format        pickle of person boxes by 'video,second' (MMAction2's proposals): no weights
      key frames    \(entries.count), the first \(entries[0].originalName)
      boxes         \(boxes)
      note          detect reads them as they are, test as CSV: video, second, x1, y1, x2, y2, an empty column, score
      """
  }
}

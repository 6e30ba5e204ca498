internal import Wording

/// What a reader of box rows met that is no error but may surprise.
public struct RowCounts: Equatable, Sendable {
  /// Rows that were read.
  public var rows = 0
  /// Rows without a score; it counts as 1.
  public var withoutScore = 0
  /// Rows whose box has no width or no height, or is inverted.
  public var withoutArea = 0
  /// Rows whose box reaches out of the frame.
  public var outsideFrame = 0
  /// The line of the first of these.
  public var firstOutsideLine = 0
  /// Rows of ground truth that list a key frame without saying what is done there.
  public var withoutAction = 0
  /// Rows of detections that name a key frame and nothing else: passed over, as the official evaluator does, and not
  /// among `rows`.
  public var keyFramesOnly = 0

  /// Counts no rows.
  public init() {}

  /// The counts in words, where they are not zero.
  public func notices(_ file: String) -> [String] {
    var notices: [String] = []
    if withoutScore > 0 { notices.append("\(file): \(counted(withoutScore, "row")) without a score count as score 1") }
    if withoutArea > 0 {
      notices.append(
        "\(file): \(counted(withoutArea, "row")) with a box without width or height, or inverted -> correct x1, y1, x2, y2, or "
          + "leave these rows out ('slowfast validate --fix' does)")
    }
    if outsideFrame > 0 {
      notices.append(
        "\(file): \(counted(outsideFrame, "row")) with a box that reaches out of the frame, the first on line "
          + "\(firstOutsideLine)")
    }
    if keyFramesOnly > 0 { notices.append("\(file): \(counted(keyFramesOnly, "row")) of two columns passed over") }
    return notices
  }

  /// Adds the counts of rows further down in the file.
  mutating func append(_ other: RowCounts, afterLines: Int) {
    rows += other.rows
    withoutScore += other.withoutScore
    withoutArea += other.withoutArea
    if outsideFrame == 0, other.outsideFrame > 0 { firstOutsideLine = afterLines + other.firstOutsideLine }
    outsideFrame += other.outsideFrame
    withoutAction += other.withoutAction
    keyFramesOnly += other.keyFramesOnly
  }
}

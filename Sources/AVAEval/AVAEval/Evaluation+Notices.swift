internal import Wording

extension Evaluation {
  /// What classes without detections have, in words: their rows may be there and beyond the cap of their key frames.
  public var absence: String {
    guard counts.rowsBeyondCap > 0, let cap = rules.entriesPerFrame else { return "no detection at all" }
    return "no detection among the \(cap) best of a key frame"
  }

  /// What the protocol did with the rows, in words.
  public var notices: [String] {
    var notices: [String] = []
    if counts.rowsBeyondCap > 0, let cap = rules.entriesPerFrame {
      let tied = counts.rowsTiedAtCap
      notices.append(
        "\(counted(counts.rowsBeyondCap, "row")) dropped beyond the \(cap) best of their key frame"
          + (tied == 0 ? "" : ", \(tied) of them scored as much as the least one kept"))
    }
    if counts.ignoredRows > 0 {
      notices.append("\(counted(counts.ignoredRows, "row")) ignored in key frames without ground truth")
    }
    if counts.excludedRows > 0 { notices.append("\(counted(counts.excludedRows, "row")) in excluded key frames") }
    if counts.rowsWithoutArea > 0 {
      notices.append(
        "\(counted(counts.rowsWithoutArea, "row")) dropped: the box has no width or no height, or is inverted")
    }
    return notices
  }
}

internal import Datasets
internal import Wording

extension ProposalList.Summary {
  /// What lines about proposals begin with where others stand beside them.
  public static let lead = "proposals: "

  /// What is left out because its video is not given, where every one that is given has some: else that is a notice, for one of
  /// them may be called otherwise there.
  ///
  /// - Parameters:
  ///   - noun: What is counted.
  ///   - plural: Several of them.
  ///   - lead: What the line begins with.
  public func otherVideosRemark(_ noun: String, plural: String, lead: String = lead) -> String? {
    if unlistedVideos.isEmpty || !videosWithoutRows.isEmpty { return nil }
    let count = unlistedVideos.reduce(0) { $0 + $1.rows }
    return "\(lead)\(counted(count, noun, plural: plural)) of \(counted(unlistedVideos.count, "video")) that "
      + "\(unlistedVideos.count == 1 ? "is" : "are") not given left out: "
      + listed(unlistedVideos.map { "\($0.video) (\($0.rows))" })
  }

  /// The counts in words, where there is something to say.
  ///
  /// - Parameters:
  ///   - isChosenSubset: Whether the user has named the videos of the run: that the proposals have others too is said only where
  ///     one of these has none, and may be called otherwise there.
  ///   - lead: What each line begins with.
  public func notices(scoreThreshold: Double, isChosenSubset: Bool = false, lead: String = lead) -> [String] {
    var notices: [String] = []
    if belowThreshold > 0 {
      notices.append(
        "\(lead)\(counted(belowThreshold, "row")) of \(rows) below the score threshold \(scoreThreshold) left out "
          + "(a lower AVA.DETECTION_SCORE_THRESH takes them)")
    }
    notices += scores.notices(threshold: scoreThreshold, column: scoreColumn, lead: lead)
    if !unlistedVideos.isEmpty && !(isChosenSubset && videosWithoutRows.isEmpty) {
      let names = unlistedVideos.map { "\($0.video) (\(counted($0.rows, "row")))" }
      notices.append(
        "\(lead)\(counted(unlistedVideos.count, "video")) not among those of this run: \(listed(names))")
    }
    if let dataset, let valid = dataset.labelledSeconds, outsideRange > 0 {
      notices.append(outsideNotice(valid, first: dataset.clock.firstSecond, lead))
    }
    if !videosWithoutBoxes.isEmpty {
      notices.append(
        "\(lead)\(counted(videosWithoutBoxes.count, "video")) without a single box left: "
          + listed(videosWithoutBoxes))
    }
    if !videosWithoutRows.isEmpty {
      notices.append(
        "\(lead)\(counted(videosWithoutRows.count, "listed video")) without any row: \(listed(videosWithoutRows))")
    }
    if withoutArea > 0 {
      notices.append(
        "\(lead)\(counted(withoutArea, "box", plural: "boxes")) without width or height, scored as given -> correct x1, "
          + "y1, x2, y2 of these rows, or leave them out")
    }
    if beyondFrame > 0 {
      notices.append(
        "\(lead)\(counted(beyondFrame, "box", plural: "boxes")) reaching beyond the frame, the first at "
          + "\(firstBeyondFrame): scored within the frame and written as given, as in PySlowFast")
    }
    return notices
  }

  /// What to do where all rows are below the threshold.
  public var thresholdAdvice: String {
    "set AVA.DETECTION_SCORE_THRESH to no more than \(scores.largest), the highest score"
  }

  /// Which seconds are valid, and the shift that would make the others so.
  ///
  /// - Parameter first: The second of a video's first frame.
  private func outsideNotice(_ valid: ClosedRange<Int>, first: Int, _ lead: String) -> String {
    let seconds = secondsOutsideRange.sorted()
    let advice =
      if seconds[seconds.count - 1] + first <= valid.upperBound {
        "add \(first) to seconds that are counted from a video's beginning, or use detect"
      } else if seconds[0] > valid.upperBound + first {
        "if these are frame numbers, divide them by the frame rate and add \(first)"
      } else {
        "leave these rows out"
      }
    return "\(lead)\(counted(outsideRange, "row")) at seconds outside the valid range "
      + "\(valid.lowerBound) to \(valid.upperBound), at which PySlowFast stops: \(listed(seconds.map { "\($0)" })) "
      + "-> the first frame of a video is second \(first): \(advice)"
  }
}

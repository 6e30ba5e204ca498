/// The scores of a few actions over a video's stretches of time: what a film of a classified video shows.
public struct ActionTimeline: Sendable {
  /// A stretch of time that was seen as one.
  public struct Stretch: Sendable {
    /// In seconds after the first frame.
    public var begin: Double
    public var end: Double
    /// Of the timeline's actions, 0 to 1, in their order.
    public var scores: [Double]
    /// What is written over the picture, best first.
    public var best: [ScoredAction]

    public init(begin: Double, end: Double, scores: [Double], best: [ScoredAction]) {
      (self.begin, self.end) = (begin, end)
      (self.scores, self.best) = (scores, best)
    }
  }

  /// What has a row of its own under the picture.
  public let actions: [String]
  /// In order of time; none begins before the one before it ends.
  public let stretches: [Stretch]
  /// Of the video, in seconds.
  public let duration: Double

  public init(actions: [String], stretches: [Stretch], duration: Double) {
    (self.actions, self.stretches, self.duration) = (actions, stretches, duration)
  }

  /// The stretch that a moment lies in; nil between two.
  func stretch(at time: Double) -> Stretch? {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].end > time { high = middle } else { low = middle + 1 }
    }
    // The last frame of a video may appear at its very end.
    guard let found = low < stretches.count ? stretches[low] : stretches.last, found.begin <= time else { return nil }
    return low < stretches.count || time <= found.end ? found : nil
  }
}

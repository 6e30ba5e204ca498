/// Classes that belong together, such as all that are played with a ball.
public struct ClassGroup: Sendable, Equatable {
  /// As reports call it.
  public let name: String
  /// Counted from 0.
  public let labels: [Int]

  /// Makes a group of its name and classes, counted from 0.
  public init(name: String, labels: [Int]) {
    self.name = name
    self.labels = labels
  }
}

extension PredictionEvaluation {
  /// What became of the videos of a group of classes.
  public struct GroupResult: Sendable, Equatable {
    /// The group's.
    public let name: String
    /// How many classes the group has.
    public let classes: Int
    /// How many videos are of these classes.
    public let videos: Int
    /// The share whose highest score is their own class's.
    public let accuracy: Double
    /// The share whose highest score is one of the group's.
    public let groupAccuracy: Double
  }

  /// Those of groups that have videos; none of several classes a video.
  public func results(of groups: [ClassGroup]) -> [GroupResult] {
    if matrix.isEmpty { return [] }
    return groups.compactMap { group in
      let labels = Set(group.labels)
      let videos = labels.reduce(0) { $0 + matrix[$1].reduce(0, +) }
      if videos == 0 { return nil }
      let own = labels.reduce(0) { $0 + matrix[$1][$1] }
      let within = labels.reduce(0) { sum, label in sum + labels.reduce(0) { $0 + matrix[label][$1] } }
      return GroupResult(
        name: group.name, classes: labels.count, videos: videos, accuracy: Double(own) / Double(videos),
        groupAccuracy: Double(within) / Double(videos))
    }
  }
}

/// What a test of whole videos found: a score for every class of every video, and the classes that the videos have.
public struct Predictions: Sendable, Equatable {
  /// The file that holds them, for messages and titles.
  public let path: String
  /// Of the videos.
  public let names: [String]
  /// [videos][classes].
  public let scores: [[Float]]
  /// The classes of each video, counted from 0; nil where they are not known.
  public let labels: [[Int]?]
  /// Whether videos have any number of classes.
  public let isMultiLabel: Bool
  /// What the user should know of how they were read.
  public let notices: [String]

  /// How many scores a video has.
  public var classes: Int { scores.first?.count ?? 0 }

  /// - Parameters:
  ///   - scores: Finite, as many for each video.
  ///   - labels: Below the number of scores of a video; where `isMultiLabel` is false one for each video, or nil.
  public init(
    path: String, names: [String], scores: [[Float]], labels: [[Int]?], isMultiLabel: Bool, notices: [String] = []
  ) {
    self.path = path
    self.names = names
    self.scores = scores
    self.labels = labels
    self.isMultiLabel = isMultiLabel
    self.notices = notices
  }
}

/// Why predictions cannot be evaluated.
public enum PredictionError: Error, Equatable, CustomStringConvertible {
  /// - Parameter path: Of the predictions.
  case noLabels(path: String)
  /// Groups of classes are asked for where videos have any number of classes.
  case groupsOfSeveral(path: String)

  /// What is wrong, with which file or video, and what to do.
  public var description: String {
    switch self {
    case .noLabels(let path):
      "evaluating the predictions: '\(path)' knows no video's class -> test with a list that has classes"
    case .groupsOfSeveral(let path):
      "evaluating the predictions: the videos of '\(path)' have any number of classes each, and groups are of videos that "
        + "have one: how often the class is right, and how often the group -> leave out --groups"
    }
  }
}

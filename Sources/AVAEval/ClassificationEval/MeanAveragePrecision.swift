/// The mean of the classes' average precisions, of videos that have several classes each: as scikit-learn computes it.
///
/// The precision at each score that a video of the class has, weighted by the share of the class's videos that have it;
/// equal scores count together. Classes that no video has are left out.
public struct MeanAveragePrecision: Sendable, Equatable {
  /// How many clips of each video count.
  public let clips: Int
  /// How many videos there are.
  public let videos: Int
  /// The average precision of each class, between 0 and 1; nil for those that no video has.
  public let classes: [Double?]

  /// - Parameters:
  ///   - scores: A row a video, a score a class.
  ///   - labels: The classes of each video.
  public init(clips: Int, scores: [[Float]], labels: [[Int]]) {
    self.clips = clips
    videos = scores.count
    classes = RankedClasses(scores, labels).precisions(Array(repeating: 1, count: scores.count))
  }

  /// How many classes some video has.
  public var classCount: Int { classes.count { $0 != nil } }

  /// In percent; 0 where no video has a class.
  public var percent: Double {
    let known = classes.compactMap(\.self)
    return known.isEmpty ? 0 : 100 * known.reduce(0, +) / Double(known.count)
  }
}

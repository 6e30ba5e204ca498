/// The mean of the classes' average precisions, of videos that have several classes each: as scikit-learn computes it.
///
/// The precision at each score that a video of the class has, weighted by the share of the class's videos that have it;
/// equal scores count together. Classes that no video has are left out.
public struct MeanAveragePrecision: Sendable, Equatable {
  /// How many clips of each video count.
  public let clips: Int
  public let videos: Int
  /// The average precision of each class, between 0 and 1; nil for those that no video has.
  public let classes: [Double?]

  /// - Parameters:
  ///   - scores: A row a video, a score a class.
  ///   - labels: The classes of each video.
  public init(clips: Int, scores: [[Float]], labels: [[Int]]) {
    self.clips = clips
    videos = scores.count
    classes = (0..<(scores.first?.count ?? 0)).map { label in
      Self.averagePrecision(zip(scores, labels).map { ($0[label], $1.contains(label)) })
    }
  }

  /// How many classes some video has.
  public var classCount: Int { classes.count { $0 != nil } }

  /// In percent; 0 where no video has a class.
  public var percent: Double {
    let known = classes.compactMap(\.self)
    return known.isEmpty ? 0 : 100 * known.reduce(0, +) / Double(known.count)
  }

  static func averagePrecision(_ rows: [(score: Float, isPositive: Bool)]) -> Double? {
    let positives = rows.count(where: \.isPositive)
    if positives == 0 { return nil }
    let falling = rows.sorted { $0.score > $1.score }
    var (found, sum) = (0, 0.0)
    var start = 0
    while start < falling.count {
      var end = start
      while end < falling.count, falling[end].score == falling[start].score { end += 1 }
      let hits = falling[start..<end].count(where: \.isPositive)
      found += hits
      sum += Double(hits) / Double(positives) * Double(found) / Double(end)
      start = end
    }
    return sum
  }
}

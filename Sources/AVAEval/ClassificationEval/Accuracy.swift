/// How often the true class of a video is the one of the highest score, or among the five of the highest.
public struct Accuracy: Sendable, Equatable {
  /// How many clips of each video count.
  public let clips: Int
  /// How many videos were counted.
  public private(set) var videos = 0
  private var first = 0
  private var amongFive = 0

  /// Makes an accuracy of no videos, of which so many clips each will count.
  public init(clips: Int) { self.clips = clips }

  /// Of equal scores that of the lower class stands first.
  ///
  /// - Parameters:
  ///   - scores: Of a video, one a class.
  ///   - label: Its class, counted from 0.
  public mutating func add(_ scores: [Float], label: Int) {
    let place = rank(of: label, in: scores)
    videos += 1
    if place <= 1 { first += 1 }
    if place <= 5 { amongFive += 1 }
  }

  /// In percent.
  public var top1: Double { videos == 0 ? 0 : 100 * Double(first) / Double(videos) }
  /// In percent: how often the class is among the five highest scores.
  public var top5: Double { videos == 0 ? 0 : 100 * Double(amongFive) / Double(videos) }
}

/// The place of a class among the scores of a video, from 1; of equal scores that of the lower class stands first.
func rank(of label: Int, in scores: [Float]) -> Int {
  let own = scores[label]
  return 1 + scores.enumerated().count { $1 > own || ($1 == own && $0 < label) }
}

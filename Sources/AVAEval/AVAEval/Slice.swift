/// The result of a part of the rows, as if there were no others.
///
/// A mean over other classes than the whole's, where some have no ground truth in the part: parts compare with each
/// other only so far.
public struct Slice: Equatable, Sendable {
  /// What the part has in common: "0.05 to 0.15", "3 to 4", a video's name.
  public let name: String
  /// In how many key frames it has ground truth or detections.
  public let keyFrameCount: Int
  /// How many rows of ground truth the part has.
  public let groundTruthCount: Int
  /// How many of its detections are scored.
  public let detectionCount: Int
  /// How many of these found a box.
  public let truePositiveCount: Int
  /// AP of every class of the label map; nil where the protocol leaves the class out.
  public let ap: [Double?]
  /// This part's share of the whole's 1 - mAP: the shares of all parts add up to it.
  public let loss: Double

  /// The mean of the classes' AP; nil when no class counts.
  public var mAP: Double? {
    let values = ap.compactMap { $0 }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The share of the ground truth that was found; nil without ground truth.
  public var recall: Double? {
    groundTruthCount == 0 ? nil : Double(truePositiveCount) / Double(groundTruthCount)
  }
}

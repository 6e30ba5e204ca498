/// What a key frame costs, and why.
public struct FrameExplanation: Equatable, Sendable {
  /// Its number in `AlignedTables.frames`.
  public let frame: Int
  /// Its share of 1 - mAP: the shares of all key frames add up to it.
  public let loss: Double
  /// Ground-truth rows that were not found, the most expensive one first.
  public let unfound: [Truth]
  /// Detections that found nothing and cost something, the most expensive one first; those that rank after the last hit
  /// of their class cost nothing.
  public let falseDetections: [Detection]
  /// How many detections found a box.
  public let truePositiveCount: Int

  /// A ground-truth row that was not found.
  public struct Truth: Equatable, Sendable {
    /// The row of the ground truth.
    public let row: Int
    /// The class's place in the label map.
    public let classPosition: Int
    /// `missed` or `poorBox`.
    public let kind: ErrorKind
    /// Its share of 1 - mAP.
    public let loss: Double
  }

  /// A detection that found nothing.
  public struct Detection: Equatable, Sendable {
    /// The row of the detections.
    public let row: Int
    /// The class's place in the label map.
    public let classPosition: Int
    /// What is wrong with it.
    public let kind: ErrorKind
    /// Its share of 1 - mAP.
    public let loss: Double
  }
}

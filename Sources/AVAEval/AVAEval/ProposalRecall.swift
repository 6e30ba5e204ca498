/// How well the boxes alone cover the ground truth, whatever classes and scores they have: what the person detector
/// sets as a ceiling.
///
/// Boxes are those of all detections of known classes in key frames that are not left out as excluded, before the
/// protocol's cap; equal boxes of a key frame count once.
public struct ProposalRecall: Equatable, Sendable {
  /// Different ground-truth boxes of all key frames.
  public let personCount: Int
  /// Different detection boxes in key frames with ground truth.
  public let boxCount: Int
  /// How many of these overlap a person enough (AVA asks for 0.5); nil without boxes.
  public let precision: Double?
  /// The share of people whom a box overlaps, by how much is asked for: first what counts as found, then more.
  public let recalls: [Recall]
  /// The share of the ground truth that some box overlaps enough, class by class in the label map's order; nil without
  /// ground truth. No scores give these boxes a higher AP.
  public let ceilings: [Double?]
  /// The mean of `ceilings` over the classes that count in mAP: no scores give these boxes a higher mAP.
  public let ceiling: Double?

  /// How much of the ground truth boxes reach at one overlap.
  public struct Recall: Equatable, Sendable {
    /// The least intersection over union.
    public let overlap: Double
    /// Nil without people.
    public let share: Double?
  }
}

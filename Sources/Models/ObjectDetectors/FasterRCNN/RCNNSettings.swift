/// The numbers of a test run of Faster R-CNN that a configuration sets and the weights do not depend on.
public struct RCNNSettings: Hashable, Sendable {
  /// The short side to which images are scaled, in pixels.
  public var shortSide: Int
  /// The most pixels of the long side; it rules where both cannot be had.
  public var longestSide: Int
  /// How many anchors of each level of the pyramid become boxes before suppression.
  public var candidatesPerLevel: Int
  /// How many proposals all levels together have.
  public var proposals: Int
  /// The IoU from which on the lower of two proposals of a level goes.
  public var proposalOverlap: Float
  /// The score above which a detection counts.
  public var scoreThreshold: Float
  /// The IoU from which on the lower of two detections of a class goes.
  public var overlap: Float
  /// The most detections of an image.
  public var detections: Int

  /// What all of the libraries' published models are tested with.
  public init(
    shortSide: Int = 800, longestSide: Int = 1333, candidatesPerLevel: Int = 1000, proposals: Int = 1000,
    proposalOverlap: Float = 0.7, scoreThreshold: Float = 0.05, overlap: Float = 0.5, detections: Int = 100
  ) {
    self.shortSide = shortSide
    self.longestSide = longestSide
    self.candidatesPerLevel = candidatesPerLevel
    self.proposals = proposals
    self.proposalOverlap = proposalOverlap
    self.scoreThreshold = scoreThreshold
    self.overlap = overlap
    self.detections = detections
  }

  /// Takes what a user has set. The longest side keeps its ratio to the short one.
  mutating func apply(_ options: DetectorOptions) {
    if let side = options.shortSide {
      longestSide = max(side, Int((Double(longestSide) * Double(side) / Double(shortSide)).rounded()))
      shortSide = side
    }
  }
}

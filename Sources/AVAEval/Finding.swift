/// Something about a file of detections that one should know before trusting its score.
public struct Finding: Equatable, Sendable {
  /// What was found. The raw values are the names in JSON.
  public enum Kind: String, CaseIterable, Sendable {
    /// Rows that cannot be read.
    case unreadableRows = "unreadable_rows"
    case missingScores = "missing_scores"
    /// Rows of detections that name a key frame and nothing else.
    case keyFramesOnly = "key_frames_only"
    /// Numbers that look like person ids where scores should be.
    case wholeScores = "whole_scores"
    /// Coordinates in pixels instead of fractions of the frame.
    case pixels
    /// Boxes in another form than two corners, x first.
    case boxForm = "box_form"
    /// Boxes that lie beside the ground truth's people.
    case poorOverlap = "poor_overlap"
    case invertedBoxes = "inverted_boxes"
    case flatBoxes = "flat_boxes"
    case outsideFrame = "outside_frame"
    /// Classes outside the label map.
    case unknownClasses = "unknown_classes"
    /// Action ids that count otherwise than the label map.
    case classNumbers = "class_numbers"
    case duplicates
    /// More rows in a key frame than the official protocol takes.
    case beyondCap = "beyond_cap"
    case shiftedSeconds = "shifted_seconds"
    case noCommonFrames = "no_common_frames"
    case unknownVideos = "unknown_videos"
    case missingVideos = "missing_videos"
    case unknownFrames = "unknown_frames"
    case missingFrames = "missing_frames"
    case excludedFrames = "excluded_frames"
    /// Exclusions of other videos.
    case foreignExclusions = "foreign_exclusions"
    /// A label map of all of AVA's classes, where papers score sixty.
    case eightyClasses = "eighty_classes"
    /// Ground truth of classes outside the label map.
    case unknownTruthClasses = "unknown_truth_classes"
    /// Ground truth that stands there twice.
    case repeatedTruth = "repeated_truth"
  }

  public let kind: Kind
  /// Whether it makes the submission wrong. Other findings are no mistakes, but may surprise.
  public let isFault: Bool
  /// How many rows, key frames or videos it is about.
  public let count: Int
  /// What was found, with the count, in words.
  public let text: String
  /// The first few: lines of the file, key frames, videos or classes.
  public let examples: [String]
  /// What to do.
  public let hint: String

  public init(
    _ kind: Kind, isFault: Bool, count: Int, _ text: String, examples: [String] = [], hint: String
  ) {
    self.kind = kind
    self.isFault = isFault
    self.count = count
    self.text = text
    self.examples = examples
    self.hint = hint
  }

  /// How many examples a finding gives at most.
  static let exampleLimit = 3
}

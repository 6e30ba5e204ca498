internal import Wording

/// Something about a file of detections that one should know before trusting its score.
public struct Finding: Equatable, Sendable {
  /// What was found. The raw values are the names in JSON.
  public enum Kind: String, CaseIterable, Sendable {
    /// Rows that cannot be read.
    case unreadableRows = "unreadable_rows"
    /// Rows of detections without a score.
    case missingScores = "missing_scores"
    /// Rows of detections that name a key frame and nothing else.
    case keyFramesOnly = "key_frames_only"
    /// Numbers that look like person ids where scores should be.
    case wholeScores = "whole_scores"
    /// Scores that are no probabilities.
    case oddScores = "odd_scores"
    /// Coordinates in pixels instead of fractions of the frame.
    case pixels
    /// Boxes in another form than two corners, x first.
    case boxForm = "box_form"
    /// Boxes that lie beside the ground truth's people.
    case poorOverlap = "poor_overlap"
    /// Boxes whose second corner lies left of the first, or above it.
    case invertedBoxes = "inverted_boxes"
    /// Boxes without width or height.
    case flatBoxes = "flat_boxes"
    /// Boxes that reach beyond the frame.
    case outsideFrame = "outside_frame"
    /// Classes outside the label map.
    case unknownClasses = "unknown_classes"
    /// Action ids that count otherwise than the label map.
    case classNumbers = "class_numbers"
    /// Rows that repeat the key frame, box and class of others.
    case duplicates
    /// More rows in a key frame than the official protocol takes.
    case beyondCap = "beyond_cap"
    /// Times that fit the ground truth when all are moved by some seconds.
    case shiftedSeconds = "shifted_seconds"
    /// Boxes that fit as well a second earlier or later.
    case uncertainSeconds = "uncertain_seconds"
    /// No key frame has both detections and ground truth.
    case noCommonFrames = "no_common_frames"
    /// Videos of the detections that the ground truth does not have.
    case unknownVideos = "unknown_videos"
    /// Videos of the ground truth that the detections do not have.
    case missingVideos = "missing_videos"
    /// Key frames of the detections that the ground truth does not have.
    case unknownFrames = "unknown_frames"
    /// Key frames of the ground truth that the detections do not have.
    case missingFrames = "missing_frames"
    /// Rows in key frames that are excluded.
    case excludedFrames = "excluded_frames"
    /// Exclusions of other videos.
    case foreignExclusions = "foreign_exclusions"
    /// A label map of all of AVA's classes, where papers score sixty.
    case eightyClasses = "eighty_classes"
    /// Ground truth of classes outside the label map.
    case unknownTruthClasses = "unknown_truth_classes"
    /// Ground truth that stands there twice.
    case repeatedTruth = "repeated_truth"

    /// Whether it is guessed from what usually is the case, so that it takes evidence to call it a mistake. Other
    /// findings stand in the files.
    var isGuess: Bool {
      switch self {
      case .wholeScores, .boxForm, .poorOverlap, .unknownClasses, .classNumbers, .shiftedSeconds: true
      case .unreadableRows, .missingScores, .keyFramesOnly, .oddScores, .pixels, .invertedBoxes, .flatBoxes,
        .outsideFrame, .duplicates, .beyondCap, .uncertainSeconds, .noCommonFrames, .unknownVideos, .missingVideos,
        .unknownFrames, .missingFrames,
        .excludedFrames, .foreignExclusions, .eightyClasses, .unknownTruthClasses, .repeatedTruth:
        false
      }
    }
  }

  /// What was found.
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

  /// Says what stands in the files.
  public init(
    _ kind: Kind, isFault: Bool, count: Int, _ text: String, examples: [String] = [], hint: String
  ) {
    precondition(!kind.isGuess, "a guess takes evidence")
    self.init(kind, count, text, examples, hint, isFault: isFault)
  }

  /// Says what is guessed: a mistake where the evidence is conclusive, and a notice otherwise.
  ///
  /// - Parameter doubt: What the notice says before its hint.
  init(
    _ kind: Kind, _ evidence: Evidence, count: Int = 1, _ text: String, examples: [String] = [], hint: String,
    doubt: String = "too little evidence to be sure; if it is so, "
  ) {
    let isSure = evidence.isConclusive
    self.init(kind, count, text, examples, isSure ? hint : doubt + hint, isFault: isSure)
  }

  private init(
    _ kind: Kind, _ count: Int, _ text: String, _ examples: [String], _ hint: String, isFault: Bool
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

extension Finding {
  /// The finding in one line.
  public var line: String {
    let some = examples.isEmpty ? "" : (examples.count < count ? ", such as " : ": ") + listed(examples, limit: 3)
    return "\(text)\(some) -> \(hint)"
  }
}

/// A data set of actions, as far as rows of CSV mean nothing without it: its clock, which seconds are labelled, its
/// classes and their groups, and how far a box must overlap a person to have found them.
///
/// ``ava`` is AVA; a data set of one's own is another value, handed to the readers, `Detect` and the evaluator.
public struct ActionDataset: Equatable, Sendable {
  /// How the seconds of rows and the frames of a list belong together.
  public struct Clock: Equatable, Sendable {
    /// The second that rows call a video's first frame.
    public var firstSecond: Int
    /// Frames a second of frame lists; videos are seen at this rate, whatever their own.
    public var framesPerSecond: Double

    /// Makes a clock of the second that a video's first frame shows, and the frames a second.
    public init(firstSecond: Int, framesPerSecond: Double) {
      self.firstSecond = firstSecond
      self.framesPerSecond = framesPerSecond
    }

    /// The number of the frame nearest to a second of the rows, counted from 0; may lie outside the video.
    public func frame(atSecond second: Double) -> Int {
      frame(after: second - Double(firstSecond))
    }

    /// The number of the frame nearest to a time in seconds after the first frame.
    public func frame(after seconds: Double) -> Int {
      Int(clamping: Int64(max(-9e15, min(9e15, (seconds * framesPerSecond).rounded()))))
    }
  }

  /// As messages call it.
  public var name: String
  /// When a video's labelled time begins, and at which rate its frames are seen.
  public var clock: Clock
  /// The whole seconds that rows may speak of; nil where any time may be labelled.
  public var labelledSeconds: ClosedRange<Int>?
  /// Its classes by name; those of a label map may be others.
  public var classNames: ClassNames
  /// The ids that its authors score, in the challenge and in published figures; nil where all are. It is what a label map
  /// is compared with, and taken for where none is given; a run's own label map says what that run scores.
  public var scoredClasses: Set<Int>?
  /// The name of its authors' label map of these.
  public var scoredLabelMap: String?
  /// The kinds of action that have a mean of their own.
  public var groups: [ActionGroup]
  /// Whether its videos have YouTube's ids as names.
  public var hasYouTubeNames: Bool
  /// The least intersection over union at which a detection has found a person.
  public var overlapThreshold: Double

  /// Makes a data set; where nothing is said, any time may be labelled, every class counts, and persons are found from IoU 0.5 on.
  public init(
    name: String, clock: Clock, labelledSeconds: ClosedRange<Int>? = nil, classNames: ClassNames = ClassNames([]),
    scoredClasses: Set<Int>? = nil, scoredLabelMap: String? = nil, groups: [ActionGroup] = [],
    hasYouTubeNames: Bool = false, overlapThreshold: Double = 0.5
  ) {
    self.name = name
    self.clock = clock
    self.labelledSeconds = labelledSeconds
    self.classNames = classNames
    self.scoredClasses = scoredClasses
    self.scoredLabelMap = scoredLabelMap
    self.groups = groups
    self.hasYouTubeNames = hasYouTubeNames
    self.overlapThreshold = overlapThreshold
  }

  /// Where rows count from, for messages: "AVA's clips begin at 900".
  public var beginning: String { "\(name)'s clips begin at \(clock.firstSecond)" }

  /// Whether most videos have names like its own. Never for a data set whose names may be any.
  public func names(_ videos: [String]) -> Bool {
    hasYouTubeNames && 2 * videos.count(where: isYouTubeID) > videos.count
  }

  /// The group of a class; nil for a class of none.
  public func group(of id: Int) -> ActionGroup? { groups.first { $0.ids.contains(id) } }
}

/// A kind of action: classes whose ids follow one another.
public struct ActionGroup: Hashable, Sendable {
  /// As JSON has it.
  public let name: String
  /// As people read it.
  public let title: String
  /// The ids of its classes.
  public let ids: ClosedRange<Int>

  /// Makes a group of its name, its title for people, and the ids of its classes.
  public init(name: String, title: String, ids: ClosedRange<Int>) {
    self.name = name
    self.title = title
    self.ids = ids
  }
}

/// Whether a name is like YouTube's ids: eleven letters, digits, dashes and underscores.
private func isYouTubeID(_ name: String) -> Bool {
  name.utf8.count == 11 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    && name.contains(where: \.isUppercase) && name.contains(where: \.isLowercase)
}

public import Geometry

/// How a file of boxes is read, and which of its boxes are people to score.
public struct ProposalOptions: Sendable {
  /// One of `BoxFormats.names`; nil to find out.
  public var format: String?
  /// The file that names the pictures of boxes which have only their numbers.
  public var images: String?
  /// Names or numbers of the classes that are scored, or "all"; empty for people by the format's own convention.
  public var personClasses: [String]
  /// The most boxes of a key frame, the best by score; nil for all.
  public var boxLimit: Int?
  /// The number of a video's first frame in the file; nil to take the format's convention, or to find out.
  public var firstFrame: Int?
  /// How many of the file's frames are a second; nil where they are the video's own.
  public var framesPerSecond: Double?
  /// What a second beside a frame's number may say.
  public enum SecondUse: Sendable {
    /// The frame says when a box is seen; both must go alike.
    case checksFrames
    /// The one of both says it that can be the video's time: see `SecondsBesideFrames`.
    case maySayTime
    /// The second says it, by the file's own clock: no video is looked at.
    case saysTime
  }

  /// What a second beside a frame's number says, in a table that has both.
  public var secondUse = SecondUse.checksFrames
  /// Whether boxes count that are given more than once, as often as they are, and those beside the picture: for a judgement of
  /// whoever has made them.
  public var keepsEveryBox = false
  /// The picture in whose pixels boxes are given; nil where it is the video's own.
  public var size: ImageSize?
  /// What messages call these options.
  public var names = Names.proposals

  /// What lines about boxes begin with, and what they call the options of whoever reads them; nil for those that he has not.
  public struct Names: Sendable {
    public var lead: String
    public var personClass: String?
    public var boxLimit: String?
    public var firstFrame: String?
    public var framesPerSecond: String?

    /// Those of commands that take proposals.
    public static let proposals = Names(
      lead: "proposals: ", personClass: "--person-class", boxLimit: "--max-boxes",
      firstFrame: "--proposals-first-frame", framesPerSecond: "--proposals-fps")
    /// Boxes that are read as they are.
    public static let none = Names(lead: "")

    /// An option in parentheses, after a text that may stand without it.
    func aside(_ option: String?, _ words: String = "") -> String { option.map { " (\($0)\(words))" } ?? "" }
  }

  public init(
    format: String? = nil, images: String? = nil, personClasses: [String] = [], boxLimit: Int? = nil,
    firstFrame: Int? = nil, framesPerSecond: Double? = nil, size: ImageSize? = nil
  ) {
    self.format = format
    self.images = images
    self.personClasses = personClasses
    self.boxLimit = boxLimit
    self.firstFrame = firstFrame
    self.framesPerSecond = framesPerSecond
    self.size = size
  }

  /// The options that mean nothing for AVA's rows and are given.
  var idleForRows: [String] {
    [
      ("--proposals-images", images != nil), ("--person-class", !personClasses.isEmpty),
      ("--max-boxes", boxLimit != nil),
      ("--proposals-first-frame", firstFrame != nil), ("--proposals-fps", framesPerSecond != nil),
      ("--proposals-size", size != nil),
    ].filter(\.1).map(\.0)
  }
}

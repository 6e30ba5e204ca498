public import Geometry

/// A box as it stands in a file of boxes, its corners in order: no video was looked at.
public struct BoxRecord: Sendable, Equatable {
  /// When the box is seen.
  public enum Position: Sendable, Equatable {
    /// A second of the clock that the file's author counts by: AVA's calls a clip's first frame 900.
    case second(Double)
    /// Seconds after the video's first frame.
    case time(Double)
    /// A frame's number; `BoxFile.firstFrame` is that of the first one.
    case frame(Int)
    /// A picture by its path without the extension, in which the video's name and the frame's number stand; its number
    /// among the file's pictures, for a path without one.
    case picture(String, number: Int?)
  }

  /// What coordinates are counted in.
  public enum Unit: Sendable {
    case fractions, pixels
    /// The format does not say.
    case unknown
  }

  /// A second that stands beside a frame's number.
  public struct Second: Sendable, Equatable {
    public var value: Double
    /// The least that seconds can differ by as this one is written: 1 for a whole one, 0.1 with one decimal.
    public var step: Double
  }

  /// Beyond this a number is no second of any video: eleven days. Times since 1970 are a thousand times as large.
  public static let latestSecond = 1e6

  /// Where a box stands, for messages.
  public struct Place: Sendable, Equatable {
    /// What a file is counted in.
    public enum Part: String, Sendable { case line, item }

    /// The file, its number in `BoxFile.files`.
    public var file: Int
    public var part: Part
    /// Lines count from 1, items as the format's own tools count them from 0.
    public var number: Int
  }

  /// The video's name as the file has it, perhaps with folder and extension; nil where it names none.
  public var video: String?
  public var position: Position
  /// What the picture is called, by its path without the extension, where the file says it beside a frame's number or a second: one
  /// that a folder has counts more.
  public var picture: String?
  /// The second of the author's clock, where the file says it beside a frame's number.
  public var second: Second?
  public var x1: Double
  public var y1: Double
  public var x2: Double
  public var y2: Double
  public var unit: Unit
  /// The picture in whose pixels the box is given, where the file says.
  public var size: ImageSize?
  public var classNumber: Int?
  public var className: String?
  /// What else an annotator has said of the box, as CVAT and VIA have it: an attribute's name with its values, such as the boxes that
  /// are ticked.
  public struct Attribute: Sendable, Equatable {
    public var name: String
    public var values: [String]
  }

  public var attributes: [Attribute] = []
  /// The detector's; nil for boxes drawn by hand.
  public var score: Double?
  /// The given id of whose box it is; less than 0 for nobody's. Ids that are no whole numbers are counted by `TrackIDs`.
  public var track: Int?
  public var place: Place
}

public import Geometry

/// One line of a label, in the spellings it may be shortened to.
public struct LabelLine: Hashable, Sendable {
  /// As it should read: "0.87 carry/hold (an object)".
  public var full: String
  /// Without what can be done without: "0.87 carry/hold".
  public var short: String
  /// What is left where there is hardly any room, and cut there: "carry/hold".
  public var least: String

  /// - Parameter least: Nil for the short one.
  public init(full: String, short: String, least: String? = nil) {
    self.full = full
    self.short = short
    self.least = least ?? short
  }
}

/// A box that wants a label.
public struct LabelRequest: Sendable {
  /// The box, inside the image.
  public var box: PixelBox
  /// What to say, the most important line first; none for a box that needs no label but should not be
  /// covered by others' labels.
  public var lines: [LabelLine]
  /// Whether the label would rather hang under its box than stand on it.
  public var prefersBelow: Bool
  /// Where the label stood in the picture before: it goes on there unless another place is much better.
  public var before: LabelPlace?

  public init(box: PixelBox, lines: [LabelLine], prefersBelow: Bool = false) {
    self.box = box
    self.lines = lines
    self.prefersBelow = prefersBelow
  }
}

/// Where a label stands by its box.
public enum LabelPlace: Hashable, Sendable {
  /// One of the places at the box, by its number.
  case attached(Int)
  /// The label's upper left corner, counted from the box's.
  case free(Point)
}

/// A label that has found its place.
public struct PlacedLabel: Sendable {
  /// The position of the request in the list that was laid out.
  public let request: Int
  public let frame: PixelBox
  public let place: LabelPlace
  /// The text of each line; the last one ends in "+2 more" where lines had to go.
  public let lines: [String]
  /// Pixels an em.
  public let fontSize: Double
  /// From the label to its box, where they do not touch.
  public let leader: Leader?

  /// A line from a label to its box.
  public struct Leader: Sendable {
    public let start: Point
    public let end: Point
  }
}

/// Where all labels of an image go.
public struct LabelLayout: Sendable {
  /// In the order of the requests.
  public var labels: [PlacedLabel]
  /// The requests for which the image has no room left, not even for a shortened label.
  public var omitted: [Int]
}

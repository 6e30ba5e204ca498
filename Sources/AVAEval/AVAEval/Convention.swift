public import AVARecords
public import Geometry

/// What the columns of a file mean, where it may differ from AVA's format.
public struct Convention: Equatable, Sendable {
  /// What the four numbers of a box are.
  public var form: BoxForm
  /// What the class numbers count.
  public var numbering: ClassNumbering
  /// What to add to the file's seconds.
  public var shift: Double

  /// Makes a convention; what is not named is AVA's.
  public init(form: BoxForm = .corners, numbering: ClassNumbering = .ids, shift: Double = 0) {
    self.form = form
    self.numbering = numbering
    self.shift = shift
  }

  /// AVA's own.
  public static let ava = Convention()

  /// The options of the command line that say it.
  var options: String {
    [
      form == .corners ? nil : "--boxes \(form.rawValue)", shift == 0 ? nil : "--shift-seconds \(short(shift))",
      numbering == .ids ? nil : "--classes \(numbering.rawValue)",
    ].compactMap { $0 }.joined(separator: " ")
  }
}

/// How four numbers describe a box.
public enum BoxForm: String, CaseIterable, Sendable {
  /// x1, y1, x2, y2: AVA's own.
  case corners = "xyxy"
  /// y1, x1, y2, x2.
  case swapped = "yxyx"
  /// Left, top, width, height.
  case size = "xywh"
  /// Centre, width, height.
  case centre = "cxcywh"

  /// The box that four numbers in this form, read as if they were corners, stand for.
  public func corners(_ read: UnitBox) -> UnitBox {
    switch self {
    case .corners: read
    case .swapped: UnitBox(x1: read.y1, y1: read.x1, x2: read.y2, y2: read.x2)
    case .size: UnitBox(x1: read.x1, y1: read.y1, x2: read.x1 + read.x2, y2: read.y1 + read.y2)
    case .centre:
      UnitBox(
        x1: read.x1 - read.x2 / 2, y1: read.y1 - read.y2 / 2, x2: read.x1 + read.x2 / 2, y2: read.y1 + read.y2 / 2)
    }
  }

  /// The form in words.
  var description: String {
    switch self {
    case .corners: "x1, y1, x2, y2"
    case .swapped: "y1, x1, y2, x2"
    case .size: "left, top, width, height"
    case .centre: "centre x, centre y, width, height"
    }
  }
}

/// How action ids count.
public enum ClassNumbering: String, CaseIterable, Sendable {
  /// The label map's ids: AVA's own.
  case ids
  /// Ids counted from 0: one less than the label map's.
  case fromZero = "from-zero"
  /// One more than the label map's, as where a background class was counted and one more was added.
  case oneMore = "one-more"
  /// Places in the label map, counted from 1.
  case places
  /// Places in the label map, counted from 0.
  case placesFromZero = "places-from-zero"

  /// The label map's id for a number of this kind; the number itself where the label map has no such place.
  public func id(_ number: Int, _ labelMap: LabelMap) -> Int {
    func label(at place: Int) -> Int { labelMap.labels.indices.contains(place) ? labelMap.labels[place].id : number }
    return switch self {
    case .ids: number
    case .fromZero: number + 1
    case .oneMore: number - 1
    case .places: label(at: number - 1)
    case .placesFromZero: label(at: number)
    }
  }

  /// The numbering in words.
  var description: String {
    switch self {
    case .ids: "the label map's ids"
    case .fromZero: "ids counted from 0"
    case .oneMore: "one more than the label map's ids"
    case .places: "places in the label map"
    case .placesFromZero: "places in the label map, counted from 0"
    }
  }
}

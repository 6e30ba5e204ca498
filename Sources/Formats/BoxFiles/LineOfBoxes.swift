public import Geometry
internal import JSON

/// A line of JSON that says who is where at one moment:
///
///     {"video": "clip", "time": 12.0, "boxes": [[0.1, 0.2, 0.3, 0.9], {"box": [0.5, 0.1, 0.7, 0.9], "score": 0.9, "id": 3}]}
///
/// Boxes are x1, y1, x2, y2 (and a score), in fractions or pixels: of "size": [width, height] where the line has it.
public struct LineOfBoxes: Sendable, Equatable {
  public struct Box: Sendable, Equatable {
    /// Its corners as they stand there.
    public let corners: UnitBox
    public let score: Double?
    public let id: Int?
  }

  /// What is wrong with a line.
  public struct Fault: Error, Equatable, CustomStringConvertible {
    /// What it is wrong in; nil for the line as a whole.
    public let part: String?
    public let expected: String
    public let found: String

    public var description: String { "\(part.map { "\($0): " } ?? "")expected \(expected), found \(found)" }
  }

  public let video: String?
  /// In seconds.
  public let time: Double?
  /// In whose pixels the boxes are; nil where the line does not say.
  public let size: ImageSize?
  public let boxes: [Box]

  private static let form = "{\"time\": 12.0, \"boxes\": [[x1, y1, x2, y2], ...]}"

  public init(_ line: [UInt8]) throws(Fault) {
    let value: JSONValue
    do {
      value = try JSONReader.read(line)
    } catch {
      throw Fault(part: nil, expected: Self.form, found: "no JSON (\(error))")
    }
    guard case .array(let list)? = value["boxes"] else {
      throw Fault(part: nil, expected: Self.form, found: "no \"boxes\"")
    }
    switch value["video"] {
    case nil, .null?: video = nil
    case .string(let name)?: video = name
    case .some(let other): throw Fault(part: "\"video\"", expected: "a name", found: other.text)
    }
    switch value["time"] {
    case nil, .null?: time = nil
    case .some(let given):
      guard let seconds = number(given) else {
        throw Fault(part: "\"time\"", expected: "seconds", found: given.text)
      }
      time = seconds
    }
    size = try value["size"].map { given throws(Fault) in
      let sides = given.values.compactMap { number($0) }
      guard sides.count == 2, sides.allSatisfy({ $0 >= 1 && $0 < 1e6 }) else {
        throw Fault(part: "\"size\"", expected: "[width, height]", found: given.text)
      }
      return ImageSize(width: Int(sides[0]), height: Int(sides[1]))
    }
    var boxes: [Box] = []
    for item in list { boxes.append(try Self.box(item)) }
    self.boxes = boxes
  }

  private static func box(_ value: JSONValue) throws(Fault) -> Box {
    let corners: JSONValue
    var (score, id): (JSONValue?, JSONValue?) = (nil, nil)
    if case .object = value {
      guard let box = value["box"] else {
        throw Fault(part: "a box without \"box\"", expected: "{\"box\": [x1, y1, x2, y2]}", found: value.text)
      }
      (corners, score, id) = (box, value["score"], value["id"])
    } else {
      corners = value
    }
    let numbers = corners.values.compactMap { number($0) }
    guard (4...5).contains(numbers.count), numbers.count == corners.values.count, numbers[0] < numbers[2],
      numbers[1] < numbers[3]
    else {
      throw Fault(part: "a box", expected: "[x1, y1, x2, y2] with x1 < x2 and y1 < y2", found: corners.text)
    }
    var known = numbers.count == 5 ? numbers[4] : nil
    if let score, score != .null {
      guard let given = number(score) else {
        throw Fault(part: "\"score\"", expected: "a number", found: score.text)
      }
      known = given
    }
    var track: Int?
    if let id, id != .null {
      guard case .number(let given) = id, let whole = given.int, whole >= 0 else {
        throw Fault(part: "\"id\"", expected: "a whole number from 0", found: id.text)
      }
      track = whole
    }
    return Box(
      corners: UnitBox(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3]), score: known, id: track)
  }
}

/// A finite number; nil for anything else.
private func number(_ value: JSONValue) -> Double? {
  guard case .number(let number) = value, number.double.isFinite else { return nil }
  return number.double
}

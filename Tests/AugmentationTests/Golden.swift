import Augmentation
import Files
import Geometry
import Imaging
import JSON
import Tensors
import TestSupport
import Testing

/// PySlowFast's own augmentation, run with every random draw answered from a list.
struct Golden {
  static let reason: Comment = "the shared golden cases are not here"
  private static let folder = (sharedFolder ?? "") + "/golden/training/augmentation"
  private static let cases = Result {
    try JSONReader.read(readFile(folder + "/cases.json", doing: "reading the golden cases")).values
  }
  private static let arrays = Result { try NumberArchive(folder + "/arrays.npz") }

  let name: String
  let facts: JSONValue
  let archive: NumberArchive

  init(_ name: String) throws {
    self.name = name
    facts = try #require(try Self.cases.get().first { $0["name"]?.words == name })
    archive = try Self.arrays.get()
  }

  func parameter(_ key: String) -> JSONValue? { facts["parameters"]?[key] }
  func number(_ key: String) throws -> Double { try #require(parameter(key)?.number) }
  func int(_ key: String) throws -> Int { Int(try number(key)) }
  func flag(_ key: String) -> Bool { parameter(key) == .bool(true) }

  func array(_ key: String) throws -> NumberArray { try #require(archive[name + "." + key]) }

  /// The draws of the case.
  func draws(choice: [Int] = [], noise: [NumberArray] = []) -> RecordedDraws {
    RecordedDraws(facts["draws"]?.values ?? [], name, choice: choice, noise: noise)
  }

  /// What stands in an array as boxes, [boxes, 4].
  func boxes(_ key: String) throws -> [[Double]] { try array(key).rows }
}

extension JSONValue {
  var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number.double
  }

  var words: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}

extension NumberArray {
  var rows: [[Double]] {
    stride(from: 0, to: values.count, by: shape.last ?? 1).map { Array(values[$0..<$0 + shape[shape.count - 1]]) }
  }

  /// The place of an element by the letters of the axes, in the array's order.
  func index(_ axes: String, _ place: [Character: Int]) -> Int {
    zip(axes, shape).reduce(0) { $0 * $1.1 + (place[$1.0] ?? 0) }
  }

  private func extent(_ axes: String, _ letter: Character) -> Int {
    zip(axes, shape).first { $0.0 == letter }?.1 ?? 1
  }

  /// Frames of an array with the axes T, C, H and W in any order; channels that it lacks are zero.
  func frames<Level>(_ axes: String, _ level: (Double) -> Level) -> (size: ImageSize, pixels: [[Level]]) {
    let size = ImageSize(width: extent(axes, "W"), height: extent(axes, "H"))
    let channels = extent(axes, "C")
    let pixels = (0..<extent(axes, "T")).map { t in
      (0..<size.height * size.width * 3).map { index in
        let (pixel, c) = (index / 3, index % 3)
        if c >= channels { return level(0) }
        return level(
          values[self.index(axes, ["T": t, "C": c, "H": pixel / size.width, "W": pixel % size.width])])
      }
    }
    return (size, pixels)
  }

  func images(_ axes: String, _ order: ChannelOrder = .bgr) -> [Image] {
    let (size, pixels) = frames(axes) { UInt8($0) }
    return pixels.map { Image(size: size, order: order, pixels: $0) }
  }

  func floatImages(_ axes: String, _ order: ChannelOrder = .bgr) -> [FloatImage] {
    let (size, pixels) = frames(axes) { Float($0) }
    return pixels.map { FloatImage(size: size, order: order, pixels: $0) }
  }

  /// Nil where frames say the same.
  func difference(_ frames: [FloatImage], _ axes: String, _ tolerance: Tolerance = .rounding) -> String? {
    let expected = floatImages(axes)
    if frames.map(\.size) != expected.map(\.size) { return "\(frames.map(\.size)), expected \(expected.map(\.size))" }
    return TestSupport.difference(frames.flatMap(\.pixels), expected.flatMap(\.pixels), tolerance)
  }

  /// Nil where frames have the same bytes.
  func difference(_ frames: [Image], _ axes: String) -> String? {
    let expected = images(axes)
    if frames.map(\.size) != expected.map(\.size) { return "\(frames.map(\.size)), expected \(expected.map(\.size))" }
    return TestSupport.difference(frames.flatMap(\.pixels), expected.flatMap(\.pixels))
  }
}

/// Boxes as rows of four numbers.
func rows(_ boxes: [PixelBox]) -> [[Double]] { boxes.map { [$0.x1, $0.y1, $0.x2, $0.y2] } }
func pixelBoxes(_ rows: [[Double]]) -> [PixelBox] { rows.map { PixelBox(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]) } }
func unitBoxes(_ rows: [[Double]]) -> [UnitBox] { rows.map { UnitBox(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]) } }

/// Nil where boxes agree to 1e-9.
func difference(_ found: [PixelBox], _ expected: [[Double]]) -> String? {
  let (found, expected) = (rows(found).flatMap { $0 }, expected.flatMap { $0 })
  if found.count != expected.count { return "\(found.count) numbers, expected \(expected.count)" }
  let worst = zip(found, expected).max { abs($0.0 - $0.1) < abs($1.0 - $1.1) }
  guard let worst, !(abs(worst.0 - worst.1) <= 1e-9) else { return nil }
  return "\(worst.0), expected \(worst.1)"
}

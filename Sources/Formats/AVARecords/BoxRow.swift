internal import Files
internal import Geometry
internal import Glibc
internal import Wording

/// The columns that all of AVA's box files begin with.
enum BoxRow {
  static let names = ["video", "second", "x1", "y1", "x2", "y2", "action id"]

  /// Coordinates beyond this are no fractions of a frame, whatever a detector overshoots.
  static let widestRange = -1.0...2.0
  /// Coordinates of people beyond this are no tracker's overshoot.
  static let personRange = -0.5...1.5
  /// Detectors write three decimals: what rounding can push over the edge lies on it.
  static let edge = 0.005
}

extension RowCursor {
  /// Throws unless the row has one of these counts of columns.
  func require(columns allowed: ClosedRange<Int>, or other: Int? = nil, layout: String) throws(RecordError) {
    if wholeLine.contains(0) {
      throw error(expected: "text in UTF-8", found: "zero bytes", advice: "save the file as UTF-8 and not as UTF-16")
    }
    if allowed.contains(count) || count == other { return }
    let counts =
      allowed.count == 1
      ? "\(allowed.lowerBound)"
      : "\(allowed.lowerBound) \(allowed.count == 2 ? "or" : "to") \(allowed.upperBound)"
    let semicolons = columnsBetweenSemicolons(allowed)
    throw error(
      expected: "\(counts) columns (\(layout))",
      found: counted(semicolons?.count ?? count, "column") + (semicolons == nil ? "" : " between semicolons"),
      advice: semicolons?.advice ?? "correct or remove the row")
  }

  /// How many columns a row has whose separators are semicolons, as Excel writes them where the decimal mark is a comma,
  /// and what to do about it; nil where they do not look like separators.
  private func columnsBetweenSemicolons(_ allowed: ClosedRange<Int>) -> (count: Int, advice: String)? {
    let line = wholeLine
    let parts = 1 + line.count { $0 == UInt8(ascii: ";") }
    guard parts > 1, count == 1 || allowed.contains(parts) else { return nil }
    func isDigit(_ place: Int) -> Bool { line.indices.contains(place) && (0x30...0x39).contains(line[place]) }
    let hasDecimalCommas = line.indices.contains {
      line[$0] == UInt8(ascii: ",") && isDigit($0 - 1) && isDigit($0 + 1)
    }
    return (
      parts,
      hasDecimalCommas
        ? "columns are separated by commas and decimals by points: write 0.5 instead of 0,5, and replace the semicolons"
        : "columns are separated by commas or tabs: replace the semicolons"
    )
  }

  /// The video's name.
  func videoName() throws(RecordError) -> String {
    let text = self[0]
    if text.isEmpty { throw error(field: 0, "video", expected: "a video's name") }
    guard let name = String(validating: text, as: UTF8.self) else {
      throw error(field: 0, "video", expected: "a name in UTF-8", advice: "save the file as UTF-8")
    }
    return name
  }

  /// The time in the second column.
  func time() throws(RecordError) -> Timestamp {
    guard let time = Timestamp(self[1]) else {
      throw error(field: 1, "second", expected: "a time in seconds, 0 or more", advice: columnAdvice)
    }
    return time
  }

  /// The four coordinates, each finite and within `range`.
  func box(within range: ClosedRange<Double>) throws(RecordError) -> UnitBox {
    let box = UnitBox(
      x1: try coordinate(2, within: range), y1: try coordinate(3, within: range),
      x2: try coordinate(4, within: range), y2: try coordinate(5, within: range))
    return box
  }

  /// A box whose corners are in order; equal ones (no area) are.
  func orderedBox(within range: ClosedRange<Double>) throws(RecordError) -> UnitBox {
    let box = try box(within: range)
    if box.x1 > box.x2 {
      throw error(field: 4, "x2", expected: "x2 at or right of x1 = \(box.x1)", advice: columnAdvice)
    }
    if box.y1 > box.y2 {
      throw error(field: 5, "y2", expected: "y2 at or below y1 = \(box.y1)", advice: columnAdvice)
    }
    return box
  }

  /// A person's box with corners in order that overlaps the frame, or touches it; it may reach beyond.
  func personBox() throws(RecordError) -> UnitBox {
    let box = try orderedBox(within: BoxRow.personRange)
    let edge = BoxRow.edge
    if box.x2 < -edge || box.y2 < -edge || box.x1 > 1 + edge || box.y1 > 1 + edge {
      throw error(
        expected: "a box that overlaps the frame, 0 to 1", found: "x \(box.x1) to \(box.x2), y \(box.y1) to \(box.y2)",
        advice: hasPixels ? Self.pixelAdvice : "remove the row: the person is not in the picture")
    }
    return box
  }

  /// A finite number.
  func number(_ index: Int, _ name: String) throws(RecordError) -> Double {
    guard let value = decimalNumber(self[index]) else {
      throw error(field: index, name, expected: "a finite number", advice: columnAdvice)
    }
    return value
  }

  /// A whole number.
  func integer(_ index: Int, _ name: String) throws(RecordError) -> Int {
    guard let value = wholeNumber(self[index]) else {
      throw error(field: index, name, expected: "a whole number", advice: columnAdvice)
    }
    return value
  }

  private var columnAdvice: String {
    "the columns are video, second, x1, y1, x2, y2, action id, then a score (in ground truth a person id, or nothing)"
  }

  private static var pixelAdvice: String { "divide pixels by the frame's width and height" }

  /// Whether the row's coordinates look like pixels: whole numbers, or ones that no overshoot reaches. A fraction that is
  /// merely too large is none.
  private var hasPixels: Bool {
    let values = (2...5).compactMap { decimalNumber(self[$0]) }
    let largest = values.max() ?? 0
    return largest > 10 || largest > 2 && values.allSatisfy { $0 == $0.rounded() }
  }

  private func coordinate(_ index: Int, within range: ClosedRange<Double>) throws(RecordError) -> Double {
    let value = try number(index, BoxRow.names[index])
    if !range.contains(value) {
      throw error(
        field: index, BoxRow.names[index], expected: "a fraction of the frame, 0 to 1",
        advice: hasPixels
          ? Self.pixelAdvice
          : "correct the box, or cut it off at the frame's edge: a box may reach beyond the frame, but only from "
            + "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}

/// Whether two byte ranges hold the same bytes.
@inline(__always)
func sameBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
  guard a.count == b.count, let first = a.baseAddress, let second = b.baseAddress else { return a.count == b.count }
  return memcmp(first, second, a.count) == 0
}

/// Whether every coordinate lies in 0...1.
func isInsideFrame(_ box: UnitBox) -> Bool {
  min(min(box.x1, box.y1), min(box.x2, box.y2)) >= 0 && max(max(box.x1, box.y1), max(box.x2, box.y2)) <= 1
}

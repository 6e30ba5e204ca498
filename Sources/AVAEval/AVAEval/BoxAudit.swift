internal import AVARecords
internal import Geometry
internal import Wording

/// What is unusual about the boxes of a file, by rows.
struct BoxAudit {
  private var tallies: [Trait: Tally] = [:]
  /// The largest coordinates, for pixels.
  private var largest = (x: 0.0, y: 0.0)
  private let table: DetectionTable

  private enum Trait: CaseIterable {
    case pixels, inverted, flat, outside
  }

  private struct Tally {
    var count = 0
    var rows: [Int] = []
  }

  init(_ table: DetectionTable) {
    self.table = table
    let traits = table.boxes.map { trait($0) }
    for row in 0..<table.count {
      guard let trait = traits[Int(table.boxNumbers[row])] else { continue }
      tallies[trait, default: Tally()].count += 1
      if let rows = tallies[trait]?.rows, rows.count < Finding.exampleLimit { tallies[trait]?.rows.append(row) }
      if trait == .pixels {
        let box = table.box(ofRow: row)
        largest = (max(largest.x, box.x1, box.x2), max(largest.y, box.y1, box.y2))
      }
    }
  }

  /// Whether some coordinates are pixels.
  var hasPixels: Bool { tallies[.pixels] != nil }

  var findings: [Finding] { Trait.allCases.compactMap { finding($0) } }

  private func finding(_ trait: Trait) -> Finding? {
    guard let tally = tallies[trait] else { return nil }
    let rows = counted(tally.count, "row")
    let examples = tally.rows.map { describe(row: $0, table) }
    switch trait {
    case .pixels:
      return Finding(
        .pixels, isFault: true, count: tally.count,
        "\(rows) with coordinates that are no fractions of the frame, up to x \(short(largest.x)), y \(short(largest.y))",
        examples: examples,
        hint: "divide pixels by the frame's width and height: --fix with --frame-size does that to these rows")
    case .inverted:
      return Finding(
        .invertedBoxes, isFault: true, count: tally.count, "\(rows) with x1 beyond x2 or y1 beyond y2",
        examples: examples, hint: "evaluators drop or miss them; are the columns x1, y1, x2, y2?")
    case .flat:
      return Finding(
        .flatBoxes, isFault: false, count: tally.count, "\(rows) with a box without width or height",
        examples: examples, hint: "the official and PySlowFast's evaluators drop them, and so does --fix")
    case .outside:
      return Finding(
        .outsideFrame, isFault: false, count: tally.count, "\(rows) with a box that reaches out of the frame",
        examples: examples, hint: "clipped boxes overlap the truth more: --fix clips them")
    }
  }

  private func trait(_ box: UnitBox) -> Trait? {
    let (low, high) = (min(box.x1, box.y1, box.x2, box.y2), max(box.x1, box.y1, box.x2, box.y2))
    if box.looksLikePixels { return .pixels }
    if box.x1 > box.x2 || box.y1 > box.y2 { return .inverted }
    if !box.isProper { return .flat }
    return low < 0 || high > 1 ? .outside : nil
  }
}

extension UnitBox {
  /// Whether the numbers cannot be fractions of a frame, some beyond its edges allowed.
  var looksLikePixels: Bool { min(x1, y1, x2, y2) < -1 || max(x1, y1, x2, y2) > 2 }
}

/// A row for a message: its line, and what stands there.
func describe(row: Int, _ table: DetectionTable) -> String {
  let box = table.box(ofRow: row)
  let numbers = [box.x1, box.y1, box.x2, box.y2].map(short).joined(separator: ",")
  return "line \(table.lines[row]): \(table.frameIndex.describe(frame: Int(table.frames[row]))),\(numbers),"
    + "\(table.actionIDs[row])"
}

/// A number with no more decimals than it needs, three at most.
func short(_ value: Double) -> String {
  // No row of zeros for what no image measures.
  if value.magnitude >= 1e9 { return "\(value)" }
  var text = fixed(value, 3)
  while text.hasSuffix("0") { text.removeLast() }
  return text.hasSuffix(".") ? String(text.dropLast()) : text
}

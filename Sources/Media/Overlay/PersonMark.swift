internal import Geometry
internal import Wording

/// A person as drawn: box in canvas pixels, colour, lines of the label.
struct PersonMark {
  var box: PixelBox
  /// Who it is through time, where that is known.
  var id: Int?
  var color: RGBColor
  var lines: [LabelLine]
  var isGroundTruth: Bool
  /// Nobody's action reaches the threshold: the box is drawn thin.
  var isFaint: Bool

  /// Square pixels.
  var area: Double { (box.x2 - box.x1) * (box.y2 - box.y1) }
}

/// Turns a scene into marks: detections first, the surest person first, then the ground truth.
func personMarks(
  _ scene: OverlayScene, _ style: OverlayStyle, area: ImageSize, lineWidth: Double
) throws(OverlayError) -> [PersonMark] {
  var marks: [PersonMark] = []
  for (index, person) in scene.people.enumerated() {
    let box = try place(person.box, "person \(index + 1) of \(scene.title)", area, lineWidth)
    // Stable, so that equal scores keep the caller's order.
    let best = person.actions.enumerated()
      .filter { $0.element.score >= (scene.isChosen ? -.infinity : style.threshold(of: $0.element.name) ?? .infinity) }
      .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      .prefix(max(0, style.topK)).map(\.element)
    let lines = best.enumerated().map { place, action in
      // Colours return after a dozen people: the number tells who it is.
      let who = place == 0 ? person.id.map { "#\($0) " } ?? "" : ""
      let (score, name) = (fixed(action.score, 2), briefName(action.name))
      return LabelLine(full: "\(who)\(score) \(action.name)", short: "\(who)\(score) \(name)", least: who + name)
    }
    let color = person.color.map { personPalette[$0 % personPalette.count] } ?? personColor(box, others: marks)
    marks.append(
      PersonMark(
        box: box, id: person.id, color: color, lines: lines, isGroundTruth: false, isFaint: lines.isEmpty))
  }
  for (index, person) in (scene.groundTruth ?? []).enumerated() {
    let box = try place(person.box, "ground truth person \(index + 1) of \(scene.title)", area, lineWidth)
    let lines = person.actions.map { LabelLine(full: "GT \($0)", short: "GT \(briefName($0))") }
    marks.append(PersonMark(box: box, id: nil, color: .white, lines: lines, isGroundTruth: true, isFaint: false))
  }
  return marks
}

/// A class name without its explanation in parentheses: "carry/hold (an object)" becomes "carry/hold".
func briefName(_ name: String) -> String {
  guard let open = name.firstIndex(of: "("), open > name.startIndex else { return name }
  let start = name[..<open]
  return String(start.last == " " ? start.dropLast() : start)
}

/// The first colour that nobody has; once all are taken, the one whose wearers are farthest away.
private func personColor(_ box: PixelBox, others: [PersonMark]) -> RGBColor {
  if others.count < personPalette.count { return personPalette[others.count] }
  var nearest: [RGBColor: Double] = [:]
  for other in others {
    let distance = gap(other.box, box) + centerDistance(other.box, box)
    nearest[other.color] = min(nearest[other.color] ?? .infinity, distance)
  }
  var best = (color: personPalette[0], distance: -1.0)
  for color in personPalette {
    let far = nearest[color] ?? .infinity
    if far > best.distance { best = (color, far) }
  }
  return best.color
}

private func centerDistance(_ a: PixelBox, _ b: PixelBox) -> Double {
  let x = (a.x1 + a.x2 - b.x1 - b.x2) / 2
  let y = (a.y1 + a.y2 - b.y1 - b.y2) / 2
  return (x * x + y * y).squareRoot()
}

/// Puts a box on the canvas: corners in order, its line wholly inside the image and on whole pixels, at
/// least a few pixels wide however small or far outside the box is.
private func place(
  _ box: UnitBox, _ what: String, _ area: ImageSize, _ lineWidth: Double
) throws(OverlayError) -> PixelBox {
  let numbers = [box.x1, box.y1, box.x2, box.y2]
  if !numbers.allSatisfy(\.isFinite) {
    throw .badBox(place: what, box: numbers.map { "\($0)" }.joined(separator: ", "))
  }
  let (x1, x2) = side(min(box.x1, box.x2), max(box.x1, box.x2), Double(area.width), lineWidth)
  let (y1, y2) = side(min(box.y1, box.y2), max(box.y1, box.y2), Double(area.height), lineWidth)
  return PixelBox(x1: x1, y1: y1, x2: x2, y2: y2)
}

private func side(_ low: Double, _ high: Double, _ length: Double, _ lineWidth: Double) -> (Double, Double) {
  let inset = lineWidth / 2
  let (first, last) = (inset, max(inset, length - inset))
  let least = min(3 * lineWidth, last - first)
  // Fractions far outside would overflow to infinity as pixels.
  func clamp(_ value: Double) -> Double { min(max(min(max(value, -1), 2) * length, first), last) }
  // Line centres on half pixels for odd widths, on whole ones for even: crisp edges.
  func snap(_ value: Double) -> Double { min(last, (value - inset).rounded() + inset) }
  var (a, b) = (snap(clamp(low)), snap(clamp(high)))
  if b - a < least {
    a = min(max((a + b - least) / 2, first), last - least)
    b = a + least
  }
  return (a, b)
}

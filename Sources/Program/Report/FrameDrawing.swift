internal import Geometry

/// A key frame's image with its marks drawn over it, as one scalable drawing.
struct FrameDrawing {
  let image: EmbeddedImage
  let marks: FrameMarks
  /// What it shows, in words.
  let description: String

  /// The drawing's width in its own units, so that lines and letters are alike whatever the image's size.
  private static let width = 1000.0
  private static let badge = (width: 46.0, height: 46.0)

  private var height: Double { Self.width * Double(image.size.height) / Double(max(1, image.size.width)) }

  var html: HTML {
    var layer = marks.found.html { outline($0, "found") }
    // Small boxes over large ones: none hides another.
    layer += marks.wrong.sorted { $0.box.area > $1.box.area }.html { outline($0.box, "wrong") }
    layer += marks.missed.sorted { $0.box.area > $1.box.area }.html { outline($0.box, "missed") }
    var taken: [PixelBox] = []
    for mark in marks.missed { layer += badge(mark, isTruth: true, &taken) }
    for mark in marks.wrong { layer += badge(mark, isTruth: false, &taken) }
    return """
      <svg class="picture" viewBox="0 0 \(number(Self.width)) \(number(height))" role="img" aria-label="\(description)">\
      <image href="\(image.address)" width="\(number(Self.width))" height="\(number(height))" \
      preserveAspectRatio="none"/>\(layer)</svg>

      """
  }

  /// A line as the images have it, for a legend.
  static func swatch(_ kind: String) -> HTML {
    let line = "M6 24H114"
    return """
      <svg class="swatch" viewBox="0 0 120 48" aria-hidden="true"><path class="under" d="\(line)"/>\
      <path class="box-\(kind)" d="\(line)"/></svg>
      """
  }

  /// A box inside the image, with corners in order.
  private func place(_ box: UnitBox) -> PixelBox {
    func side(_ a: Double, _ b: Double, _ length: Double) -> (Double, Double) {
      let low = min(max(min(a, b), 0), 1) * length
      let high = min(max(max(a, b), 0), 1) * length
      return (min(max(low, 3), length - 3), max(min(high, length - 3), 3))
    }
    let (x1, x2) = side(box.x1, box.x2, Self.width)
    let (y1, y2) = side(box.y1, box.y2, height)
    return PixelBox(x1: x1, y1: y1, x2: x2, y2: y2)
  }

  private func outline(_ box: UnitBox, _ kind: String) -> HTML {
    let box = place(box)
    let path = "M\(number(box.x1)) \(number(box.y1))H\(number(box.x2))V\(number(box.y2))H\(number(box.x1))Z"
    return "<path class=\"under\" d=\"\(path)\"/><path class=\"box-\(kind)\" d=\"\(path)\"/>"
  }

  /// A badge in a corner of its box, moved along the box's edge where another stands.
  private func badge(_ mark: FrameMarks.Mark, isTruth: Bool, _ taken: inout [PixelBox]) -> HTML {
    let box = place(mark.box)
    let (width, height) = Self.badge
    let candidates = (0..<24).map { step in
      let (along, across) = (Double(step % 8) * (width + 4), Double(step / 8) * (height + 4))
      let x = isTruth ? box.x1 + along : box.x2 - width - along
      let y = isTruth ? box.y1 + across : box.y2 - height - across
      let (left, top) = (min(max(x, 0), Self.width - width), min(max(y, 0), max(0, self.height - height)))
      return PixelBox(x1: left, y1: top, x2: left + width, y2: top + height)
    }
    let free = candidates.first { candidate in !taken.contains { overlap(candidate, $0) } } ?? candidates[0]
    taken.append(free)
    let kind = isTruth ? "missed" : "wrong"
    let radius = isTruth ? "23" : "4"
    return """
      <rect class="badge-\(kind)" x="\(number(free.x1))" y="\(number(free.y1))" width="\(number(width))" \
      height="\(number(height))" rx="\(radius)"/>\
      <text class="letter" x="\(number(free.x1 + width / 2))" y="\(number(free.y1 + 34))">\(mark.name)</text>
      """
  }

  private func overlap(_ a: PixelBox, _ b: PixelBox) -> Bool {
    a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2
  }
}

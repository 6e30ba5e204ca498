internal import Geometry

/// One attempt to place all labels, each at a given step of shortening.
struct LabelPass {
  let requests: [LabelRequest]
  let size: ImageSize
  let fontSize: Double
  let minimumFontSize: Double
  let metrics: TextMetrics
  private(set) var placed: [PlacedLabel] = []
  var failed: [Int] = []
  /// The requests' boxes and the placed labels' frames, by where they lie.
  private let boxes: BoxBins
  private var frames: BoxBins
  /// What a label gains by standing where it stood before.
  private static let loyalty = 0.25

  init(
    requests: [LabelRequest], size: ImageSize, fontSize: Double, minimumFontSize: Double, metrics: TextMetrics
  ) {
    self.requests = requests
    self.size = size
    self.fontSize = fontSize
    self.minimumFontSize = minimumFontSize
    self.metrics = metrics
    var boxes = BoxBins(size)
    for (index, request) in requests.enumerated() { boxes.insert(index, request.box) }
    self.boxes = boxes
    frames = BoxBins(size)
  }

  private var diagonal: Double {
    (Double(size.width * size.width) + Double(size.height * size.height)).squareRoot()
  }

  /// Places a label at its cheapest free place; false when there is none.
  mutating func place(_ index: Int, _ step: LabelStep) -> Bool {
    let request = requests[index]
    let font = max(minimumFontSize, fontSize * step.fontScale)
    let text = step.text(request.lines)
    let (width, height) = step.extent(of: text, font, metrics)
    if width > Double(size.width) || height > Double(size.height) { return false }
    var best: (cost: Double, frame: PixelBox, place: LabelPlace?)?
    func consider(_ frame: PixelBox, _ penalty: Double, _ place: LabelPlace?) {
      if penalty >= best?.cost ?? .infinity || !isFree(frame) { return }
      let cost = penalty + covering(frame, index)
      if cost < best?.cost ?? .infinity { best = (cost, frame, place) }
    }
    for (rank, corner) in attached(to: request, width, height).enumerated() {
      let place = LabelPlace.attached(rank)
      let gain = place == request.before ? Self.loyalty : 0
      consider(inside(corner, width, height), Double(rank) * 0.02 - gain, place)
    }
    // A place at a distance costs a leader line; what covers nothing beside the box is hard to beat.
    if case .free(let offset) = request.before {
      let frame = inside(Point(request.box.x1 + offset.x, request.box.y1 + offset.y), width, height)
      let away = gap(frame, request.box)
      if away <= step.reach * diagonal { consider(frame, 0.4 + 6 * away / diagonal - Self.loyalty, nil) }
    }
    let reach = step.reach * diagonal
    let (xs, ys) = scattered(around: request.box, width, height, step: font * 0.7, reach: reach)
    for y in ys {
      // The nearest come first: what follows is farther still.
      if 0.4 + 6 * y.gap / diagonal >= best?.cost ?? .infinity { break }
      for x in xs {
        let penalty = 0.4 + 6 * (x.gap * x.gap + y.gap * y.gap).squareRoot() / diagonal
        if penalty >= best?.cost ?? .infinity { break }
        consider(inside(Point(x.start, y.start), width, height), penalty, nil)
      }
    }
    guard let best else { return false }
    let frame = best.frame
    frames.insert(placed.count, frame)
    placed.append(
      PlacedLabel(
        request: index, frame: frame,
        place: best.place ?? .free(Point(frame.x1 - request.box.x1, frame.y1 - request.box.y1)), lines: text,
        fontSize: font, leader: leader(frame, request.box)))
    return true
  }

  /// The failed labels and the placed ones that stand near their boxes.
  func crowd(around failed: [Int]) -> [Int] {
    let reach = diagonal * 0.1
    let near = placed.filter { label in failed.contains { gap(label.frame, requests[$0].box) < reach } }
    return failed + near.map(\.request)
  }

  /// Upper left corners of the places at the box itself, the nicest first.
  private func attached(to request: LabelRequest, _ width: Double, _ height: Double) -> [Point] {
    let box = request.box
    let (left, right, middle) = (box.x1, box.x2 - width, (box.x1 + box.x2 - width) / 2)
    let above = [left, right, middle].map { Point($0, box.y1 - height) }
    let below = [left, right, middle].map { Point($0, box.y2) }
    let beside = [
      Point(box.x2, box.y1), Point(box.x1 - width, box.y1), Point(box.x2, box.y2 - height),
      Point(box.x1 - width, box.y2 - height),
    ]
    let within = [
      Point(left, box.y2 - height), Point(right, box.y2 - height), Point(left, box.y1), Point(right, box.y1),
    ]
    return (request.prefersBelow ? below + above : above + below) + beside + within
  }

  /// Where the columns and rows of a grid of places around the box start, and how far from it such labels stand; the nearest first.
  private func scattered(
    around box: PixelBox, _ width: Double, _ height: Double, step: Double, reach: Double
  ) -> (xs: [(start: Double, gap: Double)], ys: [(start: Double, gap: Double)]) {
    func ordered(_ starts: [Double], _ length: Double, _ low: Double, _ high: Double) -> [(start: Double, gap: Double)]
    {
      starts.map { (start: $0, gap: max(0, max($0, low) - min($0 + length, high))) }.sorted { $0.gap < $1.gap }
    }
    let xs = range(box.x1 - width - reach, box.x2 + reach, limit: Double(size.width) - width, step)
    let ys = range(box.y1 - height - reach, box.y2 + reach, limit: Double(size.height) - height, step)
    return (ordered(xs, width, box.x1, box.x2), ordered(ys, height, box.y1, box.y2))
  }

  private func range(_ low: Double, _ high: Double, limit: Double, _ step: Double) -> [Double] {
    let (start, end) = (max(low, 0), min(high, limit))
    return start <= end ? Array(stride(from: start, through: end, by: step)) + [end] : []
  }

  /// Moves a frame inside the image.
  private func inside(_ corner: Point, _ width: Double, _ height: Double) -> PixelBox {
    let x = max(0, min(corner.x, Double(size.width) - width))
    let y = max(0, min(corner.y, Double(size.height) - height))
    // Both corners on whole pixels: crisp edges, and no rounding pushes a frame over a border.
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    return PixelBox(
      x1: left, y1: top, x2: min(left + width, Double(size.width)), y2: min(top + height, Double(size.height)))
  }

  private func isFree(_ frame: PixelBox) -> Bool {
    // One pixel apart, so that two frames can be told from one.
    frames.allSatisfy(near: frame) { _, other in overlap(frame, other, margin: 1) == 0 }
  }

  /// How much of the label lies on people, their heads counting twice; its own box counts half.
  private func covering(_ frame: PixelBox, _ index: Int) -> Double {
    let own = requests[index].box
    let area = (frame.x2 - frame.x1) * (frame.y2 - frame.y1)
    var sum = 0.0
    _ = boxes.allSatisfy(near: frame) { _, box in
      let covered = overlap(frame, box, margin: 0)
      if covered == 0 { return true }
      var head = box
      head.y2 = box.y1 + (box.y2 - box.y1) * 0.3
      let weight = isSamePerson(box, own) ? 0.5 : 1.0
      sum += weight * (covered + overlap(frame, head, margin: 0))
      return true
    }
    return sum / area
  }

  /// Whether two boxes are probably one person's (a detection and its ground truth).
  private func isSamePerson(_ a: PixelBox, _ b: PixelBox) -> Bool {
    if a == b { return true }
    let shared = overlap(a, b, margin: 0)
    let areas = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1)
    return shared > 0.4 * (areas - shared)
  }

  /// The line from the nearest point of a label to that of its box; nil where they touch or nearly do.
  private func leader(_ frame: PixelBox, _ box: PixelBox) -> PlacedLabel.Leader? {
    if gap(frame, box) <= 1.5 { return nil }
    let (startX, endX) = nearest(frame.x1, frame.x2, box.x1, box.x2)
    let (startY, endY) = nearest(frame.y1, frame.y2, box.y1, box.y2)
    return PlacedLabel.Leader(start: Point(startX, startY), end: Point(endX, endY))
  }

  /// The nearest points of two intervals: the middle of what they share, else the facing ends.
  private func nearest(_ a1: Double, _ a2: Double, _ b1: Double, _ b2: Double) -> (Double, Double) {
    if a2 < b1 { return (a2, b1) }
    if b2 < a1 { return (a1, b2) }
    let middle = (max(a1, b1) + min(a2, b2)) / 2
    return (middle, middle)
  }
}

/// The room between a label's text and its border.
func labelPadding(_ fontSize: Double) -> (x: Double, y: Double) { (fontSize * 0.32, fontSize * 0.14) }

/// The area that two boxes share, once each is grown by half the margin.
func overlap(_ a: PixelBox, _ b: PixelBox, margin: Double) -> Double {
  let width = min(a.x2, b.x2) - max(a.x1, b.x1) + margin
  let height = min(a.y2, b.y2) - max(a.y1, b.y1) + margin
  return width > 0 && height > 0 ? width * height : 0
}

/// The distance between two boxes; 0 where they touch.
func gap(_ a: PixelBox, _ b: PixelBox) -> Double {
  let x = max(0, max(a.x1, b.x1) - min(a.x2, b.x2))
  let y = max(0, max(a.y1, b.y1) - min(a.y2, b.y2))
  return (x * x + y * y).squareRoot()
}

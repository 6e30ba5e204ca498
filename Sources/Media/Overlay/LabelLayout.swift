public import Geometry

/// Finds places for labels such that none leaves the image and no two meet.
///
/// Every label starts complete, in the wanted size, and is placed where it covers least: on its box, under
/// it, inside, beside it, or a little off with a leader line. Where that fails for a label, it and its
/// neighbours are shortened by one step (spelling, size, number of lines, spelling again), and all are placed
/// anew. A label that is omitted is one that finds no room even so.
///
/// The result depends on the arguments alone.
///
/// - Parameters:
///   - requests: The boxes and what to say about them.
///   - size: The image, in the boxes' pixels.
///   - fontSize: The wanted pixels an em.
///   - minimumFontSize: What the size may shrink to.
///   - metrics: The font's extents.
/// - Complexity: Tens of labels take milliseconds, five hundred tenths of a second.
public func layOutLabels(
  _ requests: [LabelRequest], in size: ImageSize, fontSize: Double, minimumFontSize: Double, metrics: TextMetrics
) -> LabelLayout {
  let wanted = requests.indices.filter { !requests[$0].lines.isEmpty }
  let steps = LabelStep.sequence(lines: requests.map(\.lines.count).max() ?? 0)
  // Where all together would not fit, nobody needs to try.
  let first =
    steps.firstIndex { step in
      let area = wanted.reduce(0.0) { sum, index in
        let font = max(minimumFontSize, fontSize * step.fontScale)
        let extent = step.extent(of: step.text(requests[index].lines), font, metrics)
        return sum + extent.width * extent.height
      }
      return area <= mostCovered * Double(size.width) * Double(size.height)
    } ?? steps.count - 1
  var step = [Int](repeating: first, count: requests.count)
  var order = wanted
  var best: LabelLayout?
  // Every pass moves at least one label on by a step; labels in a crowd move together, so few passes do.
  for _ in 0..<(steps.count * max(1, min(4, 200 / max(1, wanted.count)))) {
    var pass = LabelPass(
      requests: requests, size: size, fontSize: fontSize, minimumFontSize: minimumFontSize, metrics: metrics)
    for index in order where !pass.place(index, steps[step[index]]) { pass.failed.append(index) }
    let layout = LabelLayout(labels: pass.placed.sorted { $0.request < $1.request }, omitted: pass.failed.sorted())
    if layout.omitted.count < best?.omitted.count ?? .max { best = layout }
    if layout.omitted.isEmpty || layout.omitted.allSatisfy({ step[$0] == steps.count - 1 }) { break }
    for index in pass.crowd(around: pass.failed) { step[index] = min(step[index] + 1, steps.count - 1) }
    // Those that found nothing choose first next time.
    let omitted = Set(layout.omitted)
    order = layout.omitted + order.filter { !omitted.contains($0) }
  }
  return best ?? LabelLayout(labels: [], omitted: [])
}

/// How much of an image labels may cover: beyond that they stand in each other's way.
private let mostCovered = 0.6

/// How much a label is shortened, and how far from its box it may stand.
struct LabelStep {
  enum Spelling {
    case full
    case short
    case cut(Int)
  }

  var lines: Int
  var spelling: Spelling
  var fontScale: Double
  /// The largest distance between label and box, as a share of the image's diagonal.
  var reach: Double

  /// All steps for labels of at most `lines` lines, from complete to barely there.
  static func sequence(lines: Int) -> [LabelStep] {
    var steps = [
      LabelStep(lines: lines, spelling: .full, fontScale: 1, reach: 0.06),
      LabelStep(lines: lines, spelling: .short, fontScale: 1, reach: 0.1),
      LabelStep(lines: lines, spelling: .short, fontScale: 0.88, reach: 0.1),
    ]
    for fewer in stride(from: lines - 1, through: 1, by: -1) {
      steps.append(LabelStep(lines: fewer, spelling: .short, fontScale: 0.88, reach: 0.12))
    }
    steps.append(LabelStep(lines: 1, spelling: .short, fontScale: 0.8, reach: 0.25))
    steps.append(LabelStep(lines: 1, spelling: .cut(12), fontScale: 0.75, reach: 0.4))
    steps.append(LabelStep(lines: 1, spelling: .cut(10), fontScale: 0.75, reach: 2))
    // As small as can be read.
    steps.append(LabelStep(lines: 1, spelling: .cut(10), fontScale: 0.1, reach: 2))
    return steps
  }

  /// The lines to show of a request, the last one telling how many are left out.
  func text(_ all: [LabelLine]) -> [String] {
    let shown = max(1, min(lines, all.count))
    var text = all.prefix(shown).map { spell($0) }
    let hidden = all.count - shown
    // Where hardly anything has room, what is said matters more than how much is not.
    if case .cut(...10) = spelling { return text }
    if hidden > 0 {
      if case .full = spelling { text[shown - 1] += "  +\(hidden) more" } else { text[shown - 1] += " +\(hidden)" }
    }
    return text
  }

  /// The size of a label with these lines, with its border.
  func extent(of text: [String], _ font: Double, _ metrics: TextMetrics) -> (width: Double, height: Double) {
    let padding = labelPadding(font)
    return (
      (text.map(metrics.width).max() ?? 0) * font + 2 * padding.x,
      Double(text.count) * metrics.lineHeight * font + 2 * padding.y
    )
  }

  private func spell(_ line: LabelLine) -> String {
    switch spelling {
    case .full: return line.full
    case .short: return line.short
    case .cut(let limit):
      return line.least.count > limit ? line.least.prefix(limit - 1) + "…" : line.least
    }
  }
}

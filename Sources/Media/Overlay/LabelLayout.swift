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
/// - Complexity: For n labels O(n^2) a step and candidate place; tens of labels take milliseconds.
public func layOutLabels(
  _ requests: [LabelRequest], in size: ImageSize, fontSize: Double, minimumFontSize: Double, metrics: TextMetrics
) -> LabelLayout {
  let wanted = requests.indices.filter { !requests[$0].lines.isEmpty }
  let steps = LabelStep.sequence(lines: requests.map(\.lines.count).max() ?? 0)
  var step = [Int](repeating: 0, count: requests.count)
  var order = wanted
  var best: LabelLayout?
  // Every pass moves at least one label on by a step; labels in a crowd move together, so few passes do.
  for _ in 0..<(steps.count * 4) {
    var pass = LabelPass(
      requests: requests, size: size, fontSize: fontSize, minimumFontSize: minimumFontSize, metrics: metrics)
    for index in order where !pass.place(index, steps[step[index]]) { pass.failed.append(index) }
    let layout = LabelLayout(labels: pass.placed.sorted { $0.request < $1.request }, omitted: pass.failed.sorted())
    if layout.omitted.count < best?.omitted.count ?? .max { best = layout }
    if layout.omitted.isEmpty || layout.omitted.allSatisfy({ step[$0] == steps.count - 1 }) { break }
    for index in pass.crowd(around: pass.failed) { step[index] = min(step[index] + 1, steps.count - 1) }
    // Those that found nothing choose first next time.
    order = layout.omitted + order.filter { !layout.omitted.contains($0) }
  }
  return best ?? LabelLayout(labels: [], omitted: [])
}

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
    steps.append(LabelStep(lines: 1, spelling: .cut(8), fontScale: 0.75, reach: 2))
    return steps
  }

  /// The lines to show of a request, the last one telling how many are left out.
  func text(_ all: [LabelLine]) -> [String] {
    let shown = max(1, min(lines, all.count))
    var text = all.prefix(shown).map { spell($0) }
    let hidden = all.count - shown
    if hidden > 0 {
      if case .full = spelling { text[shown - 1] += "  +\(hidden) more" } else { text[shown - 1] += " +\(hidden)" }
    }
    return text
  }

  private func spell(_ line: LabelLine) -> String {
    switch spelling {
    case .full: return line.full
    case .short: return line.short
    case .cut(let limit):
      return line.short.count > limit ? line.short.prefix(limit - 1) + "…" : line.short
    }
  }
}

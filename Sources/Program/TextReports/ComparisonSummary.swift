public import AVAEval
internal import AVARecords
internal import Datasets
internal import JSON
internal import Statistics
internal import Wording

/// Two files of detections beside each other, a comparison for each protocol.
public struct ComparisonSummary: Sendable {
  private let a: String
  private let b: String
  private let comparisons: [Comparison]

  /// - Parameters:
  ///   - a: The first file, as it is to be named.
  ///   - b: The second one.
  ///   - comparisons: One for each protocol.
  public init(a: String, b: String, comparisons: [Comparison]) {
    self.a = a
    self.b = b
    self.comparisons = comparisons
  }

  /// Tables for people: every protocol's mAP, then the first one's classes and key frames.
  public var text: String {
    guard let first = comparisons.first else { return "" }
    var text = "A: \(a)\nB: \(b)\n\n" + TextTable(means, leftColumns: [0]).text + "\n"
    text += (hasIntervals ? legend(first) : noIntervals(first.truthVideoCount)) + "\n\n"
    text += ties + "average precision by class under the \(first.rules.name) protocol, from B's gains to its losses\n"
    text += TextTable(classRows(first), leftColumns: [1]).text
    if first.frames.isEmpty { return text }
    text += "\nkey frames that differ most: their parts of 1 - mAP\n"
    return text + TextTable(frameRows(first), leftColumns: [0, 4]).text
  }

  /// The same as Markdown.
  public var markdown: String {
    guard let first = comparisons.first else { return "" }
    var text = "A: `\(a)`, B: `\(b)`; \(hasIntervals ? legend(first) : noIntervals(first.truthVideoCount))\n\n"
    text += TextTable(means, leftColumns: [0]).markdown + "\n"
    text += TextTable(markdown(classRows(first), columns: [1]), leftColumns: [1]).markdown
    if first.frames.isEmpty { return text }
    return text + "\n" + TextTable(markdown(frameRows(first), columns: [0, 4]), leftColumns: [0, 4]).markdown
  }

  /// Whether other videos could say something else; without, three columns would be empty.
  private var hasIntervals: Bool { comparisons.contains { $0.truthVideoCount >= 2 } }

  /// What the columns over resamples mean.
  private func legend(_ comparison: Comparison) -> String {
    let resampling = comparison.resampling
    return "low to high: where B - A lies in \(percent(resampling.confidence)) of \(resampling.count) resamples of "
      + "\(counted(comparison.videoCount, "video")) (seed \(resampling.seed)); share: near 0 where nearly all "
      + "resamples prefer the same file, 1 where as many prefer A as B"
  }

  /// One row a protocol and class; the row without a class id is the mean.
  public var csv: String {
    var text = "protocol,id,class,truth,ap a,ap b,difference,low,high,share\n"
    for comparison in comparisons {
      for entry in comparison.classes {
        text += "\(comparison.rules.name),\(entry.label.id),\(csvText(entry.label.name)),\(entry.groundTruthCount),"
        text += cells(entry.ap, csvNumber).joined(separator: ",") + "\n"
      }
      text += "\(comparison.rules.name),,mAP,\(comparison.classes.reduce(0) { $0 + $1.groundTruthCount }),"
      text += cells(comparison.mAP, csvNumber).joined(separator: ",") + "\n"
    }
    return text
  }

  /// One object, a member for each protocol.
  public var json: String {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for comparison in comparisons { json.member(comparison.rules.name, jsonValue(comparison)) }
    json.end()
    return json.text + "\n"
  }

  /// How far the order of equal scores could move the numbers, a line for each that it can.
  private var ties: String {
    let lines = comparisons.flatMap { comparison in
      [("A", comparison.tieIntervals.a), ("B", comparison.tieIntervals.b)].compactMap { name, interval in
        interval.flatMap { interval -> String? in
          let (worst, best) = (figure(interval.lowerBound), figure(interval.upperBound))
          return worst == best
            ? nil : "\(name)'s \(comparison.rules.name) mAP: \(worst) to \(best) by the order of equal scores\n"
        }
      }
    }
    return lines.isEmpty ? "" : lines.joined() + "\n"
  }

  /// Rows with the columns that hold names made harmless.
  private func markdown(_ rows: [[String]], columns: Set<Int>) -> [[String]] {
    rows.map { $0.enumerated().map { columns.contains($0) ? markdownText($1) : $1 } }
  }

  private var means: [[String]] {
    var rows = [["", "A", "B", "B - A"] + intervalTitles]
    for comparison in comparisons {
      rows.append(["\(comparison.rules.name) mAP"] + shownCells(comparison.mAP))
      for (group, difference) in zip(comparison.dataset.groups, comparison.groups)
      where difference.a != nil || difference.b != nil {
        rows.append(["  \(group.name)"] + shownCells(difference))
      }
    }
    return rows
  }

  /// A header and a row for every class that either file has an AP of.
  private func classRows(_ comparison: Comparison) -> [[String]] {
    let known = comparison.classes.filter { $0.ap.a != nil || $0.ap.b != nil }
    let sorted = known.sorted { ($0.ap.difference ?? 0) > ($1.ap.difference ?? 0) }
    return [["id", "class", "truth", "A", "B", "B - A"] + intervalTitles]
      + sorted.map { ["\($0.label.id)", $0.label.name, "\($0.groundTruthCount)"] + shownCells($0.ap) }
  }

  private func frameRows(_ comparison: Comparison) -> [[String]] {
    var rows = [["key frame", "A", "B", "B better by", "above all"]]
    for frame in comparison.frames {
      let visible = frame.classes.filter { abs($0.lossA - $0.lossB) >= 5e-6 }
      let classes = visible.map { entry in
        let gain = entry.lossA - entry.lossB
        return "\(comparison.classes[entry.classPosition].label.name) \(gain > 0 ? "+" : "")\(fixed(gain, 6))"
      }
      rows.append([
        "\(frame.video),\(frame.time)", fixed(frame.lossA, 6), fixed(frame.lossB, 6), fixed(frame.difference, 6),
        listed(classes, limit: 3),
      ])
    }
    return rows
  }

  private var intervalTitles: [String] { hasIntervals ? ["low", "high", "share"] : [] }

  /// The numbers of a table for people.
  private func shownCells(_ difference: Difference) -> [String] {
    Array(cells(difference, figure).prefix(hasIntervals ? 6 : 3))
  }

  private func cells(_ difference: Difference, _ number: (Double?) -> String) -> [String] {
    [
      difference.a, difference.b, difference.difference, difference.interval?.lowerBound,
      difference.interval?.upperBound, difference.share,
    ].map(number)
  }

  private func jsonValue(_ comparison: Comparison) -> JSONValue {
    let groups = zip(comparison.dataset.groups, comparison.groups).map { ($0.name, jsonValue($1)) }
    let frames = comparison.frames.map { frame -> JSONValue in
      [
        "video": JSONValue(frame.video), "second": JSONValue(frame.time.seconds),
        "loss_a": JSONValue(frame.lossA), "loss_b": JSONValue(frame.lossB),
        "difference": JSONValue(frame.difference),
        "classes": .object(
          frame.classes.map { entry in
            (
              "\(comparison.classes[entry.classPosition].label.id)",
              ["loss_a": JSONValue(entry.lossA), "loss_b": JSONValue(entry.lossB)]
            )
          }),
      ]
    }
    return [
      "mAP": jsonValue(comparison.mAP), "groups": .object(groups),
      "ap": .object(comparison.classes.map { ("\($0.label.id)", jsonValue($0.ap)) }),
      "frames": .array(frames), "resamples": JSONValue(comparison.resampling.count),
      "seed": JSONValue(comparison.resampling.seed), "confidence": JSONValue(comparison.resampling.confidence),
      "videos": JSONValue(comparison.videoCount),
    ]
  }

  private func jsonValue(_ difference: Difference) -> JSONValue {
    [
      "a": JSONValue(difference.a), "b": JSONValue(difference.b),
      "difference": JSONValue(difference.difference),
      "interval": JSONValue(difference.interval), "share": JSONValue(difference.share),
    ]
  }
}

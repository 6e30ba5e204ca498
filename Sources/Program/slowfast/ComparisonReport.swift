internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Wording

/// Two files of detections beside each other, a comparison for each protocol.
struct ComparisonReport {
  let a: String
  let b: String
  let comparisons: [Comparison]

  /// Tables for people: every protocol's mAP, then the first one's classes and key frames.
  var text: String {
    guard let first = comparisons.first else { return "" }
    var text = "A: \(a)\nB: \(b)\n\n" + aligned(means, leftColumns: [0]) + "\n"
    text += (hasIntervals ? legend(first) : noIntervals(first.truthVideoCount)) + "\n\n"
    text += ties + "average precision by class under the \(first.rules.name) protocol, from B's gains to its losses\n"
    text += aligned(classRows(first), leftColumns: [1])
    if first.frames.isEmpty { return text }
    text += "\nkey frames that differ most: their parts of 1 - mAP\n"
    return text + aligned(frameRows(first), leftColumns: [0, 4])
  }

  /// The same as Markdown.
  var markdown: String {
    guard let first = comparisons.first else { return "" }
    var text = "A: `\(a)`, B: `\(b)`; \(hasIntervals ? legend(first) : noIntervals(first.truthVideoCount))\n\n"
    text += markdownTable(means, leftColumns: [0]) + "\n"
    text += markdownTable(markdown(classRows(first), columns: [1]), leftColumns: [1])
    if first.frames.isEmpty { return text }
    return text + "\n" + markdownTable(markdown(frameRows(first), columns: [0, 4]), leftColumns: [0, 4])
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
  var csv: String {
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
  var json: String {
    JSON.object(comparisons.map { ($0.rules.name, jsonText($0)) }, lines: true).text + "\n"
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

  private func jsonText(_ comparison: Comparison) -> JSON {
    let groups = zip(comparison.dataset.groups, comparison.groups).map { ($0.name, jsonText($1)) }
    let frames = comparison.frames.map { frame in
      JSON.object([
        ("video", JSON(frame.video)), ("second", JSON(frame.time.seconds)),
        ("loss_a", JSON(frame.lossA)), ("loss_b", JSON(frame.lossB)),
        ("difference", JSON(frame.difference)),
        (
          "classes",
          JSON.object(
            frame.classes.map { entry in
              (
                "\(comparison.classes[entry.classPosition].label.id)",
                JSON.object([("loss_a", JSON(entry.lossA)), ("loss_b", JSON(entry.lossB))])
              )
            })
        ),
      ])
    }
    return JSON.object([
      ("mAP", jsonText(comparison.mAP)), ("groups", JSON.object(groups)),
      ("ap", JSON.object(comparison.classes.map { ("\($0.label.id)", jsonText($0.ap)) })),
      ("frames", JSON.array(frames)), ("resamples", JSON(comparison.resampling.count)),
      ("seed", JSON(comparison.resampling.seed)), ("confidence", JSON(comparison.resampling.confidence)),
      ("videos", JSON(comparison.videoCount)),
    ])
  }

  private func jsonText(_ difference: Difference) -> JSON {
    JSON.object([
      ("a", JSON(difference.a)), ("b", JSON(difference.b)),
      ("difference", JSON(difference.difference)),
      ("interval", JSON(difference.interval)), ("share", JSON(difference.share)),
    ])
  }
}

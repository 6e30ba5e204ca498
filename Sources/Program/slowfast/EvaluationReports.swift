internal import AVAEval
internal import Datasets
internal import Wording

/// Writes evaluations as an aligned table for people.
func textReport(_ evaluations: [Evaluation]) -> String {
  guard let first = evaluations.first else { return "" }
  var table = [["id", "class", "truth", "detections"] + evaluations.map(\.rules.name)]
  var without = 0
  for (index, label) in first.perClass.enumerated() {
    let results = evaluations.map { $0.perClass[index] }
    if results.allSatisfy({ $0.ap == nil }) {
      without += 1
      continue
    }
    let truth = results.map(\.groundTruthCount).max() ?? 0
    let found = results.map(\.detectionCount).max() ?? 0
    table.append(["\(label.id)", label.name, "\(truth)", "\(found)"] + results.map { figure($0.ap) })
  }
  for group in first.dataset.groups where evaluations.contains(where: { $0.mAP(of: group) != nil }) {
    table.append(["", group.name, "", ""] + evaluations.map { figure($0.mAP(of: group)) })
  }
  table.append(["", "mAP", "", ""] + evaluations.map { figure($0.mAP) })
  var text = "average precision by class at IoU \(first.dataset.overlapThreshold)\n" + aligned(table, leftColumns: [1])
  if without > 0 {
    text +=
      "\(counted(without, "class", plural: "classes")) without ground truth \(without == 1 ? "is" : "are") not listed\n"
  }
  text += "\n"
  for evaluation in evaluations {
    text += "\(evaluation.rules.name): mAP \(figure(evaluation.mAP))\(ties(evaluation)); \(evaluation.rules.summary)\n"
  }
  return text
}

/// Writes evaluations as one JSON object, full double precision; intervals are those of equal scores.
///
/// - Parameter added: More members for each protocol's object.
func jsonReport(_ evaluations: [Evaluation], added: [[(name: String, value: JSON)]] = []) -> String {
  let objects = evaluations.enumerated().map { index, evaluation -> (name: String, value: JSON) in
    func object(_ value: (ClassResult) -> JSON) -> JSON {
      .object(evaluation.perClass.map { ("\($0.id)", value($0)) })
    }
    let members: [(name: String, value: JSON)] = [
      ("mAP", JSON(evaluation.mAP)), ("mAP_interval", JSON(evaluation.mAPInterval)),
      ("ap", object { JSON($0.ap) }), ("ap_interval", object { JSON($0.apInterval) }),
    ]
    return (evaluation.rules.name, .object(members + (index < added.count ? added[index] : [])))
  }
  return JSON.object(objects, lines: true).text + "\n"
}

/// Writes evaluations as a Markdown table, with their intervals over videos where they have any.
func markdownReport(_ evaluations: [Evaluation], _ bootstraps: [Bootstrap]? = nil) -> String {
  guard let first = evaluations.first else { return "" }
  var rows = [["id", "class", "truth"] + evaluations.map(\.rules.name)]
  for (index, label) in first.perClass.enumerated() {
    let results = evaluations.map { $0.perClass[index] }
    let truth = results.map(\.groundTruthCount).max() ?? 0
    rows.append(["\(label.id)", markdownText(label.name), "\(truth)"] + results.map { figure($0.ap) })
  }
  for group in first.dataset.groups {
    rows.append(["", group.name, ""] + evaluations.map { figure($0.mAP(of: group)) })
  }
  rows.append(["", "**mAP**", ""] + evaluations.map { "**\(figure($0.mAP))**" })
  func cells(_ intervals: [ClosedRange<Double>?]) -> [String] {
    intervals.map { $0.map { "\(figure($0.lowerBound)) to \(figure($0.upperBound))" } ?? "-" }
  }
  rows.append(["", "by the order of equal scores", ""] + cells(evaluations.map(\.mAPInterval)))
  if let bootstraps, let resampling = bootstraps.first?.resampling {
    let title = "by other videos (\(percent(resampling.confidence)) of \(resampling.count) resamples)"
    rows.append(["", title, ""] + cells(bootstraps.map { $0.mAP?.interval }))
  }
  return markdownTable(rows, leftColumns: [1])
}

/// Writes evaluations as one row a protocol and class; the row without a class id is the mean.
///
/// - Parameter bootstraps: Intervals over videos, for two more columns.
func csvReport(_ evaluations: [Evaluation], _ bootstraps: [Bootstrap]? = nil) -> String {
  var text = "protocol,id,class,truth,detections,true positives,ap,ap worst tie order,ap best tie order"
  text += bootstraps == nil ? "\n" : ",ap bootstrap low,ap bootstrap high\n"
  func bounds(_ interval: BootstrapInterval?) -> String {
    if bootstraps == nil { return "" }
    return ",\(csvNumber(interval?.interval.lowerBound)),\(csvNumber(interval?.interval.upperBound))"
  }
  for (index, evaluation) in evaluations.enumerated() {
    let name = evaluation.rules.name
    for (position, result) in evaluation.perClass.enumerated() {
      text += "\(name),\(result.id),\(csvText(result.name)),\(result.groundTruthCount),\(result.detectionCount),"
      text += "\(result.truePositiveCount),\(csvNumber(result.ap)),\(csvNumber(result.apInterval?.lowerBound)),"
      text += "\(csvNumber(result.apInterval?.upperBound))\(bounds(bootstraps?[index].perClass[position]))\n"
    }
    let truth = evaluation.perClass.reduce(0) { $0 + $1.groundTruthCount }
    let found = evaluation.perClass.reduce(0) { $0 + $1.truePositiveCount }
    text += "\(name),,mAP,\(truth),\(evaluation.counts.scoredRows),\(found),\(csvNumber(evaluation.mAP)),"
    text += "\(csvNumber(evaluation.mAPInterval?.lowerBound)),\(csvNumber(evaluation.mAPInterval?.upperBound))"
    text += "\(bounds(bootstraps?[index].mAP))\n"
  }
  return text
}

/// A text as a cell of CSV.
func csvText(_ text: String) -> String {
  "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

func csvNumber(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

/// Says between what bounds the order of equal scores can move mAP, where four decimals show it.
private func ties(_ evaluation: Evaluation) -> String {
  guard let interval = evaluation.mAPInterval else { return "" }
  let (worst, best) = (figure(interval.lowerBound), figure(interval.upperBound))
  return worst == best ? "" : " (\(worst) to \(best) by the order of equal scores)"
}

/// Lays out rows in columns: text to the left in `leftColumns`, to the right elsewhere.
func aligned(_ rows: [[String]], leftColumns: Set<Int>) -> String {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  let lines = rows.map { row in
    let cells = row.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return leftColumns.contains(column) ? cell + space : space + cell
    }
    return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
  }
  return lines.joined(separator: "\n") + "\n"
}

internal import AVAEval
internal import Wording

/// Writes evaluations as an aligned table for people.
func textReport(_ evaluations: [Evaluation]) -> String {
  guard let first = evaluations.first else { return "" }
  var table = [["id", "class", "truth", "detections"] + evaluations.map(\.rules.name)]
  for (index, label) in first.perClass.enumerated() {
    let results = evaluations.map { $0.perClass[index] }
    let truth = results.map(\.groundTruthCount).max() ?? 0
    let found = results.map(\.detectionCount).max() ?? 0
    table.append(["\(label.id)", label.name, "\(truth)", "\(found)"] + results.map { figure($0.ap) })
  }
  for group in ActionGroup.allCases {
    table.append(["", group.rawValue, "", ""] + evaluations.map { figure($0.mAP(of: group)) })
  }
  table.append(["", "mAP", "", ""] + evaluations.map { figure($0.mAP) })
  var text = "average precision by class at IoU 0.5\n" + aligned(table, leftColumns: [1])
  text += "\n"
  for evaluation in evaluations {
    text += "\(evaluation.rules.name): mAP \(figure(evaluation.mAP))\(ties(evaluation)); \(evaluation.rules.summary)\n"
  }
  return text
}

/// Writes evaluations as one JSON object, full double precision; intervals are those of equal scores.
func jsonReport(_ evaluations: [Evaluation]) -> String {
  let objects = evaluations.map { evaluation in
    func object(_ value: (ClassResult) -> String) -> String {
      "{" + evaluation.perClass.map { "\"\($0.id)\": \(value($0))" }.joined(separator: ", ") + "}"
    }
    return "  \"\(evaluation.rules.name)\": {\"mAP\": \(jsonNumber(evaluation.mAP)), "
      + "\"mAP_interval\": \(jsonInterval(evaluation.mAPInterval)), \"ap\": \(object { jsonNumber($0.ap) }), "
      + "\"ap_interval\": \(object { jsonInterval($0.apInterval) })}"
  }
  return "{\n" + objects.joined(separator: ",\n") + "\n}\n"
}

/// Writes evaluations as a Markdown table.
func markdownReport(_ evaluations: [Evaluation]) -> String {
  guard let first = evaluations.first else { return "" }
  var text = "| id | class | truth |" + evaluations.map { " \($0.rules.name) |" }.joined() + "\n"
  text += "|--:|---|--:|" + evaluations.map { _ in "--:|" }.joined() + "\n"
  for (index, label) in first.perClass.enumerated() {
    let results = evaluations.map { $0.perClass[index] }
    let truth = results.map(\.groundTruthCount).max() ?? 0
    text += "| \(label.id) | \(label.name) | \(truth) |" + results.map { " \(figure($0.ap)) |" }.joined() + "\n"
  }
  for group in ActionGroup.allCases {
    text += "| | \(group.rawValue) | |" + evaluations.map { " \(figure($0.mAP(of: group))) |" }.joined() + "\n"
  }
  text += "| | **mAP** | |" + evaluations.map { " **\(figure($0.mAP))** |" }.joined() + "\n"
  let intervals = evaluations.map { evaluation in
    evaluation.mAPInterval.map { " \(figure($0.lowerBound)) to \(figure($0.upperBound)) |" } ?? " - |"
  }
  return text + "| | by the order of equal scores | |" + intervals.joined() + "\n"
}

/// Writes evaluations as one row a protocol and class; the row without a class id is the mean.
func csvReport(_ evaluations: [Evaluation]) -> String {
  var text = "protocol,id,class,truth,detections,true positives,ap,ap worst tie order,ap best tie order\n"
  for evaluation in evaluations {
    let name = evaluation.rules.name
    for result in evaluation.perClass {
      text += "\(name),\(result.id),\"\(result.name)\",\(result.groundTruthCount),\(result.detectionCount),"
      text += "\(result.truePositiveCount),\(csvNumber(result.ap)),\(csvNumber(result.apInterval?.lowerBound)),"
      text += "\(csvNumber(result.apInterval?.upperBound))\n"
    }
    let truth = evaluation.perClass.reduce(0) { $0 + $1.groundTruthCount }
    let found = evaluation.perClass.reduce(0) { $0 + $1.truePositiveCount }
    text += "\(name),,mAP,\(truth),\(evaluation.counts.scoredRows),\(found),\(csvNumber(evaluation.mAP)),"
    text += "\(csvNumber(evaluation.mAPInterval?.lowerBound)),\(csvNumber(evaluation.mAPInterval?.upperBound))\n"
  }
  return text
}

private func figure(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "-" }

private func jsonNumber(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }

private func jsonInterval(_ interval: ClosedRange<Double>?) -> String {
  interval.map { "[\($0.lowerBound), \($0.upperBound)]" } ?? "null"
}

private func csvNumber(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

/// Says between what bounds the order of equal scores can move mAP, where four decimals show it.
private func ties(_ evaluation: Evaluation) -> String {
  guard let interval = evaluation.mAPInterval else { return "" }
  let (worst, best) = (figure(interval.lowerBound), figure(interval.upperBound))
  return worst == best ? "" : " (\(worst) to \(best) by the order of equal scores)"
}

/// Lays out rows in columns: text to the left in `leftColumns`, to the right elsewhere.
private func aligned(_ rows: [[String]], leftColumns: Set<Int>) -> String {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  let lines = rows.map { row in
    row.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return leftColumns.contains(column) ? cell + space : space + cell
    }.joined(separator: "  ")
  }
  return lines.joined(separator: "\n") + "\n"
}

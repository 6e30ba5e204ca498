public import AVAEval
internal import Datasets
internal import JSON
internal import Statistics
internal import Wording

/// One file of detections, evaluated, in every form but the page.
public struct EvaluationSummary: Sendable {
  private let tables: AlignedTables
  private let evaluations: [Evaluation]
  private let bootstraps: [Bootstrap]?
  private let explanations: [Explanation]

  /// - Parameters:
  ///   - tables: What was evaluated.
  ///   - evaluations: One for each protocol.
  ///   - bootstraps: The protocols' intervals over videos; nil where none were asked for.
  ///   - explanations: Those of the first protocols; the text has the first, JSON all.
  public init(
    _ tables: AlignedTables, _ evaluations: [Evaluation], _ bootstraps: [Bootstrap]?, explanations: [Explanation] = []
  ) {
    self.tables = tables
    self.evaluations = evaluations
    self.bootstraps = bootstraps
    self.explanations = explanations
  }

  /// Aligned tables for people.
  public var text: String {
    let text = textReport(evaluations) + (bootstraps.map { bootstrapText($0, evaluations) } ?? "")
    return explanations.first.map { text + "\n" + explanationText($0, tables) } ?? text
  }

  /// One object, full double precision; intervals are those of equal scores.
  public var json: String {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for (index, evaluation) in evaluations.enumerated() {
      json.name(evaluation.rules.name)
      json.beginObject()
      for member in members(evaluation) { json.member(member.name, member.value) }
      if index < explanations.count { json.member("explanation", jsonValue(explanations[index], tables)) }
      if let bootstraps { json.member("bootstrap", jsonValue(bootstraps[index], tables.labelMap)) }
      json.end()
    }
    json.end()
    return json.text + "\n"
  }

  private func members(_ evaluation: Evaluation) -> [JSONMember] {
    func object(_ value: (ClassResult) -> JSONValue) -> JSONValue {
      .object(evaluation.perClass.map { ("\($0.id)", value($0)) })
    }
    return [
      JSONMember("mAP", JSONValue(evaluation.mAP)), JSONMember("mAP_interval", JSONValue(evaluation.mAPInterval)),
      JSONMember("ap", object { JSONValue($0.ap) }), JSONMember("ap_interval", object { JSONValue($0.apInterval) }),
    ]
  }

  /// A Markdown table, with intervals over videos where there are any.
  public var markdown: String { markdownReport(evaluations, bootstraps) }

  /// One row a protocol and class; the row without a class id is the mean.
  public var csv: String { csvReport(evaluations, bootstraps) }
}

/// Writes evaluations as an aligned table for people.
private func textReport(_ evaluations: [Evaluation]) -> String {
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
  var text = "average precision by class at IoU \(first.dataset.overlapThreshold)\n"
  text += TextTable(table, leftColumns: [1]).text
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

/// Writes evaluations as a Markdown table, with their intervals over videos where they have any.
private func markdownReport(_ evaluations: [Evaluation], _ bootstraps: [Bootstrap]?) -> String {
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
  return TextTable(rows, leftColumns: [1]).markdown
}

/// Writes evaluations as one row a protocol and class; the row without a class id is the mean.
///
/// - Parameter bootstraps: Intervals over videos, for two more columns.
private func csvReport(_ evaluations: [Evaluation], _ bootstraps: [Bootstrap]?) -> String {
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

/// Says between what bounds the order of equal scores can move mAP, where four decimals show it.
private func ties(_ evaluation: Evaluation) -> String {
  guard let interval = evaluation.mAPInterval else { return "" }
  let (worst, best) = (figure(interval.lowerBound), figure(interval.upperBound))
  return worst == best ? "" : " (\(worst) to \(best) by the order of equal scores)"
}

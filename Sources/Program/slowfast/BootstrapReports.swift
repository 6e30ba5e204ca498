internal import AVAEval
internal import AVARecords
internal import Datasets
internal import Wording

/// Writes intervals over videos as a table for people.
func bootstrapText(_ bootstraps: [Bootstrap], _ evaluations: [Evaluation]) -> String {
  guard let first = bootstraps.first, let labels = evaluations.first?.perClass else { return "" }
  if bootstraps.allSatisfy({ $0.truthVideoCount < 2 }) { return "\n" + noIntervals(first.truthVideoCount) + "\n" }
  var table = [["id", "class"] + evaluations.map(\.rules.name)]
  for (position, label) in labels.enumerated() where bootstraps.contains(where: { $0.perClass[position] != nil }) {
    table.append(["\(label.id)", label.name] + bootstraps.map { span($0.perClass[position]) })
  }
  for (index, group) in first.actionGroups.enumerated() {
    table.append(["", group.name] + bootstraps.map { span($0.groups[index]) })
  }
  table.append(["", "mAP"] + bootstraps.map { span($0.mAP) })
  let resampling = first.resampling
  let counts = bootstraps.map { "\($0.videoCount)" }
  // PySlowFast's protocol also counts videos that have no ground truth.
  let videos =
    Set(counts).count == 1 ? counted(first.videoCount, "video") : "\(counts.joined(separator: ", ")) videos"
  return "\nwhere \(percent(resampling.confidence)) of \(resampling.count) resamples of \(videos) lie "
    + "(seed \(resampling.seed))\n" + aligned(table, leftColumns: [1])
}

/// Why there is no interval.
func noIntervals(_ truthVideoCount: Int) -> String {
  "no intervals over videos: the ground truth that counts lies in \(counted(truthVideoCount, "video"))"
}

private func span(_ interval: BootstrapInterval?) -> String {
  interval.map { "\(figure($0.interval.lowerBound)) to \(figure($0.interval.upperBound))" } ?? "-"
}

/// Writes a bootstrap as a JSON object.
func jsonText(_ bootstrap: Bootstrap, _ labels: LabelMap) -> JSON {
  func number(_ interval: BootstrapInterval?) -> JSON {
    guard let interval else { return .null }
    return JSON.object([
      ("interval", JSON(interval.interval)), ("standard_error", JSON(interval.standardError)),
      ("resamples", JSON(interval.count)),
    ])
  }
  return JSON.object([
    ("resamples", JSON(bootstrap.resampling.count)), ("seed", JSON(bootstrap.resampling.seed)),
    ("confidence", JSON(bootstrap.resampling.confidence)), ("videos", JSON(bootstrap.videoCount)),
    ("mAP", number(bootstrap.mAP)),
    ("groups", JSON.object(zip(bootstrap.actionGroups, bootstrap.groups).map { ($0.name, number($1)) })),
    ("ap", JSON.object(zip(labels.labels, bootstrap.perClass).map { ("\($0.id)", number($1)) })),
  ])
}

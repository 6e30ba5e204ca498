internal import AVAEval
internal import AVARecords
internal import Datasets
internal import JSON
internal import Statistics
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
    + "(seed \(resampling.seed))\n" + TextTable(table, leftColumns: [1]).text
}

/// Why there is no interval.
public func noIntervals(_ truthVideoCount: Int) -> String {
  "no intervals over videos: the ground truth that counts lies in \(counted(truthVideoCount, "video"))"
}

/// What to say of intervals from few videos; nil of ten or more.
public func fewVideosNotice(_ truthVideoCount: Int?) -> String? {
  guard let count = truthVideoCount, count < 10 else { return nil }
  return count < 2 ? noIntervals(count) : "intervals from \(counted(count, "video")) say little about others"
}

private func span(_ interval: BootstrapInterval?) -> String {
  interval.map { "\(figure($0.interval.lowerBound)) to \(figure($0.interval.upperBound))" } ?? "-"
}

/// Writes a bootstrap as a JSON object.
func jsonValue(_ bootstrap: Bootstrap, _ labels: LabelMap) -> JSONValue {
  func number(_ interval: BootstrapInterval?) -> JSONValue {
    guard let interval else { return .null }
    return [
      "interval": JSONValue(interval.interval), "standard_error": JSONValue(interval.standardError),
      "resamples": JSONValue(interval.count),
    ]
  }
  return [
    "resamples": JSONValue(bootstrap.resampling.count), "seed": JSONValue(bootstrap.resampling.seed),
    "confidence": JSONValue(bootstrap.resampling.confidence), "videos": JSONValue(bootstrap.videoCount),
    "mAP": number(bootstrap.mAP),
    "groups": .object(zip(bootstrap.actionGroups, bootstrap.groups).map { ($0.name, number($1)) }),
    "ap": .object(zip(labels.labels, bootstrap.perClass).map { ("\($0.id)", number($1)) }),
  ]
}

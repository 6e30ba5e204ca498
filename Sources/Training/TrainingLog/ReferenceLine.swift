internal import JSON
internal import Wording

/// Entries as PySlowFast writes them: names sorted, numbers with five decimals, places and times as text.
///
/// Facts: slowfast/utils/meters.py and logging.py of PySlowFast 287ec00. Its seconds of an epoch and of AVA's time left are
/// not taken over: it measures the former after the last iteration, when nothing runs, and the latter to the epoch's end.
struct ReferenceLine {
  let task: LoggedTask
  let memory: SystemMemory

  /// What stands before the JSON of every entry.
  static let tag = "json_stats: "

  /// An entry's line; nil for what PySlowFast does not write: an epoch of training on AVA.
  func text(of entry: LogEntry) -> String? {
    guard let members = task == .detection ? detection(entry) : classification(entry) else { return nil }
    // PySlowFast has no such validations.
    let counts = [Metric.judged, Metric.unreadable].compactMap { name in
      entry[name].map { (key: name, value: fixed($0, 0)) }
    }
    let content = (members.map { (key: $0.key, value: $0.value) } + counts).sorted { $0.key < $1.key }.map {
      "\(JSONValue($0.key).text): \($0.value)"
    }
    return "\(Self.tag){\(content.joined(separator: ", "))}"
  }

  /// Whether PySlowFast keeps an entry in json_stats.log too: results of whole epochs, of tests only AVA's.
  func isKept(_ entry: LogEntry) -> Bool {
    switch entry.kind {
    case .trainIteration, .valIteration: false
    case .trainEpoch, .valEpoch: true
    case .testFinal: task == .detection
    }
  }

  private func classification(_ entry: LogEntry) -> [String: String]? {
    if entry.kind == .testFinal { return test(entry) }
    guard let position = entry.position else { return nil }
    // The underscore at the end is PySlowFast's.
    let ending = task == .selfSupervised ? "_ssl" : entry.kind == .trainIteration ? "_" : ""
    var members = [
      "_type": quoted(entry.kind.rawValue + ending),
      "epoch": quoted("\(position.epoch + 1)/\(position.epochs)"),
      "gpu_mem": quoted("0.00G"),
    ]
    let isIteration = entry.kind == .trainIteration || entry.kind == .valIteration
    if isIteration {
      members["iter"] = quoted("\(position.iteration + 1)/\(position.iterations)")
    } else {
      members["RAM"] = quoted(memory.text)
    }
    if entry.kind != .valEpoch { members["eta"] = quoted(clockText(entry[Metric.secondsLeft] ?? 0)) }
    var names: [String] = []
    switch entry.kind {
    case .trainIteration, .trainEpoch:
      names += [Metric.learningRate, Metric.gradientNorm]
      names += [Metric.seconds, Metric.dataSeconds, Metric.networkSeconds]
      names += (0...).lazy.map(Metric.loss).prefix { entry[$0] != nil }
      if isIteration || task.hasErrors { names.append(Metric.loss) }
    default: members["time_diff"] = number(entry[Metric.seconds])
    }
    if task.hasErrors {
      names += [Metric.top1Error, Metric.top5Error]
      if entry.kind == .valEpoch { names += [Metric.leastTop1Error, Metric.leastTop5Error] }
    } else if entry.kind == .valEpoch {
      names.append(Metric.map)
    }
    for name in names { members[name] = number(entry[name]) }
    return members
  }

  private func detection(_ entry: LogEntry) -> [String: String]? {
    if entry.kind == .testFinal { return [Metric.map: number(entry[Metric.map]), "mode": quoted("test")] }
    guard let position = entry.position, entry.kind != .trainEpoch else { return nil }
    let isTraining = entry.kind == .trainIteration
    var members = ["_type": quoted(entry.kind.rawValue), "mode": quoted(isTraining ? "train" : "val")]
    if entry.kind == .valEpoch {
      members["cur_epoch"] = quoted("\(position.epoch + 1)")
      members["gpu_mem"] = quoted("0.00G")
      members["RAM"] = quoted(memory.text)
      members[Metric.map] = number(entry[Metric.map])
      return members
    }
    members["cur_epoch"] = quoted("\(position.epoch + 1)/\(position.epochs)")
    members["cur_iter"] = quoted("\(position.iteration + 1)")
    members["eta"] = quoted(clockText(entry[Metric.secondsLeft] ?? 0))
    var names = [Metric.seconds, Metric.dataSeconds, Metric.networkSeconds]
    if isTraining { names += [Metric.loss, Metric.learningRate] }
    for name in names { members[name] = number(entry[name]) }
    return members
  }

  /// Percent of a test are text of two decimals; where clips have several classes, both accuracies are the precision.
  private func test(_ entry: LogEntry) -> [String: String] {
    var members = ["split": quoted("test_final")]
    if task == .multiLabel {
      let map = quoted(fixed((entry[Metric.map] ?? .nan) * 100, 2))
      (members[Metric.map], members[Metric.top1Accuracy], members[Metric.top5Accuracy]) = (map, map, map)
    } else {
      for name in [Metric.top1Accuracy, Metric.top5Accuracy] {
        members[name] = quoted(fixed(entry[name] ?? .nan, 2))
      }
    }
    return members
  }

  private func quoted(_ text: String) -> String { JSONValue(text).text }

  private func number(_ value: Double?) -> String { value.map { fixed($0, 5) } ?? "null" }
}

/// A time span as Python's `str(timedelta(seconds=int(seconds)))` writes it: "0:00:07", "1 day, 2:03:04".
func clockText(_ seconds: Double) -> String {
  // A billion days are the most that Python has.
  let whole = seconds.isFinite ? Int(min(max(seconds, 0), 86_399_999_999_999)) : 0
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let days = whole / 86_400
  let day = days == 0 ? "" : "\(counted(days, "day")), "
  return "\(day)\(whole / 3600 % 24):\(two(whole / 60 % 60)):\(two(whole % 60))"
}

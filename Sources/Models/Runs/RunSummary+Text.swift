internal import JSON
internal import Wording

extension [RunSummary] {
  /// What `slowfast runs` says of them: a table, and what the scores of several depend on that is not the same; where all
  /// of it is the same, whether the scores are.
  public var text: String {
    let rows = map { run in
      [
        run.directory.path, run.status?.command ?? "", run.config, run.weights, run.progress, run.state,
        (run.status?.mAP).map { fixed($0, 4) } ?? "", run.status?.begun ?? "", run.status?.version ?? "",
      ]
    }
    let units = RunUnit.allCases.filter { unit in contains { $0.unit == unit } }.map { "\($0.rawValue)s" }
    let table = TextTable(
      ["run", "command", "config", "weights", series(units, "or"), "state", "mAP", "begun", "version"], rows)
    return table.text + differencesText
  }

  /// A line each, in brackets.
  public var jsonText: String {
    var writer = JSONWriter()
    writer.beginArray(lines: true)
    for run in self { writer.value(run.json) }
    writer.end()
    return writer.text
  }

  /// What the journals of runs have that were begun with the same.
  private var scoresText: String {
    let known = filter { $0.identity != nil }
    guard let first = known.first else { return "" }
    var lines: [String] = []
    for other in known.dropFirst() {
      let pair = "'\(other.directory.path)' and '\(first.directory.path)'"
      do {
        let found = try ScoreComparison(first.directory, other.directory)
        if !found.isEqual { lines.append("  \(pair): \(found.text(first.directory, other.directory, first.unit))") }
      } catch {
        lines.append("  \(pair): not compared: \(error)")
      }
    }
    if lines.isEmpty {
      return
        "\nall of the same, and the scores in their journals are equal to the last bit (how views and models become one "
        + "score is chosen afterwards)\n"
    }
    var text = "\nbegun with the same; their scores:\n" + lines.joined(separator: "\n") + "\n"
    if first.identity?.isMeasured == true {
      text += "  (--measure-plan: each start of the program chooses algorithms anew, last bits are its own)\n"
    }
    return text
  }

  private var differencesText: String {
    if count < 2 { return "" }
    let unknown = filter { $0.identity == nil }
    var notCompared = ""
    if !unknown.isEmpty {
      notCompared =
        "\nnot compared, for no journal says what their scores depend on (none is scored yet, or it is damaged at its "
        + "beginning): \(listed(unknown.map { "'\($0.directory.path)'" }))\n"
    }
    if count - unknown.count < 2 { return notCompared }
    let differences = RunSummary.differences(self)
    if differences.isEmpty { return notCompared + scoresText }
    var lines = ["", "what their scores depend on, and is not the same:"]
    for (name, values) in differences {
      lines.append("  \(name)")
      lines += zip(self, values).map { "    \($0.directory.path): \($1.map(short) ?? "none")" }
    }
    return notCompared + lines.joined(separator: "\n") + "\n"
  }
}

/// A value with the beginning of its checksum.
private func short(_ value: String) -> String {
  value.replacing(/[0-9a-f]{64}/) { $0.output.prefix(12) }
}

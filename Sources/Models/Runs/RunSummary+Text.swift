internal import JSON
internal import Wording

extension [RunSummary] {
  /// What `slowfast runs` says of them: a table, and what the scores of several depend on that is not the same.
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
    if differences.isEmpty {
      return notCompared
        + "\nall of the same: the scores in their journals are equal to the last bit (how views and models become one "
        + "score is chosen afterwards)\n"
    }
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
  value.split(separator: " ").map { $0.count == 64 ? $0.prefix(12) : $0 }.joined(separator: " ")
}

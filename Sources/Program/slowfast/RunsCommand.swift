internal import ArgumentParser
internal import JSON
internal import Runs
internal import Wording

/// What run directories keep.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Lists run directories, and says what their scores depend on that is not the same.",
    discussion: "A folder that keeps no run itself is looked through for run directories.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: ArgumentHelp("Run directories, or folders of them.", valueName: "dir"))
  var directories: [String]

  @Option(help: "A table, or one JSON list.")
  var format = Format.text

  func run() throws {
    let runs = try RunSummary.find(directories)
    switch format {
    case .json:
      var writer = JSONWriter()
      writer.beginArray(lines: true)
      for run in runs { writer.value(run.json) }
      writer.end()
      print(writer.text)
    case .text:
      let rows = runs.map { run in
        [
          run.directory.path, run.status?.command ?? "", run.config, run.weights, run.progress, run.state,
          (run.status?.mAP).map { fixed($0, 4) } ?? "", run.status?.begun ?? "", run.status?.version ?? "",
        ]
      }
      print(
        TextTable(
          ["run", "command", "config", "weights", "key frames", "state", "mAP", "begun", "version"], rows
        ).text,
        terminator: "")
      show(RunSummary.differences(runs), of: runs)
    }
  }

  private func show(_ differences: [(name: String, values: [String?])], of runs: [RunSummary]) {
    if runs.count < 2 { return }
    let unknown = runs.filter { $0.identity == nil }
    if !unknown.isEmpty {
      print(
        "\nnot compared, for no journal says what their scores depend on (none is scored yet, or it is damaged at its "
          + "beginning): \(listed(unknown.map { "'\($0.directory.path)'" }))")
    }
    if runs.count - unknown.count < 2 { return }
    if differences.isEmpty { return print("\nall of the same: their scores are equal to the last bit") }
    print("\nwhat their scores depend on, and is not the same:")
    for (name, values) in differences {
      print("  \(name)")
      for (run, value) in zip(runs, values) { print("    \(run.directory.path): \(value.map(short) ?? "none")") }
    }
  }

  /// A value with the beginning of its checksum.
  private func short(_ value: String) -> String {
    value.split(separator: " ").map { $0.count == 64 ? $0.prefix(12) : $0 }.joined(separator: " ")
  }
}

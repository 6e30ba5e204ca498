internal import ArgumentParser
internal import Runs

/// What run directories keep.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "Lists run directories, and says what their scores depend on that is not the same.",
    discussion: "A folder that keeps no run itself is looked through for run directories.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Argument(help: ArgumentHelp("Run directories, or folders of them.", valueName: "dir"), completion: .directory)
  var directories: [String]

  @Option(help: "A table, or one JSON list.")
  var format = Format.text

  func run() throws {
    let (runs, notices) = try RunSummary.find(directories)
    for notice in notices { Console.warn(notice) }
    switch format {
    case .json: print(runs.jsonText)
    case .text: print(runs.text, terminator: "")
    }
  }
}

internal import ArgumentParser

/// The measurements: each subcommand times one thing alone.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast this machine computes.",
    subcommands: [BenchRoIAlignCommand.self])
}

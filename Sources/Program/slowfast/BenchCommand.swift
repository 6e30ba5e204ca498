internal import ArgumentParser

/// The measurements: each subcommand times one thing alone; a clip where none is named.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast this machine computes.",
    subcommands: [
      BenchClipCommand.self, BenchPipelineCommand.self, BenchRoIAlignCommand.self, BenchDepthwiseCommand.self,
      BenchEvaluateCommand.self, BenchPeopleCommand.self, BenchTrainCommand.self,
    ],
    defaultSubcommand: BenchClipCommand.self)
}

internal import ArgumentParser

@main
struct SlowFast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slowfast",
    abstract: "Finds who does what, where, in every key frame of a video: AVA action detection on the CPU.",
    subcommands: [
      TestCommand.self, DetectCommand.self, EvaluateCommand.self, OverlayCommand.self, EnsembleCommand.self,
      ForwardCommand.self, InspectCommand.self, BenchCommand.self, FramesCommand.self, SynthCommand.self,
    ])
}

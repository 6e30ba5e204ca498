internal import ArgumentParser

@main
struct SlowFast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slowfast",
    abstract: "Finds who does what, where, in every key frame of a video: AVA action detection on the CPU.",
    subcommands: [FramesCommand.self])
}

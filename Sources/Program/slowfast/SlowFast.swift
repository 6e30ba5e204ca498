internal import ArgumentParser
internal import Glibc
internal import Version

struct SlowFast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slowfast",
    abstract: "Finds who does what, where, in every key frame of a video: AVA action detection on the CPU.",
    version: programVersion,
    subcommands: [
      TestCommand.self, DetectCommand.self, ClassifyCommand.self, EvaluateCommand.self, ValidateCommand.self,
      OverlayCommand.self, ForwardCommand.self, InspectCommand.self, BenchCommand.self, FramesCommand.self,
      SynthCommand.self,
      PlanCommand.self, ResultsCommand.self, MergeCommand.self, RunsCommand.self, EnsembleCommand.self,
      SubmissionCommand.self, ConvertCommand.self, TracksCommand.self, GalleryCommand.self, ExportCommand.self,
      WatchCommand.self, PeopleCommand.self, CalibrateCommand.self, TuneCommand.self, TrainCommand.self,
      FinetuneCommand.self, VisualizeCommand.self,
    ])
}

@main
enum Program {
  static func main() {
    // A file size limit and a closed pipe then fail the write itself, which cleans up and says why.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    Interruption.install()
    let words = joiningNegativeValues(Array(CommandLine.arguments.dropFirst()))
    if let complaint = unknownCommand(in: words) { refuse(complaint) }
    do {
      var command = try SlowFast.parseAsRoot(words)
      try command.run()
      try Console.flushResults()
    } catch let interrupted as Interrupted {
      Interruption.end(interrupted)
    } catch {
      if SlowFast.exitCode(for: error) == .success && SlowFast.message(for: error) == programVersion {
        print(versionText())
        do { try Console.flushResults() } catch { SlowFast.exit(withError: error) }
        exit(0)
      }
      if SlowFast.exitCode(for: error) == .validationFailure {
        if let complaint = unknownOption(in: words) { refuse(complaint) }
        let message = SlowFast.message(for: error)
        let ofDashes = ["Missing value", "Missing expected argument", "Unknown option"]
        let isOfDashes = ofDashes.contains { message.hasPrefix($0) }
        if isOfDashes, let complaint = dashedWord(in: words) { refuse(complaint) }
      }
      Console.note(SlowFast.fullMessage(for: error))
      SlowFast.exit(withError: error)
    }
  }

  /// Ends a call that was wrong.
  private static func refuse(_ complaint: Misspelling) -> Never {
    Console.say("Error: \(complaint.text)\n  See '\(complaint.command) --help' for more information.")
    exit(ExitCode.validationFailure.rawValue)
  }
}

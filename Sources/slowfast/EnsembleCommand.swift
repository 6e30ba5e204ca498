internal import ArgumentParser

/// Merging detections: its place is kept.
struct EnsembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensemble", abstract: "Merges detection CSVs (comes with a later version).")

  @Argument(parsing: .allUnrecognized, help: "The detection CSVs.")
  var arguments: [String] = []

  func run() throws { throw NotYet("ensemble (merging detection CSVs)") }
}

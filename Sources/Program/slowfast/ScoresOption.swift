internal import ArgumentParser
internal import Classify
internal import Detect

/// `--scores`, of every command that makes results of scores.
struct ScoresOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write the unrounded scores [boxes, classes] (of videos as a whole [videos, classes]) as a NumPy file, rows in the order of the CSV.",
      valueName: "file.npy"), completion: .file())
  var scores: String?

  /// What is written, if anything.
  var files: [String] { [scores].compactMap(\.self) }

  /// Refuses it beside a shard.
  func check(_ runs: RunOptions) throws {
    guard let scores, let shard = runs.shard else { return }
    throw ValidationError(
      "--scores '\(scores)' with --shard \(shard): a shard writes no results -> give it to slowfast merge")
  }

  func write(_ detections: Detections) throws { try write(detections.writeScores) }

  /// - Parameter classes: How many the network scores.
  func write(_ found: VideoScores, classes: Int) throws { try write { try found.writeScores($0, classes: classes) } }

  private func write(_ body: (String) throws -> Void) throws {
    guard let scores else { return }
    try body(scores)
    Console.say("wrote \(scores)")
  }
}

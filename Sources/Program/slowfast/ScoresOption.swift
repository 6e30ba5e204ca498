internal import ArgumentParser
internal import Detect

/// `--scores`, of every command that makes results of scores.
struct ScoresOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write the unrounded scores [boxes, classes] as a NumPy file, rows in the order of the CSV's boxes.",
      valueName: "file.npy"))
  var scores: String?

  /// What is written, if anything.
  var files: [String] { [scores].compactMap(\.self) }

  /// Refuses it beside a shard.
  func check(_ runs: RunOptions) throws {
    guard let scores, let shard = runs.shard else { return }
    throw ValidationError(
      "--scores '\(scores)' with --shard \(shard): a shard writes no results -> give it to slowfast merge")
  }

  func write(_ detections: Detections) throws {
    guard let scores else { return }
    try detections.writeScores(scores)
    Console.say("wrote \(scores)")
  }
}

internal import ArgumentParser
internal import Detect
internal import Files
internal import Runs
internal import Wording

/// Shards become one run.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Joins the shards of a run, and writes its results.",
    discussion: """
      Checks that all shards of 'slowfast test --run DIR --shard I/N' (or detect, or classify) are there, complete, and of one \
      run; writes DIR/run.journal with all scores, and the results that the run in one piece would have written, byte for \
      byte (of classify its own command without --shard writes them afterwards). The shards' own files stay.
      """)

  @Argument(
    help: ArgumentHelp("The run directory of the shards; several where they are apart.", valueName: "dir"),
    completion: .directory)
  var directories: [String]

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Where the whole run is kept (default: the shards' directory, if it is one).", valueName: "dir"),
    completion: .directory)
  var whole: String?

  @Option(
    help: ArgumentHelp("Where the results go (default: where the whole run is kept).", valueName: "dir"),
    completion: .directory)
  var outputDir: String?

  @OptionGroup var scores: ScoresOption

  @OptionGroup var damage: DamageOption

  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if directories.count > 1 && whole == nil {
      throw ValidationError("the shards are in several folders -> add --run DIR, where the whole run is to be kept")
    }
  }

  func run() throws {
    let directory = RunDirectory(whole ?? directories[0])
    let folder = outputDir ?? directory.path
    let merge = try RunMerge(directories.map { RunDirectory($0) })
    let settings = merge.settings(in: directory)
    if settings.status.command == "classify" { return try joinWindows(of: merge, in: directory) }
    let files = try KeptResults(
      settings.directory, settings.status, overrides: [], labelMap: nil, folder: folder, scores: scores)
    try refuseOtherRun(folder, ownIn: directories + [directory.path])
    let lock = try FolderLock(directory.path)
    defer { lock.release() }
    let resultsLock = isSameFolder(directory.path, folder) ? nil : try FolderLock(folder)
    defer { resultsLock?.release() }
    lock.deleteLeftovers()
    try results.check(
      files.files, reading: RunInputs(files.inputs + directories.flatMap { RunDirectory($0).files }),
      begunIn: directory.begunResults.isEmpty ? nil : directory.journal(nil), orGive: "give another --output-dir")
    try merge.write(into: directory, results: files.files)
    say(merge, RunUnit(files.config), in: directory)
    try files.write(try KeptRun(directory, kept: files.kept, config: files.config), damage) {
      try directory.complete(mAP: $0, labels: files.labels)
    }
  }

  /// Joins the shards of own videos' windows. What is written of them says how long each video is: their own command, which
  /// opens the videos, does that.
  private func joinWindows(of merge: RunMerge, in directory: RunDirectory) throws {
    let command = "the same slowfast classify with --run '\(directory.path)' and without --shard"
    for (option, value) in [("--output-dir", outputDir), ("--scores", scores.scores)] {
      if let value {
        throw UnfitOption("\(option) '\(value)'", "the results of windows are written by \(command), after the merge")
      }
    }
    let lock = try FolderLock(directory.path)
    defer { lock.release() }
    lock.deleteLeftovers()
    try merge.write(into: directory)
    say(merge, .window, in: directory)
    try directory.complete(mAP: nil)
    let summary = try RunSummary(directory)
    let lost = DamageReport(.window, kept: summary.status?.damaged ?? [])
    try damage.say(lost, of: summary.total)
    Console.say("-> \(command) writes the results, and scores nothing anew")
    try damage.finish(lost, of: summary.total, "the joined run lacks", again: "start \(command) again")
  }

  private func say(_ merge: RunMerge, _ unit: RunUnit, in directory: RunDirectory) {
    Console.say(
      "joined \(counted(merge.shardCount, "shard")) of \(counted(merge.keyFrameCount, unit.rawValue)) in "
        + "\(directory.journal(nil))")
    if merge.isMeasured {
      Console.warn(
        "--measure-plan: each shard chose its algorithms by itself, so the joined scores may differ in their last bits from "
          + "those of a run in one piece -> where they are to be equal, compute the shards without it")
    }
  }
}

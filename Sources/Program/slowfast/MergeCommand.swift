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
      Checks that all shards of 'slowfast test --run DIR --shard I/N' (or detect) are there, complete, and of one run; \
      writes DIR/run.journal with all scores, and the results that the run in one piece would have written, byte for \
      byte. The shards' own files stay.
      """)

  @Argument(help: ArgumentHelp("The run directory of the shards; several where they are apart.", valueName: "dir"))
  var directories: [String]

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Where the whole run is kept (default: the shards' directory, if it is one).", valueName: "dir"))
  var whole: String?

  @Option(help: ArgumentHelp("Where the results go (default: where the whole run is kept).", valueName: "dir"))
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
    let files = try KeptResults(
      settings.directory, settings.status, overrides: [], labelMap: nil, folder: folder, scores: scores)
    let lock = try FolderLock(directory.path)
    defer { lock.release() }
    let resultsLock = isSameFolder(directory.path, folder) ? nil : try FolderLock(folder)
    defer { resultsLock?.release() }
    lock.deleteLeftovers()
    try results.check(
      files.files, reading: files.inputs + directories.flatMap { RunDirectory($0).files },
      begunIn: directory.begunResults.isEmpty ? nil : directory.journal(nil), orGive: "give another --output-dir")
    try merge.write(into: directory, results: files.files)
    Console.say(
      "joined \(counted(merge.shardCount, "shard")) of \(counted(merge.keyFrameCount, RunUnit(files.config).rawValue)) in "
        + "\(directory.journal(nil))")
    try files.write(try KeptRun(directory, kept: files.kept, config: files.config), damage) {
      try directory.complete(mAP: $0)
    }
  }
}

internal import ArgumentParser
internal import Configuration
internal import Detect
internal import Files
internal import Runs
internal import Wording

/// Other results of a run that is over.
struct ResultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Makes the results of a run directory anew: CSV files, scores, mAP, without the network.",
    usage: "slowfast results DIR [--output-dir DIR] [--labelmap FILE] [--scores FILE.npy] [KEY VALUE ...]",
    discussion: """
      Reads what 'slowfast test --run DIR' or 'detect --run DIR' has kept; weights, frames and proposals need not be \
      there. KEY VALUE pairs change what is made of the scores: AVA.LABEL_MAP_FILE, AVA.EXCLUSION_FILE, \
      AVA.GROUNDTRUTH_FILE, AVA.ANNOTATION_DIR, or a higher AVA.DETECTION_SCORE_THRESH. Keys that scores depend on are \
      refused. The files are those that the run itself would have written with these settings (with a higher threshold \
      the last bits of --scores may differ: they depend on how many people are scored together). A run directory itself \
      takes the results of the run's own settings only, wherever its files of labels lie by now; no other run's directory does.
      """)

  @Option(
    help: ArgumentHelp(
      "Where the results go (default: the run directory; other settings need another).", valueName: "dir"),
    completion: .directory)
  var outputDir: String?

  @Option(
    help: ArgumentHelp("Another label map. Short for AVA.LABEL_MAP_FILE.", valueName: "file"), completion: .file())
  var labelmap: String?

  @OptionGroup var scores: ScoresOption

  @OptionGroup var damage: DamageOption

  @OptionGroup var results: OverwriteOptions

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("The run directory, then KEY VALUE pairs.", valueName: "DIR KEY VALUE"), completion: .file())
  var arguments: [String] = []

  private var words: FreeWords { FreeWords(arguments, takesNames: true) }

  func validate() throws {
    try words.check()
    try words.check("--output-dir", outputDir, says: Key.outputDir.name)
    try words.check("--labelmap", labelmap, isShortFor: Key.avaLabelMapFile.name)
    if words.names.count != 1 {
      throw ValidationError(
        words.names.isEmpty
          ? "no run directory was given -> slowfast results DIR"
          : "several folders were given -> give one run directory")
    }
  }

  func run() throws {
    let directory = RunDirectory(words.names[0])
    let folder = outputDir ?? directory.path
    let summary = try RunSummary(directory)
    guard let status = summary.status else {
      throw RunDirectoryError.noStatus(path: directory.status(nil))
    }
    let files = try KeptResults(
      directory, status, overrides: words.overrides, labelMap: labelmap, folder: folder, scores: scores)
    let run = try KeptRun(directory, kept: files.kept, config: files.config)
    if isSameFolder(folder, directory.path) {
      let changes = files.changes(of: status)
      if !changes.isEmpty { throw OtherSettings(path: directory.path, changes: changes) }
    }
    try refuseOtherRun(folder, ownIn: [directory.path])
    let lock = try FolderLock(folder)
    defer { lock.release() }
    lock.deleteLeftovers()
    try results.check(
      files.files, reading: RunInputs(files.inputs + directory.files), orGive: "give another --output-dir")
    try files.write(run, damage)
  }
}

/// Results of other settings where the run's own belong: its configuration, log and mAP would be of others.
private struct OtherSettings: Error, CustomStringConvertible {
  let path: String
  let changes: [String]
  /// Whether all scores of the run take part as before, so that its own command may be started with these settings.
  private var isForAllScores: Bool { !changes.contains { $0.hasPrefix(Key.avaDetectionScoreThresh.name) } }

  var description: String {
    "making results of '\(path)': with other settings they are not the run's own, whose config.yaml and mAP stand there: "
      + "\(listed(changes, limit: 3)) -> give another folder: --output-dir DIR"
      + (isForAllScores
        ? "; or start the run's own command again with them and --overwrite, which makes them its own" : "")
  }
}

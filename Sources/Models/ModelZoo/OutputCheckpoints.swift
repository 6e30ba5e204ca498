public import Configuration
public import Files

/// The folder of a training's checkpoints.
public func checkpointFolder(_ config: Configuration) -> String { joinPath(config[.outputDir], "checkpoints") }

/// The checkpoints in the output folder of a configuration, known by their names, in the order of these: of epochs, the oldest first.
///
/// PySlowFast takes whatever begins with "checkpoint", or of a TASK has "TASK_checkpoint" in its name; here it must be a file of
/// weights, too: calibrations lie beside them, and what is half written.
///
/// - Parameter ofEpochs: Whether only those count that a training has written at the end of an epoch, and can go on from.
/// - Throws: `FileError` for a folder that cannot be read.
public func outputCheckpoints(_ config: Configuration, ofEpochs: Bool = false) throws(FileError) -> [String] {
  let folder = checkpointFolder(config)
  guard isFolder(folder) else { return [] }
  let task = config[.task]
  let name = (task.isEmpty ? "checkpoint" : "\(task)_checkpoint") + (ofEpochs ? "_epoch_" : "")
  return try listFolder(folder).filter {
    $0.hasSuffix(".pyth") && (task.isEmpty ? $0.hasPrefix(name) : $0.contains(name))
  }
  .sorted().map { joinPath(folder, $0) }.filter(isRegularFile)
}

public import Configuration
public import Files

/// The folder of a training's checkpoints.
public func checkpointFolder(_ config: Configuration) -> String { joinPath(config[.outputDir], "checkpoints") }

/// The checkpoints in the output folder of a configuration, known by their names, in the order of these.
///
/// As in PySlowFast, that is whatever begins with "checkpoint", or of a TASK has "TASK_checkpoint" in its name; here it must be a file
/// of weights, too: calibrations lie beside them, and what is half written.
///
/// - Throws: `FileError` for a folder that cannot be read.
public func outputCheckpoints(_ config: Configuration) throws(FileError) -> [String] {
  let task = config[.task]
  return try checkpoints(config) {
    $0.hasSuffix(".pyth") && (task.isEmpty ? $0.hasPrefix("checkpoint") : $0.contains("\(task)_checkpoint"))
  }
}

/// Those that a training has written at the end of an epoch, the oldest first: what it can go on from, what another one must not be
/// mixed with, and what goes where it begins anew. Their names are "checkpoint_epoch_00003.pyth", "TASK_checkpoint_epoch_00003.pyth":
/// of a copy with more in its name, which PySlowFast would go on from, nobody knows what it is for.
///
/// - Parameter ofAnyTask: Whether those of other tasks count, too.
/// - Throws: `FileError` for a folder that cannot be read.
public func epochCheckpoints(_ config: Configuration, ofAnyTask: Bool = false) throws(FileError) -> [String] {
  let task = config[.task].isEmpty ? "" : config[.task] + "_"
  return try checkpoints(config) { name in
    guard let found = taskOfEpoch(name) else { return false }
    return ofAnyTask || found == task
  }
}

/// What stands before "checkpoint_epoch_00003.pyth", "" or "TASK_"; nil of another name.
private func taskOfEpoch(_ name: String) -> Substring? {
  guard name.hasSuffix(".pyth"), let place = name.ranges(of: "checkpoint_epoch_").last else { return nil }
  let (task, number) = (name[..<place.lowerBound], name[place.upperBound...].dropLast(5))
  guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
  return task.isEmpty || task.hasSuffix("_") ? task : nil
}

private func checkpoints(_ config: Configuration, _ isOne: (String) -> Bool) throws(FileError) -> [String] {
  let folder = checkpointFolder(config)
  guard isFolder(folder) else { return [] }
  return try listFolder(folder).filter(isOne).sorted().map { joinPath(folder, $0) }.filter(isRegularFile)
}

internal import Configuration
internal import Files
internal import Glibc
internal import ModelZoo
internal import TrainingLog

/// What an earlier training has left in an output folder: checkpoints, whatever its task, logs and curves.
struct EarlierTraining {
  /// The oldest epoch first.
  let checkpoints: [String]
  private let others: [String]

  /// - Throws: `FileError` for a folder that cannot be read.
  init(_ config: Configuration) throws {
    let folder = checkpointFolder(config)
    checkpoints =
      try isFolder(folder)
      ? listFolder(folder).filter(Self.isCheckpoint).map { joinPath(folder, $0) }.filter(isRegularFile) : []
    others = try TrainingLog.files(in: config[.outputDir], eventFolder: eventFolder(config))
  }

  /// "checkpoint_epoch_00003.pyth", with or without a task before it.
  private static func isCheckpoint(_ name: String) -> Bool {
    guard name.hasSuffix(".pyth"), let start = name.firstRange(of: "checkpoint_epoch_") else { return false }
    let number = name[start.upperBound...].dropLast(5)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
      && (start.lowerBound == name.startIndex || name[..<start.lowerBound].hasSuffix("_"))
  }

  /// Refuses a training that would mix what it writes with what is there.
  ///
  /// - Throws: `TrainingError.earlierRun`.
  func refuse(_ config: Configuration) throws(TrainingError) {
    if checkpoints.isEmpty { return }
    throw .earlierRun(
      folder: checkpointFolder(config), checkpoints: checkpoints.map { splitPath($0).name },
      reason: config[.trainAutoResume] ? config.cite(.task) : config.cite(.trainAutoResume))
  }

  /// Makes sure that the weights that a training begins with stay when the rest goes.
  ///
  /// - Parameter path: "" for none.
  /// - Throws: `TrainingError.weightsOfEarlierRun`.
  func spare(_ path: String) throws(TrainingError) {
    guard let given = fileIdentity(path) else { return }
    for own in checkpoints where fileIdentity(own).map({ $0 == given }) ?? false {
      throw .weightsOfEarlierRun(path: path)
    }
  }

  /// Removes all of it. The last checkpoint goes first: what is left of a removal that is cut off is no newer than what is gone.
  func remove() {
    for path in checkpoints.reversed() + others { removeFile(path) }
  }
}

/// Where TensorBoard's events go; nil where nobody asks for them.
func eventFolder(_ config: Configuration) -> String? {
  guard config[.tensorboardEnable] else { return nil }
  return TrainingLog.eventFolder(
    in: config[.outputDir], logDirectory: config[.tensorboardLogDir], trainDataset: config[.trainDataset])
}

/// What tells a file from others, whatever path leads to it.
private func fileIdentity(_ path: String) -> (device: dev_t, number: ino_t)? {
  var status = stat()
  return stat(path, &status) == 0 ? (status.st_dev, status.st_ino) : nil
}

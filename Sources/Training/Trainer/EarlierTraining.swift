internal import Configuration
internal import Files
internal import ModelZoo
internal import TrainingLog

/// What an earlier training has left in an output folder: checkpoints, whatever its task, logs and curves.
struct EarlierTraining {
  /// The oldest epoch first.
  let checkpoints: [String]
  private let others: [String]
  /// Where events of TensorBoard's may be; nil for a folder elsewhere.
  private let eventFolder: String?

  /// - Throws: `FileError` for a folder that cannot be read.
  init(_ config: Configuration) throws {
    checkpoints = try epochCheckpoints(config, ofAnyTask: true)
    eventFolder = ownEventFolder(config)
    others = try TrainingLog.files(in: config[.outputDir], eventFolder: eventFolder)
  }

  /// Refuses a training that would mix its checkpoints with those that are there.
  ///
  /// - Throws: `TrainingError.earlierRun`.
  func refuse(_ config: Configuration) throws {
    if checkpoints.isEmpty { return }
    throw TrainingError.earlierRun(
      folder: checkpointFolder(config), checkpoints: checkpoints.map { splitPath($0).name },
      reason: config[.trainAutoResume] ? config.cite(.task) : config.cite(.trainAutoResume),
      canGoOn: try !config[.trainAutoResume] && !epochCheckpoints(config).isEmpty)
  }

  /// Makes sure that what a training reads stays as it is.
  ///
  /// - Parameters:
  ///   - inputs: Paths; "" for none.
  ///   - weights: What the training begins with; "" for none.
  ///   - isRemoved: Whether all of the earlier training goes; else its log is gone on with.
  /// - Throws: `TrainingError.readsEarlierRun`.
  func spare(_ inputs: [String], weights: String, isRemoved: Bool) throws(TrainingError) {
    for path in inputs + [weights] {
      guard let given = FileIdentity(path) else { continue }
      for own in (isRemoved ? checkpoints : []) + others where FileIdentity(own) == given {
        throw .readsEarlierRun(path: path, own: own, isWeights: path == weights, isRemoved: isRemoved)
      }
    }
  }

  /// Removes all of it. The last checkpoint goes first: what is left of a removal that is cut off is no newer than what is gone.
  func remove() {
    for path in checkpoints.reversed() + others { removeFile(path) }
    if let eventFolder { removeFolder(eventFolder) }
  }
}

/// Where TensorBoard's events go; nil where nobody asks for them.
func eventFolder(_ config: Configuration) -> String? {
  guard config[.tensorboardEnable] else { return nil }
  return TrainingLog.eventFolder(
    in: config[.outputDir], logDirectory: config[.tensorboardLogDir], trainDataset: config[.trainDataset])
}

/// Where they are, if any: those of an earlier training are there whatever this one asks for. Of a folder elsewhere nobody knows.
private func ownEventFolder(_ config: Configuration) -> String? {
  if let folder = eventFolder(config) { return folder }
  return config[.tensorboardLogDir].hasPrefix("/")
    ? nil
    : TrainingLog.eventFolder(
      in: config[.outputDir], logDirectory: config[.tensorboardLogDir], trainDataset: config[.trainDataset])
}

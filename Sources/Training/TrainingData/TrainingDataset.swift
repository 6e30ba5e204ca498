public import Augmentation
public import Configuration
public import Optimization
internal import Wording

/// A data set to train on: how many samples it has, and what a sample becomes.
///
/// A new one is a file with a type that conforms, and its name in `trainingDatasetNames` and `trainingDataset`.
public protocol TrainingDataset: Sendable {
  var count: Int { get }
  /// What the user should know of the lists.
  var notices: [String] { get }
  /// How many examples each sample becomes.
  var examplesPerSample: Int { get }
  /// What all targets of its examples are; nil where that is not known before they are read.
  var targetKind: TargetKind? { get }
  /// What messages call a sample: its file, with the second of a key frame.
  func name(of index: Int) -> String
  /// Reads a sample and prepares it. Several threads call at once.
  ///
  /// - Parameters:
  ///   - index: In 0..<count.
  ///   - draws: Of this sample in this epoch; the examples depend on them alone.
  /// - Returns: One example, or several of repeated augmentation (`AUG.NUM_SAMPLE`) and of several clips of the video
  ///   (`DATA.TRAIN_CROP_NUM_TEMPORAL`), clip by clip.
  /// - Throws: Where the sample cannot be read; another one is taken for it then.
  func examples(_ index: Int, _ shape: SampleShape, _ draws: inout SeededDraws) throws -> [TrainingExample]
}

extension TrainingDataset {
  public var examplesPerSample: Int { 1 }
  public var targetKind: TargetKind? { nil }
}

/// Which part of a data set is read.
public enum TrainingSplit: Sendable {
  /// At random, as the configuration augments.
  case train
  /// One clip of each video, from its middle, of which the middle is seen: the same in every epoch. PySlowFast draws clip,
  /// crop and mirror at random here too.
  case validation

  var listName: String { self == .train ? "train.csv" : "val.csv" }
}

/// The values of `TRAIN.DATASET`.
public let trainingDatasetNames = ["ava", "kinetics", "charades", "ssv2"]

/// The data set that a configuration trains on (`TRAIN.DATASET`), with its lists read; no video is opened.
///
/// - Parameter videos: Of AVA: video files, or folders of pictures, named as the boxes name them; none for frame lists.
/// - Throws: `TrainingDataError`, `AugmentationError`, and what is wrong with a list: `RecordError`, `VideoListError`.
public func trainingDataset(
  _ config: Configuration, _ split: TrainingSplit, videos: [String] = []
) throws -> any TrainingDataset {
  // The reference capitalises the name before it looks for it; PyTorchVideo's readers are of the same lists.
  let name = config[.trainDataset].lowercased()
  let plain = name.hasPrefix("ptv") ? String(name.dropFirst(3)) : name
  if !videos.isEmpty, plain != "ava" {
    throw TrainingDataError.unsupported(
      config.cite(.trainDataset), "videos are given beside the lists, which name those of this data set themselves",
      "leave them out, or set TRAIN.DATASET ava")
  }
  switch plain {
  case "ava":
    if split == .validation {
      throw TrainingDataError.unsupported(
        config.cite(.trainDataset), "AVA is validated as it is tested, on key frames with their boxes",
        "test the network after training")
    }
    return try AVATraining(config, videos: videos)
  case "kinetics": return try KineticsTraining(config, split)
  case "charades": return try CharadesTraining(config, split)
  case "ssv2": return try SomethingSomethingTraining(config, split)
  default:
    let meant = nearest(to: plain, among: trainingDatasetNames)
    throw TrainingDataError.unsupported(
      config.cite(.trainDataset), "there is no training on such a data set",
      meant.map { "did you mean \($0)?" } ?? "set TRAIN.DATASET \(series(trainingDatasetNames, "or"))")
  }
}

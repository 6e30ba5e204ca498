// The keys of what a run does that this program reads: those of `Schema+Run.swift` that have a type.

extension Key<String> {
  public static let task = Key("TASK", "")
  public static let outputDir = Key("OUTPUT_DIR", ".")
  public static let trainCheckpointFilePath = Key("TRAIN.CHECKPOINT_FILE_PATH", "")
  public static let testDataset = Key("TEST.DATASET", "kinetics")
  public static let testCheckpointFilePath = Key("TEST.CHECKPOINT_FILE_PATH", "")
}

extension Key<Bool> {
  /// Weights of a network of pictures for one of clips: kernels are repeated for every frame, and divided by the frames.
  public static let trainCheckpointInflate = Key("TRAIN.CHECKPOINT_INFLATE", false)
}

extension Key<[String]> {
  /// What is left out of the names of a file's tensors, once of each.
  public static let trainCheckpointClearNamePattern = Key("TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN", [])
}

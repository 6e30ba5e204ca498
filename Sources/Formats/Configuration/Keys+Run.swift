// The keys of what a run does that this program reads: those of `Schema+Run.swift` that have a type.

extension Key<String> {
  public static let task = Key("TASK", "")
  public static let outputDir = Key("OUTPUT_DIR", ".")
  public static let trainCheckpointFilePath = Key("TRAIN.CHECKPOINT_FILE_PATH", "")
  public static let testDataset = Key("TEST.DATASET", "kinetics")
  public static let testCheckpointFilePath = Key("TEST.CHECKPOINT_FILE_PATH", "")
}

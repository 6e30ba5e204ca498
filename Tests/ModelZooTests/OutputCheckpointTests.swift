import Configuration
import Files
import ModelZoo
import TestSupport
import Testing

struct OutputCheckpointTests {
  /// Names in a folder of checkpoints, and those of them that are some: of any kind, and of epochs.
  @Test(
    "What lies in the folder is a checkpoint by its name",
    arguments: [
      ("", ["checkpoint_best.pyth", "checkpoint_epoch_00002.pyth", "checkpoint_epoch_00010.pyth"], 2),
      ("ssl", ["ssl_checkpoint_epoch_00001.pyth"], 1), ("other", [], 0),
    ])
  func names(task: String, expected: [String], ofEpochs: Int) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var config = Configuration.defaults
    try config.apply(overrides: ["OUTPUT_DIR", folder.path, "TASK", task])
    #expect(checkpointFolder(config) == folder.path + "/checkpoints")
    #expect(try outputCheckpoints(config).isEmpty, "there is no folder")
    try makeFolder(folder.path + "/checkpoints/checkpoint_epoch_00099.pyth")
    for name in [
      "checkpoint_epoch_00010.pyth", "checkpoint_epoch_00002.pyth", "checkpoint_best.pyth", "notes.txt", "best.pyth",
      "checkpoint_epoch_00010.pyth.int8.json", ".checkpoint_epoch_00011.pyth.7.1.partial",
      "checkpoint_epoch_00012.pyth.tmp",
      "checkpoints.json", "ssl_checkpoint_epoch_00001.pyth", "ssl_checkpoint_epoch_00001.pyth.int8.json",
    ] { try writeFile(joinPath(checkpointFolder(config), name), "x") }
    func found(ofEpochs: Bool) throws -> [String] {
      try outputCheckpoints(config, ofEpochs: ofEpochs).map { splitPath($0).name }
    }
    #expect(try found(ofEpochs: false) == expected)
    #expect(try found(ofEpochs: true) == expected.suffix(ofEpochs))
  }
}

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
      (
        "",
        [
          "checkpoint_best.pyth", "checkpoint_epoch_.pyth", "checkpoint_epoch_00002.pyth",
          "checkpoint_epoch_00010.pyth",
          "checkpoint_epoch_00010_backup.pyth", "checkpoint_epoch_1x.pyth",
        ], 2
      ),
      ("ssl", ["my_ssl_checkpoint_epoch_00002.pyth", "ssl_checkpoint_epoch_00001.pyth"], 1), ("other", [], 0),
    ])
  func names(task: String, expected: [String], epochs: Int) throws {
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
      "checkpoint_epoch_00010_backup.pyth", "checkpoint_epoch_.pyth", "checkpoint_epoch_1x.pyth",
      "xcheckpoint_epoch_00001.pyth", "my_ssl_checkpoint_epoch_00002.pyth", "checkpoints.json",
      "ssl_checkpoint_epoch_00001.pyth", "ssl_checkpoint_epoch_00001.pyth.int8.json",
    ] { try writeFile(joinPath(checkpointFolder(config), name), "x") }
    func names(_ paths: [String]) -> [String] { paths.map { splitPath($0).name } }
    #expect(try names(outputCheckpoints(config)) == expected)
    // What a training goes on from, and what goes where one begins anew, are the same files but for the task.
    let own = expected.filter { $0.hasSuffix("0.pyth") || $0.hasSuffix("2.pyth") || $0.hasSuffix("1.pyth") }
      .filter { !$0.hasPrefix("my_") }
    #expect(own.count == epochs)
    #expect(try names(epochCheckpoints(config)) == own)
    #expect(
      try names(epochCheckpoints(config, ofAnyTask: true)) == [
        "checkpoint_epoch_00002.pyth", "checkpoint_epoch_00010.pyth", "my_ssl_checkpoint_epoch_00002.pyth",
        "ssl_checkpoint_epoch_00001.pyth",
      ])
  }
}

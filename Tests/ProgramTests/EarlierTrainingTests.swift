import Files
import TestSupport
import Testing

/// `slowfast train` into a folder that has a training already.
struct EarlierTrainingTests {
  private let data = SmallTraining(videos: 4)
  private let output = Scratch()
  private var run: String { output.path + "/run" }

  private func train(_ pairs: [String] = [], _ options: [String] = []) -> Program.Result {
    data.train(
      "SLOW_8x4_R18_LINEAR", run,
      [
        "TASK", "", "MODEL.DETACH_FINAL_FC", "False", "TRAIN.BATCH_SIZE", "4", "TRAIN.EVAL_PERIOD", "100",
        "SOLVER.MAX_EPOCH", "2", "LOG_PERIOD", "1",
      ] + pairs, options)
  }

  /// All files with their bytes.
  private func contents() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for file in Scratch.files(below: run) { found[file] = try readFile(run + "/" + file, doing: "a test") }
    return found
  }

  /// A training that does not go on with what is there is refused before anything is written; --overwrite removes it first, but not
  /// the weights that are asked for.
  @Test func whatIsThereStays() throws {
    expectSuccess(train())
    // What a process that was killed has left.
    try output.file("run/checkpoints/.checkpoint_epoch_00003.pyth.4194999.1.partial", "x")
    let first = run + "/checkpoints/checkpoint_epoch_00001.pyth"
    let before = try contents()
    let anew = ["TRAIN.AUTO_RESUME", "False", "SOLVER.MAX_EPOCH", "1"]
    let own = ["TRAIN.CHECKPOINT_FILE_PATH", first, "TRAIN.CHECKPOINT_EPOCH_RESET", "True"]
    for pairs in [anew, anew + own, ["TASK", "other"]] {
      expectFailure(
        train(pairs),
        [
          "has 2 checkpoints, 'checkpoint_epoch_00001.pyth' to 'checkpoint_epoch_00002.pyth', of a training that this one does "
            + "not go on with: T", "give another OUTPUT_DIR; or --overwrite",
        ])
    }
    expectFailure(
      train(["SOLVER.MAX_EPOCH", "1"] + own, ["--overwrite"]), ["--overwrite would remove '\(first)', whose weights"])
    var after = try contents()
    after["checkpoints/.checkpoint_epoch_00003.pyth.4194999.1.partial"] = Array("x".utf8)
    #expect(after == before)
    let result = train(["SOLVER.MAX_EPOCH", "1"], ["--overwrite"])
    #expect(result.status == 0 && result.stderr.contains("no weights are given"), "\(result.stderr)")
    #expect(try listFolder(run + "/checkpoints") == ["checkpoint_epoch_00001.pyth"])
    #expect(try lines(run + "/metrics.jsonl").count { $0.contains("\"train_epoch\"") } == 1)
    let stdout = try lines(run + "/stdout.log").joined()
    #expect(!stdout.contains("\"epoch\": \"2/"), "\(stdout)")
  }

  /// Another optimizer's state: what the message says leads to no loss.
  @Test func anotherOptimizer() throws {
    expectSuccess(train(["SOLVER.OPTIMIZING_METHOD", "sgd"]))
    let before = try contents()
    let last = run + "/checkpoints/checkpoint_epoch_00002.pyth"
    expectFailure(
      train(["SOLVER.OPTIMIZING_METHOD", "adamw", "SOLVER.MAX_EPOCH", "3"]),
      ["TRAIN.CHECKPOINT_FILE_PATH '\(last)' TRAIN.CHECKPOINT_EPOCH_RESET True, in another OUTPUT_DIR"])
    #expect(try contents() == before)
  }

  /// A call that is refused leaves no folder.
  @Test func refusedCallsLeaveNothing() {
    expectFailure(train(["SOLVER.OPTIMIZING_METHOD", "adan"]), ["did you mean adam?"], leaving: output)
    #expect(!pathExists(run))
  }
}

import Files
import Foundation
import TestSupport
import Testing

/// `slowfast train` into a folder that has a training already.
struct EarlierTrainingTests {
  private let data = SmallTraining(videos: 4)
  private let output = Scratch()
  private var run: String { output.path + "/run" }

  private func train(_ pairs: [String] = [], _ options: [String] = []) -> Program.Result {
    Program.run(call(pairs, options))
  }

  private func call(_ pairs: [String], _ options: [String]) -> [String] {
    data.call(
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
    let made = train()
    expectSuccess(made)
    // A warning stays.
    #expect(made.stderr.contains("nothing is validated: "), "\(made.stderr)")
    #expect(try lines(run + "/stdout.log").count { $0.contains("nothing is validated: ") } == 1)
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
          "\(pairs[0] == "TASK" ? "" : "-> TRAIN.AUTO_RESUME True goes on with it; else ")give another OUTPUT_DIR",
          "has 2 checkpoints, 'checkpoint_epoch_00001.pyth' to 'checkpoint_epoch_00002.pyth', of a training that this one does "
            + "not go on with: T", "give another OUTPUT_DIR; or --overwrite",
        ])
    }
    expectFailure(
      train(["SOLVER.MAX_EPOCH", "1"] + own, ["--overwrite"]), ["--overwrite would remove '\(first)', whose weights"])
    var after = try contents()
    after["checkpoints/.checkpoint_epoch_00003.pyth.4194999.1.partial"] = Array("x".utf8)
    #expect(after == before)
    // Nor anything else that is read, whatever path leads to it.
    let (link, config) = (output.path + "/link.pyth", output.path + "/own.yaml")
    try FileManager.default.linkItem(atPath: first, toPath: link)
    expectFailure(
      train(["TRAIN.CHECKPOINT_FILE_PATH", link], ["--overwrite"]),
      ["--overwrite would remove '\(first)', which is the same file as '\(link)', whose weights"])
    try writeFile(
      config, String(contentsOfFile: projectRoot + "/configs/demo/SLOW_8x4_R18_LINEAR.yaml", encoding: .utf8))
    for read in [config, data.clips.path + "/train.csv"] {
      removeFile(run + "/curves.html")
      try FileManager.default.linkItem(atPath: read, toPath: run + "/curves.html")
      for (options, words) in [(["--overwrite"], "--overwrite would remove"), ([], "the log would be written to")] {
        var call = call(["SOLVER.MAX_EPOCH", "3"], options)
        call[2] = config
        expectFailure(
          Program.run(call),
          ["\(words) '\(run)/curves.html', which is the same file as '\(read)', which this training reads"])
      }
    }
    removeFile(run + "/curves.html")
    #expect(pathExists(run + "/checkpoints/checkpoint_epoch_00002.pyth") && pathExists(run + "/metrics.jsonl"))
    // What is no checkpoint of an epoch by its name is nobody's to remove, and not gone on with.
    let copy = "checkpoint_epoch_00002_backup.pyth"
    try output.file("run/checkpoints/" + copy, "x")
    try output.file("run/runs-kinetics/events.out.tfevents.1", "x")
    try output.file("run/.validation.pyth", "x")
    let result = train(["SOLVER.MAX_EPOCH", "1"], ["--overwrite"])
    #expect(result.status == 0 && result.stderr.contains("no weights are given"), "\(result.stderr)")
    #expect(
      result.stderr.contains("/\(copy)' is not called as checkpoints of epochs are: nothing"), "\(result.stderr)")
    #expect(try listFolder(run + "/checkpoints").sorted() == ["checkpoint_epoch_00001.pyth", copy])
    #expect(!pathExists(run + "/runs-kinetics") && !pathExists(run + "/.validation.pyth"))
    #expect(try lines(run + "/metrics.jsonl").count { $0.contains("\"train_epoch\"") } == 1)
    let stdout = try lines(run + "/stdout.log").joined()
    #expect(!stdout.contains("\"epoch\": \"2/"), "\(stdout)")
  }

  /// The log of a training whose checkpoints were moved away, or that ended before its first, is kept beside that of the next one.
  @Test func logsWithoutCheckpointsAreKept() throws {
    let (log, kept) = (run + "/metrics.jsonl", run + "/earlier-log")
    let logs = ["curves.html", "curves.png", "json_stats.log", "metrics.jsonl", "stdout.log"]
    expectSuccess(train(["SOLVER.MAX_EPOCH", "1"]))
    let (before, checkpoint) = (try contents(), output.path + "/away/checkpoint_epoch_00001.pyth")
    try moveFile(run + "/checkpoints", to: output.path + "/away")
    let again = train(["SOLVER.MAX_EPOCH", "1"])
    expectSuccess(again)
    let words = "the log of an earlier training, none of whose checkpoints are here, is kept in '\(kept)'"
    #expect(again.stderr.contains(words), "\(again.stderr)")
    #expect(try lines(run + "/stdout.log").count { $0.contains(words) } == 1)
    #expect(try lines(log).count { $0.contains("\"train_epoch\"") } == 1)
    let after = try contents()
    for name in logs { #expect(after["earlier-log/" + name] == before[name] && after[name] != nil, "\(name)") }
    // One that takes up a checkpoint which lies elsewhere has a log of its own, too.
    for name in try listFolder(run + "/checkpoints") { removeFile(run + "/checkpoints/" + name) }
    expectSuccess(train(["TRAIN.CHECKPOINT_FILE_PATH", checkpoint, "TRAIN.CHECKPOINT_EPOCH_RESET", "False"]))
    #expect(try lines(log).count { $0.contains("\"train_epoch\"") } == 1)
    let last = try contents()
    for name in logs {
      #expect(last["earlier-log/" + name] == before[name] && last["earlier-log-2/" + name] == after[name], "\(name)")
    }
    // What goes on needs nothing moved, nor does what removes it first; of an epoch that is not there a log says nothing.
    expectSuccess(train(["SOLVER.MAX_EPOCH", "3"]))
    expectSuccess(train(["SOLVER.MAX_EPOCH", "1"], ["--overwrite"]))
    for name in try listFolder(run + "/checkpoints") { removeFile(run + "/checkpoints/" + name) }
    try writeFile(log, "")
    try writeFile(run + "/stdout.log", "none\n")
    removeFile(run + "/json_stats.log")
    expectSuccess(train(["SOLVER.MAX_EPOCH", "1"]))
    #expect(try listFolder(run).filter { $0.hasPrefix("earlier-log") }.sorted() == ["earlier-log", "earlier-log-2"])
  }

  /// What is no log is not moved, nor waited for, and names that lead nowhere are passed over.
  @Test func logsThatAreNoFiles() throws {
    expectSuccess(train(["SOLVER.MAX_EPOCH", "1"]))
    removeFile(run + "/checkpoints/checkpoint_epoch_00001.pyth")
    let log = run + "/stdout.log"
    try moveFile(log, to: run + "/own.log")
    for kind in [S_IFIFO, S_IFLNK] {
      removeFile(log)
      #expect((kind == S_IFIFO ? mkfifo(log, 0o600) : symlink("own.log", log)) == 0)
      let before = try listFolder(run)
      expectFailure(train(["SOLVER.MAX_EPOCH", "1"]), ["writing the training's log: '\(log)' is a "])
      #expect(try listFolder(run) == before)
    }
    removeFile(log)
    try moveFile(run + "/own.log", to: log)
    try makeFolder(run + "/earlier-log")
    #expect(symlink("nowhere", run + "/earlier-log-2") == 0)
    for kept in ["earlier-log", "earlier-log-3"] {
      expectSuccess(train(["SOLVER.MAX_EPOCH", "1"]))
      removeFile(run + "/checkpoints/checkpoint_epoch_00001.pyth")
      #expect(try listFolder(run + "/" + kept).count == 5, "\(kept)")
    }
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
    expectFailure(
      train(["TASK", "../a"]), ["training: TASK '../a' (given as KEY VALUE)", "found one with '/'"], leaving: output)
    #expect(!pathExists(run))
    let deep = data.call("SLOW_8x4_R18_LINEAR", run + "/a/b", ["SOLVER.OPTIMIZING_METHOD", "adan"])
    expectFailure(Program.run(deep), ["did you mean adam?"], leaving: output)
    #expect(!pathExists(run))
  }

  /// What begins anew would remove what was just saved: who goes on does so without --overwrite.
  @Test func theCommandThatGoesOnIsNamed() throws {
    for (pairs, options, words) in [
      ([], ["--overwrite"], "the same command without --overwrite goes on"),
      (
        ["TRAIN.AUTO_RESUME", "False"], ["--overwrite"],
        "the same command without --overwrite and with TRAIN.AUTO_RESUME True goes on"
      ), ([], [], "the same command goes on"),
    ] {
      let result = Program.run(
        after: "{ (until [ -e '\(run)/checkpoints/checkpoint_epoch_00001.pyth' ] || ! kill -0 $$; do sleep 0.02; done; "
          + "kill -INT $$) 2>/dev/null & }",
        data.call(
          "SLOW_8x4_R18_LINEAR", run,
          [
            "TASK", "", "MODEL.DETACH_FINAL_FC", "False", "TRAIN.BATCH_SIZE", "4", "TRAIN.EVAL_PERIOD", "1000",
            "SOLVER.MAX_EPOCH", "1000",
          ] + pairs, options))
      #expect(
        result.status == 130 && result.stderr.contains("is the last checkpoint: \(words) from it"), "\(result.stderr)")
      for name in try listFolder(run + "/checkpoints") { removeFile(run + "/checkpoints/" + name) }
    }
  }

  /// A job that is queued again would remove its own checkpoints.
  @Test func jobsAreNotOverwritten() {
    let result = Program.run(
      through: ["/bin/sh", projectRoot + "/deploy/train.slurm"], ["--cfg", "f", "--overwrite", "OUTPUT_DIR", run])
    #expect(result.status == 64 && result.stderr.contains("-> leave it out"), "\(result.stderr)")
  }
}

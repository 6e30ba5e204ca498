import Files
import Foundation
import TestSupport
import Testing

/// `slowfast train` where something cannot be read, or what comes of it is no number.
struct TrainDamageTests {
  private let data = SmallTraining(videos: 8)
  private let output = Scratch()

  /// The words of a call that validates after every epoch.
  private func call(_ pairs: [String], _ options: [String] = []) -> [String] {
    data.call(
      "SLOW_8x4_R18_LINEAR", output.path,
      [
        "TASK", "", "MODEL.DETACH_FINAL_FC", "False", "TRAIN.BATCH_SIZE", "4", "TRAIN.EVAL_PERIOD", "1",
        "SOLVER.MAX_EPOCH", "2", "LOG_PERIOD", "1",
      ] + pairs, options)
  }

  private func train(_ pairs: [String] = []) -> Program.Result { Program.run(call(pairs)) }

  /// Cuts a copy of the first video off, and gives the list with it in place of that video.
  private func listWithDamage(_ name: String) throws -> [String] {
    var rows = try lines(data.clips.path + "/train.csv")
    let (first, label) = (String(rows[0].split(separator: " ")[0]), rows[0].split(separator: " ")[1])
    let bytes = try readFile(data.clips.path + "/" + first, doing: "a test")
    try data.clips.file(name, bytes: Array(bytes.prefix(3000)))
    rows[0] = "\(name) \(label)"
    return rows
  }

  private var metrics: String { output.path + "/metrics.jsonl" }

  private func validations() throws -> [String] { try lines(metrics).filter { $0.contains("\"val_epoch\"") } }

  private func errors(_ line: String?) -> [Substring] {
    line?.split(separator: ", ").filter { $0.hasPrefix("\"top") } ?? []
  }

  /// A damaged video costs itself: it is named once, and the others' accuracy is what it is without it in the list.
  @Test func damagedVideosAreNotValidated() throws {
    let rows = try listWithDamage("cut.mp4")
    try data.clips.file("val.csv", rows.joined(separator: "\n") + "\n")
    let result = train()
    expectSuccess(result)
    #expect(result.stderr.ranges(of: "/cut.mp4' could not be read, and is not validated: ").count == 1)
    #expect(result.stderr.ranges(of: " %, of 7 of 8 videos: 1 could not be read\n").count == 2, "\(result.stderr)")
    #expect(!result.stderr.contains("another sample"), "\(result.stderr)")
    // Who was not there reads it in the logs.
    let stdout = try lines(output.path + "/stdout.log").joined(separator: "\n")
    #expect(
      stdout.ranges(of: "/cut.mp4' could not be read, and is not validated: ").count == 1
        && stdout.ranges(of: " %, of 7 of 8 videos: 1 could not be read").count == 2, "\(stdout)")
    let found = try validations()
    #expect(found.allSatisfy { $0.contains(#""num_judged": 7.0, "num_unreadable": 1.0"#) }, "\(found)")
    #expect(!found.joined().contains("min_top1_err"), "\(found)")
    #expect(found.count == 2 && errors(found.last).count == 2)
    // Its time was taken.
    #expect(found.allSatisfy { $0.contains("\"dt\": 0.") || $0.contains("\"dt\": 1") }, "\(found)")
    try writeFile(
      metrics, try lines(metrics).filter { $0 != found.last }.joined(separator: "\n") + "\n")
    try data.clips.file("val.csv", rows.dropFirst().joined(separator: "\n") + "\n")
    let again = train()
    #expect(again.status == 0 && !again.stderr.contains("could not be read"), "\(again.stderr)")
    #expect(errors(try validations().last) == errors(found.last))
    try data.clips.file("val.csv", rows[0] + "\n")
    try writeFile(metrics, "")
    expectFailure(train(), ["validating: none of 1 sample could be read, the first was '", "/cut.mp4' (sample 0): "])
  }

  /// The test at the end has no option of train's for damage: the message names the command that has. Keys after `--` may have values
  /// that read like one of its options.
  @Test func damagedVideosAreNotTested() throws {
    let rows = try listWithDamage("cut.mp4").dropLast() + ["gone.mp4 0"]
    try data.clips.file("test.csv", rows.joined(separator: "\n") + "\n")
    let result = train([
      "TEST.ENABLE", "True", "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1", "DATA.TEST_CROP_SIZE", "32",
      "SOLVER.MAX_EPOCH", "1", "--", "TENSORBOARD.LOG_DIR", "--damaged",
    ])
    let checkpoint = output.path + "/checkpoints/checkpoint_epoch_00001.pyth"
    for words in [
      "the results lack 2 of 8 videos, named above -> ", "/gone.mp4' -> check DATA.PATH_PREFIX and the list\n",
      "or take the results as they are: slowfast test --cfg ",
      "/SLOW_8x4_R18_LINEAR.yaml --output-dir \(output.path) --weights \(checkpoint) --damaged skip, with the keys",
    ] { #expect(result.status == 1 && result.stderr.contains(words), "\(words) in \(result.stderr)") }
  }

  /// Weights that are numbers, and make none: the message of AVA's validation.
  @Test func scoresThatAreNoNumbers() throws {
    try data.clips.file("val.csv", bytes: readFile(data.clips.path + "/train.csv", doing: "a test"))
    let result = train([
      "TRAIN.BATCH_SIZE", "8", "SOLVER.BASE_LR", "1e25", "SOLVER.OPTIMIZING_METHOD", "sgd", "SOLVER.MAX_EPOCH", "1",
      "BN.USE_PRECISE_STATS", "False",
    ])
    expectFailure(
      result,
      [
        "training, epoch 1: validating it: scoring '",
        ".mp4': the network's scores are not finite numbers; no checkpoint",
        "-> lower SOLVER.BASE_LR",
      ])
    #expect(try listFolder(output.path + "/checkpoints").isEmpty)
  }

  private func two(_ words: [String]) -> Program.Result {
    Program.run(
      through: ["/usr/bin/mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "-n", "2"], words)
  }

  /// Whichever process reads it, a damaged video is named once; the share is that of all processes' samples.
  @Test(.enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"))
  func processesNameWhatTheyCannotRead() throws {
    try data.clips.file("train.csv", listWithDamage("cut.mp4").joined(separator: "\n") + "\n")
    let pairs = ["TRAIN.BATCH_SIZE", "4", "SOLVER.MAX_EPOCH", "1", "TRAIN.EVAL_PERIOD", "100"]
    // One of eight; of one process's four it is more.
    let result = two(call(pairs + ["DATA_LOADER.MAX_UNREADABLE", "0.2"], ["--threads", "1"]))
    #expect(result.status == 0, "\(result.stderr)")
    #expect(
      result.stderr.ranges(of: "/cut.mp4' could not be read, another sample is taken for it: ").count == 1,
      "\(result.stderr)")
    #expect(result.stderr.contains("of the time; 1 sample could not be read\n"), "\(result.stderr)")
    let refused = two(call(pairs + ["--overwrite"], ["--threads", "1"]))
    #expect(refused.status != 0, "\(refused.stderr)")
    #expect(
      refused.stderr.ranges(of: "epoch 1: 1 sample of 8 could not be read, more than DATA_LOADER.MAX_UNREADABLE 0.01")
        .count == 1, "\(refused.stderr)")
  }

  /// What all processes have to say is said once, and nothing about the signal that the launcher sends them.
  @Test(
    .enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"),
    arguments: [
      (["SOLVER.BASE_LR", "1e30", "SOLVER.OPTIMIZING_METHOD", "sgd"], "the loss is nan"),
      (["SOLVR.BASE_LR", "1"], "SOLVR"),
    ])
  func processesSayItOnce(_ pairs: [String], _ words: String) {
    let result = two(call(["TRAIN.BATCH_SIZE", "1", "TRAIN.EVAL_PERIOD", "100"] + pairs, ["--threads", "1"]))
    #expect(result.status != 0 && result.stderr.ranges(of: "Error: ").count == 1, "\(result.stderr)")
    #expect(result.stderr.contains(words) && !result.stderr.contains("interrupted"), "\(result.stderr)")
  }

  @Test(.enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"))
  func fineTuningIsRefusedOnce() {
    let result = two([
      "finetune", "--cfg", LittleWorld.config, "--weights", "w", "--classes", "c", "--train", "t", "--val", "v",
      "--freeze",
      "backbone", "--output-dir", output.path + "/none",
    ])
    #expect(result.status != 0 && result.stderr.ranges(of: "Error: ").count == 1, "\(result.stderr)")
    #expect(result.stderr.contains("one of several, and this is done by one process"), "\(result.stderr)")
    #expect(!result.stderr.contains("interrupted"), "\(result.stderr)")
  }
}

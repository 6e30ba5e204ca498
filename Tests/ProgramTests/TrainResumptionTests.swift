import Files
import TestSupport
import Testing

/// What `slowfast train` goes on from, and what it refuses before the first step.
struct TrainResumptionTests {
  private let data = SmallTraining(videos: 8)
  private let output = Scratch()

  /// Has all videos that are learned from validate, too.
  private func validateOnAll() throws {
    try data.clips.file("val.csv", bytes: readFile(data.clips.path + "/train.csv", doing: "a test"))
  }

  /// Trains on batches of 4 clips, and validates on them after every epoch.
  private func train(_ pairs: [String] = []) throws -> Program.Result {
    try validateOnAll()
    return data.train(
      "SLOW_8x4_R18_LINEAR", output.path,
      [
        "TASK", "", "MODEL.DETACH_FINAL_FC", "False", "TRAIN.BATCH_SIZE", "4", "TRAIN.EVAL_PERIOD", "1",
        "SOLVER.MAX_EPOCH", "2", "LOG_PERIOD", "1",
      ] + pairs)
  }

  private var log: String { output.path + "/metrics.jsonl" }

  private func lines() throws -> [String] {
    String(decoding: try readFile(log, doing: "a test"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The numbers of validations by epoch, without times.
  private func validations() throws -> [String] {
    try lines().filter { $0.contains("\"val_epoch\"") }.map { line in
      line.split(separator: ", ").filter { !$0.contains("\"time\"") && !$0.contains("\"dt") }.joined(separator: ", ")
    }
  }

  private func checkpoint(_ epoch: Int) -> String { output.path + "/checkpoints/checkpoint_epoch_0000\(epoch).pyth" }

  /// A process that ends between a checkpoint and its validation: the next one validates first, in the middle of a training and
  /// at its end, and once alone.
  @Test func whatWasNotValidatedIsFirst() throws {
    let whole = try train()
    #expect(whole.status == 0, "\(whole.stderr)")
    let found = try validations()
    #expect(found.count == 2)
    for epoch in [2, 1] {
      // As it is after a kill: nothing of later epochs is there.
      if epoch == 1 { removeFile(checkpoint(2)) }
      try writeFile(
        log, try lines().filter { !$0.contains("\"val_epoch\", \"epoch\": \(epoch)") }.joined(separator: "\n") + "\n")
      let again = try train()
      #expect(again.status == 0, "\(again.stderr)")
      #expect(again.stderr.contains("epoch \(epoch) was saved, but not validated: that comes first"), "\(again.stderr)")
      #expect(again.stderr.contains("all 2 epochs are done already") == (epoch == 2), "\(again.stderr)")
      #expect(try validations() == found)
    }
    let before = try lines()
    let last = try train()
    #expect(last.status == 0 && !last.stderr.contains("valid") && !last.stderr.contains("training 0"), "\(last.stderr)")
    #expect(try lines() == before)
  }

  /// A checkpoint of one's own that is damaged, or of another network: what to delete, or to set.
  @Test func ownCheckpointsThatDoNotDo() throws {
    let whole = try train()
    #expect(whole.status == 0, "\(whole.stderr)")
    let other = try train(["MODEL.NUM_CLASSES", "14"])
    for words in [
      "MODEL.NUM_CLASSES 14", "13 there, 14 here", "CHECKPOINT_EPOCH_RESET True, in another OUTPUT_DIR",
    ] {
      #expect(other.status == 1 && other.stderr.contains(words), "\(other.stderr)")
    }
    #expect(!other.stderr.contains("--partial-weights"), "\(other.stderr)")
    let bytes = try readFile(checkpoint(2), doing: "a test")
    for length in [bytes.count / 2, 0] {
      try output.file("checkpoints/checkpoint_epoch_00002.pyth", bytes: Array(bytes.prefix(length)))
      let cut = try train()
      #expect(
        cut.status == 1
          && cut.stderr.contains(
            "-> delete '\(checkpoint(2))': the same command then goes on from '\(checkpoint(1))'"),
        "\(cut.stderr)")
    }
    removeFile(checkpoint(1))
    #expect(try train().stderr.contains("then begins anew, for there is no earlier one"))
  }

  /// What the first step, or nobody, would have said.
  @Test(arguments: [
    (["MIXUP.ENABLE", "True"], "set MODEL.LOSS_FUNC soft_cross_entropy, or MIXUP.ENABLE False"),
    (["MODEL.LOSS_FUNC", "bce_logit"], "set MODEL.LOSS_FUNC cross_entropy"),
    (["SOLVER.MAX_EPOCH", "0"], "SOLVER.MAX_EPOCH is 0, expected 1 or more"),
    (
      [
        "TRAIN.CHECKPOINT_FILE_PATH", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth",
        "TRAIN.CHECKPOINT_EPOCH_RESET", "False",
      ],
      "says that epoch 10 is done"
    ),
  ])
  func whatIsRefusedBefore(_ pairs: [String], _ words: String) throws {
    let result = try train(pairs)
    #expect(result.status == 1 && result.stderr.contains(words), "\(result.stderr)")
    #expect(!result.stderr.contains("training 2 epochs"), "\(result.stderr)")
  }

  @Test func machinesOfTheConfigAreNoProcesses() throws {
    let result = try train(["NUM_SHARDS", "4", "SOLVER.MAX_EPOCH", "1"])
    #expect(result.status == 0 && result.stderr.contains("1 process trains"), "\(result.stderr)")
    #expect(result.stderr.contains("mpirun -n 4"), "\(result.stderr)")
  }

  /// All processes take batches for precise statistics, which batch norms share, before a validation without a checkpoint too.
  @Test(.enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"))
  func processesValidateWithoutACheckpoint() throws {
    let result = try trainByTwo([])
    #expect(result.status == 0, "\(result.stderr)")
    #expect(try validations().count == 2)
  }

  /// The first process tests once the others have ended, and says that they have; a fault that all of them find is said once.
  @Test(.enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"))
  func theFirstProcessSpeaks() throws {
    try data.clips.file("test.csv", bytes: readFile(data.clips.path + "/train.csv", doing: "a test"))
    let test = ["TEST.ENABLE", "True", "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1"]
    let tested = try trainByTwo(test + ["DATA.TEST_CROP_SIZE", "32"])
    #expect(tested.status == 0 && tested.stdout.contains("top-1 accuracy"), "\(tested.stderr)")
    #expect(tested.stderr.contains("the first of 2 processes tests; the others are done"), "\(tested.stderr)")
    #expect(!tested.stderr.contains("--shard"), "\(tested.stderr)")
    // PySlowFast writes a test's result so, and keeps AVA's alone in json_stats.log.
    let words = "json_stats: {\"split\": \"test_final\", \"top1_acc\": \""
    func text(_ name: String) throws -> String {
      try String(decoding: readFile(output.path + "/" + name, doing: "a test"), as: UTF8.self)
    }
    #expect(try text("stdout.log").contains(words) && text("metrics.jsonl").contains("{\"_type\": \"test_final\""))
    #expect(try !text("json_stats.log").contains("test_final"))
    let warned = try train(test + ["DATA.TEST_CROP_SIZE", "64"])
    let early = try #require(warned.stderr.firstRange(of: "the test after the training will fail: "))
    let late = try #require(warned.stderr.firstRange(of: "all 2 epochs are done already"))
    #expect(early.lowerBound < late.lowerBound && warned.status == 1, "\(warned.stderr)")
    let bytes = try readFile(checkpoint(2), doing: "a test")
    try output.file("checkpoints/checkpoint_epoch_00002.pyth", bytes: Array(bytes.prefix(bytes.count / 2)))
    let cut = try trainByTwo([])
    #expect(cut.status != 0 && cut.stderr.ranges(of: "its own last checkpoint is damaged").count == 1, "\(cut.stderr)")
    #expect(!cut.stderr.contains("interrupted"), "\(cut.stderr)")
  }

  private func trainByTwo(_ pairs: [String]) throws -> Program.Result {
    try validateOnAll()
    return Program.run(
      through: ["/usr/bin/mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "-n", "2"],
      data.call(
        "SLOW_8x4_R18_LINEAR", output.path,
        [
          "TASK", "", "TRAIN.BATCH_SIZE", "4", "TRAIN.EVAL_PERIOD", "1", "TRAIN.CHECKPOINT_PERIOD", "2",
          "SOLVER.MAX_EPOCH", "2", "BN.NORM_TYPE", "sync_batchnorm", "BN.USE_PRECISE_STATS", "True",
          "BN.NUM_BATCHES_PRECISE", "1", "MODEL.DETACH_FINAL_FC", "False",
        ] + pairs, ["--threads", "1"]))
  }
}

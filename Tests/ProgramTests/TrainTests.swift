import Checkpoint
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// `slowfast train` on little drawn worlds.
struct TrainTests {
  /// One video to learn from, and one to validate on.
  private static let world: String = {
    let folder = TemporaryFolder().path
    for (split, seconds) in [("train", "6"), ("val", "5")] {
      let result = Program.run(
        ["synth", "--split", split, "--output-dir", folder + "/" + split, "--seconds", seconds]
          + ["--width", "96", "--height", "64"])
      if result.status != 0 { Issue.record("drawing a world to train on: \(result.stderr)") }
    }
    for name in ["frames", "frame_lists", "annotations"] {
      for file in Scratch.files(below: folder + "/val/" + name) {
        let target = folder + "/train/" + name + "/" + file
        try? makeFolder(splitPath(target).folder)
        if !pathExists(target) {
          try? FileManager.default.copyItem(atPath: folder + "/val/" + name + "/" + file, toPath: target)
        }
      }
    }
    atexit { _ = try? FileManager.default.removeItem(atPath: TrainTests.place ?? "") }
    place = folder
    return folder + "/train"
  }()
  nonisolated(unsafe) private static var place: String?

  private static func call(_ output: String, _ more: [String] = [], _ options: [String] = []) -> [String] {
    ["train", "--cfg", LittleWorld.config, "--output-dir", output] + options + LittleWorld.tinyNetwork
      + ["DATA.NUM_FRAMES", "8", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TRAIN_JITTER_SCALES", "[32, 40]"]
      + ["AVA.FRAME_DIR", world + "/frames", "AVA.FRAME_LIST_DIR", world + "/frame_lists"]
      + ["AVA.ANNOTATION_DIR", world + "/annotations", "TRAIN.BATCH_SIZE", "2", "SOLVER.MAX_EPOCH", "2"]
      + ["BN.NUM_BATCHES_PRECISE", "1", "TRAIN.EVAL_PERIOD", "2", "LOG_PERIOD", "1"] + more
  }

  /// All that a checkpoint holds, by name: the model's tensors and the optimizer's.
  private func checkpoint(_ output: String, _ epoch: Int) throws -> [String: [Float]] {
    let file = try Checkpoint(path: output + "/checkpoints/checkpoint_epoch_0000\(epoch).pyth", withOptimizer: true)
    var result: [String: [Float]] = [:]
    for entry in file.entries { result[entry.name] = try file.tensor(entry.name).array }
    for (index, kept) in try file.optimizerState()?.parameters ?? [:] {
      for (name, tensor) in kept { result["\(index).\(name)"] = tensor.array }
    }
    #expect(result.count > 100 && file.epoch == epoch - 1)
    #expect(file.configText?.contains("MAX_EPOCH") == true && file.configText?.contains("MAX_UNREADABLE") == false)
    return result
  }

  /// Two epochs and the test after them; from the first epoch's checkpoint the second one gives the same bytes again, and
  /// the numbers of threads that read and compute have no part in them.
  @Test func trainsTestsAndGoesOn() throws {
    let (whole, other) = (Scratch(), Scratch())
    // The test after it would replace what another call has found.
    try other.file("detections_latest.csv", "mine\n")
    expectFailure(
      Program.run(Self.call(other.path)),
      ["'\(other.path)/detections_latest.csv', which is there already", "give another OUTPUT_DIR, or set TEST.ENABLE"])
    #expect(other.files == ["detections_latest.csv"])
    let result = Program.run(Self.call(whole.path))
    #expect(result.status == 0, "\(result.stderr)")
    #expect(result.stderr.contains("no weights are given: training begins with random ones"))
    #expect(result.stderr.contains("epoch 2: validation mAP"))
    #expect(result.stdout.contains("mAP@0.5IOU"))
    for name in ["stdout.log", "metrics.jsonl", "curves.html", "curves.png", "detections_latest.csv"] {
      #expect(pathExists(whole.path + "/" + name), "\(name)")
    }
    let lines = try String(decoding: readFile(whole.path + "/metrics.jsonl", doing: "a test"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count { $0.contains("\"train_epoch\"") } == 2 && lines.count { $0.contains("\"val_epoch\"") } == 1)
    #expect(lines.count { $0.contains("\"test_final\"") && $0.contains("\"map\": ") } == 1)
    let stats = try String(decoding: readFile(whole.path + "/json_stats.log", doing: "a test"), as: UTF8.self)
    #expect(stats.contains("json_stats: {\"map\": ") && stats.hasSuffix(", \"mode\": \"test\"}\n"), "\(stats)")
    let end = try checkpoint(whole.path, 2)

    removeFile(whole.path + "/checkpoints/checkpoint_epoch_00002.pyth")
    let again = Program.run(Self.call(whole.path, ["TEST.ENABLE", "False"]))
    #expect(again.status == 0 && again.stderr.contains("training goes on from"), "\(again.stderr)")
    #expect(try checkpoint(whole.path, 2) == end)
    let done = Program.run(Self.call(whole.path, ["TEST.ENABLE", "False"]))
    #expect(done.status == 0 && done.stderr.contains("all 2 epochs are done already"), "\(done.stderr)")

    // Nor has what a validation lacks, which is said.
    let partial = try listWithout(other, "partial.csv", "val.csv") { $0 == 90 }
    let otherwise = Program.run(
      Self.call(
        other.path, ["TEST.ENABLE", "False", "AVA.TEST_LISTS", "['\(partial)']"], ["--threads", "1", "--workers", "3"])
    )
    #expect(otherwise.status == 0, "\(otherwise.stderr)")
    #expect(try checkpoint(other.path, 2) == end)
    let log = try String(contentsOfFile: other.path + "/stdout.log", encoding: .utf8)
    for words in [
      "validating: pictures of 1 of 2 key frames are not there, the first would be '", "epoch 2: validation mAP ",
      ", of 1 of 2 key frames: 1 could not be read",
    ] { #expect((otherwise.stderr + log).ranges(of: words).count == 2, "\(words) in \(otherwise.stderr) \(log)") }
    let metrics = try String(contentsOfFile: other.path + "/metrics.jsonl", encoding: .utf8)
    #expect(metrics.ranges(of: #""num_judged": 1.0, "num_unreadable": 1.0"#).count == 1, "\(metrics)")
  }

  /// A disk that is not there is no reason to train without a validation.
  @Test func picturesToValidateOnAreMissing() throws {
    let output = Scratch()
    let list = try String(contentsOfFile: Self.world + "/frame_lists/val.csv", encoding: .utf8)
    let gone = try output.file("gone.csv", list.replacingOccurrences(of: ".jpg", with: ".gone.jpg"))
    let run = output.path + "/run"
    let result = Program.run(Self.call(run, ["AVA.TEST_LISTS", "['\(gone)']", "TEST.ENABLE", "False"]))
    expectFailure(
      result, ["looking for frames: no picture '", "; to train without a validation: AVA.TEST_LISTS []"])
    #expect(!pathExists(run), "\(result.stderr)")
    // The first one alone is there.
    let most = try listWithout(output, "most.csv", "val.csv") { $0 > 0 }
    let alone = Program.run(Self.call(run, ["AVA.TEST_LISTS", "['\(most)']", "TEST.ENABLE", "False"]))
    expectFailure(
      alone, ["validating: pictures of all ", " key frames are not there, the first would be '", ".gone.jpg'"])
    let learned = try listWithout(output, "learned.csv", "train.csv") { $0 > 0 }
    let unlearned = Program.run(Self.call(run, ["AVA.TRAIN_LISTS", "['\(learned)']", "TEST.ENABLE", "False"]))
    expectFailure(unlearned, ["pictures of all 3 key frames are not there, the first would be '", "AVA.FRAME_DIR"])
    // As many as an epoch may not lack.
    let lacking = try listWithout(output, "lacking.csv", "train.csv") { $0 == 90 }
    let partial = Program.run(
      Self.call(run, ["AVA.TRAIN_LISTS", "['\(lacking)']", "TEST.ENABLE", "False", "TRAIN.BATCH_SIZE", "3"]))
    expectFailure(
      partial,
      ["pictures of 1 of 3 key frames are not there", "more than DATA_LOADER.MAX_UNREADABLE 0.01 allows -> bring"])
    #expect(!pathExists(run), "\(partial.stderr)")
  }

  /// A copy of a frame list, in which some frames have names that no file has.
  private func listWithout(
    _ folder: Scratch, _ name: String, _ list: String, _ isMissing: (Int) -> Bool
  ) throws -> String {
    let rows = try String(contentsOfFile: Self.world + "/frame_lists/" + list, encoding: .utf8).split(separator: "\n")
    return try folder.file(
      name,
      rows.enumerated().map { row, text in
        // A header comes first.
        String(row > 0 && isMissing(row - 1) ? text.replacing(".jpg", with: ".gone.jpg") : text) + "\n"
      }.joined())
  }

  /// Half of what is kept, and checkpoints that either precision goes on with, which is said.
  @Test func trainsInMixedPrecision() throws {
    let output = Scratch()
    let warm = ["SOLVER.WARMUP_EPOCHS", "0.0"]
    let more = ["TEST.ENABLE", "False", "TRAIN.CHECKPOINT_PERIOD", "1", "TRAIN.EVAL_PERIOD", "100"]
    let mixed = Program.run(
      Self.call(output.path, more + ["TRAIN.MIXED_PRECISION", "True", "SOLVER.MAX_EPOCH", "1"] + warm))
    #expect(mixed.status == 0 && mixed.stderr.contains("rounded to bfloat16"), "\(mixed.stderr)")
    let file = try Checkpoint(path: output.path + "/checkpoints/checkpoint_epoch_00001.pyth")
    #expect(file.configText?.contains("MIXED_PRECISION: True") == true)
    let plain = Program.run(Self.call(output.path, more))
    #expect(plain.status == 0, "\(plain.stderr)")
    #expect(
      plain.stderr.contains(
        "was trained with TRAIN.MIXED_PRECISION True, and training goes on with TRAIN.MIXED_PRECISION False"),
      "\(plain.stderr)")
  }

  @Test(arguments: [
    (["TRAIN.ENABLE", "False"], "this command trains"),
    (["MULTIGRID.LONG_CYCLE", "True"], "SOLVER.STEPS"),
    (["AVA.TRAIN_LISTS", "['none.csv']"], "none.csv"),
    (["SOLVER.OPTIMIZING_METHOD", "adan"], "did you mean adam?"),
    (["TRAIN.BATCH_SIZE", "1000"], "TRAIN.BATCH_SIZE"),
    (["TRAIN.CHECKPOINT_FILE_PATH", "nowhere.pyth"], "nowhere.pyth"),
    (["TEST.CHECKPOINT_FILE_PATH", "other.pyth"], "the test after a training is of its last checkpoint"),
  ])
  func whatCannotBeTrained(_ pairs: [String], _ words: String) {
    let output = Scratch()
    let result = Program.run(Self.call(output.path, pairs))
    #expect(result.status != 0 && result.stderr.contains(words), "\(result.stderr)")
    #expect(!pathExists(output.path + "/checkpoints"))
  }

  /// Losses that are no numbers end the run, with the layer; what was saved stays.
  @Test func lossesThatAreNoNumbers() {
    let output = Scratch()
    let result = Program.run(
      Self.call(
        output.path, ["SOLVER.BASE_LR", "1e30", "SOLVER.WARMUP_EPOCHS", "0.0", "SOLVER.OPTIMIZING_METHOD", "sgd"]))
    #expect(result.status == 1 && result.stderr.contains("lower SOLVER.BASE_LR"), "\(result.stderr)")
  }

  /// Weights that an epoch's last step makes no numbers of are not saved, and not gone on from.
  @Test func weightsThatAreNoNumbers() throws {
    let output = Scratch()
    // An epoch is one step.
    let call = Self.call(
      output.path,
      [
        "SOLVER.BASE_LR", "0.001", "SOLVER.WARMUP_EPOCHS", "0.0", "SOLVER.OPTIMIZING_METHOD", "sgd", "TRAIN.BATCH_SIZE",
        "3",
      ]
        + ["SOLVER.LR_POLICY", "steps_with_relative_lrs", "SOLVER.STEPS", "[0, 1]", "SOLVER.LRS", "[1.0, 1e+45]"]
        + ["TRAIN.CHECKPOINT_PERIOD", "1", "TRAIN.EVAL_PERIOD", "100", "TEST.ENABLE", "False"])
    for _ in 0..<2 {
      let result = Program.run(call)
      expectFailure(
        result, ["training, epoch 2: after its last step '", "no checkpoint of it", "-> lower SOLVER.BASE_LR"])
      #expect(try listFolder(output.path + "/checkpoints") == ["checkpoint_epoch_00001.pyth"])
    }
  }

  /// A folder of videos beside others that no box names.
  @Test func learnsFromAFolderOfVideos() throws {
    let output = Scratch()
    let call = Self.call(
      output.path,
      ["SOLVER.MAX_EPOCH", "1", "SOLVER.WARMUP_EPOCHS", "0.0", "TEST.ENABLE", "False", "AVA.TEST_LISTS", "[]"],
      ["--videos", Self.world + "/frames"])
    let result = Program.run(call)
    expectSuccess(result)
    #expect(result.stderr.contains("/frames': 1 video that boxes name; not taken: "), "\(result.stderr)")
    let words = "nothing is validated, as AVA.TEST_LISTS [] (given as KEY VALUE) asks"
    #expect(result.stderr.contains(words), "\(result.stderr)")
    #expect(pathExists(output.path + "/checkpoints/checkpoint_epoch_00001.pyth"))
  }

  /// Two processes are one with twice the batch, where all have as many targets and batch norms share statistics, or keep
  /// theirs: a step from random weights, and two from trained ones. (More steps from random weights, on so few clips, make
  /// anything of rounding.)
  @Test(
    .enabled(if: pathExists("/usr/bin/mpirun.openmpi"), "needs OpenMPI's mpirun (apt-get install openmpi-bin)"),
    arguments: [
      (8, ["BN.NORM_TYPE", "sync_batchnorm"]),
      (
        4,
        [
          "MODEL.FROZEN_BN", "True", "SOLVER.BASE_LR", "0.001", "TRAIN.CHECKPOINT_EPOCH_RESET", "True",
          "TRAIN.CHECKPOINT_FILE_PATH", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_CLASSES.pyth",
        ]
      ),
    ])
  func twoProcessesAreOne(_ batch: Int, _ pairs: [String]) throws {
    let clips = Scratch()
    let drawn = Program.run(
      ["synth", "--dataset", "kinetics", "--split", "train", "--videos", "8", "--width", "64", "--height", "64"]
        + ["--output-dir", clips.path])
    #expect(drawn.status == 0, "\(drawn.stderr)")
    var ends: [[String: [Float]]] = []
    for processes in [1, 2] {
      let output = Scratch()
      let call =
        ["train", "--cfg", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_CLASSES.yaml", "--output-dir", output.path]
        + ["--threads", "1", "DATA.PATH_TO_DATA_DIR", clips.path, "DATA.PATH_PREFIX", clips.path]
        + ["TRAIN.DATASET", "kinetics", "TRAIN.BATCH_SIZE", "\(batch / processes)", "SOLVER.MAX_EPOCH", "1"]
        + ["SOLVER.WARMUP_EPOCHS", "0.0", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TRAIN_JITTER_SCALES", "[32, 40]"]
        + ["BN.USE_PRECISE_STATS", "False", "TEST.ENABLE", "False", "SOLVER.OPTIMIZING_METHOD", "sgd"]
        + ["SOLVER.BASE_LR", "0.05", "TRAIN.EVAL_PERIOD", "100", "MODEL.DROPOUT_RATE", "0.0"] + pairs
      let launcher = ["/usr/bin/mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "-n", "\(processes)"]
      let result = Program.run(through: launcher, call)
      #expect(result.status == 0, "\(result.stderr)")
      ends.append(try checkpoint(output.path, 1))
    }
    #expect(ends[0].keys.sorted() == ends[1].keys.sorted())
    for (name, one) in ends[0] {
      let two = ends[1][name] ?? []
      #expect(one.count == two.count, "\(name)")
      // Of whole tensors: a ReLU's input that is next to zero may be taken for either sign, which is one number's gradient.
      func norm(_ values: [Float]) -> Float { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let scale = max(norm(one), 1e-2 * Float(one.count).squareRoot())
      let apart = norm(zip(one, two).map { $0 - $1 })
      #expect(apart <= 1e-5 * scale, "\(name): \(apart) of \(scale)")
    }
  }
}

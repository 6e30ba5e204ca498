import Checkpoint
import Tensors
import TestSupport
import Testing

/// Little videos of people who do one thing, and calls of `slowfast train` on them.
struct SmallTraining {
  let clips = Scratch()

  init(videos: Int) {
    let drawn = Program.run(
      [
        "synth", "--dataset", "kinetics", "--split", "train", "--videos", "\(videos)", "--width", "64", "--height",
        "64",
      ]
        + ["--output-dir", clips.path])
    #expect(drawn.status == 0, "\(drawn.stderr)")
  }

  /// Trains a configuration of configs/demo on clips of 32 pixels, a few channels wide.
  func train(_ config: String, _ output: String, _ pairs: [String], _ options: [String] = []) -> Program.Result {
    Program.run(call(config, output, pairs, options))
  }

  /// The words of such a call.
  func call(_ config: String, _ output: String, _ pairs: [String], _ options: [String] = []) -> [String] {
    ["train", "--cfg", projectRoot + "/configs/demo/\(config).yaml", "--output-dir", output] + options
      + ["DATA.PATH_TO_DATA_DIR", clips.path, "DATA.PATH_PREFIX", clips.path, "RESNET.WIDTH_PER_GROUP", "4"]
      + ["DATA.TRAIN_CROP_SIZE", "32", "DATA.TRAIN_JITTER_SCALES", "[32, 40]", "SOLVER.WARMUP_EPOCHS", "0.0"]
      + ["TEST.ENABLE", "False", "TRAIN.CHECKPOINT_PERIOD", "1"] + pairs
  }

  /// All that a checkpoint holds, by name: the model's tensors and the optimizer's.
  static func checkpoint(_ path: String) throws -> [String: [Float]] {
    let file = try Checkpoint(path: path, withOptimizer: true)
    var result: [String: [Float]] = [:]
    for entry in file.entries { result[entry.name] = try file.tensor(entry.name).array }
    for (index, kept) in try file.optimizerState()?.parameters ?? [:] {
      for (name, tensor) in kept { result["\(index).\(name)"] = tensor.array }
    }
    return result
  }
}

import AVARecords
import Configuration
import Files
import FineTuning
import Foundation
import Kernels
import Synth
import TestSupport
import Geometry
import Testing

/// Little drawn worlds with two classes of our own: sitting, lying and getting up, and everything else but standing.
enum OwnClasses {
  /// Videos of both splits, rows and classes; drawn once a test run.
  static let folder: String = {
    let path = TemporaryFolder().path
    do {
      for (split, videos, seed) in [(Split.train, 2, 5), (.val, 1, 6)] {
        try SynthDataSet(
          seed: UInt64(seed), split: split, videos: videos, seconds: 6, size: ImageSize(width: 96, height: 64)
        ).write(to: path)
      }
      try writeFile(path + "/classes.txt", "# two of them\nlow down\nall else\n")
      for (from, to) in [("train_groundtruth.csv", "train.csv"), ("groundtruth.csv", "val.csv")] {
        let text = try String(contentsOfFile: path + "/annotations/" + from, encoding: .utf8)
        try writeFile(path + "/" + to, text.split(separator: "\n").map { own($0) + "\n" }.joined())
      }
    } catch { Issue.record("drawing worlds: \(error)") }
    atexit { _ = try? FileManager.default.removeItem(atPath: OwnClasses.folder) }
    return path
  }()

  /// A row with a class of ours; who stands does nothing of them.
  private static func own(_ row: Substring) -> String {
    var columns = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    columns[6] = ["6", "8", "11"].contains(columns[6]) ? "1" : columns[6] == "12" ? "" : "2"
    return columns.joined(separator: ",")
  }

  /// Copies the pictures of all videos, to be damaged.
  static func copyFrames(to path: String) throws {
    try FileManager.default.copyItem(atPath: folder + "/frames", toPath: path)
  }

  static let weights = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth"

  static func config(_ output: String, _ more: [String] = []) throws -> Configuration {
    var config = try Configuration.load(path: projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml")
    try config.apply(
      overrides: [
        "TRAIN.CHECKPOINT_FILE_PATH", weights, "OUTPUT_DIR", output, "MODEL.NUM_CLASSES", "2",
        "AVA.FRAME_DIR", folder + "/frames", "AVA.FRAME_LIST_DIR", folder + "/frame_lists",
        "AVA.TRAIN_GT_BOX_LISTS", "['\(folder)/train.csv']", "AVA.TRAIN_PREDICT_BOX_LISTS", "[]",
        "AVA.GROUNDTRUTH_FILE", folder + "/val.csv", "DATA.TEST_CROP_SIZE", "64", "DATA.TRAIN_CROP_SIZE", "64",
        "DATA.TRAIN_JITTER_SCALES", "[64, 72]", "TRAIN.BATCH_SIZE", "2", "SOLVER.MAX_EPOCH", "2",
        "SOLVER.WARMUP_EPOCHS", "0.0", "SOLVER.BASE_LR", "0.001", "BN.NUM_BATCHES_PRECISE", "2",
      ] + more)
    return config
  }

  static func labels() throws -> LabelMap { try ClassList.read(path: folder + "/classes.txt") }

  static func tuning(
    _ config: Configuration, _ freezing: Freezing = .backbone, _ change: (inout FineTuningOptions) -> Void = { _ in },
    findingPeople: (() throws -> Void)? = nil
  ) throws -> FineTuning {
    var options = FineTuningOptions(freezing)
    options.epochs = 4
    options.batchSize = 4
    change(&options)
    return try FineTuning(
      config, labels: labels(), options, engine: Engine(threads: 2), findingPeople: findingPeople)
  }
}

func writeFile(_ path: String, bytes: [UInt8]) throws {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit()
}

/// A folder that is deleted when its owner goes.
final class Scratch {
  let path: String
  private let folder = TemporaryFolder()

  init() { path = folder.path }

  deinit { folder.remove() }

  func file(_ name: String, _ text: String) throws -> String {
    let path = joinPath(path, name)
    try writeFile(path, text)
    return path
  }
}

import Augmentation
import Configuration
import Files
import Geometry
import ImageFiles
import Imaging
import Optimization
import Tensors
import TestSupport
import TrainingData
import Video

struct Unexpected: Error {}

/// Boxes that differ.
struct PixelBoxes {
  let box: PixelBox

  init(_ x: Double) { box = PixelBox(x1: x, y1: 0, x2: x + 1, y2: 1) }
}

/// A picture with a level in green, little blue and much red.
func picture(_ level: Int, width: Int = 32, height: Int = 32) -> Image {
  Image(
    size: ImageSize(width: width, height: height), order: .bgr,
    pixels: (0..<width * height).flatMap { _ in [20, UInt8(level), 200] })
}

/// A folder of pictures, videos and lists, which goes with its test.
final class Drawn {
  private let folder = TemporaryFolder()
  var path: String { folder.path }

  deinit { folder.remove() }

  /// Writes pictures 0.png and so on into a folder of their own, their levels rising by a step.
  func pictures(_ name: String, _ count: Int, step: Int = 3) throws {
    try makeFolder(path + "/" + name)
    for index in 0..<count { try writePNG(picture(index * step), to: path + "/\(name)/\(index).png") }
  }

  /// Writes a video of 30 frames a second whose levels rise by 2 from 20 on.
  func video(_ name: String, _ count: Int) throws {
    let writer = try VideoWriter(path: path + "/" + name, size: ImageSize(width: 64, height: 48), framesPerSecond: 30)
    for index in 0..<count { try writer.append(picture(20 + 2 * index, width: 64, height: 48)) }
    try writer.finish()
  }

  func list(_ name: String, _ text: String) throws { try writeFile(path + "/" + name, text) }

  /// Rows of a frame list of a folder's pictures.
  func rows(_ name: String, _ count: Int, _ labels: (Int) -> String = { _ in "\"\"" }) -> String {
    (0..<count).map { "\(name) 0 \($0) \(name)/\($0).png \(labels($0))\n" }.joined()
  }

  static let header = "original_vido_id video_id frame_id path labels\n"

  /// Four frames, one in two, at 32 pixels, of three classes; numbers of the network are those of the pictures over 255.
  func config(_ dataset: String, _ more: [String] = []) throws -> Configuration {
    var config = Configuration.defaults
    try config.apply(
      overrides: [
        "TRAIN.DATASET", dataset, "DATA.PATH_TO_DATA_DIR", path, "DATA.PATH_PREFIX", path, "AVA.FRAME_DIR", path,
        "AVA.FRAME_LIST_DIR", path, "AVA.ANNOTATION_DIR", path, "MODEL.NUM_CLASSES", "3", "DATA.NUM_FRAMES", "4",
        "DATA.SAMPLING_RATE", "2", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TRAIN_JITTER_SCALES", "[32, 32]", "DATA.MEAN",
        "[0.0, 0.0, 0.0]", "DATA.STD", "[1.0, 1.0, 1.0]", "DATA.RANDOM_FLIP", "False", "DATA.MULTI_LABEL",
        dataset == "charades" ? "True" : "False",
      ] + more)
    return config
  }
}

extension TrainingDataset {
  /// The examples of a sample in an epoch.
  func drawn(_ index: Int, epoch: Int = 0, _ config: Configuration) throws -> [TrainingExample] {
    var draws = SeededDraws(seed: 3, epoch: epoch, index: index)
    return try examples(index, SampleShape(config), &draws)
  }
}

extension TrainingExample {
  /// The bytes of the first pixel of each frame, channel by channel in the network's order.
  func levels(_ channel: Int = 1) -> [Int] {
    let plane = clip.extent.h * clip.extent.w * 3
    return (0..<clip.extent.t).map { Int((clip.start[$0 * plane + channel] * 255).rounded()) }
  }

  /// The rows of several classes.
  var rows: [[Float]] {
    guard case .soft(let tensor) = targets else { return [] }
    return (0..<tensor.shape[0]).map { row in
      Array(tensor.array[row * tensor.shape[1]..<(row + 1) * tensor.shape[1]])
    }
  }

  var classes: [Int] { if case .classes(let classes) = targets { classes } else { [] } }
}

/// What an error says, or "no error".
func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

/// The draws of an epoch's sample.
func seeded(_ epoch: Int) -> SeededDraws { SeededDraws(seed: 3, epoch: epoch, index: 0) }

import Checkpoint
import Configuration
import Geometry
import Imaging
import Inference
import Kernels
import ModelZoo
import TestSupport
import Tensors
import VideoModels

/// A configuration from the defaults and pairs of KEY VALUE.
func configured(_ overrides: [String]) throws -> Configuration {
  var config = Configuration.defaults
  try config.apply(overrides: overrides)
  return config
}

/// A thin Slow detector over four frames, one in two.
let thinDetector = [
  "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", "4",
  "DATA.SAMPLING_RATE", "2", "DATA.INPUT_CHANNEL_NUM", "[3]", "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC",
  "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2],[2],[2],[2]]", "RESNET.SPATIAL_STRIDES",
  "[[1],[2],[2],[1]]", "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[2]]", "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT",
  "sigmoid", "MODEL.NUM_CLASSES", "3", "DATA.TEST_CROP_SIZE", "32",
]

/// Writes random weights of a configuration as a file; only the projection of tensors named in `leaving` is left out.
func writeWeights(of config: Configuration, to path: String, leaving: Set<String> = []) throws {
  let asked = WeightReader(nil)
  _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
  let random = RandomWeights(seed: 3)
  let tensors = asked.report.missing.filter { !leaving.contains($0.name) }.map {
    (name: $0.name, tensor: random.tensor($0.name, $0.shape))
  }
  try writeSafetensors(tensors, to: path)
}

/// What an error says, or "no error".
func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

/// Seeded noise pictures of one size that can be told to break.
final class NoiseFrames: FrameSource {
  struct Broken: Error, Equatable { let frame: Int }

  let name: String
  let frameCount: Int
  private let broken: Int?
  private(set) var decodedCount = 0

  init(_ name: String, count: Int, broken: Int? = nil) {
    self.name = name
    frameCount = count
    self.broken = broken
  }

  let size = ImageSize(width: 48, height: 32)
  let framesPerSecond = 30.0

  func frame(at index: Int) throws -> Image {
    decodedCount += 1
    if index == broken { throw Broken(frame: index) }
    var generator = SeededGenerator(seed: UInt64(index) &+ UInt64(name.utf8.count) << 32)
    let pixels = (0..<32 * 48 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    return Image(size: size, order: .bgr, pixels: pixels)
  }
}

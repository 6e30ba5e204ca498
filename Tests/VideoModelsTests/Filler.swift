import Checkpoint
import Configuration
import Files
import Inference
import Kernels
import TestSupport
import Tensors
import VideoModels

/// SplitMix64 over the flat index, seeded by the name: numbers in [-1, 1) that the fixtures' script makes too.
func uniform(_ name: String, _ count: Int) -> [Double] {
  let seed = name.utf8.enumerated().reduce(0) { ($0 + Int($1.element) * ($1.offset + 1)) % 1_000_003 }
  let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  let start = UInt64(seed) &* golden &+ golden
  return (0..<count).map { index in
    var z = UInt64(index) &+ start
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z = z ^ (z >> 31)
    return Double(z >> 11) * 0x1p-53 * 2 - 1
  }
}

/// The tensor of a name, as the fixtures' script fills it.
func filled(_ name: String, _ shape: [Int], damping: Double = 1) -> Tensor {
  let spread = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
  var (offset, scale) = (0.0, name == "head.projection.weight" ? 0.3 * spread : spread)
  if name.contains("nonlocal") { scale *= damping }
  if name.hasSuffix("running_var") {
    (offset, scale) = (1, 0.5)
  } else if name.hasSuffix("running_mean") {
    (offset, scale) = (0, 0.1)
  } else if shape.count == 1 {
    (offset, scale) = name.hasSuffix(".weight") ? (0.6, 0.2) : (0, 0.1)
  } else if !name.hasSuffix(".weight") {
    // Tokens and positions.
    (offset, scale) = (0, 0.2)
  }
  let values = uniform(name, shape.reduce(1, *)).map { Float(offset + scale * $0) }
  return Tensor(shape, values)
}

/// The clip of a case: N, [T, H, W], C.
func filledClip(_ shape: [Int]) -> FeatureMap {
  FeatureMap(channelsFirst: Tensor(shape, uniform("input", shape.reduce(1, *)).map { Float(2 * $0) }))
}

/// A configuration from the defaults and pairs of KEY VALUE.
func configured(_ overrides: [String]) throws -> Configuration {
  var config = Configuration.defaults
  try config.apply(overrides: overrides)
  return config
}

/// Everything that an architecture asks of its weights: names and shapes.
func requested(_ architecture: Architecture) -> [LoadReport.Missing] {
  let weights = WeightReader(nil)
  _ = VideoModel(architecture, weights: weights, engine: Engine(threads: 1))
  return weights.report.missing
}

/// Builds a model the way the program does: weights written to a file, opened, looked up and reported on.
///
/// - Parameter replacing: Tensors that take the place of the filler's.
func loaded(
  _ architecture: Architecture, engine: Engine = Engine(threads: 2), damping: Double = 1,
  replacing: [String: Tensor] = [:]
) throws -> VideoModel {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  let path = folder.path + "/weights.safetensors"
  let tensors = requested(architecture).map { item in
    (name: item.name, tensor: replacing[item.name] ?? filled(item.name, item.shape, damping: damping))
  }
  try writeSafetensors(tensors, to: path)
  let weights = WeightReader(try Checkpoint(path: path))
  let model = VideoModel(architecture, weights: weights, engine: engine)
  try weights.report.check(allowPartial: false)
  guard weights.report.unused.isEmpty else { throw Unused(names: weights.report.unused) }
  return model
}

struct Unused: Error { let names: [String] }

/// A small SlowFast detector: 8 frames, res5 at stride 16.
let smallSlowFast = [
  "RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4", "SLOWFAST.ALPHA", "4", "DATA.NUM_FRAMES", "8",
  "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[3,3],[4,4],[6,6],[3,3]]", "RESNET.SPATIAL_STRIDES", "[[1,1],[2,2],[2,2],[1,1]]",
  "RESNET.SPATIAL_DILATIONS", "[[1,1],[1,1],[1,1],[2,2]]", "NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1],[]],[[],[]]]",
  "NONLOCAL.GROUP", "[[1,1],[1,1],[1,1],[1,1]]", "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid",
  "MODEL.NUM_CLASSES", "5",
]

/// A small Slow classifier of whole clips.
let smallSlow = [
  "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "8", "DATA.NUM_FRAMES", "4",
  "DATA.INPUT_CHANNEL_NUM", "[3]", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "96", "MODEL.NUM_CLASSES", "5",
]

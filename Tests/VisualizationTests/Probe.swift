import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import TestSupport
import Tensors
import VideoModels
import Visualization

/// A small network of a configuration with seeded weights: built for gradients of its scores, and for inference.
struct Probe {
  let cam: GradCAM
  let evaluated: VideoModel
  let clip: FeatureMap
  var model: TrainableModel { cam.model }

  /// Narrow, of five classes, over few frames.
  static let small: [String: [String]] = [
    "Kinetics/C2D_8x8_R50": [
      "RESNET.WIDTH_PER_GROUP", "8", "DATA.NUM_FRAMES", "4", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64",
    ],
    "Kinetics/SLOWFAST_4x16_R50": [
      "RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4", "DATA.NUM_FRAMES", "16", "DATA.TRAIN_CROP_SIZE", "64",
      "DATA.TEST_CROP_SIZE", "64",
    ],
    "Kinetics/X3D_XS": ["DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64"],
    "AVA/SLOWFAST_32x2_R50_SHORT": [
      "RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4", "DATA.NUM_FRAMES", "16",
    ],
  ]

  /// - Parameters:
  ///   - side: Of the clip.
  ///   - change: What is made of the weights before both networks are built.
  init(_ name: String, side: Int = 64, _ more: [String] = [], seed: UInt64 = 3) throws {
    let config = try Configuration.load(
      path: projectRoot + "/configs/\(name).yaml", overrides: Self.small[name]! + ["MODEL.NUM_CLASSES", "5"] + more,
      rules: ModelRules())
    let architecture = try Architecture(config)
    let engine = Engine(threads: 2)
    let trainable = try TrainableModel(
      architecture, weights: WeightReader(random: seed), engine: engine, .evaluation)
    cam = GradCAM(trainable)
    evaluated = VideoModel(architecture, weights: WeightReader(random: seed), engine: engine)
    let frames = architecture.backbone.frames
    clip = FeatureMap(zeros: 1, Extent3(frames, side, side), channels: 3)
    var random = SplitMix(seed: seed)
    for index in 0..<clip.positions * 3 { clip.start[index] = random.next() }
  }
}

/// Numbers from -1 to 1.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Float((z ^ (z >> 31)) >> 40) / Float(1 << 23) - 1
  }
}

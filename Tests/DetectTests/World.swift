import Configuration
import Files
import Geometry
import ImageFiles
import Imaging
import Inference
import Kernels
import TestSupport
import Tensors

/// A configuration from the defaults and pairs of KEY VALUE.
func configured(_ overrides: [String]) throws -> Configuration {
  var config = Configuration.defaults
  try config.apply(overrides: overrides)
  return config
}

/// What an error says, or "no error".
func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

/// A thin Slow detector over four frames, one in four.
private let thinDetector = [
  "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", "4",
  "DATA.SAMPLING_RATE", "4", "DATA.INPUT_CHANNEL_NUM", "[3]", "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC",
  "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2],[2],[2],[2]]", "RESNET.SPATIAL_STRIDES",
  "[[1],[2],[2],[1]]", "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[2]]", "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT",
  "sigmoid", "DATA.TEST_CROP_SIZE", "48",
]

/// A little data set on the disk: noise pictures, lists, and a thin network with random weights.
struct World {
  let folder = TemporaryFolder()
  var labels = [1: "stand", 3: "say \"hi\""]
  var frames: [(video: String, count: Int)] = [("b", 100), ("a", 100)]
  /// The proposals' file.
  var proposals = ""
  var groundTruth: String?
  var exclusions = ""
  var overrides: [String] = []

  /// Writes the files: four pictures that the frame list shows in turns.
  func config() throws -> Configuration {
    for number in 0..<4 { try writePNG(noise(seed: UInt64(number)), to: "\(folder.path)/\(number).png") }
    var list = "original_vido_id video_id frame_id path labels\n"
    for (video, count) in frames { for n in 0..<count { list += "\(video) 0 \(n) \(n / 3 % 4).png \"\"\n" } }
    try writeFile(folder.path + "/list.csv", list)
    try writeFile(folder.path + "/proposals.csv", proposals)
    try writeFile(folder.path + "/exclusions.csv", exclusions)
    let map = labels.sorted { $0.key < $1.key }.map { id, name in
      "item {\n  name: '\(name)'\n  id: \(id)\n}\n"
    }
    try writeFile(folder.path + "/labels.pbtxt", map.joined())
    if let groundTruth { try writeFile(folder.path + "/truth.csv", groundTruth) }
    let files = [
      "AVA.FRAME_DIR", folder.path, "AVA.FRAME_LIST_DIR", folder.path, "AVA.ANNOTATION_DIR", folder.path,
      "AVA.TEST_LISTS", "['list.csv']", "AVA.TEST_PREDICT_BOX_LISTS", "['proposals.csv']", "AVA.LABEL_MAP_FILE",
      "labels.pbtxt", "AVA.EXCLUSION_FILE", exclusions.isEmpty ? "" : "exclusions.csv", "AVA.GROUNDTRUTH_FILE",
      groundTruth == nil ? "" : "truth.csv", "AVA.DETECTION_SCORE_THRESH", "0.8", "MODEL.NUM_CLASSES", "3",
    ]
    return try configured(thinDetector + files + overrides)
  }

  private func noise(seed: UInt64) -> Image {
    var generator = SeededGenerator(seed: seed)
    let pixels = (0..<48 * 64 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    return Image(size: ImageSize(width: 64, height: 48), order: .bgr, pixels: pixels)
  }
}

/// A network of the configuration with random weights.
func randomModel(_ config: Configuration) throws -> LoadedModel {
  try LoadedModel(config, WeightOptions(randomSeed: 5), engine: Engine(threads: 2))
}

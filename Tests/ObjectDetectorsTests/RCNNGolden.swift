import Files
import Geometry
import JSON
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// A recorded run of another library: its numbers stand in a folder beside the project.
struct RCNNGolden: Sendable, CustomTestStringConvertible {
  let name: String
  let family: RCNNFamily
  var file = "checkpoint.pth"
  var input = "input.png"
  /// What the files of the run's numbers begin with.
  var prefix = ""
  /// What the library's numbers of classes have before the first one.
  var firstClass = 0
  /// Whether the published sizes and counts leave decisions to rounding, so that sets are compared.
  var comparesSets = false

  var testDescription: String { "\(name)/\(prefix)\(file)" }
  var folder: String { sharedFolder! + "/golden/detector/\(name)" }

  static let all: [RCNNGolden] = [
    RCNNGolden(name: "d2_r50_fpn", family: .detectron2, file: "checkpoint.pkl"),
    RCNNGolden(name: "d2_r50_fpn", family: .detectron2),
    RCNNGolden(name: "d2_r50_fpn_800", family: .detectron2, comparesSets: true),
    RCNNGolden(name: "d2_x101_32x8d_fpn", family: .detectron2, file: "checkpoint.pkl", input: "input.jpg"),
    RCNNGolden(name: "c2_x101_ava", family: .detectron1InDetectron2, file: "checkpoint.pkl"),
    RCNNGolden(name: "c2_x101_ava", family: .detectron1, file: "checkpoint.pkl", prefix: "d1_"),
    RCNNGolden(name: "tv_r50_fpn", family: .torchvision, firstClass: 1),
    RCNNGolden(name: "tv_r50_fpn_v2", family: .torchvision, firstClass: 1),
    RCNNGolden(name: "mm_r50_fpn", family: .mmdetection),
  ]

  func json(_ file: String) throws -> JSONValue {
    try JSONReader.read(readFile("\(folder)/\(file)", doing: "reading a golden case"))
  }

  /// The rows of an array, [boxes, numbers].
  func rows(_ file: String) throws -> [[Float]] {
    let tensor = try Tensor(npy: "\(folder)/\(prefix)\(file).npy")
    let width = tensor.shape[1]
    return (0..<tensor.shape[0]).map { Array(tensor.array[$0 * width..<($0 + 1) * width]) }
  }

  /// The sizes, counts and thresholds of the run.
  func settings(_ settings: RCNNSettings) throws -> RCNNSettings {
    var settings = settings
    guard let facts = try json("case.json")["facts"] else { return settings }
    func number(_ key: String) -> Double { facts[key]?.number ?? .nan }
    settings.shortSide = Int(number("min_size"))
    settings.longestSide = Int(number("max_size"))
    settings.candidatesPerLevel = Int(number("pre_nms_topk"))
    settings.proposals = Int(number("post_nms_topk"))
    return settings
  }
}

extension JSONValue {
  var number: Double? { if case .number(let number) = self { number.double } else { nil } }
  var words: String { if case .string(let words) = self { words } else { "" } }
}

/// What a library calls a stage, as `RCNNTrace` has it; nil for those that it has not.
func canonical(_ stage: String, headLayers: Int) -> String? {
  let digits = Int(String(stage.reversed().prefix { $0.isNumber }.reversed()))
  let stem = stage.prefix { !$0.isNumber }.drop { $0 == "_" }
  if stage.hasPrefix("layer"), let digits { return "res\(digits + 1)" }
  if stage == "fpn_pool" { return "p6" }
  if stage.hasPrefix("fpn"), let digits { return "p\(digits + 2)" }
  if stage.hasPrefix("head_conv"), let digits { return "conv\(digits + 1)" }
  if stage == "head" { return "fc\(headLayers)" }
  if stage.hasSuffix("before_relu") { return nil }
  for kind in ["objectness", "deltas", "anchors"] where stem.hasPrefix(kind) {
    if stage.contains("_p"), !stage.hasSuffix("pool") { return stage }
    return stage.hasSuffix("pool") ? "\(kind)_p6" : digits.map { "\(kind)_p\($0 + 2)" }
  }
  return stage
}

/// The gap between two boxes: the largest of their corners'.
func gap(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  zip(a, b).prefix(4).map { abs($0 - $1) }.max() ?? 0
}

extension DetectorBox {
  var corners: [Float] { [x1, y1, x2, y2] }
}

extension DetectedObject {
  /// Corners, score, number of the class.
  func row(firstClass: Int = 0) -> [Float] {
    [Float(box.x1), Float(box.y1), Float(box.x2), Float(box.y2), score, Float(classIndex + firstClass)]
  }
}

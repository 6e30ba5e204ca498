import Checkpoint
import Configuration
import Foundation
import Inference
import Kernels
import ModelZoo
import NN
import TestSupport
import Tensors
import Testing
import VideoModels

private let folder = projectRoot + "/Tests/Fixtures/PyTorchVideo"

/// A network of PyTorchVideo's builders; see the README beside the cases.
struct PyTorchVideoCase: Decodable, CustomTestStringConvertible {
  let name: String
  let config: String
  let overrides: [String]
  let input: [Int]
  /// "name 8x3x1x7x7"
  let tensors: [String]

  var testDescription: String { name }

  var configuration: Configuration {
    get throws {
      try Configuration.load(path: "\(projectRoot)/configs/\(config).yaml", overrides: overrides, rules: ModelRules())
    }
  }

  /// The weights under the names that the library gives them.
  func weights(prefix: String = "") -> [(name: String, tensor: Tensor)] {
    tensors.map { line in
      let parts = line.split(separator: " ")
      let shape = parts[1].split(separator: "x").map { Int($0)! }
      let tensor = filled(String(parts[0]), shape)
      if parts[0].hasSuffix(".proj.weight") {
        for index in 0..<tensor.count { tensor.mutableValues[index] *= 0.3 }
      }
      return (prefix + String(parts[0]), tensor)
    }
  }

  static let all: [PyTorchVideoCase] = {
    guard let data = FileManager.default.contents(atPath: folder + "/cases.json") else { return [] }
    return (try? JSONDecoder().decode([PyTorchVideoCase].self, from: data)) ?? []
  }()
}

/// R(2+1)D and CSN.
struct FactorisedTests {
  private func checkpoint(_ items: [(name: String, tensor: Tensor)]) throws -> Checkpoint {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors(items, to: folder.path + "/w.safetensors")
    return try Checkpoint(path: folder.path + "/w.safetensors", naming: PySlowFastNames())
  }

  /// The program's way from a file to a model.
  private func model(_ config: Configuration, _ checkpoint: Checkpoint, _ engine: Engine) throws -> VideoModel {
    var architecture = try Architecture(config)
    let notices = try #require(PeerNetwork(checkpoint)).adapt(&architecture, config)
    #expect(notices == [])
    let weights = WeightReader(checkpoint)
    let model = VideoModel(architecture, weights: weights, engine: engine)
    try weights.report.check(allowPartial: false)
    #expect(weights.report.unused == [])
    return model
  }

  @Test func allCasesAreRead() { #expect(PyTorchVideoCase.all.count == 3) }

  @Test(arguments: PyTorchVideoCase.all) func agreesWithPyTorchVideo(_ item: PyTorchVideoCase) throws {
    let checkpoint = try checkpoint(item.weights())
    var config = try item.configuration
    for (kind, activation) in [("scores", "softmax"), ("logits", "none")] {
      try config.set("MODEL.HEAD_ACT", activation)
      let found = try model(config, checkpoint, Engine(threads: 2)).classify(filledClip(item.input))
      let expected = try Tensor(npy: "\(folder)/\(item.name)_\(kind).npy")
      #expect(found.shape == expected.shape)
      #expect(difference(found.array, expected.array, .network, "\(item.name) \(kind)") == nil)
    }
  }

  /// PySlowFast's wrappers save the same network after `model.`.
  @Test(arguments: PyTorchVideoCase.all) func wrappersFilesAreTheSame(_ item: PyTorchVideoCase) throws {
    let own = try checkpoint(item.weights()).entries.map(\.name)
    #expect(try checkpoint(item.weights(prefix: "model.")).entries.map(\.name) == own)
    #expect(Set(own) == Set(requested(try Architecture(item.configuration)).map(\.name)))
  }

  private static let small = [
    "RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", "8", "DATA.TRAIN_CROP_SIZE", "32", "MODEL.NUM_CLASSES", "5",
  ]
  static let configs = ["R2PLUS1D_16x4_R50", "CSN_32x2_R101"]

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(
      path: "\(projectRoot)/configs/Kinetics/pytorchvideo/\(name).yaml", overrides: more, rules: ModelRules())
  }

  @Test(arguments: configs) func fastAndPlainAgree(_ name: String) throws {
    let architecture = try Architecture(config(name, Self.small + ["RESNET.DEPTH", "50"]))
    let clip = filledClip([2, 3, 8, 48, 40])
    let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
    let (found, expected) = (
      try loaded(architecture).classify(clip), try loaded(architecture, engine: plain).classify(clip)
    )
    #expect(found.shape == [2, 5])
    #expect(difference(found.array, expected.array, .network) == nil)
  }

  /// CSN's 3x3x3 convolutions run in the kernel for channels by themselves, strides in time included.
  @Test func separatedChannelsHaveTheirKernel() throws {
    let model = VideoModel(
      try Architecture(config("CSN_32x2_R101", Self.small)), weights: WeightReader(random: 1),
      engine: Engine(threads: 1))
    let separated = model.network.convolutions.filter { $0.shape.groups > 1 }
    #expect(separated.count == 33 && separated.allSatisfy { $0.shape.kernel == Extent3(3, 3, 3) })
    #expect(separated.filter { $0.shape.stride.t == 2 }.count == 3)
    #expect(separated.allSatisfy { $0.algorithm == .depthwise })
  }

  /// Extents after each stage, as the strides of the papers' tables leave them; only the layout is made.
  @Test func stages() throws {
    func shapes(_ name: String, _ frames: String) throws -> [[Int]] {
      let overrides = ["RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", frames]
      let model = VideoModel(
        try Architecture(config(name, overrides)), weights: WeightReader(random: 1), engine: Engine(threads: 1))
      return try model.plan(batch: 1, height: 256, width: 320, keepingNamed: true).named.map {
        [$0.map.channels, $0.map.extent.t, $0.map.extent.h, $0.map.extent.w]
      }
    }
    #expect(
      try shapes("R2PLUS1D_16x4_R50", "16") == [
        [4, 16, 128, 160], [16, 16, 64, 80], [32, 16, 32, 40], [64, 8, 16, 20], [128, 4, 8, 10],
      ])
    #expect(
      try shapes("CSN_32x2_R101", "32") == [
        [4, 32, 64, 80], [16, 32, 64, 80], [32, 16, 32, 40], [64, 8, 16, 20], [128, 4, 8, 10],
      ])
  }

  /// Parameters of the published networks, in millions: PySlowFast's page of them.
  @Test(arguments: [("R2PLUS1D_16x4_R50", 28.11), ("CSN_32x2_R101", 22.21)])
  func parameters(_ name: String, _ millions: Double) throws {
    let asked = requested(try Architecture(config(name)))
    let learned = asked.filter { !$0.name.hasSuffix("running_mean") && !$0.name.hasSuffix("running_var") }
    let count = learned.reduce(0) { $0 + $1.shape.reduce(1, *) }
    #expect((Double(count) / 1e4).rounded() / 100 == millions)
  }

  /// By hand: every weight is 0 but those that carry the stem's constant, 1, along the shortcuts.
  @Test(arguments: configs) func constantsGoAlongTheShortcuts(_ name: String) throws {
    let architecture = try Architecture(
      config(name, Self.small + ["RESNET.WIDTH_PER_GROUP", "2", "RESNET.DEPTH", "50", "MODEL.HEAD_ACT", "none"]))
    var replacing: [String: Tensor] = [:]
    for item in requested(architecture) {
      let isShortcut = item.name.hasSuffix("branch1.weight")
      let isVariance = item.name.hasSuffix("running_var")
      let isScale = item.name.hasSuffix("branch1_bn.weight")
      let isStart = item.name == "s1.pathway0_stem.bn.bias"
      let isScore = item.name == "head.projection.weight"
      // The root of variance + 1e-5 is 1.
      let value: Float = isVariance ? 1 - 1e-5 : isShortcut || isScale || isStart || isScore ? 1 : 0
      replacing[item.name] = Tensor(item.shape, [Float](repeating: value, count: item.shape.reduce(1, *)))
    }
    let scores = try loaded(architecture, replacing: replacing).classify(filledClip([1, 3, 8, 32, 32])).array
    // 2 channels to 8 of the sum of 2, those to 16 of the sum of 8, 32 of 16, 64 of 32; the scores are the sum of 64.
    let expected = Float(2 * 8 * 16 * 32 * 64)
    #expect(scores.allSatisfy { abs($0 / expected - 1) < 1e-4 }, "\(scores), expected \(expected)")
  }

  @Test(
    arguments: [
      (["DATA.NUM_FRAMES", "12"], "CSN leaves one of 8 frames", "make NUM_FRAMES a multiple of 8"),
      (
        ["MODEL.ARCH", "r2plus1d"], "no such architecture for this model",
        "set MODEL.MODEL_NAME PTVR2plus1D, or set MODEL.ARCH csn"
      ),
      (["RESNET.DEPTH", "18"], "50, 101 or 152 for CSN, found 18", "choose one of them"),
      (
        ["RESNET.WIDTH_PER_GROUP", "16384"], "a stage would have 65536 channels, and takes 1 to 16384 channels",
        "RESNET.WIDTH_PER_GROUP 16384 (given as KEY VALUE) -> set them as a published config does"
      ),
      (["DATA.TEST_CROP_SIZE", "160"], "averages over 7x7 places", "at least as large as training's"),
    ])
  func impossibleNetworksAreErrors(_ overrides: [String], _ problem: String, _ advice: String) {
    let result = Result { try config("CSN_32x2_R101", overrides) }
    guard case .failure(let error) = result else {
      Issue.record("no error for \(overrides)")
      return
    }
    let message = "\(error)"
    #expect(message.contains(problem) && message.contains(advice), "\(message)")
  }
}

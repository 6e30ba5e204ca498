import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import Tensors
import TestSupport
import Testing
import VideoModels

/// One convolution that looks at every second frame.
private struct SmallBackbone: Backbone {
  let frames: Int
  let width: Int

  var inputs: [PathwayInput] { [PathwayInput(channels: 3, frames: Array(stride(from: 0, to: frames, by: 2)))] }
  var featureChannels: [Int] { [width] }
  var featureStride: Int { 2 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let shape = ConvolutionShape(
      3, width, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    return [
      builder.convolution(
        inputs[0], shape, builder.weights["small"], "conv", norm: "bn", epilogue: .relu,
        widthKey: Key.resnetWidthPerGroup.name)
    ]
  }
}

/// The family of docs/extending.md.
private struct SmallFamily: ModelFamily {
  var modelNames: [String] { ["Small"] }
  var archs: [String] { ["small"] }
  var keys: [String] { [Key.resnetWidthPerGroup.name] }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    if config[.dataNumFrames] % 2 == 0 { return [] }
    throw .impossible(
      problem: "the network takes every second frame", keys: [config.cite(.dataNumFrames)],
      remedy: "make NUM_FRAMES even")
  }

  func backbone(_ config: Configuration) -> SmallBackbone {
    SmallBackbone(frames: config[.dataNumFrames], width: config[.resnetWidthPerGroup])
  }

  func classificationHead(_ config: Configuration, _ activation: Activation, on backbone: SmallBackbone) -> any Head {
    ClassificationHead(classes: config[.modelNumClasses], activation: activation, window: nil)
  }

  var firstModules: [String] { ["small"] }

  func recognise(_ tensors: TensorIndex) -> Recognition? {
    guard let width = tensors.shape("small.conv.weight")?.first else { return nil }
    var network = Recognition("Small")
    network.set(.modelArch, "small")
    network.set(.modelModelName, "Small")
    network.set(.resnetWidthPerGroup, "\(width)")
    return network
  }
}

/// The same with a head for boxes of its own.
private struct BoxedFamily: ModelFamily {
  private let small = SmallFamily()

  var modelNames: [String] { ["Small"] }
  var archs: [String] { ["small"] }
  var keys: [String] { [] }

  func backbone(_ config: Configuration) -> SmallBackbone { small.backbone(config) }

  func classificationHead(_ config: Configuration, _ activation: Activation, on backbone: SmallBackbone) -> any Head {
    small.classificationHead(config, activation, on: backbone)
  }

  func boxHead(_ config: Configuration, _ activation: Activation, on backbone: SmallBackbone) throws -> any Head {
    guard backbone.width < 100 else {
      throw ModelConfigurationError.impossible(
        key: Key.resnetWidthPerGroup.name, found: "\(backbone.width)", expected: "less than 100", todo: "set 64")
    }
    return RoIHead(classes: config[.modelNumClasses], activation: activation, resolution: 3, stride: 5, aligned: true)
  }
}

/// A family is written with what the module shows to all.
@Suite struct OwnFamilyTests {
  private func config(_ frames: String) throws -> Configuration {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "MODEL.MODEL_NAME", "Small", "MODEL.ARCH", "small", "DATA.NUM_FRAMES", frames, "MODEL.NUM_CLASSES", "5",
      "RESNET.WIDTH_PER_GROUP", "6",
    ])
    return config
  }

  @Test func itsNetworkRuns() throws {
    let (family, config) = (SmallFamily(), try config("4"))
    #expect(try family.check(config) == [])
    let backbone = family.backbone(config)
    let architecture = Architecture(
      backbone: backbone, head: family.classificationHead(config, .softmax, on: backbone))
    let model = VideoModel(architecture, weights: WeightReader(random: 1), engine: Engine(threads: 1))
    let clip = FeatureMap(zeros: 1, Extent3(4, 8, 8), channels: 3)
    #expect(try model.classify(clip).shape == [1, 5])
    let odd = try self.config("5")
    #expect(throws: ConfigurationError.self) { try family.check(odd) }
  }

  /// The RoI head at the distance of the features, unless the family has another one.
  @Test func itsHeadForBoxes() throws {
    var config = try config("4")
    try config.apply(overrides: ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"])
    let plain = try #require(try Architecture(config, families: [SmallFamily()]).head as? RoIHead)
    #expect(plain.stride == 2 && plain.resolution == 7 && plain.classes == 5)
    let own = try #require(try Architecture(config, families: [BoxedFamily()]).head as? RoIHead)
    #expect(own.stride == 5 && own.resolution == 3 && own.aligned)
    // What it refuses is said as soon as the configuration is read.
    try config.apply(overrides: ["RESNET.WIDTH_PER_GROUP", "100"])
    let error = #expect(throws: ConfigurationError.self) { _ = try BoxedFamily().check(config) }
    #expect("\(try #require(error))".contains("less than 100, found 100 (given as KEY VALUE)"))
    try config.apply(overrides: ["DETECTION.ENABLE", "False"])
    #expect(try BoxedFamily().check(config) == [])
  }

  /// Its names are known, so that what stands before them is.
  @Test func prefixesOfWrappersAreLeftOut() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/w.safetensors"
    func names(_ names: [String], _ families: [any ModelFamily]) throws -> [String] {
      try writeSafetensors(names.map { ($0, Tensor(zeros: [2])) }, to: path)
      return try Checkpoint(path: path, naming: PySlowFastNames(families: families)).entries.map(\.name).sorted()
    }
    let own = ["small.bn.bias", "small.conv.weight"]
    let wrapped = own.map { "net.mine." + $0 }
    let families: [any ModelFamily] = modelFamilies + [SmallFamily()]
    #expect(try names(wrapped, families) == own)
    #expect(try names(wrapped + ["loss.weight"], families) == ["loss.weight"] + own)
    #expect(try names(own + ["small.gate.small.weight"], families) == own + ["small.gate.small.weight"])
    // Nobody's names: the usual wrapper alone, or nothing.
    #expect(try names(wrapped + ["loss.weight"], modelFamilies) == ["loss.weight"] + wrapped)
  }

  /// What nobody builds is told without the families' help.
  @Test func transformersOfPyTorchVideoAreRefused() throws {
    let file = try save(
      ["patch_embed.patch_model.weight", "blocks.0.attn.qkv.weight"].map { ($0, Tensor(zeros: [2])) })
    let obstacle = try #require(ArchitectureGuess(file, families: [SmallFamily()]).obstacle)
    #expect(
      obstacle.reason
        == "it holds PyTorchVideo's MViT, a transformer ('patch_embed.patch_model.weight'), which this program cannot run"
    )
  }

  @Test func itsFilesAreRecognised() throws {
    let file = try save([("small.conv.weight", Tensor(zeros: [7, 3, 1, 3, 3]))])
    let network = try #require(SmallFamily().recognise(TensorIndex(file)))
    #expect(network.settings.map(\.key) == ["MODEL.ARCH", "MODEL.MODEL_NAME", "RESNET.WIDTH_PER_GROUP"])
    #expect(SmallFamily().recognise(TensorIndex(try save([("a", Tensor(zeros: [1]))]))) == nil)
  }
}

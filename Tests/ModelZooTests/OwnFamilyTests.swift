import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import Tensors
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

  func recognise(_ tensors: TensorIndex) -> Recognition? {
    guard let width = tensors.shape("small.conv.weight")?.first else { return nil }
    var network = Recognition("Small")
    network.set(.modelArch, "small")
    network.set(.modelModelName, "Small")
    network.set(.resnetWidthPerGroup, "\(width)")
    return network
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

  @Test func itsFilesAreRecognised() throws {
    let file = try save([("small.conv.weight", Tensor(zeros: [7, 3, 1, 3, 3]))])
    let network = try #require(SmallFamily().recognise(TensorIndex(file)))
    #expect(network.settings.map(\.key) == ["MODEL.ARCH", "MODEL.MODEL_NAME", "RESNET.WIDTH_PER_GROUP"])
    #expect(SmallFamily().recognise(TensorIndex(try save([("a", Tensor(zeros: [1]))]))) == nil)
  }
}

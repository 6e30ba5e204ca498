import Checkpoint
import Configuration
import Inference
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
    network.traits = ["small"]
    network.hasPublishedWidths = width == 6
    return network
  }

  var published: [PublishedModel] {
    [
      PublishedModel(
        library: "Our zoo", traits: ["small", "400"], name: "Small 4x16", config: "configs/small.yaml",
        number: "50.0 top-1", status: .loads)
    ]
  }
}

/// The same with a head for boxes of its own.
private struct BoxedFamily: ModelFamily {
  private let small = SmallFamily()

  var modelNames: [String] { ["Small"] }
  var archs: [String] { ["small"] }
  var keys: [String] { [] }
  var valueRules: [String: ValueRule] {
    [Key.resnetTransFunc.name: ValueRule(names: ["none"], advice: "give none")]
  }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] { try small.check(config) }

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

  /// What the family has published is named as PySlowFast's own is; of networks that it has not, overrides are.
  @Test func itsPublishedNetworksAreNamed() throws {
    let families: [any ModelFamily] = modelFamilies + [SmallFamily()]
    func text(_ classes: String) throws -> String {
      var config = try config("4")
      try config.apply(overrides: ["MODEL.NUM_CLASSES", classes])
      let asked = WeightReader(nil)
      _ = VideoModel(try Architecture(config, families: families), weights: asked, engine: Engine(threads: 1))
      let file = try save(asked.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) })
      return describe(file, families: families) { $0 == "configs/small.yaml" ? config : nil }
    }
    let known = try text("400")
    #expect(known.contains("\nconfig        configs/small.yaml, as it stands\n"), "\(known)")
    #expect(known.contains("\npublished     Our zoo's Small 4x16: 50.0 top-1\n"), "\(known)")
    let own = try text("5")
    #expect(!own.contains("\nconfig  ") && own.contains("\n  RESNET.WIDTH_PER_GROUP 6\n"), "\(own)")
    #expect(own.contains("\n  DATA.NUM_FRAMES 8\n") && !own.contains("RESNET.DEPTH"), "\(own)")
  }

  /// The RoI head at the distance of the features, unless the family has another one.
  @Test func itsHeadForBoxes() throws {
    var config = try config("4")
    try config.apply(overrides: ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"])
    let plain = try #require(try Architecture(config, families: [SmallFamily()]).head as? RoIHead)
    #expect(plain.stride == 2 && plain.resolution == 7 && plain.classes == 5)
    let own = try #require(try Architecture(config, families: [BoxedFamily()]).head as? RoIHead)
    #expect(own.stride == 5 && own.resolution == 3 && own.aligned)
  }

  private static let boxed = [
    "MODEL.MODEL_NAME", "Small", "MODEL.ARCH", "small", "DATA.NUM_FRAMES", "4", "DETECTION.ENABLE", "True",
    "MODEL.HEAD_ACT", "sigmoid", "RESNET.WIDTH_PER_GROUP", "6",
  ]

  /// Beside a check of its own: the names of values, and what the backbone and the head refuse.
  @Test(arguments: [
    (["DATA.NUM_FRAMES", "5"], "the network takes every second frame"),
    (["RESNET.WIDTH_PER_GROUP", "100"], "less than 100, found 100 (given as KEY VALUE)"),
    (["RESNET.TRANS_FUNC", "basic_transform"], "must be none for Small, found 'basic_transform' (given as KEY VALUE)"),
  ])
  func allIsCheckedAsSoonAsItIsRead(_ overrides: [String], _ words: String) throws {
    let families: [any ModelFamily] = modelFamilies + [BoxedFamily()]
    var config = Configuration(rules: ModelRules(families: families))
    try config.apply(overrides: Self.boxed)
    let error = #expect(throws: ConfigurationError.self) { try config.apply(overrides: overrides) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(words), "\(message)")
  }

  /// Families are those of the call, throughout.
  @Test func nobodyElseKnowsIt() throws {
    let families: [any ModelFamily] = modelFamilies + [SmallFamily()]
    var known = Configuration(rules: ModelRules(families: families))
    try known.apply(overrides: Self.boxed)
    #expect(known.notices == [])
    var unknown = Configuration(rules: ModelRules())
    let error = #expect(throws: ConfigurationError.self) { try unknown.apply(overrides: Self.boxed) }
    #expect("\(try #require(error))".contains("must be a model of PySlowFast, found 'Small'"))

    // Its file under another's configuration.
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config("4"), families: families), weights: asked, engine: Engine(threads: 1))
    let file = try save(asked.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) })
    var slow = Configuration.defaults
    try slow.apply(overrides: ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow"])
    let reader = WeightReader(file)
    _ = reader.tensor("s1.pathway0_stem.conv.weight", [64, 3, 1, 7, 7])
    let guess = ArchitectureGuess(file, families: families)
    #expect(
      LoadHints(reader.report, guess, slow, families: families).changes
        == "MODEL.ARCH small MODEL.MODEL_NAME Small RESNET.WIDTH_PER_GROUP 6 MODEL.NUM_CLASSES 5")
    #expect(LoadHints(reader.report, guess, slow).changes == nil)
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

  /// A model and its weights, of a file that has a wrapper's names or lacks tensors.
  @Test func itsWeightsAreLoaded() throws {
    let families: [any ModelFamily] = modelFamilies + [SmallFamily()]
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/w.safetensors"
    var config = Configuration(rules: ModelRules(families: families))
    try config.apply(
      overrides: Self.boxed + [
        "MODEL.NUM_CLASSES", "3", "TEST.CHECKPOINT_FILE_PATH", path, "DETECTION.ENABLE", "False",
      ])
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config, families: families), weights: asked, engine: Engine(threads: 1))
    let tensors =
      asked.report.missing.map { ("net.mine." + $0.name, Tensor(zeros: $0.shape)) } + [
        ("loss.weight", Tensor(zeros: [2]))
      ]
    func load() throws -> LoadedModel {
      try LoadedModel(config, WeightOptions(), engine: Engine(threads: 1), families: families)
    }
    try writeSafetensors(tensors, to: path)
    #expect(try load().model.architecture.backbone is SmallBackbone)
    #expect(throws: ModelConfigurationError.self) {
      try LoadedModel(config, WeightOptions(), engine: Engine(threads: 1))
    }
    // What does not suit is said with the family's keys.
    try config.apply(overrides: ["RESNET.WIDTH_PER_GROUP", "7"])
    let error = #expect(throws: CheckpointError.self) { try load() }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains("-> set RESNET.WIDTH_PER_GROUP 6, as these weights have it"), "\(message)")
  }

  @Test func itsFilesAreRecognised() throws {
    let file = try save([("small.conv.weight", Tensor(zeros: [7, 3, 1, 3, 3]))])
    let network = try #require(SmallFamily().recognise(TensorIndex(file)))
    #expect(network.settings.map(\.key) == ["MODEL.ARCH", "MODEL.MODEL_NAME", "RESNET.WIDTH_PER_GROUP"])
    #expect(SmallFamily().recognise(TensorIndex(try save([("a", Tensor(zeros: [1]))]))) == nil)
  }
}

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import Tensors
import TestSupport
import Testing
import VideoModels

/// One convolution that looks at every second frame; in the library it has a bias instead of a normalisation.
private struct SmallBackbone: Backbone {
  let frames: Int
  let width: Int
  var isNormalised = true

  var inputs: [PathwayInput] { [PathwayInput(channels: 3, frames: Array(stride(from: 0, to: frames, by: 2)))] }
  var featureChannels: [Int] { [width] }
  var featureStride: Int { 2 }

  func build(_ builder: inout NetworkBuilder, _ inputs: [Value]) -> [Value] {
    let shape = ConvolutionShape(
      3, width, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1))
    return [
      builder.convolution(
        inputs[0], shape, builder.weights["small"], "conv", norm: isNormalised ? "bn" : nil, epilogue: .relu,
        hasBias: !isNormalised)
    ]
  }
}

private struct SmallFamily: ModelFamily {
  var mappings: [any PeerMapping] = [SmallInPyTorchVideo()]

  var modelNames: [String] { ["Small"] }
  var archs: [String] { ["small"] }
  var keys: [String] { [] }
  var peers: [any PeerMapping] { mappings }

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

/// The mapping of docs/extending.md.
private struct SmallInPyTorchVideo: PeerMapping {
  var isWrapped = false

  var library: String { "PyTorchVideo" }
  var archs: [String] { ["small"] }

  private func modules(_ prefix: String) -> [PeerNetwork.Module] {
    [("patch.proj", "small.conv"), ("classifier", "head.projection")].map {
      PeerNetwork.Module(own: prefix + $0.0, model: $0.1)
    }
  }

  func read(_ file: PeerFile) -> PeerReading? {
    guard let prefix = ["", "model."].first(where: { file.has($0 + "patch.proj.weight") }) else { return nil }
    if let name = file.first(containing: "patch.second.") {
      return .unsupported(library: library, what: "Small of two patches", example: name)
    }
    var semantics = PeerSemantics()
    semantics.pixels = PeerPixels(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
    semantics.backbone = PeerSmall()
    return .network(
      PeerNetwork(library: library, modules: modules(prefix), scoresBoxes: false, semantics: semantics))
  }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers {
    var layers = ConvertedLayers(modules: modules(network.isWrapped ? "model." : ""))
    if network.tensors.shape("small.gate.weight") != nil { layers.obstacles = ["a gate"] }
    layers.notices = ["the patches are 3x3 there"]
    return layers
  }

  /// Folds the normalisation.
  func prepare(_ weights: inout NamedWeights) {
    func values(_ name: String) -> [Float]? { weights.tensor("small.bn." + name)?.array }
    guard let scale = values("weight"), let shift = values("bias"), let mean = values("running_mean"),
      let variance = values("running_var"), let convolution = weights.tensor("small.conv.weight")
    else { return }
    let factors = zip(scale, variance).map { $0 / ($1 + 1e-5).squareRoot() }
    let depth = convolution.count / factors.count
    let folded = convolution.array.enumerated().map { $0.element * factors[$0.offset / depth] }
    weights.tensors.removeAll { $0.name.hasPrefix("small.bn.") || $0.name == "small.conv.weight" }
    let bias = factors.indices.map { shift[$0] - mean[$0] * factors[$0] }
    weights.tensors.append(("small.conv.weight", Tensor(convolution.shape, folded)))
    weights.tensors.append(("small.conv.bias", Tensor([bias.count], bias)))
    weights.notices.append("the normalisation is part of the convolution there")
  }
}

/// The library's backbone, as a file holds it.
private struct PeerSmall: PeerBackbone {
  var strangers: [String] { [] }
  var decisiveKeys: [String] { [Key.dataNumFrames.name] }

  func adapt(_ backbone: inout SmallBackbone, _ adaptation: inout PeerAdaptation) throws(PeerError) {
    if adaptation.config[.dataNumFrames] > 16 {
      throw .impossible(problem: "they see 16 frames at most", remedy: "set DATA.NUM_FRAMES 16")
    }
    backbone.isNormalised = false
    adaptation.notices.append("\(adaptation.library) has no normalisation")
  }

  func describe(_ network: inout Recognition, of peer: PeerNetwork) { network.set(.dataNumFrames, "4") }

  func becomePySlowFast(_ weights: inout NamedWeights) {
    guard let place = weights.tensors.firstIndex(where: { $0.name == "small.conv.bias" }) else { return }
    let bias = weights.tensors.remove(at: place).tensor
    func all(_ value: Float) -> Tensor { Tensor(bias.shape, [Float](repeating: value, count: bias.count)) }
    weights.tensors += [
      ("small.bn.weight", all(1)), ("small.bn.bias", bias), ("small.bn.running_mean", all(0)),
      ("small.bn.running_var", all(1 - 1e-5)),
    ]
  }
}

/// A family that nobody else knows brings its networks in another library along.
@Suite struct OwnPeerTests {
  private let families: [any ModelFamily] = modelFamilies + [SmallFamily()]

  private func open(_ items: [(name: String, tensor: Tensor)], _ families: [any ModelFamily]) throws -> Checkpoint {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors(items, to: folder.path + "/w.safetensors")
    return try Checkpoint(path: folder.path + "/w.safetensors", naming: PySlowFastNames(families: families))
  }

  private static let there: [(name: String, shape: [Int])] = [
    ("patch.proj.weight", [6, 3, 1, 3, 3]), ("patch.proj.bias", [6]), ("classifier.weight", [5, 6]),
    ("classifier.bias", [5]),
  ]
  private static let here: [(name: String, shape: [Int])] = [
    ("small.conv.weight", [6, 3, 1, 3, 3]), ("small.bn.weight", [6]), ("small.bn.bias", [6]),
    ("small.bn.running_mean", [6]), ("small.bn.running_var", [6]), ("head.projection.weight", [5, 6]),
    ("head.projection.bias", [5]),
  ]

  private func random(_ items: [(name: String, shape: [Int])]) -> [(name: String, tensor: Tensor)] {
    items.map { name, shape in
      let tensor = RandomWeights(seed: 7).tensor(name, shape)
      // Normalisations that change something, and no variance below 0.
      let isOfNorm = name.contains(".bn.")
      return (name, isOfNorm ? Tensor(shape, tensor.array.map { 0.5 + abs($0) }) : tensor)
    }
  }

  private func config(_ frames: String = "4") throws -> Configuration {
    var config = Configuration.defaults
    try config.apply(overrides: [
      "DATA.NUM_FRAMES", frames, "MODEL.NUM_CLASSES", "5", "RESNET.WIDTH_PER_GROUP", "6",
    ])
    return config
  }

  /// The scores of the network that the weights are of.
  private func scores(_ checkpoint: Checkpoint) throws -> [Float] {
    let config = try config()
    let backbone = SmallFamily().backbone(config)
    var architecture = Architecture(
      backbone: backbone, head: SmallFamily().classificationHead(config, .softmax, on: backbone))
    _ = try PeerNetwork(checkpoint, families: families)?.adapt(&architecture, config)
    let weights = WeightReader(checkpoint)
    let model = VideoModel(architecture, weights: weights, engine: Engine(threads: 1))
    try weights.report.check(allowPartial: false)
    let clip = FeatureMap(zeros: 1, Extent3(4, 8, 8), channels: 3)
    for position in 0..<clip.positions {
      for channel in 0..<3 {
        clip.set(Float((position * 7 + channel * 3) % 11) - 4, position: position, channel: channel)
      }
    }
    return try model.classify(clip).array
  }

  @Test func aFileIsRecognised() throws {
    let file = try open(random(Self.there), families)
    #expect(file.entries.map(\.name).contains("small.conv.bias"))
    #expect(file.notices == ["the tensors have PyTorchVideo's names and are read under PySlowFast's"])
    let guess = ArchitectureGuess(file, families: families)
    #expect(guess.network?.summary == "Small" && guess.obstacle == nil && guess.head == .clips(dataSet: nil))
    #expect(guess.network?.settings.contains { $0.key == "DATA.NUM_FRAMES" && $0.value == "4" } == true)
    #expect(PeerNetwork(file, families: families)?.pixels?.mean == [0.5, 0.5, 0.5])
    // Without the family it is nobody's.
    let unknown = try open(random(Self.there), modelFamilies)
    #expect(unknown.entries.map(\.name).contains("patch.proj.bias"))
    #expect(ArchitectureGuess(unknown).network == nil && PeerNetwork(unknown) == nil)
  }

  @Test func whatTheLibraryHasBesideIsRefused() throws {
    let file = try open(random(Self.there) + random([("patch.second.weight", [1])]), families)
    let text = try #require(ArchitectureGuess(file, families: families).obstacle).reason
    #expect(
      text
        == "it holds a network of PyTorchVideo: Small of two patches ('patch.second.weight'), which this program cannot run"
    )
  }

  @Test func theBackboneBecomesTheLibrarys() throws {
    let peer = try #require(PeerNetwork(try open(random(Self.there), families), families: families))
    var architecture = Architecture(
      backbone: SmallBackbone(frames: 4, width: 6),
      head: ClassificationHead(classes: 5, activation: .softmax, window: nil))
    #expect(try peer.adapt(&architecture, config()) == ["PyTorchVideo has no normalisation"])
    #expect((architecture.backbone as? SmallBackbone)?.isNormalised == false)
    #expect(throws: PeerError.impossible(problem: "they see 16 frames at most", remedy: "set DATA.NUM_FRAMES 16")) {
      try peer.adapt(&architecture, config("32"))
    }
    // Another family's stays as it is.
    var slow = Configuration.defaults
    try slow.apply(overrides: ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow"])
    var other = try Architecture(slow)
    let before = "\(other.backbone)"
    #expect(try peer.adapt(&other, slow) == [])
    #expect("\(other.backbone)" == before)
  }

  @Test func fromTheLibrary() throws {
    let file = try open(random(Self.there), families)
    let carried = try WeightConversion(file, to: .pyslowfast, families: families)
    #expect(
      Set(carried.tensors.map(\.name)) == Set(Self.here.map(\.name)), "\(carried.tensors.map(\.name))")
    #expect(
      carried.notices == [
        "the names no longer tell whose weights these are; their config must say: DATA.NUM_FRAMES 4 DATA.MEAN "
          + "\"[0.5, 0.5, 0.5]\" DATA.STD \"[0.25, 0.25, 0.25]\""
      ])
    let own = try open(carried.tensors, families)
    #expect(PeerNetwork(own, families: families) == nil)
    #expect(difference(try scores(own), try scores(file), .network) == nil)
  }

  @Test func toTheLibrary() throws {
    let own = try open(random(Self.here), families)
    let carried = try WeightConversion(own, to: .pytorchvideo, families: families)
    #expect(Set(carried.tensors.map(\.name)) == Set(Self.there.map(\.name)))
    #expect(
      carried.notices == [
        "the normalisation is part of the convolution there",
        "the head is written as one that scores clips: the file does not say", "the patches are 3x3 there",
      ])
    let there = try open(carried.tensors, families)
    #expect(PeerNetwork(there, families: families)?.library == "PyTorchVideo")
    #expect(difference(try scores(there), try scores(own), .network) == nil)
  }

  @Test func whatTheLibraryHasNotIsNotCarried() throws {
    func message(_ items: [(name: String, shape: [Int])], _ families: [any ModelFamily]) throws -> String {
      let own = try open(random(items), families)
      let error = #expect(throws: ConversionError.self) {
        _ = try WeightConversion(own, to: .pytorchvideo, families: families)
      }
      return error.map { "\($0)" } ?? ""
    }
    let text = "PyTorchVideo has no network with what these weights need: "
    #expect(try message(Self.here + [("small.gate.weight", [6])], families).contains(text + "a gate -> "))
    #expect(try message(Self.here + [("small.odd.weight", [6])], families).contains(text + "'small.odd.weight' -> "))
    let without = modelFamilies + [SmallFamily(mappings: [])]
    #expect(try message(Self.here, without).contains(text + "the layers of Small -> "))
  }

  /// PySlowFast has it from the library.
  @Test func wrapped() throws {
    let families = modelFamilies + [SmallFamily(mappings: [SmallInPyTorchVideo(isWrapped: true)])]
    for items in [Self.there, Self.here] {
      let carried = try WeightConversion(try open(random(items), families), to: .pyslowfast, families: families)
      #expect(Set(carried.tensors.map(\.name)) == Set(Self.there.map { "model." + $0.name }))
      #expect(carried.notices.last?.hasPrefix("PySlowFast has this network from PyTorchVideo, under whose") == true)
    }
  }
}

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// What a file's own configuration says of its network, on the way to other names: none of it is in the tensors.
@Suite struct OwnConfigTests {
  /// A file of the network of a configuration, with that configuration in it.
  private func file(_ overrides: [String], configText: String?) throws -> Checkpoint {
    var config = Configuration.defaults
    try config.apply(overrides: overrides)
    return try file(config, configText: configText)
  }

  private func file(_ config: Configuration, configText: String?, hasHead: Bool = true) throws -> Checkpoint {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    let tensors = asked.report.missing.filter { hasHead || !$0.name.hasPrefix("head.") }
    return try open(tensors.map { ($0.name, Tensor(zeros: $0.shape)) }, configText: configText)
  }

  private func open(_ tensors: [(name: String, tensor: Tensor)], configText: String?) throws -> Checkpoint {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/own.pyth"
    try writeTorch(tensors, epoch: 1, configText: configText, to: path)
    return try Checkpoint(path: path, naming: PySlowFastNames())
  }

  private func shipped(_ name: String, _ overrides: [String]) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: overrides, rules: ModelRules())
  }

  private func refusal(_ file: Checkpoint, _ names: WeightNames = .pytorchvideo) -> String {
    let error = #expect(throws: ConversionError.self) { _ = try WeightConversion(file, to: names) }
    return error.map { "\($0)" } ?? ""
  }

  private static let thin = ["RESNET.WIDTH_PER_GROUP", "2", "RESNET.DEPTH", "50", "DATA.NUM_FRAMES", "8"]
  private static let boxes = ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MODEL.NUM_CLASSES", "80"]
  private static let slow =
    thin + boxes + [
      "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.SPATIAL_STRIDES", "[[1],[2],[2],[1]]",
      "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[2]]",
    ]

  /// Of a detector of the hub's own: what another block of lines changes.
  private static func text(
    detection: String = "", resNet: String = "", model: String = "  MODEL_NAME: ResNet\n  ARCH: slow\n"
  ) -> String {
    "MODEL:\n\(model)DETECTION:\n  ENABLE: true\n  ALIGNED: false\n\(detection)RESNET:\n"
      + "  SPATIAL_STRIDES: [[1], [2], [2], [1]]\n  SPATIAL_DILATIONS: [[1], [1], [1], [2]]\n\(resNet)"
  }

  @Test func aDetectorLikeTheHubsIsWritten() throws {
    let notices = try WeightConversion(try file(Self.slow, configText: Self.text()), to: .pytorchvideo).notices
    #expect(!notices.contains { $0.contains("RoIAlign") }, "\(notices)")
    let without = try WeightConversion(try file(Self.slow, configText: nil), to: .pytorchvideo).notices
    #expect(without.contains { $0.contains("RoIAlign with aligned False") }, "\(without)")
    // The library's own file says so by its names, whatever the configuration that stands in it has for stages.
    let hub = try WeightConversion(try file(Self.slow, configText: nil), to: .pytorchvideo).tensors
    for text in [nil, "DETECTION:\n  ENABLE: true\n"] {
      let again = try WeightConversion(try open(hub, configText: text), to: .pytorchvideo).notices
      #expect(!again.contains { $0.contains("RoIAlign") }, "\(again)")
    }
  }

  /// What a part of a configuration does not give is not its word.
  @Test(arguments: [
    "DETECTION:\n  ENABLE: true\n", "MODEL:\n  ARCH: slow\nDETECTION:\n  ENABLE: true\nRESNET:\n  DEPTH: 50\n",
  ])
  func partsOfAConfigurationRefuseNothing(_ text: String) throws {
    let notices = try WeightConversion(try file(Self.slow, configText: text), to: .pytorchvideo).notices
    #expect(notices.contains { $0.contains("RoIAlign with aligned False") }, "\(notices)")
  }

  /// Without a head nobody knows whether a res5 is that of a detector.
  @Test func stagesWithoutAHead() throws {
    var config = Configuration.defaults
    try config.apply(overrides: Self.slow)
    let notices = try WeightConversion(try file(config, configText: Self.text(), hasHead: false), to: .pytorchvideo)
      .notices
    #expect(notices.contains("there is no head to write"), "\(notices)")
  }

  /// A head that lacks its matrix is one all the same, and not whole.
  @Test func halfAHeadIsNotWritten() throws {
    var config = Configuration.defaults
    try config.apply(overrides: Self.slow)
    let whole = try file(config, configText: Self.text())
    let half = whole.entries.filter { $0.name != "head.projection.weight" }
    let message = refusal(try open(half.map { ($0.name, Tensor(zeros: $0.shape)) }, configText: Self.text()))
    #expect(
      message.contains("it lacks 1 tensor of its network (Slow R50): 'head.projection.weight' -> fetch the file again"),
      "\(message)")
  }

  /// Who looks at a file hears of its gaps before the configs that would suit it whole.
  @Test func gapsAreDescribed() throws {
    var config = Configuration.defaults
    try config.apply(overrides: Self.slow)
    let whole = try file(config, configText: Self.text())
    #expect(!describe(whole).contains("of its network"))
    let rest = whole.entries.filter { !$0.name.hasPrefix("s3.pathway0_res1.branch2.b.") }
    let damaged = describe(
      try open(
        rest.map { ($0.name, Tensor(zeros: $0.shape)) } + [("extra.weight", Tensor(zeros: [2]))],
        configText: Self.text()))
    #expect(damaged.contains(" of its network (Slow"), "\(damaged.prefix(1500))")
    #expect(damaged.contains("'s3.pathway0_res1.branch2.b.weight' -> fetch the file again"), "\(damaged.prefix(1500))")
    #expect(damaged.contains("and is not read: 'extra.weight'"), "\(damaged.prefix(1500))")
  }

  /// PySlowFast's wrapper passes over the fast pathway's dilations of res4 and res5.
  @Test func dilationsThatWrappersPassOver() throws {
    func own(_ name: String) throws -> Checkpoint {
      try file(
        try shipped("Kinetics/SLOWFAST_8x8_R50", ["RESNET.WIDTH_PER_GROUP", "8"]),
        configText: "MODEL:\n  MODEL_NAME: \(name)\n  ARCH: slowfast\nDETECTION:\n  ENABLE: false\nRESNET:\n"
          + "  SPATIAL_STRIDES: [[1, 1], [2, 2], [2, 2], [2, 2]]\n"
          + "  SPATIAL_DILATIONS: [[1, 1], [1, 1], [1, 2], [1, 2]]\n")
    }
    let message = refusal(try own("SlowFast"))
    #expect(message.contains("a res4 of strides [2, 2] and dilations [1, 2]"), "\(message)")
    _ = try WeightConversion(try own("PTVSlowFast"), to: .pytorchvideo)
  }

  @Test(arguments: [
    (text(detection: "  ALIGNED: true\n"), "RoIAlign of 7x7 with aligned True, as the file's own config has it"),
    (text(model: "  MODEL_NAME: PTVResNet\n  ARCH: slow\n"), "RoIAlign of 7x7 with aligned True"),
    (text(detection: "  ROI_XFORM_RESOLUTION: 14\n"), "RoIAlign of 14x14 with aligned False"),
    (text(detection: "  SPATIAL_SCALE_FACTOR: 32\n"), "boxes on features 32 pixels apart"),
    (text(resNet: "  STRIDE_1X1: true\n"), "strides in the blocks' first convolutions (RESNET.STRIDE_1X1 True)"),
    (text(resNet: "  SPATIAL_STRIDES: [[1], [1], [2], [1]]\n"), "a res3 of strides [1] and dilations [1]"),
    (text(resNet: "  SPATIAL_DILATIONS: [[1], [1], [2], [2]]\n"), "a res4 of strides [2] and dilations [2]"),
  ])
  func whatTheHubsDetectorsDoOtherwiseIsRefused(_ text: String, _ words: String) throws {
    let message = refusal(try file(Self.slow, configText: text))
    #expect(message.contains("PyTorchVideo has no network with what these weights need: " + words), "\(message)")
  }

  /// The clip heads of the same files need no RoIAlign.
  @Test func clipsNeedNoBoxes() throws {
    let clips = Self.thin + ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "MODEL.NUM_CLASSES", "400"]
    let text = "MODEL:\n  MODEL_NAME: ResNet\n  ARCH: slow\nDETECTION:\n  ENABLE: false\n  ALIGNED: true\n"
    #expect(try WeightConversion(try file(clips, configText: text), to: .pytorchvideo).notices == [])
  }

  /// The pool of frames after res2 leaves no trace either.
  @Test func thePoolOfFramesIsTheConfigs() throws {
    let own = Self.thin + ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "c2d", "MODEL.NUM_CLASSES", "400"]
    func written(_ text: String?) throws -> (isPooled: Bool, isSaid: Bool) {
      let conversion = try WeightConversion(try file(own, configText: text), to: .pytorchvideo)
      return (
        conversion.tensors.contains { $0.name.hasPrefix("blocks.5.res_blocks.") },
        conversion.notices.contains { $0.contains("pooled by two") }
      )
    }
    let head = "DETECTION:\n  ENABLE: false\n"
    #expect(try written(nil) == (true, true))
    // A configuration that says nothing of the network is none of it.
    #expect(try written(head) == (true, true))
    #expect(try written("MODEL:\n  MODEL_NAME: ResNet\n  ARCH: c2d\n" + head) == (true, false))
    for (name, arch) in [("ResNet", "2d"), ("ResNet_nopool", "c2d")] {
      let text = "MODEL:\n  MODEL_NAME: \(name)\n  ARCH: \(arch)\n" + head
      #expect(try written(text) == (false, false), "\(name)")
      // What is written tells the architecture that does not pool.
      let hub = try WeightConversion(try file(own, configText: text), to: .pytorchvideo).tensors
      #expect(ArchitectureGuess(try open(hub, configText: nil)).network?.value(.modelArch) == "slow_c2d")
    }
  }

  private static let x3d = [
    "MODEL.MODEL_NAME", "X3D", "MODEL.ARCH", "x3d", "X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0",
    "X3D.DIM_C5", "24",
  ]
  private static let csn = thin + ["MODEL.MODEL_NAME", "PTVCSN", "MODEL.ARCH", "csn"]

  /// The hub has detectors of SlowFast and Slow alone.
  @Test(arguments: [x3d, csn, thin + ["MODEL.MODEL_NAME", "PTVR2plus1D", "MODEL.ARCH", "r2plus1d"]])
  func detectorsThatTheHubHasNot(_ network: [String]) throws {
    let file = try file(network + Self.boxes, configText: "DETECTION:\n  ENABLE: true\n  ALIGNED: false\n")
    let message = refusal(file)
    #expect(message.contains("PyTorchVideo has no network with what these weights need: a head that scores boxes"))
  }

  /// What PySlowFast has from PyTorchVideo scores clips there.
  @Test func detectorsThatPySlowFastHasNot() throws {
    let detector = try file(Self.csn + Self.boxes, configText: "DETECTION:\n  ENABLE: true\n")
    let message = refusal(detector, .pyslowfast)
    #expect(message.contains("PySlowFast has no network with what these weights need: a head that scores boxes"))
    // As many classes as AVA has do not make a detector of it.
    for text in [nil, "DETECTION:\n  ENABLE: false\n"] {
      let clips = try WeightConversion(
        try file(Self.csn + ["MODEL.NUM_CLASSES", "80"], configText: text), to: .pyslowfast)
      #expect(clips.tensors.contains { $0.name == "model.blocks.5.proj.weight" })
      #expect(clips.notices.contains { $0.hasPrefix("the head is written as one that scores clips") } == (text == nil))
    }
  }

  @Test(arguments: [
    ("  STRIDE_1X1: true\n", "strides in the blocks' first convolutions"),
    (
      "  SPATIAL_DILATIONS: [[1], [1], [1], [2]]\n",
      "dilated stages (RESNET.SPATIAL_DILATIONS [[1], [1], [1], [2]] (line"
    ),
  ])
  func whatTheHubsX3DDoesOtherwiseIsRefused(_ lines: String, _ words: String) throws {
    #expect(refusal(try file(Self.x3d, configText: "RESNET:\n" + lines)).contains(words))
    _ = try WeightConversion(try file(Self.x3d, configText: "RESNET:\n  STRIDE_1X1: false\n"), to: .pytorchvideo)
  }

  /// Of these the tensors tell.
  @Test func theHubsX3DIsChannelwise() throws {
    let wide = Self.x3d + ["X3D.CHANNELWISE_3x3x3", "False", "X3D.BOTTLENECK_FACTOR", "2.0"]
    let message = refusal(try file(wide, configText: nil))
    #expect(message.contains("convolutions of several channels (X3D.CHANNELWISE_3x3x3 False)"), "\(message)")
  }

  /// The published detectors are those of AVA's classes.
  @Test(arguments: [80, 60]) func detectorsOfOnesOwnClasses(_ classes: Int) throws {
    let asked = WeightReader(nil)
    let config = try shipped("AVA/SLOW_8x8_R50_SHORT", ["MODEL.NUM_CLASSES", "\(classes)"])
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    let file = try saveZeros(
      asked.report.missing.map { ($0.name, $0.shape) }, configText: "DETECTION:\n  ENABLE: true\n")
    let reader = WeightReader(file)
    _ = reader.tensor("s1.pathway0_stem.conv.weight", [24, 1, 5, 1, 1])
    let hints = LoadHints(reader.report, ArchitectureGuess(file), try shipped("Kinetics/X3D_S", []))
    #expect((hints.changes == nil) == (classes == 80), "\(hints.changes ?? "")")
    #expect((hints.otherConfig?.contains("configs/AVA/") == true) == (classes == 80), "\(hints.otherConfig ?? "")")
  }

  /// Under the configuration of one of PySlowFast's wrappers, PyTorchVideo's files are read as it reads them, and so
  /// are those that carry one; nobody else's.
  @Test(arguments: [("ResNet", nil, false), ("PTVResNet", nil, true), ("ResNet", "PTVResNet", true)])
  func wrappersAlignBoxes(_ name: String, _ saved: String?, _ isAligned: Bool) throws {
    let hub = try WeightConversion(try file(Self.slow, configText: Self.text()), to: .pytorchvideo).tensors
    let text = saved.map { "MODEL:\n  MODEL_NAME: \($0)\n  ARCH: slow\n" }
    let peer = try #require(PeerNetwork(try open(hub, configText: text)))
    var config = Configuration.defaults
    try config.apply(overrides: Self.slow + ["MODEL.MODEL_NAME", name])
    var architecture = try Architecture(config)
    _ = try peer.adapt(&architecture, config)
    #expect((architecture.head as? RoIHead)?.aligned == isAligned)
  }

  /// The wrapper dilates no fast pathway.
  @Test(arguments: [("SlowFast", [2, 2]), ("PTVSlowFast", [2, 1])])
  func wrappersDilateTheSlowPathway(_ name: String, _ dilations: [Int]) throws {
    let config = try shipped(
      "AVA/SLOWFAST_32x2_R50_SHORT", ["RESNET.WIDTH_PER_GROUP", "8", "MODEL.MODEL_NAME", name])
    let own = try WeightConversion(try file(config, configText: nil), to: .pytorchvideo).tensors
    let peer = try #require(PeerNetwork(try open(own, configText: nil)))
    var architecture = try Architecture(config)
    _ = try peer.adapt(&architecture, config)
    #expect((architecture.backbone as? ResNetBackbone)?.stages.last?.map(\.dilation) == dilations)
  }
}

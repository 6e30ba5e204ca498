import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// What `inspect` advises makes the file's network of any configuration, and where nothing does nothing is advised.
@Suite struct AdviceTests {
  private let folder = TemporaryFolder()

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: more)
  }

  private func entries(_ config: Configuration) throws -> [(name: String, tensor: Tensor)] {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    return asked.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) }
  }

  private func open(_ items: [(name: String, tensor: Tensor)], cfg: String? = nil) throws -> Checkpoint {
    let path = folder.path + "/w.pyth"
    try writeTorch(items, epoch: nil, configText: cfg, to: path)
    return try Checkpoint(path: path, naming: PySlowFastNames())
  }

  /// The lines before the tensors, and the overrides, as words of a call.
  private func told(_ checkpoint: Checkpoint) -> (lines: [String], overrides: [String]) {
    let lines = describe(checkpoint).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let head = Array(lines.prefix { !$0.isEmpty })
    guard let start = lines.firstIndex(where: { $0.hasPrefix("overrides that suit") }) else { return (head, []) }
    let words = lines[(start + 1)...].prefix { $0.hasPrefix("  ") }.flatMap { line in
      line.dropFirst(2).split(separator: " ", maxSplits: 1).map { String($0.filter { $0 != "\"" }) }
    }
    return (head, words)
  }

  private func words(_ architecture: Architecture) -> String { "\(architecture.backbone) \(architecture.head)" }

  private static let thin = ["RESNET.WIDTH_PER_GROUP", "8", "MODEL.NUM_CLASSES", "7"]
  private static let thinX3D = ["X3D.WIDTH_FACTOR", "0.5", "X3D.DIM_C5", "24", "X3D.DEPTH_FACTOR", "1.0"]
  private static let boxes = ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"]
  private static let clips = ["DETECTION.ENABLE", "False", "MODEL.HEAD_ACT", "softmax"]

  private static let deep = thin + ["RESNET.DEPTH", "101"]
  private static let long = thin + ["SLOWFAST.FUSION_KERNEL_SZ", "9"]
  /// The features of networks that PySlowFast has no boxes for.
  private static let wide = boxes + ["DETECTION.SPATIAL_SCALE_FACTOR", "32"]

  /// Networks for which no config of the project is named.
  private static let networks: [(String, [String])] = [
    ("AVA/SLOW_8x8_R50_SHORT", deep + ["DETECTION.ROI_XFORM_RESOLUTION", "5"]),
    ("AVA/c2/SLOWFAST_32x2_R50", long + ["RESNET.NUM_GROUPS", "2", "DETECTION.ALIGNED", "True"]),
    ("AVA/c2/SLOWFAST_32x2_R101_50_50", long + clips + ["NONLOCAL.INSTANTIATION", "softmax"]),
    ("Kinetics/c2/I3D_NLN_8x8_R50", deep + ["RESNET.STRIDE_1X1", "True", "MULTIGRID.SHORT_CYCLE", "True"]),
    (
      "Kinetics/SLOW_8x8_R50",
      thin + ["RESNET.DEPTH", "18", "RESNET.TRANS_FUNC", "basic_transform"]
        + ["RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2], [2], [2], [1]]", "DATA.TRAIN_CROP_SIZE", "160"]
    ),
    ("Kinetics/X3D_L", thinX3D + ["MODEL.NUM_CLASSES", "7", "DATA.TRAIN_CROP_SIZE", "160"]),
    ("Kinetics/X3D_S", thinX3D + wide + ["X3D.CHANNELWISE_3x3x3", "False", "X3D.BOTTLENECK_FACTOR", "2.0"]),
    ("Kinetics/pytorchvideo/CSN_32x2_R101", thin),
    ("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", thin + wide),
  ]

  /// Nothing, other families', and the same families' with other values of what they read.
  private func bases() throws -> [Configuration] {
    [
      .defaults,
      try config("Kinetics/X3D_XS", ["X3D.BN_LIN5", "True", "RESNET.SPATIAL_DILATIONS", "[[1], [1], [2], [2]]"]),
      try config("Kinetics/pytorchvideo/CSN_32x2_R101"),
      try config(
        "AVA/c2/SLOWFAST_64x2_R101_50_50",
        [
          "SLOWFAST.ALPHA", "16", "DATA.TRAIN_CROP_SIZE", "160", "NONLOCAL.GROUP", "[[1, 1], [1, 1], [2, 1], [1, 1]]",
          "DETECTION.SPATIAL_SCALE_FACTOR", "8", "DETECTION.ROI_XFORM_RESOLUTION", "14",
        ]),
      try config(
        "Kinetics/c2/I3D_NLN_8x8_R50",
        [
          "NONLOCAL.POOL", "[[[1, 1, 1]], [[1, 1, 1]], [[1, 1, 1]], [[1, 1, 1]]]", "DATA.NUM_FRAMES", "12",
          "MODEL.HEAD_ACT", "none", "DATA.TEST_CROP_SIZE", "300", "RESNET.NUM_GROUPS", "2",
          "RESNET.SPATIAL_STRIDES", "[[1], [1], [2], [2]]",
        ]),
      try config(
        "Kinetics/SLOW_8x8_R50", ["RESNET.STRIDE_1X1", "True", "DATA.NUM_FRAMES", "6", "MULTIGRID.SHORT_CYCLE", "True"]),
    ]
  }

  @Test("The overrides make the same network of any configuration, and that of the file", arguments: networks)
  func anyConfiguration(_ name: String, _ changes: [String]) throws {
    defer { folder.remove() }
    let own = try config(name, changes)
    for cfg in [own.yaml, nil] {
      let checkpoint = try open(try entries(own), cfg: cfg)
      let (lines, overrides) = told(checkpoint)
      #expect(!overrides.isEmpty, "\(lines)")
      var first: String?
      for base in try bases() {
        var config = base
        try config.apply(overrides: overrides)
        let architecture = try Architecture(config)
        let reader = WeightReader(checkpoint)
        _ = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
        #expect(
          reader.report.isComplete && reader.report.unused.isEmpty, "\(overrides) \(reader.report.missing.prefix(2))")
        first = first ?? words(architecture)
        #expect(words(architecture) == first!, "\(overrides)")
      }
      if cfg != nil { #expect(first == words(try Architecture(own)), "\(overrides)") }
    }
  }

  /// So they do of another library's file, whose network the loader makes of any configuration.
  @Test(arguments: [
    ("AVA/c2/SLOWFAST_32x2_R50", long), ("AVA/c2/SLOW_8x8_R50", deep), ("Kinetics/c2/I3D_8x8_R50", deep),
    ("Kinetics/X3D_L", thinX3D + ["MODEL.NUM_CLASSES", "7"]),
    ("Kinetics/pytorchvideo/CSN_32x2_R101", thin + ["RESNET.DEPTH", "152"]),
    ("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", thin + ["RESNET.DEPTH", "152"]),
  ])
  func anyConfigurationOfTheLibrarys(_ name: String, _ changes: [String]) throws {
    defer { folder.remove() }
    let more = name.contains("AVA") ? ["RESNET.NUM_GROUPS", "2"] : ["MODEL.HEAD_ACT", "softmax"]
    let own = try config(name, changes + more)
    let cfg = name.contains("AVA") ? "DETECTION:\n  ENABLE: true\n" : nil
    let hub = try WeightConversion(try open(entries(own), cfg: cfg), to: .pytorchvideo).tensors
    let checkpoint = try open(hub)
    let peer = try #require(PeerNetwork(checkpoint))
    let (lines, overrides) = told(checkpoint)
    #expect(!overrides.isEmpty, "\(lines)")
    // The loader sees to pixels, unless a call gives them.
    #expect(!overrides.contains("DATA.MEAN") && !overrides.contains("DATA.STD"), "\(overrides)")
    var first: String?
    for base in try bases() {
      var config = base
      try config.apply(overrides: overrides)
      var architecture = try Architecture(config)
      let notices = try peer.adapt(&architecture, config)
      #expect(!notices.contains { $0.contains("taken") }, "\(notices)")
      let reader = WeightReader(checkpoint)
      _ = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
      #expect(
        reader.report.isComplete && reader.report.unused.isEmpty, "\(overrides) \(reader.report.missing.prefix(2))")
      first = first ?? words(architecture)
      #expect(words(architecture) == first!, "\(overrides)")
    }
  }

  /// What is usual is said of exactly the keys of which nothing speaks.
  @Test func whatIsAssumedIsNamed() throws {
    defer { folder.remove() }
    let own = try config("AVA/c2/SLOWFAST_32x2_R101_50_50", Self.long + ["NONLOCAL.INSTANTIATION", "softmax"])
    func note(_ cfg: String?) throws -> [String] {
      told(try open(entries(own), cfg: cfg)).lines.filter { $0.contains("no trace in the tensors") }
    }
    let silent = try note(nil)
    #expect(
      silent.count == 1 && silent[0].hasSuffix(": below is what is usual -> set what the weights were trained with"))
    for key in ["NONLOCAL.INSTANTIATION", "NONLOCAL.POOL", "SLOWFAST.ALPHA", "DATA.NUM_FRAMES", "MODEL.HEAD_ACT"] {
      #expect(silent[0].contains("\(key), ") || silent[0].contains("\(key) and"), "\(silent)")
    }
    #expect(!silent[0].contains("RESNET.DEPTH") && !silent[0].contains("NONLOCAL.LOCATION"), "\(silent)")
    let partial = try note("SLOWFAST:\n  ALPHA: 4\nNONLOCAL:\n  INSTANTIATION: softmax\n")
    #expect(partial.count == 2 && !partial[1].contains("SLOWFAST.ALPHA") && !partial[1].contains("INSTANTIATION"))
    #expect(partial[1].contains("DATA.NUM_FRAMES"), "\(partial)")
    let whole = try note(own.yaml)
    #expect(
      whole == ["note          what leaves no trace in the tensors is as the file's own configuration (cfg) has it"])
  }

  /// With a config at hand, too: the sentences name the keys that the file's own configuration has, and those that it lacks.
  @Test func partOfAConfiguration() throws {
    defer { folder.remove() }
    let own = try config("AVA/c2/SLOWFAST_32x2_R50", ["RESNET.WIDTH_PER_GROUP", "8"])
    let file = try open(entries(own), cfg: "SLOWFAST:\n  ALPHA: 4\n")
    let text = describe(file) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
    #expect(text.contains("\nconfig        configs/AVA/c2/SLOWFAST_32x2_R50.yaml, with RESNET.WIDTH_PER_GROUP 8\n"))
    #expect(
      text.contains("of what leaves no trace in the tensors, the file's own configuration (cfg) has SLOWFAST.ALPHA\n"))
    #expect(text.contains("note          DATA.NUM_FRAMES leaves no trace in the tensors\n"), "\(text.prefix(1500))")
  }

  /// What the file's own configuration says and its tensors deny is said; of another network's nothing is taken.
  @Test(arguments: [
    (
      "MODEL:\n  MODEL_NAME: MViT\n  ARCH: mvit\nDATA:\n  NUM_FRAMES: 16\n",
      "has MODEL.ARCH mvit and MODEL.MODEL_NAME MViT: it is another network's, and nothing of it is taken"
    ),
    (
      "MODEL:\n  MODEL_NAME: ResNet\n  ARCH: slow\nRESNET:\n  NUM_GROUPS: 3\nDATA:\n  NUM_FRAMES: 6\n",
      "has RESNET.NUM_GROUPS 3, where the tensors have 1: taken is what they have"
    ),
  ])
  func whatTheTensorsDeny(_ cfg: String, _ words: String) throws {
    defer { folder.remove() }
    let own = try config("Kinetics/SLOW_8x8_R50", Self.thin)
    let (lines, overrides) = told(try open(entries(own), cfg: cfg))
    #expect(lines.contains("note          the file's own configuration (cfg) \(words)"), "\(lines)")
    let frames = try #require(overrides.firstIndex(of: "DATA.NUM_FRAMES"))
    #expect(overrides[frames + 1] == (cfg.contains("mvit") ? "8" : "6"))
  }

  /// Former names, and other values of the same tensors, are no contradictions.
  @Test(arguments: [
    ("  ARCH: slowonly\n", [], "slow"),
    ("  ARCH: slow\nRESNET:\n  NUM_BLOCK_TEMP_KERNEL: [[3], [4], [0], [0]]\n", ["[[3], [4], [0], [0]]"], "slow"),
  ])
  func whatTheTensorsAdmit(_ cfg: String, _ kernels: [String], _ arch: String) throws {
    defer { folder.remove() }
    let more = kernels.flatMap { ["RESNET.NUM_BLOCK_TEMP_KERNEL", $0] }
    let own = try config("Kinetics/SLOW_8x8_R50", Self.thin + more)
    let (lines, overrides) = told(try open(entries(own), cfg: "MODEL:\n  MODEL_NAME: ResNet\n" + cfg))
    #expect(!lines.contains { $0.contains("where the tensors have") || $0.contains("another network") }, "\(lines)")
    let place = try #require(overrides.firstIndex(of: "MODEL.ARCH"))
    #expect(overrides[place + 1] == arch, "\(overrides)")
  }

  /// A file that lacks blocks, and any other tensors, is to be fetched again: no overrides load it.
  @Test(arguments: [
    ("Kinetics/SLOW_8x8_R50", thin, "s5.pathway0_res2.", "Slow R50"),
    ("Kinetics/SLOW_8x8_R50", thin, "s5.", "Slow R50"),
    ("AVA/c2/SLOWFAST_32x2_R101_50_50", thin, "s4.pathway0_res22.", "SlowFast R101 with 3 non-local blocks"),
    ("AVA/c2/SLOWFAST_32x2_R50", thin, "s5.pathway1_res2.", "SlowFast R50"),
    ("AVA/c2/SLOWFAST_32x2_R50", thin, "s1_fuse.", "SlowFast R50"),
    ("Kinetics/X3D_M", ["X3D.DIM_C5", "24", "X3D.WIDTH_FACTOR", "0.5"], "s5.pathway0_res6.", "X3D XS, S or M"),
    ("Kinetics/pytorchvideo/CSN_32x2_R101", thin, "s5.pathway0_res2.", "CSN R101"),
  ])
  func filesWithGaps(_ name: String, _ changes: [String], _ gone: String, _ network: String) throws {
    defer { folder.remove() }
    let own = try config(name, changes)
    for cfg in [nil, own.yaml] {
      let checkpoint = try open(entries(own).filter { !$0.name.hasPrefix(gone) }, cfg: cfg)
      let text = describe(checkpoint) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
      #expect(text.contains(" of its network (\(network)): '\(gone)"), "\(text.prefix(1500))")
      #expect(text.contains("-> fetch the file again, or save the whole state_dict()"))
      #expect(!text.contains("overrides that suit") && !text.contains("\nconfig  "), "\(text.prefix(1500))")
    }
  }

  /// Without a head a file loads in part alone, and that is said with what its network is.
  @Test func filesWithoutAHead() throws {
    defer { folder.remove() }
    let own = try config("Kinetics/SLOW_8x8_R50", Self.thin)
    let backbone = try entries(own).filter { !$0.name.hasPrefix("head.") }
    let projections = [("head.projection.projection.0.weight", Tensor(zeros: [4, 256]))]
    for items in [backbone, backbone + projections.map { (name: $0.0, tensor: $0.1) }] {
      let checkpoint = try open(items)
      let text = describe(checkpoint)
      #expect(text.contains("no configuration loads a file without a head -> fine-tune it"), "\(text.prefix(900))")
      #expect(text.contains("\noverrides that suit these weights, but for the head:\n") && !text.contains("lacks"))
    }
  }
}

import Checkpoint
import Configuration
import Files
import Kernels
import ModelZoo
import NN
import Tensors
import TestSupport
import Testing
import VideoModels

/// Networks of other libraries, as small dictionaries of their names.
@Suite struct PeerTests {
  /// A thin network of PySlowFast's names, from a configuration.
  private func weights(_ overrides: [String]) throws -> [(name: String, tensor: Tensor)] {
    var config = Configuration.defaults
    try config.apply(overrides: overrides)
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: .init(threads: 1))
    let random = RandomWeights(seed: 5)
    return asked.report.missing.map { ($0.name, random.tensor($0.name, $0.shape)) }
  }

  private static let slow = [
    "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "2", "DATA.NUM_FRAMES", "4",
    "DATA.INPUT_CHANNEL_NUM", "[3]", "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MODEL.NUM_CLASSES", "80",
    "RESNET.SPATIAL_STRIDES", "[[1],[2],[2],[1]]", "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[2]]",
  ]

  /// The names that MMAction2 has for Slow's, and a background row before the classes.
  private func mmaction2(_ items: [(name: String, tensor: Tensor)], rows: Int = 81) -> [(name: String, tensor: Tensor)]
  {
    items.map { name, tensor in
      var parts = name.split(separator: ".").map(String.init)
      if parts[0] == "head" {
        guard parts[2] == "weight" else { return ("roi_head.bbox_head.fc_cls.bias", Tensor(zeros: [rows])) }
        let width = tensor.shape[1]
        let values = [Float](repeating: 9, count: (rows - 80) * width) + tensor.array
        return ("roi_head.bbox_head.fc_cls.weight", Tensor([rows, width], values))
      }
      if parts[1].hasSuffix("_stem") {
        return ("backbone.conv1.\(parts.dropFirst(2).joined(separator: "."))", tensor)
      }
      let block = parts[1].split(separator: "s").last!
      let layer = "backbone.layer\(Int(parts[0].dropFirst())! - 1).\(block)"
      if parts[2] == "branch2" { parts.remove(at: 2) }
      let (kind, isNorm) = (parts[2].replacing("_bn", with: ""), parts[2].hasSuffix("_bn"))
      let part = ["a": "conv1", "b": "conv2", "c": "conv3", "branch1": "downsample"][kind]!
      return ("\(layer).\(part).\(isNorm ? "bn" : "conv").\(parts[3])", tensor)
    }
  }

  @Test("A SlowOnly detector of MMAction2 is Slow without its background row")
  func slowOnly() throws {
    let own = try weights(Self.slow)
    let checkpoint = try save(mmaction2(own))
    #expect(Set(checkpoint.entries.map(\.name)) == Set(own.map(\.name)))
    let head = try checkpoint.tensor("head.projection.weight")
    #expect(head.shape == [80, 64] && head.array == own.first { $0.name == "head.projection.weight" }!.tensor.array)
    #expect(
      checkpoint.notices.contains { $0.contains("row 0 of 'roi_head.bbox_head.fc_cls' is MMAction2's background") })
    let text = describe(checkpoint)
    for line in [
      "library       MMAction2", "config        configs/AVA/SLOW_8x8_R50_SHORT.yaml", "DETECTION.ALIGNED True",
      "DETECTION.ROI_XFORM_RESOLUTION 8", "RESNET.SPATIAL_DILATIONS \"[[1], [1], [1], [1]]\"",
      "the file has no configuration",
    ] { #expect(text.contains(line), "\(line): \(text.prefix(2000))") }
    // Widths are not those of published networks.
    #expect(!text.contains("\npublished "))
  }

  /// What the notice says of a recogniser that is carried to PySlowFast: exact where the window is the whole map.
  @Test func meansOverWholeMaps() throws {
    let clips = [
      "DETECTION.ENABLE", "False", "MODEL.HEAD_ACT", "none", "RESNET.SPATIAL_STRIDES", "[[1],[2],[2],[2]]",
      "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[1]]",
    ]
    let own = try weights(Self.slow + clips)
    let library = try save(
      mmaction2(own, rows: 80).map { ($0.name.replacing("roi_head.bbox_head", with: "cls_head"), $0.tensor) })
    let peer = try #require(PeerNetwork(library))
    #expect(peer.library == "MMAction2")
    let conversion = try WeightConversion(library, to: .pyslowfast)
    #expect(
      conversion.notices.contains {
        $0.hasSuffix("the same where DATA.TRAIN_CROP_SIZE is equal to DATA.TEST_CROP_SIZE, near it elsewhere")
      }, "\(conversion.notices)")
    let carried = try save(conversion.tensors)
    let random = RandomWeights(seed: 7)
    let clip = FeatureMap(channelsFirst: random.tensor("clip.weight", [1, 3, 4, 96, 96]))
    func scores(_ file: Checkpoint, training side: Int, as peer: PeerNetwork?) throws -> [Float] {
      var config = Configuration.defaults
      try config.apply(
        overrides: Self.slow + clips + ["DATA.TRAIN_CROP_SIZE", "\(side)", "DATA.TEST_CROP_SIZE", "96"])
      var architecture = try Architecture(config)
      _ = try peer?.adapt(&architecture, config)
      let reader = WeightReader(file)
      let model = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
      #expect(reader.report.isComplete)
      return try model.classify(clip).array
    }
    let expected = try scores(library, training: 32, as: peer)
    #expect(difference(try scores(carried, training: 96, as: nil), expected, .network, "equal") == nil)
    #expect(difference(try scores(carried, training: 64, as: nil), expected, .network, "smaller") != nil)
  }

  @Test("The network of a configuration becomes the library's; what the call gives stays")
  func adaptation() throws {
    let checkpoint = try save(mmaction2(try weights(Self.slow)))
    let peer = try #require(PeerNetwork(checkpoint))
    var config = Configuration.defaults
    try config.apply(overrides: Self.slow.dropLast(4) + ["DETECTION.ROI_XFORM_RESOLUTION", "5"])
    var architecture = try Architecture(config)
    let notices = try peer.adapt(&architecture, config)
    let head = try #require(architecture.head as? RoIHead)
    #expect(head.resolution == 5 && head.aligned)
    let backbone = try #require(architecture.backbone as? ResNetBackbone)
    #expect(backbone.stages[3][0].dilation == 1 && backbone.stages[3][0].stride == 1)
    #expect(
      notices.first
        == "RESNET.SPATIAL_STRIDES is [[1], [2], [2], [1]] in MMAction2's networks: taken instead of [[1], [2], [2], [2]] "
        + "(the default)")
    #expect(
      notices.contains("DETECTION.ROI_XFORM_RESOLUTION 5 is taken as it is given; MMAction2's networks have 8"))
    try config.apply(overrides: ["DETECTION.ENABLE", "False", "MODEL.HEAD_ACT", "softmax"])
    architecture = try Architecture(config)
    let error = #expect(throws: PeerError.self) { _ = try peer.adapt(&architecture, config) }
    #expect("\(error!)".contains("MMAction2's network that scores boxes, and this config scores whole clips"))
  }

  @Test(
    "Other networks of the libraries are refused by name",
    arguments: [
      (["blocks.7.res_blocks.0.branch2.conv_b.weight"], "PyTorchVideo: one of 1 stages instead of 4"),
      (["backbone.layer1.0.conv2.conv_t.weight", "backbone.layer1.0.conv1.conv.weight"], "MMAction2: R(2+1)D"),
      (["backbone.conv1_s.conv.weight", "backbone.layer1.0.conv1.conv.weight"], "MMAction2: X3D"),
      (["backbone.conv1.conv.weight", "backbone.layer1.0.conv1.conv.weight"], "MMAction2: I3D"),
    ])
  func refused(names: [String], what: String) throws {
    let checkpoint = try save(names.map { ($0, Tensor(zeros: [4, 1, 3, 3, 3])) })
    let text = describe(checkpoint)
    #expect(text.contains("it holds a network of \(what)") && text.contains("cannot run"), "\(text)")
    #expect(throws: ConversionError.self) { _ = try WeightConversion(checkpoint, to: .pyslowfast) }
  }

  @Test("To PyTorchVideo's names and back, by both forms, bit for bit", arguments: [true, false])
  func roundTrip(isZip: Bool) throws {
    let own = try weights(Self.slow)
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/hub"
    let there = try WeightConversion(try save(own), to: .pytorchvideo)
    #expect(there.notices.contains { $0.contains("RoIAlign with aligned False") })
    #expect(there.tensors.contains { $0.name == "detection_head.proj.weight" })
    #expect(there.tensors.contains { $0.name == "model.blocks.1.res_blocks.0.branch1_conv.weight" })
    #expect(there.tensors.contains { $0.name == "model.blocks.0.norm.num_batches_tracked" && $0.tensor.shape == [] })
    if isZip {
      try writeTorch(there.tensors, epoch: 3, configText: "A: 1\n", to: path)
    } else {
      try writeSafetensors(there.tensors, to: path)
    }
    try checkWritten(there.tensors, at: path)
    #expect(throws: CheckpointError.self) { try checkWritten(there.tensors.dropLast(), at: path) }
    let read = try Checkpoint(path: path, naming: PySlowFastNames())
    if isZip { #expect(read.epoch == 3 && read.configText == "A: 1\n" && read.format == .torchZip) }
    #expect(read.entries.first { $0.name.hasSuffix("num_batches_tracked") }?.dtype == .int64)
    #expect(PeerNetwork(read)?.library == "PyTorchVideo")
    let back = try WeightConversion(read, to: .pyslowfast)
    let found = Dictionary(back.tensors.map { ($0.name, $0.tensor.array) }, uniquingKeysWith: { $1 })
    for (name, tensor) in own { #expect(found[name] == tensor.array, "\(name)") }
  }

  /// Strides and dilations are in no tensor: what the file's config says of res5 decides whether the hub has the network.
  @Test(arguments: [
    ("[[1, 1], [2, 2], [2, 2], [1, 1]]", "[[1, 1], [1, 1], [1, 1], [2, 2]]", nil),
    (
      "[[1, 1], [2, 2], [2, 2], [2, 2]]", "[[1, 1], [1, 1], [1, 1], [1, 1]]",
      "a res5 of strides [2, 2] and dilations [1, 1]"
    ),
  ])
  func lastStageOfTheFilesConfig(strides: String, dilations: String, refused: String?) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/own.pyth"
    let config = "RESNET:\n  SPATIAL_STRIDES: \(strides)\n  SPATIAL_DILATIONS: \(dilations)\nOTHER: 1\n"
    try writeTorch(
      try weights(Self.slow), epoch: 1, configText: config + "DETECTION:\n  ALIGNED: false\n", to: path)
    let checkpoint = try Checkpoint(path: path, naming: PySlowFastNames())
    guard let refused else {
      _ = try WeightConversion(checkpoint, to: .pytorchvideo)
      return
    }
    let error = #expect(throws: ConversionError.self) { _ = try WeightConversion(checkpoint, to: .pytorchvideo) }
    #expect("\(try #require(error))".contains(refused), "\(error!)")
  }

  private static let thin = [
    "RESNET.WIDTH_PER_GROUP", "2", "RESNET.DEPTH", "50", "DATA.NUM_FRAMES", "8", "MODEL.NUM_CLASSES", "400",
  ]

  @Test(
    "R(2+1)D and CSN under PyTorchVideo's names, and under those of PySlowFast's wrappers",
    arguments: [
      ("PTVR2plus1D", "r2plus1d", "R(2+1)D R50", "conv_b.conv_t", "b_t"), ("PTVCSN", "csn", "CSN R50", "conv_b", "b"),
    ])
  func factorised(_ model: String, _ arch: String, _ summary: String, _ there: String, _ here: String) throws {
    let own = try weights(Self.thin + ["MODEL.MODEL_NAME", model, "MODEL.ARCH", arch])
    #expect(own.contains { $0.name == "s3.pathway0_res1.branch2.\(here).weight" })
    let hub = try save(try WeightConversion(try save(own), to: .pytorchvideo).tensors)
    #expect(hub.entries.contains { $0.originalName == "blocks.2.res_blocks.1.branch2.\(there).weight" })
    #expect(hub.entries.contains { $0.originalName == "blocks.5.proj.weight" })
    let guess = ArchitectureGuess(hub)
    #expect(guess.network?.summary == summary && guess.obstacle == nil)
    let text = describe(hub)
    for line in ["MODEL.ARCH \(arch)", "MODEL.MODEL_NAME \(model)", "RESNET.DEPTH 50", "library       PyTorchVideo"] {
      #expect(text.contains(line), "\(text.prefix(1500))")
    }
    let wrapper = try WeightConversion(hub, to: .pyslowfast)
    #expect(wrapper.tensors.contains { $0.name == "model.blocks.2.res_blocks.1.branch2.\(there).weight" })
    #expect(wrapper.notices.contains { $0.contains("PySlowFast has this network from PyTorchVideo") })
    let back = try save(wrapper.tensors)
    let found = Dictionary(
      try back.entries.map { ($0.name, try back.tensor($0.name).array) }, uniquingKeysWith: { $1 })
    for (name, tensor) in own { #expect(found[name] == tensor.array, "\(name)") }
  }

  @Test("What the library says of a network that the tensors do not tell is not called open")
  func remarks() throws {
    let thin = ["RESNET.WIDTH_PER_GROUP", "2", "RESNET.DEPTH", "50", "DATA.NUM_FRAMES", "8"]
    for (arch, summary) in [("2d", "C2D R50"), ("slow_i3d", "I3D R50")] {
      let own = try save(try weights(thin + ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", arch]))
      let before = try #require(ArchitectureGuess(own).network)
      #expect(before.summary == summary && before.remarks.contains { $0.text.contains("the temporal pool after res2") })
      let hub = try #require(
        ArchitectureGuess(try save(try WeightConversion(own, to: .pytorchvideo).tensors)).network)
      let remarks = hub.remarks.map(\.text)
      #expect(hub.summary == summary && remarks.contains { $0.hasSuffix("pooled by two after res2") }, "\(remarks)")
      #expect(!remarks.contains { $0.contains("the temporal pool after res2") }, "\(remarks)")
      #expect(hub.value(.modelArch) == (arch == "2d" ? "c2d" : "i3d"))
    }
  }

  @Test("What a library's network cannot do is not carried to it")
  func notCarried() throws {
    let detector = try save(mmaction2(try weights(Self.slow)))
    let error = #expect(throws: ConversionError.self) { _ = try WeightConversion(detector, to: .pytorchvideo) }
    #expect(
      "\(error!)".contains(
        "PyTorchVideo has no network with what these weights need: RoIAlign of 8x8 with aligned True"))
    let carried = try WeightConversion(detector, to: .pyslowfast)
    #expect(
      carried.notices.contains {
        $0.contains("their config must say: ") && $0.contains("DETECTION.ALIGNED True")
          && $0.contains("RESNET.SPATIAL_STRIDES \"[[1], [2], [2], [1]]\"")
      }, "\(carried.notices)")
  }
}

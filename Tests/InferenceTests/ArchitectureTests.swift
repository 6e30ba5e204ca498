import Checkpoint
import Clips
import Configuration
import Files
import Inference
import Kernels
import ModelZoo
import NN
import TestSupport
import Tensors
import Testing
import VideoModels

/// Every config under configs/, by its path from there.
private let shipped: [String] = {
  func files(_ folder: String) -> [String] {
    let path = projectRoot + "/configs/" + folder
    return ((try? listFolder(path)) ?? []).flatMap { name -> [String] in
      let item = folder.isEmpty ? name : folder + "/" + name
      return isFolder(projectRoot + "/configs/" + item) ? files(item) : name.hasSuffix(".yaml") ? [item] : []
    }
  }
  return files("")
}()

struct ArchitectureTests {
  @Test func configsAreThere() { #expect(shipped.count == 113) }

  /// Every shipped config of tests is a network, and has the convolutions that its name speaks of.
  @Test(arguments: shipped.filter { !$0.contains("SIMCLR") }) func shippedConfigs(_ name: String) throws {
    let config = try Configuration.load(path: projectRoot + "/configs/" + name)
    let architecture = try Architecture(config)
    #expect(architecture.backbone.frames == config[.dataNumFrames])
    #expect(name.hasPrefix("AVA") ? architecture.head.classes == 80 : true)
    // Thin twins have the same layers.
    let beta = config[.slowfastBetaInv]
    let thin = try Architecture(
      Configuration.load(
        path: projectRoot + "/configs/" + name,
        overrides: [
          "RESNET.WIDTH_PER_GROUP", "\(max(2, beta))", "X3D.WIDTH_FACTOR", "0.25", "X3D.DIM_C5", "8",
          // The heads divide it.
          "MVIT.EMBED_DIM", "\(2 * config[.mvitNumHeads])",
        ]))
    let model = VideoModel(thin, weights: WeightReader(random: 1), engine: Engine(threads: 1))
    if let backbone = architecture.backbone as? X3DBackbone {
      #expect(name.contains("X3D"))
      // Two in the stem, three a block and two of the gates of every other one, four shortcuts, one in the head.
      let inBlocks = backbone.stages.reduce(0) { $0 + 3 * $1.depth + 2 * (($1.depth + 1) / 2) }
      #expect(model.network.convolutions.count == 2 + inBlocks + 4 + 1)
      return
    }
    if let backbone = architecture.backbone as? MViTBackbone {
      #expect(name.uppercased().contains("VIT"))
      #expect(name.contains("REV_") == (backbone.reversible != nil))
      #expect(!name.hasPrefix("AVA") || backbone.takesWholeFrames && backbone.output == .map)
      #expect(architecture.notices.isEmpty)
      if backbone.reversible != nil { return }
      // Six dense layers of the map and of the class token, pools, shortcuts that widen; of the last block keys and values are
      // of all tokens, the rest of what the head sees.
      let parts = backbone.hasClassToken ? 2 : 1
      let inBlocks = backbone.blocks.dropLast().reduce(0) {
        $0 + 6 * parts + ($1.width == $1.output ? 0 : parts) + ($1.queryPool == nil ? 0 : 1)
          + ($1.keyPool == nil ? 0 : 2)
      }
      let last = try #require(backbone.blocks.last)
      #expect(last.width == last.output)
      let ofMap = backbone.output == .classToken || last.queryPool == nil ? 0 : 1
      #expect(
        model.network.convolutions.count == 1 + inBlocks + 4 + 2 * parts + ofMap + (last.keyPool == nil ? 0 : 2))
      return
    }
    let depth = config[.resnetDepth]
    #expect(name.contains("R\(depth)"), "the name says the depth")
    let blocks = try #require([18: 8, 50: 16, 101: 33][depth])
    if let backbone = architecture.backbone as? FactorisedBackbone {
      #expect(name.contains(backbone.kind == .channels ? "CSN" : "R2PLUS1D"))
      #expect(model.network.convolutions.count == 1 + (backbone.kind == .channels ? 3 : 4) * blocks + 4)
      return
    }
    let backbone = try #require(architecture.backbone as? ResNetBackbone)
    let lateral = backbone.pathways == 2 ? 4 : 0
    let nonLocals = backbone.stages.flatMap { $0 }.reduce(0) { $0 + ($1.nonLocal?.after.count ?? 0) }
    #expect((nonLocals > 0) == (name.contains("NLN") || name.hasPrefix("AVA/c2/") && depth == 101))
    // conv1, three a block, four shortcuts.
    let expected = backbone.pathways * (1 + 3 * blocks + 4) + lateral + 4 * nonLocals
    #expect(model.network.convolutions.count == expected)
  }

  @Test func avaReadsRoIHeads() throws {
    func head(_ name: String) throws -> RoIHead? {
      try Architecture(Configuration.load(path: projectRoot + "/configs/AVA/\(name).yaml")).head as? RoIHead
    }
    func expected(aligned: Bool) -> RoIHead {
      RoIHead(classes: 80, activation: .sigmoid, resolution: 7, stride: 16, aligned: aligned)
    }
    #expect(try head("SLOWFAST_32x2_R50_SHORT") == expected(aligned: true))
    #expect(try head("c2/SLOWFAST_32x2_R50") == expected(aligned: false))
  }

  @Test func publishedSlowFast() throws {
    let config = try Configuration.load(path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R101_50_50.yaml")
    let architecture = try #require(try Architecture(config).backbone as? ResNetBackbone)
    #expect(architecture.stems.map(\.width) == [64, 8])
    #expect(architecture.fusion == ResNetBackbone.Fusion(alpha: 4, kernel: 5, channelRatio: 2))
    #expect(architecture.stages.map { $0.map(\.width) } == [[256, 32], [512, 64], [1024, 128], [2048, 256]])
    #expect(architecture.stages.map { $0.map(\.inner) } == [[64, 8], [128, 16], [256, 32], [512, 64]])
    #expect(architecture.stages.map { $0.map(\.stride) } == [[1, 1], [2, 2], [2, 2], [1, 1]])
    #expect(architecture.stages.map { $0.map(\.dilation) } == [[1, 1], [1, 1], [1, 1], [2, 2]])
    let nonLocal = ResNetBackbone.NonLocal(
      after: [6, 13, 20], groups: 1, pool: Extent3(2, 2, 2), attention: .dotProduct)
    #expect(architecture.stages[2][0].nonLocal == nonLocal)
    #expect(architecture.stages[2][1].nonLocal == nil)
    #expect(architecture.featureChannels == [2048, 256])
  }

  /// STRIDE_1X1 reaches the single-pathway networks only.
  @Test func strideOn1x1() throws {
    let single = try Architecture(
      configured([
        "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.STRIDE_1X1", "True",
        "DATA.INPUT_CHANNEL_NUM", "[3]",
      ]))
    #expect((single.backbone as? ResNetBackbone)?.transform == .bottleneck(groups: 1, strideOn1x1: true))
    let config = try Configuration.load(
      path: projectRoot + "/configs/Kinetics/SLOWFAST_4x16_R50.yaml", overrides: ["RESNET.STRIDE_1X1", "True"])
    #expect(
      (try Architecture(config).backbone as? ResNetBackbone)?.transform == .bottleneck(groups: 1, strideOn1x1: false))
  }

  @Test func modelsOfALaterVersionAreNamed() throws {
    for (name, arch) in [("PTVSwin", "swin")] {
      let config = try configured(["MODEL.MODEL_NAME", name, "MODEL.ARCH", arch])
      let message = text { _ = try Architecture(config) }
      #expect(
        message.contains(
          "building the model: MODEL.MODEL_NAME '\(name)' (given as KEY VALUE), MODEL.ARCH '\(arch)' (given as KEY VALUE): "
            + "networks of this kind come with a later version"), "\(message)")
    }
  }

  /// PySlowFast's bare defaults name a two-pathway network with tables for one: an error, never a trap.
  @Test func defaultsAloneAreNoNetwork() {
    let message = text { _ = try Architecture(Configuration.defaults) }
    #expect(message.contains("res2 has 1 pathway in RESNET.NUM_BLOCK_TEMP_KERNEL, the model 2"), "\(message)")
  }
}

struct ConfiguredPreprocessingTests {
  /// AVA.BGR and DATA.REVERSE_INPUT_CHANNEL each turn the channels round.
  static let orders: [(bgr: String, reverse: String, order: String)] = [
    ("False", "False", "rgb"), ("True", "False", "bgr"), ("False", "True", "bgr"), ("True", "True", "rgb"),
  ]

  @Test(arguments: orders) func channelOrder(_ bgr: String, _ reverse: String, _ order: String) throws {
    let config = try configured(
      thinDetector + ["AVA.BGR", bgr, "DATA.REVERSE_INPUT_CHANNEL", reverse])
    #expect("\(Preprocessing(config).order)" == order)
  }

  @Test func theRest() throws {
    let config = try configured(
      thinDetector + [
        "DATA.TEST_CROP_SIZE", "224", "DATA.MEAN", "[0.1, 0.2, 0.3]", "DATA.STD", "[0.4, 0.5, 0.6]",
        "AVA.TEST_FORCE_FLIP", "True", "AVA.IMG_PROC_BACKEND", "pytorch",
      ])
    let found = Preprocessing(config)
    #expect(found.shortSide == 224)
    #expect(found.mean == [0.1, 0.2, 0.3])
    #expect(found.std == [0.4, 0.5, 0.6])
    #expect(found.flip)
    #expect(found.backend == .pytorch)
    #expect(ClipWindow(config) == ClipWindow(frames: 4, rate: 2))
  }
}

import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import Tensors
import TestSupport
import Testing
import VideoModels

/// Detectors of VideoMAE's authors: what a file is, and what it is made into.
@Suite struct VideoMAETests {
  private func shipped(_ name: String, _ overrides: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: overrides, rules: ModelRules())
  }

  private static func config(_ size: String) -> String { "AVA/VideoMAE/VIT_\(size)_16x4" }

  /// A detector's names and shapes, as its authors save them.
  private func shapes(_ config: Configuration, norm: String = "norm") throws -> [(name: String, shape: [Int])] {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    return asked.report.missing.flatMap { item -> [(name: String, shape: [Int])] in
      if item.name == "pos_embed" { return [] }
      if item.name.hasSuffix(".attn.qkv.bias") {
        return ["q_bias", "v_bias"].map { (item.name.dropLast(8) + $0, [item.shape[0] / 3]) }
      }
      if item.name.hasPrefix("norm.") { return [(item.name.replacing("norm.", with: "\(norm)."), item.shape)] }
      return [(item.name.replacing("head.projection.", with: "head."), item.shape)]
    }
  }

  private static let thin = ["MVIT.EMBED_DIM", "128", "MVIT.NUM_HEADS", "2"]

  private func thinFile(_ more: [String] = [], norm: String = "norm") throws -> Checkpoint {
    try saveZeros(shapes(shipped(Self.config("B"), Self.thin + more), norm: norm))
  }

  private func described(_ checkpoint: Checkpoint) -> String {
    describe(checkpoint) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
  }

  @Test(arguments: ["S", "B", "L", "H"]) func everyPublishedOneHasItsConfig(_ size: String) throws {
    let config = try shipped(Self.config(size))
    // Of the large ones the first block stands for all; that the depth is the published one the config's name says.
    let text = described(try saveZeros(shapes(config)))
    for line in [
      "architecture  VideoMAE's ViT", "library       VideoMAE",
      "config        configs/\(Self.config(size)).yaml, as it stands", "an RoI head by the tensors' names",
    ] { #expect(text.contains(line), "\(line): \(text.prefix(2500))") }
    #expect(!text.contains("of no layer") && !text.contains("lacks"), "\(text.prefix(2500))")
  }

  @Test func whatNoConfigSuitsIsToldInKeys() throws {
    let text = described(try thinFile())
    for line in [
      "DETECTION.ENABLE True", "DETECTION.ALIGNED False", "DETECTION.ROI_XFORM_RESOLUTION 7",
      "DETECTION.SPATIAL_SCALE_FACTOR 16", "MVIT.EMBED_DIM 128", "MVIT.QKV_BIAS True", "MODEL.NUM_CLASSES 80",
      "boxes wider by 10 % and higher by 5 % before RoIAlign",
    ] { #expect(text.contains(line), "\(line): \(text.prefix(3000))") }
  }

  /// The configs are those of MMAction2's files but for what the two do otherwise, and the network becomes the file's.
  @Test(arguments: ["AVA/VideoMAE/VIT_B_16x4", "AVA/VIDEOMAE_VIT_B_16x4"])
  func theNetworkIsMadeTheAuthors(_ name: String) throws {
    let config = try shipped(name, Self.thin)
    var architecture = try Architecture(config)
    let peer = try #require(PeerNetwork(thinFile()))
    let notices = try peer.adapt(&architecture, config)
    let head = try #require(architecture.head as? RoIHead)
    #expect(head.resolution == 7 && !head.aligned && head.boxExtension == BoxExtension(width: 0.1, height: 0.05))
    #expect(head.frames == .mean && head.hidden == nil && !head.hasContext)
    let backbone = try #require(architecture.backbone as? MViTBackbone)
    #expect(backbone.coversFrames && backbone.output == .map && !backbone.hasKeyBias)
    #expect(backbone.positions == .sines && backbone.resizing == .cubic)
    let differ = name.contains("VIDEOMAE")
    #expect(notices.contains { $0.contains("DETECTION.ROI_XFORM_RESOLUTION is 7") } == differ, "\(notices)")
    #expect(notices.contains { $0.contains("boxes wider by 10 % and higher by 5 %") }, "\(notices)")
    let pixels = try #require(peer.pixels)
    let own = (config[.dataMean], config[.dataStd])
    let gap = zip(pixels.mean.reversed() + pixels.std.reversed(), own.0 + own.1).map { abs($0 - $1) }.max()!
    #expect((gap > 1e-6) == differ && abs(pixels.mean[0] * 255 - 122.7717) < 1e-9)
  }

  /// What the call gives is taken.
  @Test func keysOfTheCallStay() throws {
    let config = try shipped(Self.config("B"), Self.thin + ["DETECTION.ALIGNED", "True"])
    var architecture = try Architecture(config)
    let notices = try #require(PeerNetwork(thinFile())).adapt(&architecture, config)
    #expect((architecture.head as? RoIHead)?.aligned == true)
    #expect(notices.contains { $0.contains("DETECTION.ALIGNED True is taken as it is given") }, "\(notices)")
  }

  /// A detector of one's own classes is one, too; a head of a data set of clips without the mean's normalisation scores a
  /// clip's first patch, and one with it is a recogniser.
  @Test func whatTheHeadScores() throws {
    #expect(ArchitectureGuess(try thinFile(["MODEL.NUM_CLASSES", "7"])).head == .boxes)
    let recogniser = try thinFile(["MODEL.NUM_CLASSES", "400"], norm: "fc_norm")
    #expect(ArchitectureGuess(recogniser).head == .clips(dataSet: "Kinetics-400"))
    let first = try thinFile(["MODEL.NUM_CLASSES", "400"])
    #expect(PeerNetwork(first) == nil)
    #expect(ArchitectureGuess(first).obstacle?.reason.contains("scores clips by their first patch") == true)
  }

  @Test func aConfigOfClipsIsRefused() throws {
    let config = try shipped("Kinetics/VIDEOMAE_VIT_B_16x4", Self.thin)
    var architecture = try Architecture(config)
    let peer = try #require(PeerNetwork(thinFile()))
    #expect(throws: PeerError.detector("VideoMAE")) { try peer.adapt(&architecture, config) }
  }

  /// PySlowFast's heads take boxes as they are.
  @Test func noOtherLibraryCanReadIt() throws {
    let checkpoint = try thinFile()
    #expect {
      try WeightConversion(checkpoint, to: .pyslowfast)
    } throws: { "\($0)".contains("boxes wider by 10 % and higher by 5 %") }
  }
}

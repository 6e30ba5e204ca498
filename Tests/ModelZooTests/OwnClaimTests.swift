import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// A file whose own configuration has more layers than there are tensors lacks tensors, and that is all that is advised: what
/// is set otherwise leads from one message to the next.
@Suite struct OwnClaimTests {
  private static let thin = ["RESNET.WIDTH_PER_GROUP", "8"]

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(
      path: "\(projectRoot)/configs/\(name).yaml", overrides: Self.thin + more, rules: ModelRules())
  }

  /// A file of one configuration's network, with another in it.
  private func file(_ config: Configuration, cfg: Configuration?, without gone: String? = nil) throws -> Checkpoint {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    let tensors = asked.report.missing.filter { item in !(gone.map { item.name.hasPrefix($0) } ?? false) }
    return try saveZeros(tensors.map { ($0.name, $0.shape) }, configText: cfg?.yaml)
  }

  /// What is said of a file that is used with a configuration.
  private func said(_ checkpoint: Checkpoint, _ config: Configuration) throws -> String {
    let reader = WeightReader(checkpoint)
    let architecture = try Architecture(config)
    _ = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
    let guess = ArchitectureGuess(checkpoint)
    var report = reader.report
    report.hints = LoadHints(report, guess, config)
    do {
      try report.check(allowPartial: false)
      return (report.notices + guess.notices(architecture, config, file: "w.pyth")).joined(separator: "\n")
    } catch {
      return "\(error)"
    }
  }

  private static let blocks = ["NONLOCAL.LOCATION", "[[[]], [[1, 3]], [[1, 3, 5]], [[]]]"]

  @Test(arguments: [
    ("Kinetics/C2D_8x8_R50", [], blocks, "C2D R50", "NONLOCAL.LOCATION \"[[[]], [[1, 3]], [[1, 3, 5]], [[]]]\""),
    (
      "Kinetics/C2D_8x8_R50", ["NONLOCAL.LOCATION", "[[[]], [[1]], [[1, 3, 5]], [[]]]"], blocks,
      "C2D R50 with 4 non-local blocks", "NONLOCAL.LOCATION \"[[[]], [[1, 3]], [[1, 3, 5]], [[]]]\""
    ),
    ("Kinetics/SLOW_8x8_R50", [], ["RESNET.DEPTH", "101"], "Slow R50", "RESNET.DEPTH 101"),
  ])
  func layersThatTheConfigurationHas(
    _ name: String, _ own: [String], _ claims: [String], _ summary: String, _ text: String
  ) throws {
    let (plain, claimed) = (try config(name, own), try config(name, claims))
    let checkpoint = try file(plain, cfg: claimed)
    let told = describe(checkpoint) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
    #expect(
      told.contains(" of its network (\(summary), by its own configuration (cfg) with \(text)): 's"),
      "\(told.prefix(900))")
    #expect(!told.contains("\nconfig  ") && !told.contains("overrides that suit"), "\(told.prefix(900))")
    // Neither with these layers nor without them is anything to be set.
    for config in [plain, claimed] {
      let text = try said(checkpoint, config)
      #expect(text.contains("-> fetch the file again") && !text.contains("-> set "), "\(text)")
    }
    #expect(throws: ConversionError.self) { _ = try WeightConversion(checkpoint, to: .pyslowfast) }
  }

  /// Of a configuration whose layers would be of other shapes nothing is believed.
  @Test func layersOfAnotherNetwork() throws {
    let pooled = try config("Kinetics/SLOW_8x8_R50")
    let checkpoint = try file(
      pooled, cfg: try config("Kinetics/SLOW_8x8_R50", ["RESNET.DEPTH", "101", "RESNET.NUM_GROUPS", "4"]))
    let told = describe(checkpoint)
    #expect(
      told.contains("RESNET.NUM_GROUPS 4, where the tensors have 1: taken is what they have"), "\(told.prefix(900))")
  }

  /// With all of its own tensors there, another network is refused all the same.
  @Test func aNetworkThatIsAPartOfAnother() throws {
    let factorised = try config("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50")
    let flat = try config("Kinetics/C2D_8x8_R50")
    for gone in [nil, "s2.pathway0_res0.branch2.b_t.weight"] {
      let text = try said(try file(factorised, cfg: nil, without: gone), flat)
      #expect(text.hasPrefix("weights: "), "\(text)")
      #expect(text.contains("tensors of w.safetensors are not used by this config"), "\(text)")
      #expect(
        text.contains(gone == nil ? "MODEL.ARCH r2plus1d" : "it lacks 1 tensor of its network (R(2+1)D R50)"), "\(text)"
      )
    }
  }

  /// Layers that no family knows make it another network.
  @Test func layersThatNobodyHas() throws {
    let slow = try file(try config("Kinetics/SLOW_8x8_R50"), cfg: nil).entries.map { (name: $0.name, shape: $0.shape) }
    func told(_ count: Int, _ part: String) throws -> String {
      describe(try saveZeros(slow + (0..<count).map { ("\(part)\($0).weight", [2]) }))
    }
    #expect(try told(13, "s2.pathway0_gate").contains("with layers that no such network has: 's2.pathway0_gate"))
    #expect(try !told(13, "s2.pathway0_gate").contains("config  "))
    #expect(try told(12, "s2.pathway0_gate").contains("config  ") && told(13, "queue").contains("config  "))
  }

  /// The overrides of a head for clips hold for a configuration of AVA's boxes, too.
  @Test(arguments: [("Kinetics/SLOW_8x8_R50", "7", "kinetics"), ("SSv2/SLOWFAST_16x8_R50", "174", "ssv2")])
  func clipsOverAConfigurationOfBoxes(_ name: String, _ classes: String, _ dataset: String) throws {
    let own = try config(name, ["MODEL.NUM_CLASSES", classes, "RESNET.DEPTH", "101"])
    let text = describe(try file(own, cfg: nil))
    let start = try #require(text.firstRange(of: "overrides that suit these weights:\n"), "\(text.prefix(900))")
      .upperBound
    let lines = text[start...].split(separator: "\n").prefix { $0.hasPrefix("  ") }
    #expect(lines.contains("  TEST.DATASET \(dataset)"), "\(lines)")
    var config = try Configuration.load(
      path: "\(projectRoot)/configs/AVA/c2/SLOWFAST_64x2_R101_50_50.yaml", rules: ModelRules())
    try config.apply(
      overrides: lines.flatMap { line in
        line.dropFirst(2).split(separator: " ", maxSplits: 1).map { String($0.filter { $0 != "\"" }) }
      })
    #expect(!config[.detectionEnable] && config[.testDataset] == dataset)
  }

  /// What the file's own configuration says of its head is no guess.
  @Test func headsOfTheOwnConfiguration() throws {
    let clips = try config("Kinetics/SLOW_8x8_R50")
    let boxes = try config("AVA/SLOW_8x8_R50_SHORT")
    #expect(try said(file(clips, cfg: nil), boxes).contains("only where these do score boxes"))
    let text = try said(file(clips, cfg: clips), boxes)
    #expect(
      text.contains("give weights trained on AVA") && !text.contains("only where these do score boxes"), "\(text)")
  }

  /// Strides that the file's own configuration has are advised alone: with them boxes are where they should be.
  @Test func stridesAndBoxes() throws {
    let boxes = try config("AVA/SLOW_8x8_R50_SHORT")
    let wider = try config(
      "Kinetics/SLOW_8x8_R50", ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MODEL.NUM_CLASSES", "80"])
    func text(_ cfg: Configuration?) throws -> String { try said(file(boxes, cfg: cfg), wider) }
    #expect(try text(nil).contains("-> set DETECTION.SPATIAL_SCALE_FACTOR 32"))
    let told = try text(boxes)
    #expect(told.contains("RESNET.SPATIAL_STRIDES") && !told.contains("SCALE_FACTOR 32"), "\(told)")
  }

  /// How a network was trained says nothing of what it is.
  @Test func trainingIsNotAdvised() throws {
    let plain = try config("Kinetics/SLOW_8x8_R50")
    let trained = try config(
      "Kinetics/SLOW_8x8_R50",
      ["MODEL.LOSS_FUNC", "bce_logit", "MODEL.DROPOUT_RATE", "0.3", "MODEL.FROZEN_BN", "True", "SOLVER.BASE_LR", "0.5"])
    let checkpoint = try file(plain, cfg: trained)
    let told = describe(checkpoint) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
    let text = try said(checkpoint, plain) + told
    for key in ["LOSS_FUNC", "DROPOUT_RATE", "FROZEN_BN", "SOLVER"] { #expect(!text.contains(key), "\(text)") }
  }
}

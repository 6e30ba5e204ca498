import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// What is said of files that do not suit a config, where the families know more than names and shapes.
@Suite struct LoadHintsTests {
  private func message(
    _ items: [(name: String, tensor: Tensor)], asking asked: [(String, [Int])], allowPartial: Bool = false,
    config overrides: [String]? = nil
  ) throws -> String {
    let checkpoint = try save(items)
    let reader = WeightReader(checkpoint, allowPartial: allowPartial)
    for (name, shape) in asked {
      let isHead = name.hasPrefix("head.")
      _ = reader.tensor(name, shape, hint: isHead ? "MODEL.NUM_CLASSES" : "RESNET.WIDTH_PER_GROUP")
    }
    var config = overrides == nil ? nil : Configuration.defaults
    try config?.apply(overrides: overrides ?? [])
    var report = reader.report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), config)
    do {
      try report.check(allowPartial: allowPartial)
      return report.notices.joined(separator: "\n")
    } catch {
      return "\(error)".replacing(checkpoint.path, with: "w.safetensors")
    }
  }

  private let head = "head.projection.weight"

  @Test func classificationHeadsInADetectionConfigAreSaid() throws {
    let items = [(head, Tensor(zeros: [400, 8])), ("head.projection.bias", Tensor(zeros: [400]))]
    func said(_ classes: Int, _ features: Int, scoresBoxes: Bool) throws -> String {
      try message(
        items, asking: [(head, [classes, features])], config: ["DETECTION.ENABLE", scoresBoxes ? "True" : "False"])
    }
    #expect(
      try said(80, 8, scoresBoxes: true).contains(
        "-> w.safetensors holds a classification network (Kinetics-400's classes), and this config scores boxes: give "
          + "weights trained on AVA; only where these do score boxes, set MODEL.NUM_CLASSES 400"))
    #expect(try said(600, 8, scoresBoxes: false).contains("-> set MODEL.NUM_CLASSES 400, or give the label map"))
    // As many classes of other features: the number of classes is no repair.
    let features = try said(400, 16, scoresBoxes: false)
    #expect(features.contains("this config's network needs 400x16") && !features.contains("set MODEL.NUM_CLASSES"))
    // Nothing is amiss in shape, and yet.
    #expect(try said(400, 8, scoresBoxes: true).contains("scores of boxes mean nothing -> give weights trained on AVA"))
    #expect(try !said(400, 8, scoresBoxes: false).contains("classification"))
  }

  @Test func detectionHeadsInAClassificationConfigAreSaid() throws {
    let text = try message([(head, Tensor(zeros: [80, 8]))], asking: [(head, [400, 8])], config: [])
    #expect(text.contains("holds a detection network, and this config scores whole clips: take one of configs/AVA"))
  }

  /// A stem and the blocks of four stages, one channel wide but for the stem.
  private func stages(_ blocks: [Int]) -> [(name: String, tensor: Tensor)] {
    [("s1.pathway0_stem.conv.weight", Tensor(zeros: [16, 3, 1, 7, 7]))]
      + blocks.enumerated().flatMap { stage, count in
        (0..<count).map { ("s\(stage + 2).pathway0_res\($0).branch2.a.weight", Tensor(zeros: [16, 1, 1, 1, 1])) }
      }
  }

  private static let thin = [
    "RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4", "X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0",
  ]

  /// Hints are keys, so that what is advised can be set.
  @Test(arguments: [
    "AVA/c2/SLOWFAST_32x2_R101_50_50", "Kinetics/I3D_NLN_8x8_R50", "Kinetics/X3D_M",
    "Kinetics/pytorchvideo/R2PLUS1D_16x4_R50",
  ])
  func hintsAreKeys(_ name: String) throws {
    let config = try Configuration.load(
      path: "\(projectRoot)/configs/\(name).yaml", overrides: Self.thin, rules: ModelRules())
    let reader = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    let hints = Set(reader.report.missing.compactMap(\.hint))
    #expect(!hints.isEmpty && hints.isSubset(of: Configuration.keys), "\(hints)")
  }
}

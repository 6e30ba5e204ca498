import Checkpoint
import Tensors
import TestSupport
import Testing

/// What is said of weights that do not suit a config.
@Suite struct LoadReportTests {
  private func message(
    _ items: [(name: String, tensor: Tensor)], asking asked: [(String, [Int])], allowPartial: Bool = false,
    scoresBoxes: Bool? = nil
  ) throws -> String {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors(items, to: folder.path + "/w.safetensors")
    let reader = WeightReader(try Checkpoint(path: folder.path + "/w.safetensors"), allowPartial: allowPartial)
    for (name, shape) in asked {
      let isHead = name.hasPrefix("head.")
      _ = reader.tensor(name, shape, hint: isHead ? "MODEL.NUM_CLASSES" : "RESNET.WIDTH_PER_GROUP")
    }
    var report = reader.report
    report.scoresBoxes = scoresBoxes
    do {
      try report.check(allowPartial: allowPartial)
      return report.notices.joined(separator: "\n")
    } catch {
      return "\(error)".split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
    }
  }

  private let head = "head.projection.weight"

  @Test func mvitIsSaidInOneSentence() throws {
    let items = [("patch_embed.proj.weight", Tensor(zeros: [96, 3, 3, 7, 7])), (head, Tensor(zeros: [400, 768]))]
    for allowPartial in [false, true] {
      let text = try message(
        items, asking: [("s1.pathway0_stem.conv.weight", [64, 3, 1, 7, 7]), (head, [400, 2304])],
        allowPartial: allowPartial)
      #expect(
        text == """
          weights: 'w.safetensors' does not suit this config: it holds MViT, a network that this program cannot run yet
                   -> give weights of a SlowFast, Slow, C2D, I3D or X3D network and their config
          """)
    }
  }

  @Test func x3dIsToldByItsStem() throws {
    let items = [
      ("s1.pathway0_stem.conv.weight", Tensor(zeros: [24, 1, 5, 1, 1])),
      ("s1.pathway0_stem.conv_xy.weight", Tensor(zeros: [24, 3, 1, 3, 3])),
      ("s1.pathway0_stem.bn.weight", Tensor(zeros: [24])),
      ("s2.pathway0_res0.branch2.a.weight", Tensor(zeros: [54, 24, 1, 1, 1])),
    ]
    let text = try message(items, asking: [("s1.pathway0_stem.bn.weight", [24]), (head, [400, 2304])])
    #expect(text.contains("-> set MODEL.ARCH x3d MODEL.MODEL_NAME X3D"), "\(text)")
  }

  @Test func aPartialLoadWhereNothingFitsIsRefused() throws {
    let items = [("a.weight", Tensor(zeros: [3])), ("b.weight", Tensor(zeros: [4]))]
    let text = try message(items, asking: [("a.weight", [5]), ("c.weight", [4])], allowPartial: true)
    #expect(text.hasPrefix("weights: nothing in 'w.safetensors' fits this config: no tensor has a name and shape"))
    #expect(text.contains("'a.weight' is 3 in w.safetensors") && text.contains("'c.weight' (4) is not in"))
    #expect(
      text.hasSuffix(
        "-> give the weights of this config, or the config of these weights (slowfast inspect tells what they are)"))
    #expect(!text.contains("--partial-weights"))
    let some = try message(items, asking: [("a.weight", [3]), ("c.weight", [4])], allowPartial: true)
    #expect(some.hasPrefix("partial load: "), "\(some)")
  }

  @Test func aPartialLoadOfNextToNothingIsRefused() throws {
    let items = [("s1.a", Tensor(zeros: [3, 1])), ("head.b", Tensor(zeros: [4])), ("s1.c", Tensor(zeros: [4]))]
    let others = (0..<30).map { ("s2.\($0)", [2, 1]) }
    let text = try message(
      items, asking: [("s1.a", [3, 1]), ("s1.c", [4]), ("head.b", [4])] + others, allowPartial: true)
    #expect(
      text.hasPrefix(
        "weights: too little in 'w.safetensors' fits this config: 1 of the 31 convolutions before the head"),
      "\(text)")
    #expect(text.hasSuffix("or the config of these weights (slowfast inspect tells what they are)"))
    #expect(!text.contains("--partial-weights"))
    let enough = try message(
      items, asking: [("s1.a", [3, 1]), ("head.b", [4])] + others.prefix(8), allowPartial: true)
    #expect(enough.hasPrefix("partial load: "), "\(enough)")
  }

  @Test func aVarianceWithoutRootIsNamed() throws {
    let variances = Tensor(zeros: [3])
    variances.mutableValues[1] = -1e-6
    func said() throws -> String {
      try message([("s1.bn.running_var", variances)], asking: [("s1.bn.running_var", [3])], allowPartial: true)
    }
    #expect(try said().isEmpty, "the root of 1e-5 more is a number")
    variances.mutableValues[2] = -0.5
    let text = try said()
    #expect(text.hasPrefix("weights: 's1.bn.running_var' of 'w.safetensors' holds the variance -0.5 (channel 2):"))
    #expect(text.contains("-> the file is damaged, or its training diverged"), "\(text)")
    variances.mutableValues[2] = .nan
    #expect(try said().contains("the variance nan (channel 2)"))
  }

  @Test func classificationHeadsInADetectionConfigAreSaid() throws {
    let items = [(head, Tensor(zeros: [400, 8])), ("head.projection.bias", Tensor(zeros: [400]))]
    func said(_ classes: Int, _ features: Int, scoresBoxes: Bool?) throws -> String {
      try message(items, asking: [(head, [classes, features])], scoresBoxes: scoresBoxes)
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
    let text = try message([(head, Tensor(zeros: [80, 8]))], asking: [(head, [400, 8])], scoresBoxes: false)
    #expect(text.contains("holds a detection network, and this config scores whole clips: take one of configs/AVA"))
  }
}

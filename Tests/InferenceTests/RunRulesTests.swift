import Configuration
import Inference
import TestSupport
import Testing

/// What a run asks of a configuration beyond its model.
@Suite struct RunRulesTests {
  private func slowFast(_ overrides: [String]) throws -> Configuration {
    try Configuration.load(
      path: projectRoot + "/configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml", overrides: overrides, rules: RunRules())
  }

  @Test(arguments: [
    (
      ["AVA.TEST_FLIP", "True", "AVA.TEST_FORCE_FLIP", "True"],
      "AVA.TEST_FLIP True (given as KEY VALUE), AVA.TEST_FORCE_FLIP True (given as KEY VALUE)",
      "set one of them to False"
    ),
    (
      ["AVA.TEST_VIEW_FUSION", "logit_mean", "MODEL.HEAD_ACT", "softmax"],
      "AVA.TEST_VIEW_FUSION 'logit_mean' (given as KEY VALUE), MODEL.HEAD_ACT 'softmax'", "mean or max"
    ),
    (
      ["AVA.TEST_VIEW_FUSION", "median"], "must be mean, logit_mean or max, found 'median'",
      "did you mean mean?"
    ),
    (["AVA.TEST_SCALES", "[224, 256, 224]"], "must be a list of different ints from 32", "give each short side once"),
    (["AVA.TEST_SPATIAL_CROPS", "2"], "must be 1 or 3, found 2", "give 1 for the whole frame"),
    (["AVA.TEST_SCALES", "many"], "AVA.TEST_SCALES must be a list of ints", "the short sides: \"[224, 256, 320]\""),
    (["AVA.TEST_SPATIAL_CROPS", "three"], "AVA.TEST_SPATIAL_CROPS must be an int", "give an int, 1 or 3"),
    // The models' own rules are asked, too.
    (["RESNET.DEPTH", "34"], "RESNET.DEPTH must be 18, 50 or 101", "choose one of them"),
  ])
  func whatCannotBe(overrides: [String], problem: String, remedy: String) {
    do {
      _ = try slowFast(overrides)
      Issue.record("\(overrides) loaded")
    } catch {
      #expect("\(error)".contains(problem) && "\(error)".contains(remedy), "\(error)")
    }
  }

  @Test func unknownImageBackEndsAreNamed() throws {
    let notices = try slowFast(["AVA.IMG_PROC_BACKEND", "torch"]).notices
    try #require(notices.count == 1)
    #expect(
      notices[0]
        == "AVA.IMG_PROC_BACKEND 'torch' (given as KEY VALUE) is neither cv2 nor pytorch: images are processed "
        + "as by cv2")
    #expect(try slowFast(["AVA.IMG_PROC_BACKEND", "pytorch"]).notices == [])
  }
}

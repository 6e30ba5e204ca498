import Clips
import Inference
import TestSupport
import Tensors
import Testing

struct ViewFusionTests {
  private func fuse(_ fusion: ViewFusion, _ scores: [Float]) -> Float {
    fusion.fuse(scores.map { Tensor([1, 1], [$0]) }).array[0]
  }

  /// By hand: logits of 0.2, 0.5 and 0.8 are -ln 4, 0 and ln 4; 0.9 has the odds 9, 0.5 those of 1.
  @Test func formulas() {
    #expect(abs(fuse(.mean, [0.2, 0.5, 0.8]) - 0.5) < 1e-7)
    #expect(abs(fuse(.mean, [0.9, 0.5]) - 0.7) < 1e-7)
    #expect(abs(fuse(.logitMean, [0.2, 0.5, 0.8]) - 0.5) < 1e-7)
    #expect(abs(fuse(.logitMean, [0.9, 0.5]) - 0.75) < 1e-7, "odds of 3")
    #expect(fuse(.max, [0.2, 0.8, 0.5]) == 0.8)
  }

  /// One view stays to the last bit, alone or as the only one that a box counts in.
  @Test(arguments: [ViewFusion.mean, .logitMean, .max]) func oneView(_ fusion: ViewFusion) {
    for score in [Float(0), .leastNonzeroMagnitude, 1e-9, 0.1, 0.3, 0.99999, Float(1).nextDown, 1] {
      #expect(fuse(fusion, [score]) == score)
      #expect(fuse(fusion, [.nan, score, .nan]) == score)
    }
    #expect(fuse(fusion, [.nan, .nan]).isNaN)
  }

  /// Scores that float32 rounds to 0 or 1 have logits as their neighbours have.
  @Test func saturated() {
    let both = fuse(.logitMean, [0, 1])
    #expect(both.isFinite && both > 0 && both < 1e-14, "0 is further from one half than 1")
    #expect(fuse(.logitMean, [1, 1]) >= Float(1).nextDown)
    #expect(fuse(.logitMean, [1, 0.5]) > 0.99 && fuse(.logitMean, [0, 0.5]) < 1e-15)
  }

  /// Whole tables, each entry by itself.
  @Test func tables() {
    let one = Tensor([2, 2], [0.1, 0.2, 0.3, .nan])
    let other = Tensor([2, 2], [0.3, .nan, 0.5, 0.25])
    #expect(difference(ViewFusion.mean.fuse([one, other]).array, [0.2, 0.2, 0.4, 0.25], .absolute(1e-7)) == nil)
    #expect(ViewFusion.max.fuse([one, other]).shape == [2, 2])
  }
}

struct TestViewsTests {
  private func views(_ overrides: [String] = []) throws -> TestViews {
    TestViews(try configured(thinDetector + overrides))
  }

  @Test func byDefaultItIsPySlowFasts() throws {
    let plain = try views()
    #expect(plain.views == [View(shortSide: 32)] && plain.count == 1)
    #expect(try views(["AVA.TEST_FORCE_FLIP", "True"]).views == [View(shortSide: 32, flip: true)])
    #expect(try views(["AVA.TEST_SCALES", "[48]"]).views == [View(shortSide: 48)])
  }

  @Test func scalesThenFlipsThenCrops() throws {
    let many = try views(["AVA.TEST_SCALES", "[64, 32, 48]", "AVA.TEST_FLIP", "True"])
    #expect(many.views.map(\.description) == ["64", "64 flip", "32", "32 flip", "48", "48 flip"])
    #expect(
      many.description
        == "6 views a key frame: short sides 64, 32, 48, with and without flip; the mean of their scores")
    let crops = try views(["AVA.TEST_SPATIAL_CROPS", "3", "AVA.TEST_VIEW_FUSION", "max", "AVA.TEST_FORCE_FLIP", "True"])
    #expect(
      crops.views.map(\.description) == ["32 flip square 0", "32 flip square 1", "32 flip square 2", "32 flip rest"])
    #expect(
      crops.description
        == "3 views a key frame: short side 32, flipped, three squares along the long side (boxes in none: the whole "
        + "frame); the greatest of their scores")
  }
}

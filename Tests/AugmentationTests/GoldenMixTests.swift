import Augmentation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: sharedFolder != nil, Golden.reason)) struct GoldenMixTests {
  /// [N, C, T, H, W] as [N, T, H, W, C].
  private func channelsLast(_ array: NumberArray) -> Tensor {
    let (n, c, t, h, w) = (array.shape[0], array.shape[1], array.shape[2], array.shape[3], array.shape[4])
    let values = (0..<array.values.count).map { index -> Float in
      let (channel, rest) = (index % c, index / c)
      let (sample, position) = (rest / (t * h * w), rest % (t * h * w))
      return Float(array.values[(sample * c + channel) * t * h * w + position])
    }
    return Tensor([n, t, h, w, c], values)
  }

  private func labels(_ golden: Golden) throws -> [Int] { try golden.array("labels").values.map { Int($0) } }

  @Test(
    arguments: ["mixup", "cutmix_inside", "cutmix_at_the_border", "mixup_no_smoothing", "cutmix_only", "not_mixed"])
  func mix(name: String) throws {
    let golden = try Golden(name)
    let target = try golden.array("target")
    let mixing = try MixUp(
      mixupAlpha: golden.number("mixup_alpha"), cutmixAlpha: golden.number("cutmix_alpha"),
      probability: golden.number("mix_prob"), switchProbability: golden.number("switch_prob"),
      labelSmoothing: golden.number("label_smoothing"), classes: target.shape[1])
    var draws = golden.draws()
    let batch = channelsLast(try golden.array("input"))
    let mixture = try mixing.mixture(height: batch.shape[2], width: batch.shape[3], samples: batch.shape[0], &draws)
    mixture.apply(to: batch)
    #expect(difference(batch.array, channelsLast(try golden.array("output")).array, .rounding) == nil)
    let targets = mixing.targets(try labels(golden), mixture)
    #expect(targets.shape == target.shape)
    #expect(difference(targets.array, target.values.map { Float($0) }, .rounding) == nil)
    #expect(draws.rest == 0)
  }

  @Test(arguments: ["targets_1.0_0.1", "targets_0.25_0.0", "targets_0.6_0.3"]) func targets(name: String) throws {
    let golden = try Golden(name)
    let found = softTargets(
      try labels(golden), classes: try golden.int("num_classes"), smoothing: try golden.number("smoothing"),
      share: try golden.number("lam"))
    #expect(difference(found.array, try golden.array("target").values.map { Float($0) }, .rounding) == nil)
  }

  @Test(
    arguments: [
      "const", "rand", "pixel", "not", "first_rectangle_too_tall", "two_count_leaves_first_half",
    ].map { "erase_" + $0 })
  func erase(name: String) throws {
    let golden = try Golden(name)
    let erasing = try RandomErasing(
      probability: golden.number("AUG.RE_PROB"),
      filling: #require(RandomErasing.Filling(rawValue: golden.parameter("AUG.RE_MODE")?.words ?? "")),
      count: golden.int("AUG.RE_COUNT"))
    var draws = golden.draws(noise: (0..<4).compactMap { golden.archive["\(name).noise\($0)"] })
    var clip = Clip(frames: try golden.array("input").floatImages("TCHW"))
    erasing.apply(to: &clip, &draws)
    #expect(try golden.array("output").difference(clip.frames, "TCHW", .exact) == nil)
    #expect(draws.rest == 0)
  }
}

import Augmentation
import Tensors
import TestSupport
import Testing

@Suite struct MixUpTests {
  private func mixing(
    mixup: Double = 0.8, cutmix: Double = 1, probability: Double = 1, smoothing: Double = 0.1
  ) throws -> MixUp {
    try MixUp(
      mixupAlpha: mixup, cutmixAlpha: cutmix, probability: probability, switchProbability: 0.5,
      labelSmoothing: smoothing, classes: 5)
  }

  private func batch(_ samples: Int, _ height: Int = 6, _ width: Int = 8, seed: UInt64 = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let shape = [samples, 2, height, width, 3]
    return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(generator.uniform(-1, 1)) })
  }

  @Test("Targets sum to 1, whatever is mixed")
  func sums() throws {
    for index in 0..<100 {
      var draws = SeededDraws(seed: 1, epoch: 0, index: index, purpose: .batch)
      let labels = (0..<draws.integer(in: 2...5)).map { _ in draws.integer(in: 0..<5) }
      let mixing = try mixing(smoothing: draws.uniform())
      let mixture = try mixing.mixture(height: 7, width: 9, samples: labels.count, &draws)
      #expect((0...1).contains(mixture.share))
      let targets = mixing.targets(labels, mixture).array
      for sample in labels.indices {
        #expect(abs(targets[sample * 5..<sample * 5 + 5].reduce(0, +) - 1) < 1e-5, "\(mixture) \(labels)")
      }
    }
  }

  @Test("By hand: on = 1 - s + s / C, off = s / C, and the partner's share beside")
  func targets() {
    let targets = softTargets([0, 2], classes: 4, smoothing: 0.2, share: 0.75)
    #expect(targets.shape == [2, 4])
    // 0.85 x 0.75 + 0.05 x 0.25 = 0.65, and 0.05 x 0.75 + 0.85 x 0.25 = 0.25.
    #expect(difference(targets.array, [0.65, 0.05, 0.25, 0.05, 0.25, 0.05, 0.65, 0.05], .rounding) == nil)
    #expect(softTargets([1], classes: 2, smoothing: 0).array == [0, 1])
    #expect(softTargets([], classes: 2, smoothing: 0).shape == [0, 2])
  }

  @Test("What a sample loses its partner gains", arguments: [2, 3, 5]) func pairs(samples: Int) {
    for mixture in [MixUp.Mixture.whole(share: 0.3), .rectangle(rows: 1..<4, columns: 2..<7, share: 0.69)] {
      let (start, mixed) = (batch(samples), batch(samples))
      mixture.apply(to: mixed)
      let size = start.count / samples
      for sample in 0..<samples {
        let partner = samples - 1 - sample
        func sum(_ tensor: Tensor) -> [Float] {
          (0..<size).map { tensor.values[sample * size + $0] + tensor.values[partner * size + $0] }
        }
        #expect(difference(sum(mixed), sum(start), .rounding) == nil)
        let isSame =
          Array(mixed.values[sample * size..<(sample + 1) * size])
          == Array(start.values[sample * size..<(sample + 1) * size])
        if sample != partner { #expect(!isSame) }
      }
    }
  }

  @Test("A whole mixture by hand, and that of halves is the same for both")
  func whole() {
    let pair = Tensor([2, 1, 1, 2, 1], [1, 2, 5, 10])
    MixUp.Mixture.whole(share: 0.75).apply(to: pair)
    #expect(pair.array == [2, 4, 4, 8])
    MixUp.Mixture.whole(share: 0.5).apply(to: pair)
    #expect(pair.array == [3, 6, 3, 6])
    MixUp.Mixture.none.apply(to: pair)
    #expect(pair.array == [3, 6, 3, 6])
  }

  @Test("A rectangle by hand: half of 9 x 12 around the middle, each half rounded down")
  func rectangle() throws {
    var draws = FixedDraws(place: 0.75)
    let mixture = try mixing(mixup: 0).mixture(height: 9, width: 12, samples: 2, &draws)
    // The probability is 1, so 0.75 mixes; sides of sqrt(0.25): 4 and 6; the middle is at row 6, column 9.
    #expect(mixture == .rectangle(rows: 4..<8, columns: 6..<12, share: 1 - 24.0 / 108))
    draws.place = 0.99
    let border = try mixing(mixup: 0).mixture(height: 20, width: 40, samples: 2, &draws)
    // Sides of 0.1: 2 and 4 around row 19 and column 39, of which the last column lies beyond the border.
    #expect(border == .rectangle(rows: 18..<20, columns: 37..<40, share: 1 - 6.0 / 800))
  }

  @Test("A rectangle's share is that of the pixels that stayed")
  func shares() throws {
    for index in 0..<50 {
      var draws = SeededDraws(seed: 3, epoch: 0, index: index, purpose: .batch)
      let mixture = try mixing(mixup: 0).mixture(height: 6, width: 8, samples: 2, &draws)
      let (start, mixed) = (batch(2), batch(2))
      mixture.apply(to: mixed)
      let stayed = zip(start.array, mixed.array).count { $0 == $1 }
      #expect(abs(Double(stayed) / Double(start.count) - mixture.share) < 1e-9, "\(mixture)")
    }
  }

  @Test("Without probability nothing is drawn, and labels are smoothed all the same")
  func never() throws {
    var draws = FixedDraws(place: 0)
    let mixing = try mixing(mixup: 0, cutmix: 0, probability: 0)
    let mixture = try mixing.mixture(height: 4, width: 4, samples: 1, &draws)
    #expect(mixture == .none && draws.count == 0)
    #expect(difference(mixing.targets([4], mixture).array, [0.02, 0.02, 0.02, 0.02, 0.92], .rounding) == nil)
  }

  @Test("What cannot be mixed is refused")
  func refused() throws {
    var draws = FixedDraws(place: 0)
    #expect(
      throws: AugmentationError(
        doing: "mixing the samples of a batch", found: "the batch has 1, expected at least 2",
        advice: "set TRAIN.BATCH_SIZE 2 or more, or MIXUP.PROB 0")
    ) {
      try mixing().mixture(height: 4, width: 4, samples: 1, &draws)
    }
    func text(_ make: () throws -> MixUp) -> String {
      do { return "\(try make())" } catch { return "\(error)" }
    }
    #expect(
      text { try mixing(mixup: 0, cutmix: 0) } == "setting up augmentation: MIXUP.PROB is 1.0, but MIXUP.ALPHA and "
        + "MIXUP.CUTMIX_ALPHA are 0: there is no way of mixing -> set one of them above 0, or MIXUP.PROB 0")
    #expect(
      text { try mixing(probability: 1.5) }
        == "setting up augmentation: MIXUP.PROB is 1.5, expected a probability -> set "
        + "MIXUP.PROB to a number from 0 to 1")
    #expect(text { try mixing(smoothing: -0.1) }.contains("MIXUP.LABEL_SMOOTH_VALUE is -0.1"))
    #expect(text { try mixing(mixup: -1) }.contains("MIXUP.ALPHA is -1.0, expected 0 or more"))
    #expect(text { try mixing(cutmix: .nan) }.contains("MIXUP.CUTMIX_ALPHA is nan"))
  }
}

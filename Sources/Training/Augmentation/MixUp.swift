public import Tensors

/// Mixes the samples of a batch in pairs, the first with the last and so on: whole clips (mixup) or a rectangle of them
/// (cutmix), with targets to suit (`MIXUP`).
///
/// Sources: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017; Yun et al., "CutMix: Regularization Strategy
/// to Train Strong Classifiers with Localizable Features", 2019.
public struct MixUp: Sendable {
  /// Both parameters of the beta distribution of a sample's share (`MIXUP.ALPHA`, `MIXUP.CUTMIX_ALPHA`); 0: never.
  public let mixupAlpha: Double
  public let cutmixAlpha: Double
  /// Of mixing a batch at all (`MIXUP.PROB`).
  public let probability: Double
  /// Of cutmix where both are possible (`MIXUP.SWITCH_PROB`).
  public let switchProbability: Double
  /// `MIXUP.LABEL_SMOOTH_VALUE`; holds for batches that are not mixed as well.
  public let labelSmoothing: Double
  public let classes: Int

  /// - Throws: `AugmentationError` for what is no probability, or where no way of mixing is left.
  public init(
    mixupAlpha: Double, cutmixAlpha: Double, probability: Double, switchProbability: Double, labelSmoothing: Double,
    classes: Int
  ) throws(AugmentationError) {
    try checkProbability(probability, "MIXUP.PROB")
    try checkProbability(switchProbability, "MIXUP.SWITCH_PROB")
    try checkProbability(labelSmoothing, "MIXUP.LABEL_SMOOTH_VALUE")
    for (alpha, key) in [(mixupAlpha, "MIXUP.ALPHA"), (cutmixAlpha, "MIXUP.CUTMIX_ALPHA")]
    where !(alpha >= 0 && alpha.isFinite) {
      throw AugmentationError(
        doing: "setting up augmentation", found: "\(key) is \(alpha), expected 0 or more",
        advice: "set \(key) 0.8, or 0 to leave it out")
    }
    if probability > 0 && mixupAlpha == 0 && cutmixAlpha == 0 {
      throw AugmentationError(
        doing: "setting up augmentation",
        found: "MIXUP.PROB is \(probability), but MIXUP.ALPHA and MIXUP.CUTMIX_ALPHA are 0: there is no way of mixing",
        advice: "set one of them above 0, or MIXUP.PROB 0")
    }
    precondition(classes > 0, "there are classes")
    self.mixupAlpha = mixupAlpha
    self.cutmixAlpha = cutmixAlpha
    self.probability = probability
    self.switchProbability = switchProbability
    self.labelSmoothing = labelSmoothing
    self.classes = classes
  }

  /// What becomes of a batch.
  public enum Mixture: Hashable, Sendable {
    case none
    /// Every sample's share of itself.
    case whole(share: Double)
    /// Rows and columns that come from the partner, and the share that is left of the sample.
    case rectangle(rows: Range<Int>, columns: Range<Int>, share: Double)

    /// Of each sample in its target; the rest is its partner's.
    public var share: Double {
      switch self {
      case .none: 1
      case .whole(let share), .rectangle(_, _, let share): share
      }
    }
  }

  /// Draws what becomes of a batch: whether, which way where both are possible, a share, and for cutmix the rectangle's
  /// middle.
  ///
  /// - Parameters:
  ///   - height: Of the clips in pixels.
  ///   - samples: Of the batch.
  /// - Throws: `AugmentationError` where a batch has nothing to be mixed with.
  public func mixture(
    height: Int, width: Int, samples: Int, _ draws: inout some Draws
  ) throws(AugmentationError) -> Mixture {
    if probability == 0 { return .none }
    if samples < 2 {
      throw AugmentationError(
        doing: "mixing the samples of a batch", found: "the batch has \(samples), expected at least 2",
        advice: "set TRAIN.BATCH_SIZE 2 or more, or MIXUP.PROB 0")
    }
    if draws.uniform() >= probability { return .none }
    let isBoth = mixupAlpha > 0 && cutmixAlpha > 0
    let isCut = isBoth ? draws.uniform() < switchProbability : cutmixAlpha > 0
    let alpha = isCut ? cutmixAlpha : mixupAlpha
    let share = draws.beta(alpha, alpha)
    if share == 1 { return .none }
    if !isCut { return .whole(share: share) }
    let side = (1 - share).squareRoot()
    let (tall, wide) = (Int(Double(height) * side), Int(Double(width) * side))
    let (middleY, middleX) = (draws.integer(in: 0..<height), draws.integer(in: 0..<width))
    // Halves are rounded down on both sides of the middle, and what reaches over the border is lost.
    let rows = max(0, middleY - tall / 2)..<min(height, middleY + tall / 2)
    let columns = max(0, middleX - wide / 2)..<min(width, middleX + wide / 2)
    let left = 1 - Double(rows.count * columns.count) / Double(height * width)
    return .rectangle(rows: rows, columns: columns, share: left)
  }

  /// The targets of a batch.
  ///
  /// - Parameter labels: The class of each sample.
  /// - Returns: [samples, classes].
  public func targets(_ labels: [Int], _ mixture: Mixture) -> Tensor {
    softTargets(labels, classes: classes, smoothing: labelSmoothing, share: mixture.share)
  }
}

extension MixUp.Mixture {
  /// Mixes a batch in place, every sample with the one that is as far from the other end. The middle one of an odd number is
  /// its own partner.
  ///
  /// PySlowFast mixes its first input only: of networks with two pathways the slow one.
  ///
  /// - Parameter batch: [samples, frames, height, width, channels]; whoever shares its storage sees the change.
  public func apply(to batch: Tensor) {
    precondition(batch.shape.count == 5, "a batch of clips has five axes")
    let samples = batch.shape[0]
    let size = batch.shape[1...].reduce(1, *)
    func eachPair(_ body: (Int, Int) -> Void) {
      for sample in 0..<(samples + 1) / 2 { body(sample * size, (samples - 1 - sample) * size) }
    }
    let values = batch.mutableValues
    switch self {
    case .none: break
    case .whole(let share):
      let (own, other) = (Float(share), Float(1 - share))
      eachPair { first, second in
        for index in 0..<size {
          let (a, b) = (values[first + index], values[second + index])
          values[first + index] = a * own + b * other
          values[second + index] = b * own + a * other
        }
      }
    case .rectangle(let rows, let columns, _):
      let (height, width, channels) = (batch.shape[2], batch.shape[3], batch.shape[4])
      eachPair { first, second in
        if first == second { return }
        for frame in 0..<batch.shape[1] {
          for y in rows {
            let start = ((frame * height + y) * width + columns.lowerBound) * channels
            for index in start..<start + columns.count * channels { values.swapAt(first + index, second + index) }
          }
        }
      }
    }
  }
}

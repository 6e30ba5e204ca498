internal import Glibc
internal import Wording

/// The learning rate as a function of the time in epochs, a whole number and the share of the epoch that is done: iteration
/// i of n in epoch e has the rate at e + i / n.
///
/// Source: PySlowFast's lr_policy, whose order of operations in Double this is.
public struct LearningRateSchedule: Sendable, Equatable {
  /// How the rate falls after the warm-up (`SOLVER.LR_POLICY`).
  public enum Policy: Sendable, Equatable {
    /// Half a cosine from the base rate to the end's.
    ///
    /// - Parameters:
    ///   - endRate: `SOLVER.COSINE_END_LR`.
    ///   - startsAfterWarmUp: Whether the cosine begins when the warm-up ends, else at epoch 0
    ///     (`SOLVER.COSINE_AFTER_WARMUP`).
    case cosine(endRate: Double, startsAfterWarmUp: Bool)
    /// The base rate times the factor of the last step that has begun; the last factor for ever.
    ///
    /// - Parameters:
    ///   - steps: Epochs, the first of them 0 (`SOLVER.STEPS`).
    ///   - factors: At least as many as there are steps before the training ends (`SOLVER.LRS`).
    case steps(_ steps: [Double], factors: [Double])
  }

  public let policy: Policy
  /// `SOLVER.BASE_LR`.
  public let baseRate: Double
  /// When the training ends (`SOLVER.MAX_EPOCH`).
  public let maxEpoch: Double
  /// How long the rate rises in a line, to the policy's rate at that time (`SOLVER.WARMUP_EPOCHS`); 0 for none.
  public let warmUpEpochs: Double
  /// The rate at epoch 0 where there is a warm-up (`SOLVER.WARMUP_START_LR`).
  public let warmUpStartRate: Double

  /// - Throws: `badSetting`.
  public init(
    _ policy: Policy, baseRate: Double, maxEpoch: Double, warmUpEpochs: Double = 0, warmUpStartRate: Double = 0.01
  ) throws(OptimizationError) {
    (self.policy, self.baseRate, self.maxEpoch) = (policy, baseRate, maxEpoch)
    (self.warmUpEpochs, self.warmUpStartRate) = (warmUpEpochs, warmUpStartRate)
    try check()
  }

  private func check() throws(OptimizationError) {
    for (key, value, most) in [
      ("SOLVER.BASE_LR", baseRate, Double.infinity), ("SOLVER.WARMUP_EPOCHS", warmUpEpochs, .infinity),
      ("SOLVER.WARMUP_START_LR", warmUpStartRate, .infinity), ("SOLVER.MAX_EPOCH", maxEpoch, .infinity),
    ] where !(value >= 0 && value < most) {
      throw .badSetting(key: key, found: "\(value)", expected: "0 or more", advice: "set a number of 0 or more")
    }
    switch policy {
    case .cosine(let endRate, let startsAfterWarmUp):
      guard endRate >= 0, endRate < baseRate else {
        throw .badSetting(
          key: "SOLVER.COSINE_END_LR", found: "\(endRate)",
          expected: "0 or more and less than SOLVER.BASE_LR, \(baseRate)",
          advice: "set it to 0 or raise SOLVER.BASE_LR")
      }
      let start = startsAfterWarmUp ? warmUpEpochs : 0
      guard maxEpoch > start else {
        throw .badSetting(
          key: "SOLVER.MAX_EPOCH", found: "\(maxEpoch)", expected: "more than \(start), where the cosine begins",
          advice: startsAfterWarmUp ? "train longer or shorten SOLVER.WARMUP_EPOCHS" : "train for an epoch at least")
      }
    case .steps(let steps, let factors):
      guard let first = steps.first, first == 0, steps.allSatisfy(\.isFinite) else {
        throw .badSetting(
          key: "SOLVER.STEPS", found: "\(steps)", expected: "epochs, the first of them 0",
          advice: "begin the list with 0")
      }
      // Published lists end with SOLVER.MAX_EPOCH, where no step begins.
      let count = max(1, steps.firstIndex { $0 >= maxEpoch } ?? steps.count)
      guard factors.count >= count, factors.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw .badSetting(
          key: "SOLVER.LRS", found: "\(factors)",
          expected: "factors of 0 or more for the \(counted(count, "step")) of SOLVER.STEPS before SOLVER.MAX_EPOCH",
          advice: "give each step a factor of SOLVER.BASE_LR")
      }
    }
  }

  /// The learning rate at a time in epochs; a group's is that times its layer decay.
  public func rate(at epoch: Double) -> Double {
    if epoch >= warmUpEpochs { return policyRate(at: epoch) }
    let slope = (policyRate(at: warmUpEpochs) - warmUpStartRate) / warmUpEpochs
    return epoch * slope + warmUpStartRate
  }

  private func policyRate(at epoch: Double) -> Double {
    switch policy {
    case .cosine(let endRate, let startsAfterWarmUp):
      let start = startsAfterWarmUp ? warmUpEpochs : 0
      return endRate + (baseRate - endRate) * (cos(.pi * (epoch - start) / (maxEpoch - start)) + 1) * 0.5
    case .steps(let steps, let factors):
      // Steps may coincide, as multigrid's do: the first that lies ahead ends the one before it.
      let next = (steps + [maxEpoch]).firstIndex { epoch < $0 } ?? steps.count
      return factors[min(max(0, next - 1), factors.count - 1)] * baseRate
    }
  }

  /// The schedule for training on several machines: every rate multiplied by their number
  /// (`SOLVER.BASE_LR_SCALE_NUM_SHARDS` and `NUM_SHARDS`).
  public func scaled(shards: Int) -> LearningRateSchedule {
    let factor = Double(shards)
    var scaled = policy
    if case .cosine(let endRate, let startsAfterWarmUp) = policy {
      scaled = .cosine(endRate: endRate * factor, startsAfterWarmUp: startsAfterWarmUp)
    }
    return LearningRateSchedule(
      unchecked: scaled, baseRate: baseRate * factor, maxEpoch: maxEpoch, warmUpEpochs: warmUpEpochs,
      warmUpStartRate: warmUpStartRate * factor)
  }

  private init(
    unchecked policy: Policy, baseRate: Double, maxEpoch: Double, warmUpEpochs: Double, warmUpStartRate: Double
  ) {
    (self.policy, self.baseRate, self.maxEpoch) = (policy, baseRate, maxEpoch)
    (self.warmUpEpochs, self.warmUpStartRate) = (warmUpEpochs, warmUpStartRate)
  }
}

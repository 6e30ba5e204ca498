import Foundation
import JSON
import Optimization
import TestSupport
import Testing

/// The schedule that settings of `SOLVER` mean.
func schedule(_ solver: JSONValue, steps: [Double]? = nil, factors: [Double]? = nil, maxEpoch: Double? = nil) throws
  -> LearningRateSchedule
{
  let policy: LearningRateSchedule.Policy
  switch solver["LR_POLICY"]!.string {
  case "cosine":
    policy = .cosine(
      endRate: solver["COSINE_END_LR"]!.double, startsAfterWarmUp: solver["COSINE_AFTER_WARMUP"]!.isTrue)
  default: policy = .steps(steps ?? solver["STEPS"]!.doubles, factors: factors ?? solver["LRS"]!.doubles)
  }
  return try LearningRateSchedule(
    policy, baseRate: solver["BASE_LR"]!.double, maxEpoch: maxEpoch ?? solver["MAX_EPOCH"]!.double,
    warmUpEpochs: solver["WARMUP_EPOCHS"]!.double, warmUpStartRate: solver["WARMUP_START_LR"]!.double)
}

@Suite struct LearningRateTests {
  @Test func cosineByHand() throws {
    let plain = try LearningRateSchedule(
      .cosine(endRate: 0, startsAfterWarmUp: false), baseRate: 0.8, maxEpoch: 12)
    let found = [0, 4, 6, 8, 12].map(plain.rate)
    #expect(relativeDifference(Array(found.dropLast()), [0.8, 0.6, 0.4, 0.2], 1e-12) == nil && found[4] == 0)
    let raised = try LearningRateSchedule(
      .cosine(endRate: 0.2, startsAfterWarmUp: false), baseRate: 0.8, maxEpoch: 12)
    #expect(relativeDifference([0, 6, 12].map(raised.rate), [0.8, 0.5, 0.2], 1e-12) == nil)
  }

  @Test func stepsByHand() throws {
    let steps = try LearningRateSchedule(
      .steps([0, 3, 4], factors: [1, 0.5, 0.25]), baseRate: 0.8, maxEpoch: 6)
    #expect([0, 2.999, 3, 3.5, 4, 5.9, 6, 100].map(steps.rate) == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2])
    // Steps that coincide: the last of them counts. More factors than steps: they are not used.
    let twice = try LearningRateSchedule(
      .steps([0, 3, 3], factors: [1, 0.5, 0.25, 9]), baseRate: 0.8, maxEpoch: 6)
    #expect([2, 3, 7].map(twice.rate) == [0.8, 0.2, 0.2])
    // A last step at the end needs no factor.
    let ended = try LearningRateSchedule(.steps([0, 3, 6], factors: [1, 0.5]), baseRate: 0.8, maxEpoch: 6)
    #expect([2, 5, 6, 9].map(ended.rate) == [0.8, 0.4, 0.4, 0.4])
  }

  @Test func warmUpEndsAtThePolicysRate() throws {
    let steps = try LearningRateSchedule(
      .steps([0, 2], factors: [1, 0.5]), baseRate: 0.8, maxEpoch: 6, warmUpEpochs: 4, warmUpStartRate: 0.1)
    // The aim is the second step's 0.4 already.
    #expect(relativeDifference([0, 1, 2, 4, 5].map(steps.rate), [0.1, 0.175, 0.25, 0.4, 0.4], 1e-12) == nil)
    for startsAfterWarmUp in [false, true] {
      let cosine = try LearningRateSchedule(
        .cosine(endRate: 0, startsAfterWarmUp: startsAfterWarmUp), baseRate: 0.8, maxEpoch: 16, warmUpEpochs: 4,
        warmUpStartRate: 0)
      let aim = startsAfterWarmUp ? 0.8 : 0.8 * (cos(.pi / 4) + 1) / 2
      #expect(relativeDifference([1, 2, 4].map(cosine.rate), [aim / 4, aim / 2, aim], 1e-12) == nil)
      #expect(abs(cosine.rate(at: 16)) < 1e-12)
    }
  }

  @Test func shardsScaleEveryRate() throws {
    for policy in [
      LearningRateSchedule.Policy.cosine(endRate: 0.1, startsAfterWarmUp: true), .steps([0, 5], factors: [1, 0.1]),
    ] {
      let one = try LearningRateSchedule(
        policy, baseRate: 0.8, maxEpoch: 12, warmUpEpochs: 3, warmUpStartRate: 0.01)
      let four = one.scaled(shards: 4)
      let epochs = stride(from: 0.0, through: 13, by: 0.3)
      #expect(relativeDifference(epochs.map(four.rate), epochs.map { 4 * one.rate(at: $0) }, 1e-12) == nil)
      #expect(one.scaled(shards: 1) == one)
    }
  }

  @Test func whatCannotBeIsRefused() {
    func cosine(_ end: Double, _ base: Double, _ epochs: Double, after: Bool = false, _ warmUp: Double = 0) -> String? {
      refusal {
        _ = try LearningRateSchedule(
          .cosine(endRate: end, startsAfterWarmUp: after), baseRate: base, maxEpoch: epochs, warmUpEpochs: warmUp)
      }
    }
    #expect(cosine(0, 1, 10) == nil)
    #expect(
      cosine(1, 1, 10)
        == "SOLVER.COSINE_END_LR is 1.0, expected 0 or more and less than SOLVER.BASE_LR, 1.0 -> set it to 0 or raise"
        + " SOLVER.BASE_LR")
    #expect(
      cosine(0, 1, 5, after: true, 5)
        == "SOLVER.MAX_EPOCH is 5.0, expected more than 5.0, where the cosine begins -> train longer or shorten"
        + " SOLVER.WARMUP_EPOCHS")
    #expect(cosine(0, 1, 0)?.hasSuffix("where the cosine begins -> train for an epoch at least") == true)
    #expect(cosine(0, .nan, 1) == "SOLVER.BASE_LR is nan, expected 0 or more -> set a number of 0 or more")
    #expect(cosine(0, 1, 9, -1) == "SOLVER.WARMUP_EPOCHS is -1.0, expected 0 or more -> set a number of 0 or more")
    func steps(_ steps: [Double], _ factors: [Double]) -> String? {
      refusal { _ = try LearningRateSchedule(.steps(steps, factors: factors), baseRate: 1, maxEpoch: 9) }
    }
    #expect(
      steps([2, 3], [1, 1])
        == "SOLVER.STEPS is [2.0, 3.0], expected epochs, the first of them 0 -> begin the list with 0")
    #expect(steps([], []) != nil)
    #expect(
      steps([0, 3], [1])
        == "SOLVER.LRS is [1.0], expected factors of 0 or more for the 2 steps of SOLVER.STEPS before SOLVER.MAX_EPOCH"
        + " -> give each step a factor of SOLVER.BASE_LR")
    #expect(steps([0, 3, 9], [1, 0.5]) == nil && steps([0, 3, 9], [1]) != nil)
    #expect(steps([0], [-1]) != nil)
  }

  @Test(.enabled(if: hasGolden, "the shared golden cases are not here")) func pySlowFastsNumbers() throws {
    let cases = try readGolden("schedules/lr.json").values
    #expect(cases.count >= 108)
    for golden in cases {
      let about = golden["config"]!.string + golden["overrides"]!.text
      let rates = try schedule(golden["solver"]!)
      let found = golden["epochs"]!.doubles.map(rates.rate)
      #expect(zip(found, golden["lr"]!.doubles).allSatisfy { abs($0 - $1) <= max(1e-12 * abs($1), 1e-17) }, "\(about)")
      #expect(found.count == golden["lr"]!.values.count && !found.isEmpty)
    }
  }

  /// The recorded settings of several machines are the scaled ones; those of one machine are scaled here.
  @Test(.enabled(if: hasGolden, "the shared golden cases are not here")) func pySlowFastsShards() throws {
    let cases = try readGolden("schedules/lr.json").values
    var scaled: [Bool] = []
    for golden in cases where golden["overrides"]!.members.map(\.name) == ["NUM_SHARDS"] {
      let shards = Int(golden["overrides"]!["NUM_SHARDS"]!.string)!
      let plain = try #require(cases.first { $0["config"] == golden["config"] && $0["overrides"]!.members.isEmpty })
      let isScaled = plain["solver"]!["BASE_LR_SCALE_NUM_SHARDS"]!.isTrue
      let rates = try schedule(plain["solver"]!).scaled(shards: isScaled ? shards : 1)
      let found = golden["epochs"]!.doubles.map(rates.rate)
      #expect(relativeDifference(found, golden["lr"]!.doubles, 1e-12, golden["config"]!.string) == nil)
      scaled.append(isScaled)
    }
    #expect(scaled.contains(true) && scaled.contains(false))
  }
}

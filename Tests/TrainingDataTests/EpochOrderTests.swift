import Optimization
import Testing
import TrainingData

/// Which samples a process takes.
@Suite struct EpochOrderTests {
  @Test func anEpochHasEverySampleOnceAndAnotherOrderThanTheNext() {
    let orders = (0..<3).map { EpochOrder(count: 50, seed: 7, epoch: $0).samples }
    for order in orders { #expect(order.sorted() == Array(0..<50) && order != order.sorted()) }
    #expect(Set(orders).count == 3)
    #expect(EpochOrder(count: 50, seed: 7, epoch: 1).samples == orders[1])
    #expect(EpochOrder(count: 50, seed: 8, epoch: 1).samples != orders[1])
    #expect(EpochOrder(count: 5, seed: 7, epoch: 1, isShuffled: false).samples == [0, 1, 2, 3, 4])
  }

  /// As DistributedSampler gives them: every n-th, and the first ones again at the end.
  @Test func processesHaveEqualShares() {
    func share(_ rank: Int, _ count: Int = 7, of processes: Int = 3) -> [Int] {
      EpochOrder(count: count, seed: 1, epoch: 0, rank: rank, of: processes, isShuffled: false).samples
    }
    #expect((0..<3).map { share($0) } == [[0, 3, 6], [1, 4, 0], [2, 5, 1]])
    // Of fewer samples than processes all are taken again and again.
    #expect((0..<5).map { share($0, 2, of: 5) } == [[0], [1], [0], [1], [0]])
    let all = EpochOrder(count: 12, seed: 3, epoch: 2).samples
    let parts = (0..<2).map { EpochOrder(count: 12, seed: 3, epoch: 2, rank: $0, of: 2).samples }
    #expect(all == zip(parts[0], parts[1]).flatMap { [$0, $1] })
  }
}

@Suite struct EpochPlanTests {
  private func plan(_ count: Int, _ forms: [BatchForm], dropsLast: Bool = true) throws -> [[Int]] {
    try EpochPlan(EpochOrder(count: count, seed: 1, epoch: 0, isShuffled: false), forms, dropsLast: dropsLast).batches
      .map { $0.map(\.index) }
  }

  @Test func whatMakesNoBatchIsLeftOutInTraining() throws {
    let three = [BatchForm(samples: 3, shape: small)]
    #expect(try plan(8, three) == [[0, 1, 2], [3, 4, 5]])
    #expect(try plan(8, three, dropsLast: false) == [[0, 1, 2], [3, 4, 5], [6, 7]])
    #expect(try plan(2, three, dropsLast: false) == [[0, 1]])
    #expect {
      try plan(2, three)
    } throws: {
      "\($0)" == "planning an epoch: 2 samples, and a batch of a process takes 3"
        + " -> set a smaller TRAIN.BATCH_SIZE, or give more samples"
    }
  }

  @Test func batchesOfSeveralFormsFollowEachOther() throws {
    var wide = small
    wide.crop = 8
    let forms = [BatchForm(samples: 4, shape: small), BatchForm(samples: 1, shape: wide)]
    let order = EpochOrder(count: 11, seed: 1, epoch: 0, isShuffled: false)
    let plan = try EpochPlan(order, forms)
    #expect(plan.batches.map(\.count) == [4, 1, 4, 1])
    #expect(plan.batches.map { $0[0].shape.crop } == [4, 8, 4, 8])
    // 11 samples at 2.5 a batch.
    #expect(plan.nominalCount == 4 && plan.sampleCount == 10)
  }

  /// The long cycle of PySlowFast's stepwise multigrid: fewer frames and a smaller crop at first, drawn from more time.
  @Test func multigrid() throws {
    var options = MultigridOptions()
    options.hasLongCycle = true
    options.hasShortCycle = true
    let schedule = try MultigridSchedule(
      options, fullShape: ClipShape(batch: 8, frames: 32, crop: 224), steps: [0, 94, 154, 196],
      factors: [1, 0.1, 0.01, 0.001], maxEpoch: 239)
    let full = SampleShape(frames: 32, rates: 2...2, crop: 224, shortSides: 256...340)
    let first = schedule.batchForms(at: 0, full)
    #expect(first.map(\.shape.crop) == [112, 158, 158] && first.map(\.samples) == [128, 64, 64])
    #expect(first.allSatisfy { $0.shape.frames == 8 && $0.shape.rates == 2...8 })
    #expect(first.map(\.shape.shortSides) == [128...340, 181...340, 181...340])
    let last = schedule.batchForms(at: schedule.maxEpoch - 1, full, processes: 2)
    #expect(last.last == BatchForm(samples: 4, shape: full))
  }
}

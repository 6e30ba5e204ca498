import JSON
import Optimization
import TestSupport
import Testing

@Suite struct MultigridTests {
  private let full = ClipShape(batch: 4, frames: 8, crop: 64)

  private func plan(
    long: Bool, short: Bool, steps: [Double] = [0, 8], maxEpoch: Int = 12,
    _ change: (inout MultigridOptions) -> Void = { _ in }
  ) throws -> MultigridSchedule {
    var options = MultigridOptions()
    (options.hasLongCycle, options.hasShortCycle) = (long, short)
    change(&options)
    return try MultigridSchedule(
      options, fullShape: full, steps: steps, factors: steps.indices.map { 1 / Double($0 + 1) }, maxEpoch: maxEpoch)
  }

  /// Step, batch, frames, crop and end of each phase.
  private func numbers(_ plan: MultigridSchedule) -> [[Int]] {
    (plan.phases ?? []).map { [$0.step, $0.batchFactor, $0.frames, $0.crop, $0.endEpoch] }
  }

  /// Two shapes, half as long and the whole: the batches are 2 and 1, so that epochs are shared 2 to 1. Eight epochs give
  /// 5 1/3 and 2 2/3, with 2 2/3 iterations of each; the last four save as much: 4 x (5 1/3 / 8).
  @Test func longCycleByHand() throws {
    let plan = try plan(long: true, short: false) {
      $0.longCycleFactors = [(0.5, 1), (1, 1)]
      $0.epochFactor = 2
    }
    // Of 10 2/3 epochs 24 are made: 12, 6 and 6.
    #expect(numbers(plan) == [[0, 2, 4, 64, 12], [0, 1, 8, 64, 18], [1, 1, 8, 64, 24]])
    #expect(plan.steps == [0, 12, 18, 21] && plan.maxEpoch == 24)
    #expect(relativeDifference(plan.factors, [2, 1, 1, 0.1], 1e-12) == nil)
    #expect([0, 11, 12, 23, 24, 99].map { plan.shape(at: $0).batch } == [8, 8, 4, 4, 4, 4])
    #expect((0..<24).filter(plan.changes) == [12])
    #expect([0, 12].map { plan.slowestSamplingRate(at: $0, samplingRate: 3) } == [6, 3])
    // 12 epochs in periods of 5, counted from the end; then 6 in periods of 3.
    #expect((0..<24).filter { plan.isMilestone($0, period: 1) } == [1, 6, 11, 14, 17, 20, 23])
    // 8 clips of one process are what a batch norm sees; 4 of two are a quarter of it.
    #expect([0, 12].map { plan.batchNormScope(at: $0, processes: 1) } == [.batch, .processes(2)])
    #expect([0, 12].map { plan.batchNormScope(at: $0, processes: 2) } == [.processes(2), .processes(4)])
    #expect(plan.shortCycle(at: 0, processes: 2) == [ShortCycleShape(batch: 4, crop: 64)])
  }

  @Test func aFirstPhaseOfTheFullShapeLeavesBatchNormAlone() throws {
    let plan = try plan(long: true, short: false) {
      $0.longCycleFactors = [(1, 1), (0.25, 1), (1, 1)]
      $0.batchNormClips = 2
    }
    let ends = plan.phases!.map(\.endEpoch)
    #expect(plan.batchNormScope(at: 0, processes: 1) == nil)
    #expect(plan.batchNormScope(at: ends[0], processes: 1) == .split(8))
    #expect(plan.batchNormScope(at: ends[1], processes: 1) == .split(2))
  }

  @Test func shortCycleByHand() throws {
    let plan = try plan(long: false, short: true, steps: [0, 5, 7])
    #expect(
      plan.phases == nil && plan.steps == [0, 7, 10] && plan.factors == [1, 0.5, 1.0 / 3] && plan.maxEpoch == 18)
    #expect(plan.shape(at: 3) == full && !plan.changes(at: 3))
    #expect(plan.slowestSamplingRate(at: 0, samplingRate: 2) == nil && plan.batchNormScope(at: 0, processes: 1) == nil)
    #expect(
      plan.shortCycle(at: 0, processes: 2) == [
        ShortCycleShape(batch: 8, crop: 32), ShortCycleShape(batch: 4, crop: 45), ShortCycleShape(batch: 2, crop: 64),
      ])
    #expect([32, 45, 64].map { plan.leastShortSide(crop: $0, leastScale: 73) } == [36, 51, 73])
    #expect((0..<18).filter { plan.isMilestone($0, period: 5) } == [4, 9, 14, 17])
    #expect((0..<18).filter { plan.isMilestone($0, period: 0) } == [17])
  }

  @Test func withoutCyclesAllStaysAsItIs() throws {
    let plan = try plan(long: false, short: false)
    #expect(plan.steps == [0, 8] && plan.factors == [1, 0.5] && plan.maxEpoch == 12 && plan.shape(at: 5) == full)
    #expect(plan.shortCycle(at: 0, processes: 1) == [ShortCycleShape(batch: 4, crop: 64)])
  }

  @Test func batchesInTurn() {
    let batches = CyclicBatches(sizes: [4, 2, 1])
    #expect(batches.ranges(samples: 14) == [0..<4, 4..<6, 6..<7, 7..<11, 11..<13, 13..<14])
    #expect(batches.ranges(samples: 10) == [0..<4, 4..<6, 6..<7])
    #expect(batches.ranges(samples: 3).isEmpty && batches.ranges(samples: 0).isEmpty)
    // The mean size is 7/3.
    #expect([14, 10, 6, 0].map(batches.nominalCount) == [6, 4, 2, 0])
    #expect(CyclicBatches(sizes: [3]).ranges(samples: 7) == [0..<3, 3..<6])
  }

  @Test func whatCannotBeIsRefused() {
    let needed =
      "expected two or more rising epochs from 0 up to SOLVER.MAX_EPOCH, as MULTIGRID.LONG_CYCLE has -> set"
      + " SOLVER.LR_POLICY steps_with_relative_lrs and its steps, or MULTIGRID.LONG_CYCLE False"
    let wrong: [([Double], String)] = [
      ([], "[]"), ([0], "[0.0]"), ([0, 5, 5], "[0.0, 5.0, 5.0]"), ([0, 13], "[0.0, 13.0]"),
    ]
    for (steps, shown) in wrong {
      #expect(
        refusal { _ = try plan(long: true, short: true, steps: steps) } == "SOLVER.STEPS is \(shown), \(needed)")
    }
    #expect(
      refusal { _ = try plan(long: true, short: true) { $0.longCycleFactors = [(0.01, 1), (1, 1)] } }
        == "MULTIGRID.LONG_CYCLE_FACTORS is (0.01, 1.0), (1.0, 1.0), expected pairs up to 1 that leave a clip of 8 frames"
        + " one at least -> set larger factors or DATA.NUM_FRAMES")
    #expect(refusal { _ = try plan(long: true, short: false) { $0.longCycleFactors = [] } } != nil)
    #expect(refusal { _ = try plan(long: true, short: false) { $0.longCycleFactors = [(1, 1.5)] } } != nil)
    #expect(
      refusal { _ = try plan(long: false, short: true) { $0.shortCycleFactors = [0.5] } }
        == "MULTIGRID.SHORT_CYCLE_FACTORS is [0.5], expected two numbers above 0 and up to 1 -> set [0.5, 0.7071]")
    #expect(refusal { _ = try plan(long: false, short: true) { $0.epochFactor = 0 } }?.contains("EPOCH_FACTOR") == true)
    #expect(
      refusal { _ = try plan(long: false, short: true, maxEpoch: 0) }
        == "SOLVER.MAX_EPOCH is 0, expected 1 or more -> set a number of 1 or more")
  }

  @Test(.enabled(if: hasGolden, "the shared golden cases are not here")) func pySlowFastsPlans() throws {
    let cases = try readGolden("schedules/multigrid.json").values
    #expect(cases.count == 4)
    let rates = try readGolden("schedules/lr.json").values
    for golden in cases {
      let config = golden["config"]!.string
      let solver = try #require(
        rates.first { $0["config"]!.string == config && $0["overrides"]!.members.isEmpty }?["solver"], "\(config)")
      try compare(golden, solver)
    }
  }

  private func compare(_ golden: JSONValue, _ solver: JSONValue) throws {
    let about = golden["config"]!.string + golden["overrides"]!.text
    let (before, after) = (golden["before"]!, golden["after"]!)
    let sizes = golden["default_batch_frames_crop"]!.ints
    let processes = golden["num_gpus"]!.int
    var options = MultigridOptions()
    options.hasLongCycle = golden["long_cycle_schedule"]! != .null
    options.hasShortCycle = true
    let plan = try MultigridSchedule(
      options, fullShape: ClipShape(batch: sizes[0], frames: sizes[1], crop: sizes[2]),
      steps: before["STEPS"]!.doubles, factors: before["LRS"]!.doubles, maxEpoch: before["MAX_EPOCH"]!.int)
    #expect(plan.steps == after["STEPS"]!.doubles, "\(about)")
    #expect(plan.factors == after["LRS"]!.doubles, "\(about)")
    #expect(plan.maxEpoch == after["MAX_EPOCH"]!.int, "\(about)")
    #expect(numbers(plan) == golden["long_cycle_schedule"]!.values.map { $0.floats.map { Int($0) } }, "\(about)")

    let shapes = golden["shapes"]!.values
    #expect([0] + (0..<plan.maxEpoch).filter(plan.changes) == shapes.map { $0["from_epoch"]!.int }, "\(about)")
    for shape in shapes { compare(shape, plan, processes, golden["shapes"]!.values, about) }

    let epochs = 0..<plan.maxEpoch
    let schedule = try schedule(
      solver, steps: plan.steps, factors: plan.factors, maxEpoch: Double(plan.maxEpoch))
    for (key, share) in [("lr_at_epoch_start", 0.0), ("lr_at_epoch_middle", 0.5)] {
      let found = epochs.map { schedule.rate(at: Double($0) + share) }
      #expect(relativeDifference(found, golden[key]!.doubles, 1e-12, about) == nil)
    }
    // Only the short cycle alone has periods of epochs.
    for (key, period) in [("checkpoint_epochs", 1), ("evaluation_epochs", 10)] {
      #expect(epochs.filter { plan.isMilestone($0, period: period) } == golden[key]!.ints, "\(about)")
    }
  }

  private func compare(
    _ golden: JSONValue, _ plan: MultigridSchedule, _ processes: Int, _ shapes: [JSONValue], _ about: String
  ) {
    let epoch = golden["from_epoch"]!.int
    let place = "\(about) epoch \(epoch)"
    let shape = plan.shape(at: epoch)
    #expect(
      [shape.batch, shape.frames, shape.crop] == ["batch", "frames", "crop"].map { golden[$0]!.int }, "\(place)")
    #expect(plan.changes(at: epoch) == golden["rebuilt"]!.isTrue, "\(place)")
    #expect(plan.batchPerProcess(at: epoch, processes: processes) == golden["batch_per_process"]!.int, "\(place)")
    // PySlowFast's settings keep the numbers of the kinds that do not count at the moment.
    let (splits, devices) = (golden["num_splits"]!.int, golden["num_sync_devices"]!.int)
    let expected: BatchNormScope? =
      switch golden["norm_type"]!.string {
      case "sub_batchnorm": .split(splits)
      case "sync_batchnorm": .processes(devices)
      default: plan.phases == nil ? nil : .batch
      }
    #expect(plan.batchNormScope(at: epoch, processes: processes) == expected, "\(place)")
    // The recorded configurations have a sampling rate of 2 frames at the full shape, whose long cycle's rate it is.
    let full = shapes.last!["long_cycle_sampling_rate"]!.int
    #expect(
      (plan.slowestSamplingRate(at: epoch, samplingRate: full) ?? 0) == golden["long_cycle_sampling_rate"]!.int,
      "\(place)")
    let cycle = plan.shortCycle(at: epoch, processes: processes)
    #expect(
      cycle.map { [$0.batch, $0.crop, plan.leastShortSide(crop: $0.crop, leastScale: 256)] }
        == golden["short_cycle"]!.values.map { part in
          ["batch_per_process", "crop", "min_short_side"].map { part[$0]!.int }
        }, "\(place)")
    let batches = CyclicBatches(sizes: cycle.map(\.batch))
    let firsts = golden["first_batches_of_200_samples"]!.values
    let ranges = batches.ranges(samples: 200).prefix(firsts.count)
    #expect(ranges.map { [$0.lowerBound, $0.upperBound - 1] } == firsts.map { [$0["first"]!.int, $0["last"]!.int] })
    #expect(ranges.indices.map { $0 % 3 } == firsts.map { $0["short_cycle_index"]!.int }, "\(place)")
    #expect(batches.nominalCount(samples: 200) == golden["length_with_200_samples"]!.int, "\(place)")
  }
}

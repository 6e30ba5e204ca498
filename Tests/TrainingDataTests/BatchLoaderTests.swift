import Augmentation
import Configuration
import Geometry
import Optimization
import RoIAlign
import Tensors
import Testing
import TrainingData

/// The loader of an epoch of numbers.
private func loader(
  _ numbers: Numbers, batch: Int = 4, epoch: Int = 0, seed: UInt64 = 5, workers: Int = 2, limit: Double = 0.5,
  rank: Int = 0, of processes: Int = 1, mixing: MixUp? = nil
) throws -> BatchLoader {
  let order = EpochOrder(count: numbers.count, seed: seed, epoch: epoch, rank: rank, of: processes)
  return BatchLoader(
    numbers, try EpochPlan(order, [BatchForm(samples: batch, shape: small)]),
    LoaderOptions(seed: seed, workers: workers, maxUnreadable: limit), Collation(mixing: mixing))
}

private func mixing() throws -> MixUp {
  try MixUp(
    mixupAlpha: 0.8, cutmixAlpha: 1, probability: 1, switchProbability: 0.5, labelSmoothing: 0.1, classes: 4)
}

/// Whether two batches are the same to the last bit.
private func areEqual(_ a: [TrainingBatch], _ b: [TrainingBatch]) -> Bool {
  func rows(_ batch: TrainingBatch) -> [Float] {
    if case .soft(let tensor) = batch.targets { tensor.array } else { [] }
  }
  return a.map(\.samples) == b.map(\.samples) && a.map(\.values) == b.map(\.values) && a.map(rows) == b.map(rows)
}

@Suite struct BatchLoaderTests {
  @Test func theNumberOfWorkersChangesNothing() throws {
    let numbers = Numbers(count: 40, examplesPerSample: 2, unreadable: [3, 17])
    let one = try load(loader(numbers, workers: 1, mixing: mixing()))
    #expect(one.count == 10 && one.allSatisfy { $0.clip.batch == 8 })
    for workers in [2, 4, 9] {
      #expect(areEqual(one, try load(loader(numbers, workers: workers, mixing: mixing()))), "\(workers) workers")
    }
  }

  @Test func seedAndEpochChangeDraws() throws {
    let numbers = Numbers(count: 8)
    /// What was drawn for each sample.
    func drawn(_ batches: [TrainingBatch]) -> [Int: Float] {
      var found: [Int: Float] = [:]
      for batch in batches {
        let size = batch.clip.extent.count * 3
        for (number, sample) in batch.samples.enumerated() { found[sample] = batch.values[number * size + 1] }
      }
      return found
    }
    let first = drawn(try load(loader(numbers)))
    #expect(first.count == 8 && Set(first.values).count == 8)
    #expect(drawn(try load(loader(numbers))) == first)
    for other in [drawn(try load(loader(numbers, epoch: 1))), drawn(try load(loader(numbers, seed: 6)))] {
      #expect(first.allSatisfy { other[$0.key] != $0.value })
    }
  }

  /// Two processes have in their batches what one has in a batch of twice the size, with the same draws.
  @Test func processesTogetherHaveTheBatchesOfOne() throws {
    let numbers = Numbers(count: 24)
    let whole = try load(loader(numbers, batch: 6))
    let parts = try (0..<2).map { try load(loader(numbers, batch: 3, rank: $0, of: 2)) }
    func clips(_ batch: TrainingBatch) -> [[Float]] {
      let size = batch.clip.extent.count * 3
      return (0..<batch.clip.batch).map { Array(batch.values[$0 * size..<($0 + 1) * size]) }
    }
    #expect(whole.count == 4 && parts.allSatisfy { $0.count == 4 })
    for (index, batch) in whole.enumerated() {
      let both = zip(clips(parts[0][index]), clips(parts[1][index])).flatMap { [$0, $1] }
      #expect(both == clips(batch))
    }
  }

  @Test func anotherSampleIsTakenForAnUnreadableOneAndThatIsTold() throws {
    let numbers = Numbers(count: 12, unreadable: [5])
    let loader = try loader(numbers)
    let batches = try load(loader)
    let samples = batches.flatMap(\.samples)
    #expect(samples.count == 12 && !samples.contains(5))
    #expect(loader.unreadableCount == 1)
    #expect(loader.takeUnreadable().map(\.description) == ["'video5.mp4' (sample 5): a scratch"])
    #expect(loader.takeUnreadable().isEmpty)
  }

  /// What is judged is not replaced, however much of it cannot be read: a batch is smaller, or not there.
  @Test func unreadableOnesAreLeftOut() throws {
    let numbers = Numbers(count: 10, unreadable: [1, 4, 5, 6, 7])
    var options = LoaderOptions(seed: 5, workers: 2, maxUnreadable: 0)
    options.leavesOut = true
    let order = EpochOrder(count: 10, seed: 0, epoch: 0, isShuffled: false)
    let plan = try EpochPlan(order, [BatchForm(samples: 4, shape: small)], dropsLast: false)
    let loader = BatchLoader(numbers, plan, options)
    #expect(try load(loader).map(\.samples) == [[0, 2, 3], [8, 9]])
    #expect(loader.takeUnreadable().map(\.index) == [1, 4, 5, 6, 7] && loader.unreadableCount == 5)
  }

  @Test func tooManyUnreadableOnesEndIt() throws {
    let numbers = Numbers(count: 40, unreadable: [1, 2, 3])
    #expect(try load(loader(numbers, limit: 3.0 / 40)).count == 10)
    for workers in [1, 4] {
      let loader = try loader(numbers, workers: workers, limit: 0.05)
      for _ in 0..<2 {
        #expect {
          _ = try load(loader)
        } throws: {
          "\($0)".hasPrefix(
            "loading training samples, epoch 1: 3 samples of 40 could not be read, more than DATA_LOADER.MAX_UNREADABLE "
              + "0.05 allows:\n  'video") && "\($0)".contains("a scratch\n  -> repair these files")
        }
      }
    }
    #expect {
      _ = try load(loader(Numbers(count: 4, unreadable: [0, 1, 2, 3]), limit: 1))
    } throws: {
      "\($0)".contains("and 10 other samples could not be read for it, the last was 'video")
    }
  }

  @Test func waitingIsMeasured() throws {
    let slow = try loader(Numbers(count: 6, delay: 0.05), batch: 2, workers: 1)
    _ = try load(slow)
    // The first batch at least is waited for.
    #expect(slow.waitedSeconds > 0.09)
    // Three tenths of a second for who does not load ahead.
    let ahead = try loader(Numbers(count: 6, delay: 0.05), batch: 2, workers: 1)
    for _ in 0..<3 {
      pause(0.4)
      _ = try ahead.next()
    }
    #expect(ahead.waitedSeconds < 0.2)
  }

  @Test func whoLetsGoNeedNotWaitForTheRest() throws {
    let start = ContinuousClock.now
    do {
      let loader = try loader(Numbers(count: 1000, delay: 0.01), batch: 1000, workers: 2)
      pause(0.05)
      withExtendedLifetime(loader) {}
    }
    // The batch takes five seconds.
    #expect(ContinuousClock.now - start < .seconds(2.5))
  }

  @Test func optionsAreTheConfigurations() throws {
    var config = Configuration.defaults
    try config.apply(overrides: ["RNG_SEED", "9", "DATA_LOADER.NUM_WORKERS", "0", "DATA_LOADER.MAX_UNREADABLE", "0.2"])
    let options = try LoaderOptions(config)
    #expect(options.seed == 9 && options.workers == 1 && options.maxUnreadable == 0.2)
    #expect(try LoaderOptions(config, workers: 3).workers == 3)
    try config.apply(overrides: ["DATA_LOADER.MAX_UNREADABLE", "2.0"])
    #expect {
      _ = try LoaderOptions(config)
    } throws: {
      "\($0)".contains("DATA_LOADER.MAX_UNREADABLE 2.0 (given as KEY VALUE): expected a share of the samples -> set")
    }
    try config.apply(overrides: ["DATA_LOADER.MAX_UNREADABLE", "0.2", "DATA_LOADER.NUM_WORKERS", "-1"])
    #expect {
      _ = try LoaderOptions(config)
    } throws: {
      "\($0)".contains("DATA_LOADER.NUM_WORKERS -1 (given as KEY VALUE): expected a number of threads -> set 0 or more")
    }
  }
}

@Suite struct CollationTests {
  private func example(_ value: Float, boxes: [PixelBoxes], _ targets: Targets) -> TrainingExample {
    let clip = FeatureMap(zeros: 1, Extent3(1, 2, 2), channels: 3)
    for index in 0..<12 { clip.start[index] = value }
    return TrainingExample(clip: clip, boxes: boxes.map(\.box), targets: targets)
  }

  @Test func boxesKnowTheirClip() throws {
    var draws = SeededDraws(seed: 1, epoch: 0, index: 0, purpose: .batch)
    let batch = try Collation().batch(
      [
        example(1, boxes: [PixelBoxes(1), PixelBoxes(2)], .soft(Tensor([2, 2], [1, 0, 1, 1]))),
        example(2, boxes: [], .soft(Tensor(zeros: [0, 2]))),
        example(3, boxes: [PixelBoxes(3)], .soft(Tensor([1, 2], [0, 1]))),
      ], samples: [7, 8, 9], &draws)
    #expect(batch.regions.map(\.batchIndex) == [0, 0, 2] && batch.regions.map(\.x1) == [1, 2, 3])
    guard case .soft(let targets) = batch.targets else { throw Unexpected() }
    #expect(targets.shape == [3, 2] && targets.array == [1, 0, 1, 1, 0, 1])
    #expect(batch.clip.batch == 3 && batch.values.count == 36 && batch.values[12] == 2 && batch.samples == [7, 8, 9])
  }

  /// Every clip is mixed with the one from the other end, and so are the classes.
  @Test func mixedSamples() throws {
    let mixing = try MixUp(
      mixupAlpha: 0.8, cutmixAlpha: 0, probability: 1, switchProbability: 0, labelSmoothing: 0.1, classes: 4)
    var draws = SeededDraws(seed: 1, epoch: 0, index: 0, purpose: .batch)
    let batch = try Collation(mixing: mixing).batch(
      (0..<4).map { example(Float($0), boxes: [], .classes([$0])) }, samples: [0, 1, 2, 3], &draws)
    let share = Float(batch.share)
    #expect(share > 0 && share < 1 && batch.classes == [0, 1, 2, 3])
    #expect(abs(batch.values[0] - 3 * (1 - share)) < 1e-6 && abs(batch.values[36] - 3 * share) < 1e-6)
    guard case .soft(let targets) = batch.targets else { throw Unexpected() }
    #expect(targets.array == softTargets([0, 1, 2, 3], classes: 4, smoothing: 0.1, share: batch.share).array)
  }

  @Test func severalClassesAreNotMixed() throws {
    var config = Configuration.defaults
    try config.apply(overrides: ["MIXUP.ENABLE", "True", "MODEL.NUM_CLASSES", "4"])
    #expect(try Collation(config).mixing?.classes == 4)
    try config.apply(overrides: ["TRAIN.DATASET", "Ava"])
    #expect {
      _ = try Collation(config)
    } throws: {
      "\($0)".contains("those of this data set have several -> set MIXUP.ENABLE False")
    }
  }
}

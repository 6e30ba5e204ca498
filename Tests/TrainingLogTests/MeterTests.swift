import Testing
import TrainingLog

@Suite struct ScalarMeterTests {
  private func meter(_ values: [Double], size: Int = 4) -> ScalarMeter {
    values.reduce(into: ScalarMeter(size: size)) { $0.add($1) }
  }

  @Test func nothing() {
    let empty = meter([])
    #expect(empty.median == nil && empty.mean == nil && empty.globalMean == nil && empty.last == nil)
  }

  @Test(
    arguments: [
      ([3.0], 3.0), ([9, 1, 5], 5), ([4, 1, 10, 2], 3), ([100, 4, 1, 10, 2], 3), ([1, 1, 1, 7, 7, 7], 7),
    ] as [([Double], Double)])
  func medianOfTheWindow(values: [Double], median: Double) { #expect(meter(values).median == median) }

  @Test func meansOfTheWindowAndOfAll() {
    let long = meter([100, 4, 1, 10, 3])
    #expect(long.window == [4, 1, 10, 3] && long.mean == 4.5 && long.globalMean == 23.6 && long.last == 3)
  }

  @Test func whatIsNoNumberShows() { #expect(meter([1, 2, 3, .nan]).median?.isNaN == true) }

  @Test func resetForgetsAll() {
    var filled = meter([1, 2])
    filled.reset()
    #expect(filled.median == nil && filled.globalMean == nil)
    filled.add(8)
    #expect(filled.median == 8 && filled.globalMean == 8)
  }
}

@Suite struct TopKErrorsTests {
  @Test func counted() {
    // Own classes come first, second, sixth and last of seven.
    let scores: [Float] = [
      9, 1, 2, 3, 4, 5, 6, 9, 8, 1, 2, 3, 4, 5, 9, 8, 7, 6, 5, 4, 3, 9, 8, 7, 6, 5, 4, 3,
    ]
    let errors = TopKErrors(scores: scores, classes: 7, labels: [0, 1, 5, 6])
    #expect(errors == TopKErrors(top1: 75, top5: 50))
  }

  @Test func ofEqualScoresTheFirstComesFirst() {
    #expect(TopKErrors(scores: [1, 1, 1, 1, 1, 1], classes: 2, labels: [0, 0, 1])?.top1 == 100.0 / 3)
  }

  @Test func whatIsNoNumberIsAMiss() {
    let nan = Float.nan
    #expect(
      TopKErrors(scores: [nan, 1, nan, 1, nan, nan], classes: 2, labels: [0, 1, 0])
        == TopKErrors(top1: 100, top5: 100.0 * 2 / 3))
  }

  @Test func nothing() { #expect(TopKErrors(scores: [], classes: 3, labels: []) == nil) }
}

@Suite struct TrainMeterTests {
  private func add(_ meter: inout TrainMeter, _ loss: Double, clips: Int = 8, seconds: Double = 2, data: Double = 0.5) {
    meter.add(
      loss: loss, learningRate: 0.0125, gradientNorm: 1, clips: clips, times: IterationTimes(total: seconds, data: data)
    )
  }

  @Test func progressLine() {
    var meter = TrainMeter(.detection, window: 3)
    #expect(meter.progressLine(place(2, 0, of: 118, epochs: 20)) == "epoch 3/20  iteration 1/118")
    for loss in [9, 0.2, 0.2314, 0.3] { add(&meter, loss) }
    #expect(
      meter.progressLine(place(2, 39, of: 118, epochs: 20))
        == "epoch 3/20  iteration 40/118  loss 0.2314 (median)  lr 0.0125  clips/s 4.0  data wait 25 %  left 1 h 09 min"
    )
  }

  @Test(
    "Rates are short, and never 0 where they are not",
    arguments: [
      (0.1, "0.1"), (0.0125, "0.0125"), (0.00123456, "0.001235"), (1.25e-6, "1.25e-06"), (1, "1"), (0, "0"),
      (12.5, "12.5"),
      (0.099996, "0.1"), (3e-5, "3e-05"),
    ] as [(Double, String)])
  func rates(rate: Double, text: String) {
    var meter = TrainMeter(.detection, window: 1)
    meter.add(loss: 1, learningRate: rate, clips: 0, times: IterationTimes(total: 0, data: 0))
    #expect(meter.progressLine(place(0, 0)).contains("  lr \(text)  "))
  }

  @Test("The time left goes by the median, and one slow iteration does not move it")
  func timeLeft() {
    var meter = TrainMeter(.detection, window: 5)
    #expect(meter.secondsLeft(place(0, 0)) == nil)
    for seconds in [2, 2, 300, 2, 2.0] { add(&meter, 1, seconds: seconds, data: 0) }
    // 3 epochs of 4: of the 12 iterations 7 are left after the fifth.
    #expect(meter.secondsLeft(place(1, 0)) == 14)
    #expect(meter.secondsLeft(place(2, 3)) == 0)
    #expect(meter.clipsPerSecond == 40.0 / 308 && meter.dataShare == 0)
    // An epoch of its own begins without numbers, but with what iterations take.
    meter.reset()
    #expect(meter.loss.median == nil && meter.learningRate == nil && meter.dataShare == nil)
    #expect(meter.secondsLeft(place(1, 3)) == 8)
  }

  @Test(
    "A loss explodes against the mean of the five before it",
    arguments: [
      ([1, 1, 1, 1, 1, 1, 4], 3, true), ([1, 1, 1, 1, 1, 1, 3], 3, false), ([1, 1, 1, 1, 1, 4], 3, false),
      ([100, 1, 1, 1, 1, 1, 4], 3, true), ([1, 100, 1, 1, 1, 1, 4], 3, false), ([1, 1, 1, 1, 1, 1, 4], 0, false),
    ] as [([Double], Double, Bool)])
  func explosion(losses: [Double], factor: Double, isExploding: Bool) {
    var meter = TrainMeter(.detection, window: 10)
    for loss in losses { add(&meter, loss) }
    #expect(meter.isExploding(factor: factor) == isExploding)
  }

  @Test("A window of six is too short to explode, as in PySlowFast") func shortWindow() {
    var meter = TrainMeter(.detection, window: 6)
    for _ in 0..<20 { add(&meter, 1) }
    add(&meter, 1000)
    #expect(!meter.isExploding(factor: 2))
  }
}

@Suite struct ValMeterTests {
  private func add(_ meter: inout ValMeter, _ top1: Double, _ top5: Double, clips: Int) {
    meter.add(errors: TopKErrors(top1: top1, top5: top5), clips: clips, times: IterationTimes(total: 1, data: 0))
  }

  @Test("Errors count by clips, and the least of each kind are kept over validations")
  func errors() {
    var meter = ValMeter(.classification, window: 3)
    #expect(meter.errors == nil && meter.leastErrors == TopKErrors(top1: 100, top5: 100))
    add(&meter, 50, 20, clips: 6)
    add(&meter, 0, 10, clips: 2)
    #expect(meter.errors == TopKErrors(top1: 37.5, top5: 17.5))
    meter.reset()
    add(&meter, 40, 10, clips: 4)
    meter.reset()
    #expect(meter.errors == nil && meter.leastErrors == TopKErrors(top1: 37.5, top5: 10))
  }

  @Test("A training that goes on knows the least errors of before") func afterEntries() throws {
    let scratch = Scratch()
    let log = try scratch.log(.classification)
    var meter = ValMeter(.classification, window: 3)
    add(&meter, 30, 5, clips: 4)
    try log.recordEpoch(meter, place(0, 3))
    let again = try scratch.log(.classification, startEpoch: 1)
    #expect(ValMeter(.classification, window: 3, after: again.entries).leastErrors == TopKErrors(top1: 30, top5: 5))
  }
}

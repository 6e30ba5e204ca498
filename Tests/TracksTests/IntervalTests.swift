import Geometry
import Glibc
import Tensors
import Testing
import Tracks

private func samples(_ scores: [Double], every step: Double = 1, from start: Double = 0) -> [ScoreSample] {
  scores.enumerated().map { ScoreSample(time: start + Double($0) * step, score: $1) }
}

private func spans(_ intervals: [ActionInterval]) -> [[Double]] { intervals.map { [$0.start, $0.end] } }

/// Scores along a track become intervals: by hand, beside plain loops, by what must hold, and of nothing.
@Suite struct IntervalTests {
  @Test func hysteresisByHand() {
    let rules = IntervalRules(on: 0.6, off: 0.4, spacing: 1)
    #expect(
      rules.isOn(samples([0.5, 0.6, 0.5, 0.4, 0.39, 0.5, 0.7])) == [false, true, true, true, false, false, true])
    #expect(
      rules.intervals(of: 9, samples([0.5, 0.6, 0.5, 0.4, 0.39, 0.5, 0.7], from: 902)) == [
        ActionInterval(action: 9, start: 902.5, end: 905.5, score: 0.5),
        ActionInterval(action: 9, start: 907.5, end: 908.5, score: 0.7),
      ])
  }

  @Test func gapsAndDurations() {
    var rules = IntervalRules(on: 0.5, off: 0.5, spacing: 1)
    let flicker = samples([1, 0, 1, 1, 0, 0, 0, 1])
    #expect(spans(rules.intervals(of: 0, flicker)) == [[-0.5, 0.5], [1.5, 3.5], [6.5, 7.5]])
    rules.mergedGap = 1
    #expect(spans(rules.intervals(of: 0, flicker)) == [[-0.5, 3.5], [6.5, 7.5]])
    rules.leastDuration = 1
    #expect(rules.intervals(of: 0, flicker).count == 2)
    rules.leastDuration = 1.5
    #expect(spans(rules.intervals(of: 0, flicker)) == [[-0.5, 3.5]])
    // Only scores at which it was on count.
    #expect(rules.intervals(of: 0, samples([1, 0, 0.5, 0.75]))[0].score == 0.75)
    // Who was not seen for three seconds did nothing then, so far as is known.
    let lonely = [0.0, 1, 4].map { ScoreSample(time: $0, score: 1) }
    #expect(
      spans(IntervalRules(on: 0.5, off: 0.5, spacing: 1).intervals(of: 0, lonely)) == [[-0.5, 1.5], [3.5, 4.5]])
    #expect(spans(IntervalRules(on: 0.5, off: 0.5, spacing: 3).intervals(of: 0, lonely)) == [[-1.5, 5.5]])
  }

  @Test func smoothingByHand() {
    let jump = samples([0, 0, 1, 0, 0])
    #expect(Smoothing.none(jump) == jump)
    let third = 1.0 / 3
    #expect(Smoothing.window(2)(jump).map(\.score) == [0, third, third, third, 0])
    #expect(Smoothing.window(1.9)(jump) == jump)
    let step = Smoothing.exponential(1)(samples([0, 1, 1]))
    #expect(abs(step[1].score - (1 - exp(-1))) < 1e-15 && abs(step[2].score - (1 - exp(-2))) < 1e-15)
    #expect(Smoothing.exponential(0)(jump) == jump)
  }

  /// A flickering label becomes one interval.
  @Test func smoothedScoresStopFlickering() {
    var rules = IntervalRules(on: 0.5, off: 0.4, spacing: 1)
    let flicker = samples([0.9, 0.3, 0.9, 0.3, 0.9])
    #expect(rules.intervals(of: 0, flicker).count == 3)
    rules.smoothing = .window(3)
    #expect(spans(rules.intervals(of: 0, flicker)) == [[-0.5, 4.5]])
  }

  @Test func ofNothing() {
    let rules = IntervalRules(on: 0.5, off: 0.3, spacing: 1)
    #expect(rules.intervals(of: 0, []).isEmpty && rules.isOn([]).isEmpty)
    #expect(rules.intervals(of: 0, samples([0.1, 0.2])).isEmpty)
    for smoothing in [Smoothing.none, .window(3), .exponential(3)] {
      #expect(smoothing([]).isEmpty)
      #expect(smoothing(samples([0.7])) == samples([0.7]))
    }
  }

  @Test(arguments: 0..<12) func properties(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var time = 0.0
    let drawn = (0..<60).map { _ in
      time += Double(Int.random(in: 1...8, using: &random)) / 4
      return ScoreSample(time: time, score: Double.random(in: 0...1, using: &random))
    }
    // The window, by a plain loop over all.
    let naive = drawn.map { sample in
      let near = drawn.filter { abs($0.time - sample.time) <= 1.5 }
      return near.reduce(0) { $0 + $1.score } / Double(near.count)
    }
    for (a, b) in zip(Smoothing.window(3)(drawn), naive) { #expect(abs(a.score - b) < 1e-12) }
    // Equal scores stay, and smoothing stays within the scores.
    for smoothing in [Smoothing.window(3), .exponential(2)] {
      #expect(
        smoothing(drawn.map { ScoreSample(time: $0.time, score: 0.25) }).allSatisfy { abs($0.score - 0.25) < 1e-12 })
      #expect(smoothing(drawn).allSatisfy { $0.score >= 0 && $0.score <= 1 })
    }
    let rules = IntervalRules(on: 0.7, off: 0.3, spacing: 1)
    let found = rules.intervals(of: 0, drawn)
    for interval in found { #expect(interval.start < interval.end && interval.score >= 0.3) }
    for (a, b) in zip(found, found.dropFirst()) { #expect(a.end < b.start) }
    // Later videos, later intervals.
    let later = rules.intervals(of: 0, drawn.map { ScoreSample(time: $0.time + 64, score: $0.score) })
    #expect(spans(later) == spans(found).map { $0.map { $0 + 64 } })
    // With a lower threshold to end it is on for as long at least.
    func duration(_ intervals: [ActionInterval]) -> Double { intervals.reduce(0) { $0 + $1.end - $1.start } }
    #expect(duration(IntervalRules(on: 0.7, off: 0.1, spacing: 1).intervals(of: 0, drawn)) >= duration(found))
  }

  @Test func boxesBetween() {
    let track = Track(
      id: 4,
      sightings: [
        .init(time: 1, box: box(0, 0, 10, 20), score: 1), .init(time: 3, box: box(4, 2, 14, 22), score: 1),
        .init(time: 4, box: box(4, 2, 14, 22), score: 1),
      ])
    #expect(track.span == 1...4)
    #expect(track.box(at: 1) == box(0, 0, 10, 20) && track.box(at: 3) == box(4, 2, 14, 22))
    #expect(track.box(at: 1.5) == box(1, 0.5, 11, 20.5))
    #expect(track.box(at: 0.9) == nil && track.box(at: 4.1) == nil && Track(id: 1).box(at: 0) == nil)
    #expect(Track(id: 1).span == nil)
    let tube = Tube(track, ActionInterval(action: 2, start: 2.5, end: 3.5, score: 0.5))
    #expect(tube.track == 4 && tube.sightings.map(\.time) == [3])
  }
}

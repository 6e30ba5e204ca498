import ClassificationEval
import Statistics
import Testing

@Suite struct PredictionEvaluationTests {
  /// Four videos, three classes; the second is taken for class 2, the last has the right class second.
  private static let four = predictions([[0], [1], [1], [2]], isMultiLabel: false)
  private static let several = predictions([[0, 2], [1], [1, 2], []], isMultiLabel: true)

  private static func predictions(_ labels: [[Int]], isMultiLabel: Bool) -> Predictions {
    Predictions(
      path: "p", names: ["a.mp4", "b/b.mp4", "ö.mp4", "d.mp4"],
      scores: [[7, 2, 1], [1, 3, 6], [3, 4, 3], [5, 1, 4]], labels: labels, isMultiLabel: isMultiLabel)
  }

  /// By hand: two of four first, one of them third; bins of 0.7, 0.6, 0.4 and 0.5.
  @Test func accuracies() throws {
    let found = try PredictionEvaluation(Self.four)
    #expect(found.top1 == EstimatedShare(value: 0.5, interval: nil))
    #expect(found.top1?.value == 0.5 && found.top5?.value == 1 && found.mAP == nil && found.videos == 4)
    #expect(found.classes.map(\.value) == [1, 0.5, 0] && found.classes.map(\.videos) == [1, 2, 1])
    #expect(found.meanClassAccuracy == 0.5)
    #expect(found.matrix == [[1, 0, 0], [0, 1, 1], [1, 0, 0]])
    #expect(found.confusions.map { [$0.label, $0.found, $0.count] } == [[1, 2, 1], [2, 0, 1]])
    #expect(found.confusions.map(\.share) == [0.5, 1])
    #expect(found.worst.map(\.name) == ["b/b.mp4", "d.mp4"] && found.worst.map(\.rank) == [2, 2])
    let expected = ((1 - 0.7) + 0.6 + (1 - 0.4) + 0.5) / 4
    #expect(abs(try #require(found.calibrationError) - expected) < 1e-6)
    #expect(found.calibration.map(\.videos).reduce(0, +) == 4)
  }

  /// Of several classes a video the mean is that of `MeanAveragePrecision`, and so it is when every video counts thrice.
  @Test func severalClasses() throws {
    let several = Self.several
    let found = try PredictionEvaluation(several, Resampling(count: 50))
    let other = MeanAveragePrecision(clips: 1, scores: several.scores, labels: several.labels.map { $0 ?? [] })
    #expect(abs(try #require(found.mAP).value * 100 - other.percent) < 1e-9)
    #expect(found.top1 == nil && found.matrix.isEmpty && found.classes.count == 3)
    let thrice = Predictions(
      path: "", names: Array(repeating: several.names, count: 3).flatMap(\.self),
      scores: Array(repeating: several.scores, count: 3).flatMap(\.self),
      labels: Array(repeating: several.labels, count: 3).flatMap(\.self), isMultiLabel: true)
    #expect(abs(try #require(PredictionEvaluation(thrice).mAP).value - found.mAP!.value) < 1e-9)
  }

  /// By hand: of classes 0 and 2 the places 1 and 3, of class 1 the second, of 1 and 2 the places 1 and 3 (of equal scores
  /// the lower class stands first); a video without classes is none.
  @Test func worstOfSeveralClasses() throws {
    let found = try PredictionEvaluation(Self.several).worst
    #expect(found.map(\.name) == ["b/b.mp4", "a.mp4", "ö.mp4"] && found.map(\.label) == [1, 2, 2])
    #expect(found.map(\.found) == [2, 1, 0] && found.map(\.rank) == [2, 3, 3])
    let two = (1 + 2.0 / 3) / 2
    #expect(found.map(\.averagePrecision) == [0.5, two, two])
    #expect(found.map(\.ownScore) == [3, 1, 3] && found.map(\.foundScore) == [6, 2, 3])
    let some = Predictions(
      path: "", names: ["a", "b", "c"], scores: [[1, 2], [2, 1], [2, 1]], labels: [[0], [1], nil], isMultiLabel: true)
    #expect(try PredictionEvaluation(some, worstCount: 1).worst.map(\.name) == ["a"])
    // All classes stand above all others where there are none.
    let all = Predictions(path: "", names: ["a"], scores: [[1, 2]], labels: [[0, 1]], isMultiLabel: true)
    #expect(try PredictionEvaluation(all).worst.isEmpty)
  }

  /// The same seed draws the same videos; the interval holds the value, and one video gives none.
  @Test func intervals() throws {
    let all = Self.four
    let (a, b) = (
      try PredictionEvaluation(all, Resampling(count: 200, seed: 3)),
      try PredictionEvaluation(all, Resampling(count: 200, seed: 3))
    )
    let interval = try #require(a.top1?.interval)
    #expect(a.top1 == b.top1 && interval.contains(0.5) && interval.lowerBound < 0.3 && interval.upperBound > 0.7)
    let one = Predictions(path: "", names: ["a"], scores: [[1, 0]], labels: [[0]], isMultiLabel: false)
    #expect(try PredictionEvaluation(one, Resampling()).top1 == EstimatedShare(value: 1, interval: nil))
  }

  @Test func degenerate() throws {
    let none = Predictions(path: "p", names: ["a"], scores: [[1, 0]], labels: [nil], isMultiLabel: false)
    #expect(throws: PredictionError.noLabels(path: "p")) { try PredictionEvaluation(none) }
    let empty = Predictions(path: "p", names: ["a"], scores: [[1, 0]], labels: [[]], isMultiLabel: true)
    #expect(throws: PredictionError.noLabels(path: "p")) { try PredictionEvaluation(empty) }
    // Logits are no shares; equal scores go to the lower class.
    let logits = Predictions(
      path: "", names: ["a", "b"], scores: [[-1, -1], [0, 0]], labels: [[1], [0]], isMultiLabel: false)
    let found = try PredictionEvaluation(logits)
    #expect(found.calibration.isEmpty && found.calibrationError == nil)
    #expect(found.top1?.value == 0.5 && found.confusions.map(\.found) == [0])
  }

  /// The interval is that of the draws, each evaluated as if its videos stood there as often as they were drawn.
  @Test(arguments: [false, true]) func literally(isMultiLabel: Bool) throws {
    let all = isMultiLabel ? Self.several : Self.four
    let resampling = Resampling(count: 60, seed: 5, confidence: 0.8)
    var draws = [[Int]](repeating: [], count: 60)
    resampling.draw(from: 4) { draws[$0].append($1) }
    let values = try draws.map { draw -> Double in
      let drawn = Predictions(
        path: "", names: draw.map { all.names[$0] }, scores: draw.map { all.scores[$0] },
        labels: draw.map { all.labels[$0] }, isMultiLabel: isMultiLabel)
      // A draw of the video without a class alone has nothing to find.
      if drawn.labels.allSatisfy({ $0?.isEmpty != false }) { return 0 }
      let found = try PredictionEvaluation(drawn)
      return try #require(isMultiLabel ? found.mAP : found.top1).value
    }
    let evaluation = try PredictionEvaluation(all, resampling)
    let found = try #require((isMultiLabel ? evaluation.mAP : evaluation.top1)?.interval)
    let expected = try #require(percentileInterval(sorted: values.sorted(), 0.8))
    #expect(abs(found.lowerBound - expected.lowerBound) + abs(found.upperBound - expected.upperBound) < 1e-12)
  }

  /// By hand: of the late classes' three videos one is right, and another is taken for the other late class.
  @Test func groups() throws {
    let found = try PredictionEvaluation(Self.four)
    let results = found.results(of: [ClassGroup(name: "late", labels: [1, 2]), ClassGroup(name: "none", labels: [])])
    #expect(results.count == 1 && results[0].videos == 3 && results[0].classes == 2)
    #expect(abs(results[0].accuracy - 1.0 / 3) < 1e-12 && abs(results[0].groupAccuracy - 2.0 / 3) < 1e-12)
    #expect(try PredictionEvaluation(Self.several).results(of: [ClassGroup(name: "x", labels: [0])]).isEmpty)
  }
}

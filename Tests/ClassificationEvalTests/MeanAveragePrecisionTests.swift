import ClassificationEval
import Testing

@Suite struct MeanAveragePrecisionTests {
  private func precision(_ scores: [Float], _ positive: [Bool]) -> Double? {
    MeanAveragePrecision(clips: 1, scores: scores.map { [$0] }, labels: positive.map { $0 ? [0] : [] }).classes[0]
  }

  /// By hand: hits at ranks 1 and 3 of four are (1 + 2/3) / 2.
  @Test func byHand() throws {
    let found = try #require(precision([0.9, 0.8, 0.7, 0.1], [true, false, true, false]))
    #expect(abs(found - 5.0 / 6) < 1e-12)
  }

  /// Equal scores are one step, whatever their order: of three at once one is right.
  @Test func tiesCountTogether() {
    #expect(precision([0.5, 0.5, 0.5], [true, false, false]) == 1.0 / 3)
    #expect(precision([0.5, 0.5, 0.5], [false, false, true]) == 1.0 / 3)
  }

  /// Another formulation: the sum over the distinct scores of precision times the gain of recall, each counted anew.
  @Test func independently() throws {
    let scores: [Float] = (0..<40).map { Float(($0 * 37) % 23) / 23 }
    let positive = (0..<40).map { ($0 * 7) % 5 < 2 }
    var (sum, recall) = (0.0, 0.0)
    for threshold in Set(scores).sorted(by: >) {
      let chosen = scores.indices.filter { scores[$0] >= threshold }
      let hits = Double(chosen.count { positive[$0] })
      let next = hits / Double(positive.count { $0 })
      sum += (next - recall) * hits / Double(chosen.count)
      recall = next
    }
    #expect(abs(try #require(precision(scores, positive)) - sum) < 1e-12)
  }

  /// Classes without a video are left out; without any there is nothing to average.
  @Test func classesWithoutVideos() {
    let found = MeanAveragePrecision(clips: 2, scores: [[0.9, 0.1, 0.5], [0.2, 0.3, 0.4]], labels: [[0], [0]])
    #expect(found.percent == 100 && found.classCount == 1 && found.classes == [1, nil, nil] && found.videos == 2)
    #expect(MeanAveragePrecision(clips: 1, scores: [[1, 2]], labels: [[]]).percent == 0)
    #expect(MeanAveragePrecision(clips: 1, scores: [], labels: []).percent == 0)
  }
}

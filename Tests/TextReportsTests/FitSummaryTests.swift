import AVAEval
import Statistics
import TextReports
import Testing

@Suite struct FitSummaryTests {
  /// Equal weights as in ``Situation``; the folds' own weights move scores by `shift`.
  private func summary(shift: Double) throws -> FitSummary {
    let (equal, fitted) = (try Situation().matched(), try Situation(shift: shift).matched())
    return FitSummary(
      weights: [1.5, 0.5], foldWeights: [[1.2, 0.8], [2, 0]],
      comparison: compare(equal, fitted, Resampling(count: 20)), fittedMAP: 0.6)
  }

  @Test func weightsAndWhatTheyGain() throws {
    let summary = try summary(shift: 0.12)
    let lines = summary.lines
    #expect(
      lines.prefix(3) == [
        "weights fitted to all videos: 1.500,0.500 (--model-weights takes them)", "  without fold 1: 1.200,0.800",
        "  without fold 2: 2.000,0.000",
      ])
    let gain = "held-out gain over equal weights: mAP 0.3333 to 0.5000, 0.1667, 95 % of 20 resamples of the 2 videos: "
    #expect(lines.count == 4 && lines[3].hasPrefix(gain) && lines[3].hasSuffix(" (official protocol)"), "\(lines)")
    #expect(
      summary.note
        == "note: on the videos that they were fitted to the weights reach 0.6000, and so do the figures below: "
        + "that flatters them")
  }

  /// A gain in one of two videos: resamples of the other show none.
  @Test func aGainThatMayBeChance() throws {
    #expect(
      try summary(shift: 0.12).warning
        == "the held-out gain may be chance: equal weights may do as well on other videos")
  }

  @Test func noGain() throws {
    #expect(
      try summary(shift: 0).warning == "no gain on held-out videos: equal weights do as well there, or better")
  }
}

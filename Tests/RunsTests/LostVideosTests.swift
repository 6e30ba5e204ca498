import AVARecords
import Configuration
import Runs
import Testing

struct LostVideosTests {
  private func report(_ names: String...) -> DamageReport {
    var report = DamageReport()
    for name in names { report.append(KeyFrame(video: name, time: Timestamp(microseconds: 1_000_000)), cause: "gone") }
    return report
  }

  @Test("A headline counts videos, key frames, and of these what is damaged")
  func headlines() {
    var lost = LostVideos()
    lost.total = 12
    #expect(lost.headline(report("a", "b"), of: 9) == "2 of 9 key frames not scored, frames of their clips are damaged")
    lost.unreadable = ["a", "c"]
    // Of c the run has all from before.
    #expect(
      lost.headline(report("a", "a"), of: 9) == "1 of 12 videos cannot be read, 2 of 9 key frames not scored")
    lost.idle = ["d"]
    #expect(
      lost.headline(report("a", "b"), of: 9)
        == "2 of 12 videos cannot be read, 2 of 9 key frames not scored, for 1 of them frames of their clips are damaged"
    )
    lost.unfit = ["b"]
    #expect(
      lost.headline(report("a", "b"), of: 9)
        == "2 of 12 videos cannot be read, the boxes of 1 of 12 videos do not fit, 2 of 9 key frames not scored")
  }

  @Test("Whole videos are no clips")
  func videos() {
    let report = DamageReport(.video, keyFrames: report("a").keyFrames)
    #expect(LostVideos().headline(report, of: 3) == "1 of 3 videos not scored")
    let pictures = DamageReport(.picture, keyFrames: report.keyFrames)
    #expect(LostVideos().headline(pictures, of: 3) == "1 of 3 pictures not scored")
    #expect(
      !pictures.lines().contains { $0.contains("second") } && pictures.lines(limit: 0)[0].contains("1 more picture"))
  }

  @Test("Of ImageNet's pictures are counted", arguments: ["imagenet", "ImageNet"])
  func units(_ name: String) throws {
    func unit(_ more: [String]) throws -> RunUnit {
      var config = Configuration.defaults
      try config.apply(overrides: more)
      return RunUnit(config)
    }
    #expect(try unit(["TEST.DATASET", name]) == .picture)
    #expect(try unit([]) == .video && unit(["DETECTION.ENABLE", "True"]) == .keyFrame)
  }
}

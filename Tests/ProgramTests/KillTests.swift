import Files
import Foundation
import TestSupport
import Tensors
import Testing

/// Runs that are killed at random moments go on, and give the files of a run that was not.
///
/// Five kills here, two hundred with `make test-kills`; SLOWFAST_SEED repeats a sequence that failed.
struct KillTests {
  private static let kills = ProcessInfo.processInfo.environment["SLOWFAST_KILLS"].flatMap { Int($0) } ?? 5
  private static let seed =
    ProcessInfo.processInfo.environment["SLOWFAST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)

  @Test("Killed at random moments, with a run directory and without")
  func killedAnywhere() throws {
    print("KillTests: \(Self.kills) kills, SLOWFAST_SEED=\(Self.seed)")
    let (input, whole) = (Scratch(), Scratch())
    let rows = (0..<40).map { "bframes,\(Double($0) / 20),0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let call =
      ["detect", projectRoot + "/Tests/Fixtures/Video/bframes.mp4", "--proposals", try input.file("boxes.csv", rows)]
      + ["--cfg", LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork
    func arguments(_ out: String, _ run: String?) -> [String] {
      call + ["--output-dir", out, "--scores", out + "/scores.npy"] + (run.map { ["--run", $0] } ?? [])
    }
    let began = ContinuousClock.now
    expectSuccess(Program.run(arguments(whole.path, nil)))
    let length = (ContinuousClock.now - began) / .milliseconds(1)
    var generator = SeededGenerator(seed: Self.seed)
    var (kills, runs) = (0, 0)
    while kills < Self.kills {
      runs += 1
      let parts = Scratch()
      let again = arguments(parts.path + "/out", runs % 2 == 1 ? parts.path + "/run" : nil)
      var story: [String] = []
      while true {
        let moment = kills < Self.kills ? generator.uniform(0, length) : nil
        let result = moment.map { Program.run(again, killedAt: $0 / 1000) } ?? Program.run(again)
        story.append("\(moment.map { "\(Int($0)) ms" } ?? "to the end"): \(result.status)")
        if result.status == 137 {
          kills += 1
          continue
        }
        // A run that was over before its kill; its results may be there already where the last one was killed late.
        let isOver = result.status == 0 || result.stderr.contains("already -> add --overwrite")
        #expect(isOver, "seed \(Self.seed), \(story): \(result.stderr)")
        break
      }
      #expect(try folderDifference(parts.path + "/out", whole.path) == nil, "seed \(Self.seed), \(story)")
    }
  }
}

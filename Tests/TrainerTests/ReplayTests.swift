import Files
import Kernels
import TestSupport
import Testing
import Trainer

private let folder = (sharedFolder ?? "") + "/golden/training"

/// Recorded steps of PySlowFast's own training.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct ReplayTests {
  private func engine(_ algorithm: ConvolutionAlgorithm? = nil) -> Engine {
    Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
  }

  /// All of them agree with what training uses, but for two, where the rounding of one algorithm decides: in the last iteration of
  /// slow_r50_ava_frozen_bn a max pool, in the third of i3d_nln_k400 a ReLU.
  @Test(arguments: [
    ("slowfast_r50_ava", nil), ("slowfast_k400", nil), ("slow_charades", nil), ("slow_r50_ava_clip_value", nil),
    ("slow_r50_ava_frozen_bn", "max pool 1x3x3 stride 1x2x2"), ("c2d_k400_sub_bn", nil),
    ("i3d_nln_k400", "s3.pathway0_res1.branch2.c_bn"), ("x3d_xs_k400", nil), ("curve_slowfast_r50_ava", nil),
  ])
  func agrees(_ name: String, _ layer: String?) throws {
    let replay = try Replay(folder: "\(folder)/\(name)")
    var steps = 0
    let verdict = try replay.judge(engine: engine(), others: [(.direct, engine(.direct)), (.planar, engine(.planar))]) {
      _ in steps += 1
    }
    #expect(steps == replay.steps && verdict.steps.count == steps)
    // Kernels without x86's modules sum in another order, and have decisions of their own.
    #if PORTABLE_ONLY
      #expect(verdict.isPassed, "\(verdict)")
    #else
      #expect(verdict.isPassed && verdict.agrees == (layer == nil), "\(verdict)")
      let decisions = verdict.explanation?.decisions ?? []
      #expect(decisions.contains { $0.layer == layer } == (layer != nil), "\(decisions)")
      #expect(decisions.allSatisfy { $0.distance <= 1e-5 * $0.largest && $0.step <= verdict.firstDifference ?? 3 })
    #endif
  }

  /// What differs by a mistake is explained by nobody: here the other algorithm agrees, as it well may, and decides nothing otherwise.
  @Test func mistakesAreNoRounding() throws {
    let replay = try Replay(folder: "\(folder)/slow_r50_ava_frozen_bn")
    let own = try replay.judge(engine: engine(), others: [(.planar, engine(.planar))])
    #expect(!own.isPassed && own.others.count == 1 && !own.others[0].agrees)
    let right = try replay.judge(engine: engine(.direct), others: [(.direct, engine(.direct))])
    #expect(right.agrees && right.others.isEmpty)
    let other = ReplayVerdict.Other(algorithm: .direct, checks: right.checks, decisions: [])
    #expect(other.agrees && !other.explains)
  }

  @Test func epochsThatWereNotRecorded() {
    #expect(throws: ReplayError.self) { try Replay(folder: "\(folder)/curve_slowfast_r50_ava", epochs: 2) }
  }
}

/// Folders that are none of recorded steps.
@Suite struct ReplayFolderTests {
  @Test func cutFiles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/case.json", "{\"epoch\": 0,\n \"loss\": [1.5,")
    let error = #expect(throws: ReplayError.self) { try Replay(folder: folder.path) }
    #expect(
      error?.description.contains("/case.json', line 2, column 15: expected JSON, found ") == true
        && error?.description.hasSuffix(" -> copy the folder again") == true, "\(String(describing: error))")
  }
}

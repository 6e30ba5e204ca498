import Kernels
import TestSupport
import Testing
import Trainer

private let folder = (sharedFolder ?? "") + "/golden/training"

/// Recorded steps of PySlowFast's own training.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct ReplayTests {
  @Test(arguments: [
    "slowfast_r50_ava", "slowfast_k400", "slow_charades", "slow_r50_ava_frozen_bn", "c2d_k400_sub_bn", "i3d_nln_k400",
    "x3d_xs_k400", "curve_slowfast_r50_ava",
  ])
  func agrees(_ name: String) throws {
    let replay = try Replay(folder: "\(folder)/\(name)")
    var steps = 0
    let checks = try replay.run(engine: Engine(threads: 2)) { _ in steps += 1 }
    #expect(steps == replay.steps)
    for check in checks {
      #expect(check.isPassed, "\(check.name): \(check.difference), allowed \(check.allowed), \(check.place)")
    }
  }

  @Test func epochsThatWereNotRecorded() {
    #expect(throws: ReplayError.self) { try Replay(folder: "\(folder)/curve_slowfast_r50_ava", epochs: 2) }
  }
}

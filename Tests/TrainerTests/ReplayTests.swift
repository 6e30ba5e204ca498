import Kernels
import TestSupport
import Testing
import Trainer

private let folder = (sharedFolder ?? "") + "/golden/training"
// Kernels without x86's modules sum in another order.
#if PORTABLE_ONLY
  private let algorithmOfI3D = ConvolutionAlgorithm.direct
#else
  private let algorithmOfI3D = ConvolutionAlgorithm.planar
#endif

/// Recorded steps of PySlowFast's own training.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct ReplayTests {
  /// In the last iteration of slow_r50_ava_frozen_bn a ReLU's input is so near zero that Winograd's rounding decides, and the
  /// gradient of the stem moves by 4e-4; in i3d_nln_k400 the rounding of direct sums does, and that of several algorithms together. Neither
  /// is more wrong than the other.
  @Test(arguments: [
    ("slowfast_r50_ava", nil), ("slowfast_k400", nil), ("slow_charades", nil),
    ("slow_r50_ava_frozen_bn", ConvolutionAlgorithm.direct),
    ("c2d_k400_sub_bn", nil), ("i3d_nln_k400", algorithmOfI3D), ("x3d_xs_k400", nil),
    ("curve_slowfast_r50_ava", nil),
  ])
  func agrees(_ name: String, _ algorithm: ConvolutionAlgorithm?) throws {
    let replay = try Replay(folder: "\(folder)/\(name)")
    let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
    var steps = 0
    let checks = try replay.run(engine: engine) { _ in steps += 1 }
    #expect(steps == replay.steps)
    for check in checks {
      #expect(check.isPassed, "\(check.name): \(check.difference), allowed \(check.allowed), \(check.place)")
    }
  }

  @Test func epochsThatWereNotRecorded() {
    #expect(throws: ReplayError.self) { try Replay(folder: "\(folder)/curve_slowfast_r50_ava", epochs: 2) }
  }
}

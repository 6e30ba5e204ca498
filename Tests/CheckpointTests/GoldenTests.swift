import Checkpoint
import Tensors
import TestSupport
import Testing

private let models = (sharedFolder ?? "") + "/golden/models"

@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GoldenTests {
  /// Counts of `state_dict` tensors; the published architectures have as many whatever their width.
  static let cases: [(name: String, tensors: Int)] = [
    ("slowfast_r50_ava", 662), ("slowfast_r50_ava_aligned", 662),
    ("slowfast_4x16_k400", 662),
    ("slowfast_r101_nln_ava", 1313), ("slow_r50_ava", 320),
    ("c2d_r50_k400", 320), ("i3d_nln_r50_k400", 385),
    ("x3d_xs_k400", 568),
  ]

  @Test(arguments: cases) func pytorchFiles(_ name: String, _ tensors: Int) throws {
    let checkpoint = try Checkpoint(path: "\(models)/\(name)/checkpoint.pyth")
    #expect(checkpoint.format == .torchZip)
    #expect(checkpoint.entries.count == tensors)
    #expect(checkpoint.notices.isEmpty)
    #expect(try #require(checkpoint.configText).contains("NUM_CLASSES"))
    #expect(try readAll(checkpoint).isFinite)
  }
}

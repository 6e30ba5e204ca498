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

  @Test func caffe2TwinHoldsTheSameNumbersUnderTheSameNames() throws {
    let torch = try Checkpoint(path: "\(models)/slowfast_r101_nln_ava/checkpoint.pyth")
    let caffe2 = try Checkpoint(path: "\(models)/slowfast_r101_nln_ava_caffe2/checkpoint.pkl")
    #expect(caffe2.format == .caffe2)
    let names = torch.entries.map(\.name).filter { !$0.hasSuffix("num_batches_tracked") }
    let training = caffe2.entries.filter { $0.originalName.contains("momentum") }
    #expect(Set(caffe2.entries.map(\.name)).isSuperset(of: names))
    #expect(!training.isEmpty)
    let reader = WeightReader(caffe2)
    for name in names {
      let expected = try torch.tensor(name)
      let found = try #require(reader.tensor(name, expected.shape), "\(name)")
      #expect(difference(found.array, expected.array, .exact, name) == nil)
    }
    #expect(reader.report.isComplete)
    #expect(reader.report.unused.isEmpty, "\(reader.report.unused.prefix(5))")
  }
}

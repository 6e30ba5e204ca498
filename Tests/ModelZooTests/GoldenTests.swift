import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

private let models = (sharedFolder ?? "") + "/golden/models"

/// The networks of the public reference programs are told from their files.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GoldenTests {
  static let cases: [(name: String, summary: String)] = [
    ("slowfast_r50_ava", "SlowFast R50"), ("slowfast_r50_ava_aligned", "SlowFast R50"),
    ("slowfast_4x16_k400", "SlowFast R50"),
    ("slowfast_r101_nln_ava", "SlowFast R101 with 3 non-local blocks"), ("slow_r50_ava", "Slow R50"),
    ("c2d_r50_k400", "C2D R50"), ("i3d_nln_r50_k400", "I3D R50 with 5 non-local blocks"),
    ("x3d_xs_k400", "X3D XS, S or M"), ("x3d_m_k400", "X3D XS, S or M"),
  ]

  @Test(arguments: [
    ("mvitv1_b_16x4_k400", "MViTv1"), ("mvitv1_b_32x3_k400", "MViTv1"), ("mvitv2_s_k400", "MViTv2"),
    ("mvitv2_b_k400", "MViTv2"),
  ])
  func transformersAreRecognised(_ name: String, _ summary: String) throws {
    let checkpoint = try Checkpoint(path: "\(models)/\(name)/checkpoint.pyth", naming: PySlowFastNames())
    #expect(ArchitectureGuess(checkpoint).network?.summary == summary)
  }

  @Test(arguments: cases) func networksAreRecognised(_ name: String, _ summary: String) throws {
    let checkpoint = try Checkpoint(path: "\(models)/\(name)/checkpoint.pyth", naming: PySlowFastNames())
    #expect(ArchitectureGuess(checkpoint).network?.summary == summary)
  }

  /// Without a configuration: but for SlowFast, whose strides stand in one for both pathways, and leave no trace.
  @Test(arguments: cases.filter { !$0.name.hasPrefix("slowfast") }) func overridesLoadTheFile(
    _ name: String, _ summary: String
  ) throws {
    let checkpoint = try Checkpoint(path: "\(models)/\(name)/checkpoint.pyth", naming: PySlowFastNames())
    let settings = try #require(ArchitectureGuess(checkpoint).network).settings
    var config = Configuration.defaults
    try config.apply(overrides: settings.flatMap { [$0.key, $0.value] })
    let reader = WeightReader(checkpoint)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    #expect(reader.report.isComplete && reader.report.unused.isEmpty, "\(settings): \(reader.report.missing.prefix(3))")
  }

  @Test func caffe2TwinHoldsTheSameNumbersUnderTheSameNames() throws {
    let torch = try Checkpoint(path: "\(models)/slowfast_r101_nln_ava/checkpoint.pyth", naming: PySlowFastNames())
    let caffe2 = try Checkpoint(
      path: "\(models)/slowfast_r101_nln_ava_caffe2/checkpoint.pkl", naming: PySlowFastNames())
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

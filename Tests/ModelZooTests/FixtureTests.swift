import Checkpoint
import ModelZoo
import Tensors
import TestSupport
import Testing

/// Files whose tensors have other names than PySlowFast's models.
@Suite struct FixtureTests {
  @Test(arguments: expectedTensors.keys.filter { $0.hasPrefix("caffe2") || $0 == "split_bn.pyth" }.sorted())
  func tensorsHaveTheModelsNames(_ name: String) throws {
    let checkpoint = try fixture(name)
    let expected = try #require(expectedTensors[name])
    #expect(checkpoint.entries.map(\.name) == expected.map(\.name))
    for item in expected {
      let tensor = try checkpoint.tensor(item.name)
      #expect(tensor.shape == item.shape && checkpoint.shape(item.name) == item.shape, "\(item.name)")
      #expect(difference(tensor.array, item.values, .exact, "\(name) \(item.name)") == nil)
    }
  }

  @Test func blobsKeepTheirOldNamesToo() throws {
    let checkpoint = try fixture("caffe2_protocol2.pkl")
    let entry = try #require(checkpoint.entries.first { $0.name == "head.projection.weight" })
    #expect(entry.originalName == "pred_w")
    #expect(checkpoint.epoch == nil && checkpoint.configText == nil)
  }

  /// Momentum, lr and model_iter belong to the training; others are reported.
  @Test func blobsOfTheTrainingAreNobodysLoss() throws {
    let checkpoint = try fixture("caffe2_protocol2.pkl")
    let training = checkpoint.entries.filter(\.isOfTraining).map(\.originalName)
    #expect(training == ["conv1_w_momentum", "lr", "model_iter"])
    let reader = WeightReader(checkpoint)
    for name in ["s1.pathway0_stem.conv.weight", "s1.pathway0_stem.bn.weight"] { _ = reader.tensor(name, [1]) }
    for name in ["head.projection.weight", "head.projection.bias"] { _ = reader.tensor(name, [1]) }
    #expect(
      reader.report.unused == ["s1.pathway0_stem.bn.running_var", "s4.pathway0_res5.branch2.a.weight", "odd_blob"])
  }

  @Test func splitBatchNormsBecomeOrdinary() throws {
    let checkpoint = try fixture("split_bn.pyth")
    #expect(checkpoint.notices.contains { $0.contains("'s1.bn.bn.num_batches_tracked'") && $0.contains("left out") })
  }
}

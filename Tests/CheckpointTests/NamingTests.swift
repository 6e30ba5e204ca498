import Checkpoint
import Tensors
import TestSupport
import Testing

/// A checkpoint's names are the file's own, or those that a naming gives.
@Suite struct NamingTests {
  private func open(_ name: String, _ naming: (any TensorNaming)?) throws -> Checkpoint {
    try Checkpoint(path: "\(fixtureFolder)/\(name)", naming: naming)
  }

  @Test func withoutANamingTheFilesOwnNamesStand() throws {
    let blobs = try open("caffe2_protocol2.pkl", nil)
    #expect(blobs.entries.allSatisfy { $0.name == $0.originalName && !$0.isOfTraining })
    #expect(blobs.shape("pred_w") == [3, 4] && blobs.shape("head.projection.weight") == nil)
    let split = try open("split_bn.pyth", nil)
    #expect(split.entries.contains { $0.name == "module.s1.bn.bn.num_batches_tracked" })
    #expect(!split.notices.contains { $0.contains("split") })
  }

  /// All tensors but the head's become one, of which the last stays; the head's leave.
  private struct OneName: TensorNaming {
    func rename(_ content: inout FileContent) {
      content.items.removeAll { $0.name.hasPrefix("head.") }
      for index in content.items.indices {
        content.items[index].name = "x"
        content.items[index].isOfTraining = true
        content.items[index].squeezeAfterFirst()
      }
      content.notices.append("\(content.format.rawValue) under \(content.stateKey ?? "nothing")")
    }
  }

  @Test func aNamingRenamesMarksAndLeavesOut() throws {
    let checkpoint = try open("zip_protocol2.pyth", OneName())
    #expect(checkpoint.entries.map(\.name) == ["x"] && checkpoint.entries[0].isOfTraining)
    #expect(checkpoint.notices.first == "PyTorch (zip) under model_state")
    #expect(
      checkpoint.notices.last
        == "'s1.pathway0_stem.bn.running_var' and '\(checkpoint.entries[0].originalName)' both stand for 'x': the "
        + "last one is taken")
    #expect(try checkpoint.tensor("x").shape == checkpoint.shape("x"))
    // Nobody misses what belongs to the training.
    #expect(WeightReader(checkpoint).report.unused == [])
  }

  private struct Squeezed: TensorNaming {
    func rename(_ content: inout FileContent) {
      for index in content.items.indices { content.items[index].squeezeAfterFirst() }
    }
  }

  @Test func squeezingKeepsTheNumbers() throws {
    let name = "s1.pathway0_stem.conv.weight"
    let (plain, squeezed) = (try open("zip_protocol2.pyth", nil), try open("zip_protocol2.pyth", Squeezed()))
    #expect(plain.shape(name) == [2, 3, 1, 2, 2] && squeezed.shape(name) == [2, 3, 2, 2])
    #expect(difference(try squeezed.tensor(name).array, try plain.tensor(name).array, .exact, name) == nil)
  }
}

import Checkpoint
import Tensors
import TestSupport
import Testing

@Suite struct FixtureTests {
  /// Blobs are compared by their places, as their names are others in the file; the one fixture of training state that
  /// has more tensors than a model's, where names are given.
  @Test(arguments: fixtureNames.filter { $0 != "split_bn.pyth" })
  func valuesAreThoseThatTorchSaved(_ name: String) throws {
    let checkpoint = try fixture(name)
    let expected = try #require(expectedTensors[name])
    if checkpoint.format == .safetensors {
      // safetensors orders by type, not as given.
      #expect(Set(checkpoint.entries.map(\.name)) == Set(expected.map(\.name)))
    } else if checkpoint.format != .caffe2 {
      #expect(checkpoint.entries.map(\.name) == expected.map(\.name))
    }
    try #require(checkpoint.entries.count == expected.count)
    for (place, item) in expected.enumerated() {
      let entry =
        checkpoint.format == .caffe2
        ? checkpoint.entries[place] : try #require(checkpoint.entries.first { $0.name == item.name })
      let tensor = try checkpoint.tensor(entry.name)
      #expect(entry.shape == item.shape && tensor.shape == item.shape, "\(item.name)")
      #expect(entry.dtype.rawValue == item.dtype, "\(item.name)")
      #expect(difference(tensor.array, item.values, .exact, "\(name) \(item.name)") == nil)
    }
  }

  @Test func allFixturesAreThere() { #expect(fixtureNames.count == 22) }

  @Test(arguments: fixtureNames) func formatIsToldFromTheContent(_ name: String) throws {
    // A misleading name changes nothing.
    let checkpoint = try open(fixtureBytes(name), as: "weights.txt")
    let isLegacy = name.contains("legacy")
    let expected: CheckpointFormat =
      name.hasPrefix("caffe2")
      ? .caffe2 : name.hasSuffix("safetensors") ? .safetensors : isLegacy ? .torchLegacy : .torchZip
    #expect(checkpoint.format == expected)
  }

  @Test(arguments: ["zip_protocol2.pyth", "zip_protocol5.pyth", "legacy_protocol1.pyth", "legacy_protocol4.pyth"])
  func epochAndConfigurationAreRead(_ name: String) throws {
    let checkpoint = try fixture(name)
    #expect(checkpoint.epoch == 11)
    #expect(checkpoint.configText == "MODEL:\n  NUM_CLASSES: 3\nTASK: 'größe'\n")
    #expect(checkpoint.notices.isEmpty)
  }

  @Test func safetensorsMetadataIsRead() throws {
    let checkpoint = try fixture("types.safetensors")
    #expect(checkpoint.epoch == 4)
    #expect(checkpoint.configText == "TASK: ''\n")
  }

  @Test func foreignObjectsAreNamedOnce() throws {
    let checkpoint = try fixture("split_bn.pyth")
    let mentions = checkpoint.notices.filter { $0.contains("inert placeholder") }
    #expect(mentions.count == 2)
    #expect(
      mentions.contains { $0.contains("fractions.Fraction") } && mentions.contains { $0.contains("datetime.date") })
  }

  @Test func anUnknownNameIsAnsweredWithTheNearest() throws {
    let checkpoint = try fixture("zip_protocol2.pyth")
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor("head.projecton.weight") }
    #expect("\(error!)".contains("did you mean 'head.projection.weight'"))
  }
}

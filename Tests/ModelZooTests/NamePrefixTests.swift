import Checkpoint
import Tensors
import Testing

/// Names after the prefixes of wrappers.
@Suite struct NamePrefixTests {
  private static let names = ["s1.pathway0_stem.conv.weight", "s2_fuse.bn.bias", "head.projection.weight"]

  private func save(_ names: [String]) throws -> Checkpoint {
    try ModelZooTests.save(names.map { ($0, Tensor(zeros: [2])) })
  }

  @Test(arguments: [
    "module.", "_orig_mod.", "model.", "backbone.", "module._orig_mod.", "model.backbone.", "my_net.slow_fast.",
    "module.module.",
  ])
  func sharedPrefixesAreLeftOutAndSaid(prefix: String) throws {
    let checkpoint = try save(Self.names.map { prefix + $0 })
    #expect(Set(checkpoint.entries.map(\.name)) == Set(Self.names))
    #expect(Set(checkpoint.entries.map(\.originalName)) == Set(Self.names.map { prefix + $0 }))
    #expect(checkpoint.notices == ["'\(prefix)' stands before every name and is left out"])
    #expect(checkpoint.summaryLines.contains("note          '\(prefix)' stands before every name and is left out"))
  }

  @Test(arguments: [
    names, ["head.projection.weight"], ["s1.pathway0_stem.conv.weight", "s1.pathway0_stem.bn.bias"],
    ["s1.pathway0_stem.conv.weight", "model.s1.pathway0_stem.bn.bias"],
    ["model.s1.a.weight", "model.s2.pathway0_res0.branch2.a.weight", "s2.pathway0_res0.branch2.a.weight"],
    ["blocks.0.attn.qkv.weight", "blocks.1.attn.qkv.weight"],
    ["stem.a.weight", "stem.b.weight"], ["weight"], ["model.weight", "model"],
  ])
  func whatIsNoPrefixStays(names: [String]) throws {
    let checkpoint = try save(names)
    #expect(Set(checkpoint.entries.map(\.name)) == Set(names) && checkpoint.notices == [])
  }

  /// A loss, a head of its own or a second copy beside the network do not hide its names.
  @Test(arguments: [["criterion.weight"], ["head.projection.weight"], ["ema.s1.pathway0_stem.conv.weight", "queue"]])
  func aPrefixOfTheNetworkIsLeftOutBesideOtherThings(others: [String]) throws {
    let network = ["s1.pathway0_stem.conv.weight", "s2_fuse.bn.bias"]
    let checkpoint = try save(network.map { "model.module." + $0 } + others)
    #expect(Set(checkpoint.entries.map(\.name)) == Set(network + others))
    let count = "2 of \(network.count + others.count)"
    #expect(
      checkpoint.notices == ["'model.module.' stands before \(count) names, those of the network, and is left out"])
  }

  /// Of names that are nobody's, the usual wrappers alone are left out.
  @Test func usualWrappersAreLeftOutOfUnknownNames() throws {
    #expect(
      try save(["module.model.a.b.weight", "module.model.a.c.bias"]).entries.map(\.name).sorted()
        == ["a.b.weight", "a.c.bias"])
  }
}

import Checkpoint
import Tensors
import TestSupport
import Testing

/// What is said of weights that do not suit a config.
@Suite struct LoadReportTests {
  private func message(
    _ items: [(name: String, tensor: Tensor)], asking asked: [(String, [Int])], allowPartial: Bool = false,
    kernels: String? = nil, _ change: (inout LoadHints) -> Void = { _ in }
  ) throws -> String {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors(items, to: folder.path + "/w.safetensors")
    let reader = WeightReader(try Checkpoint(path: folder.path + "/w.safetensors"), allowPartial: allowPartial)
    for (name, shape) in asked { _ = reader.tensor(name, shape, hint: "WIDTH", kernelHint: kernels) }
    var report = reader.report
    change(&report.hints)
    do {
      try report.check(allowPartial: allowPartial)
      return report.notices.joined(separator: "\n")
    } catch {
      return "\(error)".split(separator: folder.path + "/", omittingEmptySubsequences: false).joined()
    }
  }

  /// What is known beyond names and shapes comes from outside, and is said in its places.
  @Test func hintsAreSaid() throws {
    let items = [("a.weight", Tensor(zeros: [3, 1])), ("b.weight", Tensor(zeros: [4, 1]))]
    let asked = [("a.weight", [3, 1]), ("b.weight", [5, 1])]
    #expect(
      try message(items, asking: asked) == """
        weights: 'b.weight' is 4x1 in w.safetensors, this config needs 5x1 (WIDTH)
                 -> change WIDTH
                 -> or allow a partial load (--partial-weights), which fills the gaps with random numbers
        """)
    let hinted = try message(items, asking: asked) {
      $0.misfits["b.weight"] = LoadHints.Misfit(model: "five are needed", advice: "take five")
      $0.changes = "WIDTH 4"
    }
    #expect(
      hinted == """
        weights: 'b.weight' is 4x1 in w.safetensors, five are needed
                 -> take five
                 -> set WIDTH 4, as these weights have it
                 -> or allow a partial load (--partial-weights), which fills the gaps with random numbers
        """)
    let refused = try message(items, asking: asked, allowPartial: true) { $0.obstacle = ("it is a cat", "give a dog") }
    #expect(refused == "weights: 'w.safetensors' does not suit this config: it is a cat\n         -> give a dog")
    let warned = try message(items, asking: Array(asked.prefix(1))) { $0.warning = "it means nothing" }
    #expect(warned.hasPrefix("it means nothing\n1 tensor of w.safetensors is not used by this config: 'b.weight'"))
  }

  /// Only so many tensors are shown, and all that is advised.
  @Test func adviceIsNotCutOff() throws {
    let items = (0..<20).map { ("s\($0).weight", Tensor(zeros: [3, 1])) } + [("z.weight", Tensor(zeros: [3, 1]))]
    let text = try message(items, asking: items.map { ($0.0, [4, 1]) }) {
      $0.misfits["z.weight"] = LoadHints.Misfit(model: "four are needed", advice: "give others")
    }
    #expect(
      text.contains(
        """
        weights: 's5.weight' is 3x1 in w.safetensors, this config needs 4x1 (WIDTH)
        weights: 'z.weight' is 3x1 in w.safetensors, four are needed
                 -> give others
        weights: 14 more tensors have another shape
        """), "\(text)")
  }

  /// What a kernel's two parts go by is said of the part that differs; nothing where no key sets it.
  @Test(arguments: [
    ([3, 2, 5, 1, 1], "(KERNEL)\n         -> change KERNEL\n"),
    ([4, 2, 3, 1, 1], "(WIDTH)\n         -> change WIDTH\n"),
    ([4, 2, 5, 1, 1], "(WIDTH, KERNEL)\n         -> change WIDTH and KERNEL\n"),
  ])
  func keysOfKernels(_ asked: [Int], _ words: String) throws {
    let items = [("a.weight", Tensor(zeros: [3, 2, 3, 1, 1]))]
    let text = try message(items, asking: [("a.weight", asked)], kernels: "KERNEL")
    #expect(text.contains("this config needs \(asked.map(String.init).joined(separator: "x")) \(words)"), "\(text)")
    let plain = try message(items, asking: [("a.weight", [3, 2, 5, 1, 1])])
    #expect(plain.contains("this config needs 3x2x5x1x1\n") && !plain.contains("WIDTH"), "\(plain)")
  }

  /// Of another network, the configuration is what helps.
  @Test func theConfigOfAnotherNetworkIsNamed() throws {
    let items = [("a.weight", Tensor(zeros: [3, 1])), ("b.weight", Tensor(zeros: [4, 1]))]
    let asked = [("a.weight", [3, 1]), ("b.weight", [5, 1])]
    let text = try message(items, asking: asked) { $0.otherConfig = "c.yaml" }
    #expect(text.contains("\n         -> give the config of these weights (c.yaml)\n         -> or allow"), "\(text)")
    let little = try message(items, asking: [("b.weight", [5, 1])]) { $0.otherConfig = "c.yaml" }
    #expect(
      little.hasSuffix("-> give the weights of this config, or the config of these weights (c.yaml)"), "\(little)")
    let allowed = try message(items, asking: asked, allowPartial: true) { $0.otherConfig = "c.yaml" }
    #expect(allowed.hasSuffix("w.safetensors -> to use it as it is, give its config (c.yaml)"), "\(allowed)")
  }

  /// Tensors of the head are none of those that a partial load needs some of.
  @Test func aHeadAloneIsNextToNothing() throws {
    let items = [("head.a", Tensor(zeros: [3, 1]))]
    let asked = [("head.a", [3, 1]), ("s1.a", [3, 1])]
    #expect(try message(items, asking: asked, allowPartial: true).hasPrefix("partial load: "))
    let text = try message(items, asking: asked, allowPartial: true) { $0.headPrefix = "head." }
    #expect(text.contains("0 of the 1 convolutions before the head"), "\(text)")
  }

  @Test func aPartialLoadWhereNothingFitsIsRefused() throws {
    let items = [("a.weight", Tensor(zeros: [3])), ("b.weight", Tensor(zeros: [4]))]
    let text = try message(items, asking: [("a.weight", [5]), ("c.weight", [4])], allowPartial: true)
    #expect(text.hasPrefix("weights: nothing in 'w.safetensors' fits this config: no tensor has a name and shape"))
    #expect(text.contains("'a.weight' is 3 in w.safetensors") && text.contains("'c.weight' (4) is not in"))
    #expect(
      text.hasSuffix(
        "-> give the weights of this config, or the config of these weights (slowfast inspect tells what they are)"))
    #expect(!text.contains("--partial-weights"))
    let some = try message(items, asking: [("a.weight", [3]), ("c.weight", [4])], allowPartial: true)
    #expect(some.hasPrefix("partial load: "), "\(some)")
  }

  @Test func aPartialLoadOfNextToNothingIsRefused() throws {
    let items = [("s1.a", Tensor(zeros: [3, 1])), ("head.b", Tensor(zeros: [4])), ("s1.c", Tensor(zeros: [4]))]
    let others = (0..<30).map { ("s2.\($0)", [2, 1]) }
    let text = try message(
      items, asking: [("s1.a", [3, 1]), ("s1.c", [4]), ("head.b", [4])] + others, allowPartial: true)
    #expect(
      text.hasPrefix(
        "weights: too little in 'w.safetensors' fits this config: 1 of the 31 convolutions before the head"),
      "\(text)")
    #expect(text.hasSuffix("or the config of these weights (slowfast inspect tells what they are)"))
    #expect(!text.contains("--partial-weights"))
    let enough = try message(
      items, asking: [("s1.a", [3, 1]), ("head.b", [4])] + others.prefix(8), allowPartial: true)
    #expect(enough.hasPrefix("partial load: "), "\(enough)")
  }

  @Test func aVarianceWithoutRootIsNamed() throws {
    let variances = Tensor(zeros: [3])
    variances.mutableValues[1] = -1e-6
    func said() throws -> String {
      try message([("s1.bn.running_var", variances)], asking: [("s1.bn.running_var", [3])], allowPartial: true)
    }
    #expect(try said().isEmpty, "the root of 1e-5 more is a number")
    variances.mutableValues[2] = -0.5
    let text = try said()
    #expect(text.hasPrefix("weights: 's1.bn.running_var' of 'w.safetensors' holds the variance -0.5 (channel 2):"))
    #expect(text.contains("-> the file is damaged, or its training diverged"), "\(text)")
    variances.mutableValues[2] = .nan
    #expect(try said().contains("the variance nan (channel 2)"))
  }
}

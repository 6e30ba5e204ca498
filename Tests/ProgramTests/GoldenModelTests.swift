import Files
import TestSupport
import Testing

/// `forward` reproduces PySlowFast's outputs, with the project's own configs.
@Suite(.enabled(if: sharedFolder != nil, Golden.reason))
struct GoldenModelTests {
  @Test(
    "Scores and stages of every published architecture",
    arguments: Golden.Model.names)
  func model(name: String) throws {
    let model = try Golden.Model(name)
    let scratch = try model.expectSameScores()
    try withExtendedLifetime(scratch) {
      try expectSameStages(scratch.path + "/stages.json", model.folder + "/stages.json")
    }
  }

  @Test("Scores of every transformer", arguments: Golden.Model.transformers)
  func transformer(name: String) throws { _ = try Golden.Model(name).expectSameScores() }

  @Test("Every instruction set of this machine", arguments: ["portable", "avx2", "avx512", "amx"])
  func kernels(name: String) throws {
    let model = try Golden.Model("slow_r50_ava")
    let scratch = Scratch()
    let result = Program.run(model.forward(into: scratch, ["--kernels", name]))
    if result.status != 0 {
      // A processor without the instructions says so instead of computing.
      expectFailure(result, [name], leaving: scratch)
    } else {
      _ = try model.expectSameScores(["--kernels", name])
    }
  }

  @Test("The plain reference of every operator")
  func reference() throws {
    _ = try Golden.Model("slow_r50_ava").expectSameScores(["--convolution", "reference"])
  }

  @Test("The thread count does not change a bit", arguments: ["slowfast_r50_ava_aligned", "mvitv2_s_k400"])
  func threads(name: String) throws {
    let model = try Golden.Model(name)
    let outputs = try ["1", "2", "3"].map { threads -> [UInt8] in
      let scratch = try model.expectSameScores(["--threads", threads])
      return try withExtendedLifetime(scratch) { try readFile(scratch.path + "/out.npy", doing: "comparing") }
    }
    for output in outputs { #expect(difference(output, outputs[0]) == nil) }
  }

  private func expectSameStages(_ found: String, _ expected: String) throws {
    let (found, expected) = (try Golden.object(found), try Golden.object(expected))
    #expect(Set(found.keys) == Set(expected.keys))
    for (name, value) in expected {
      let (stage, wanted) = (found[name] as? [String: Any], value as? [String: Any])
      #expect(stage?["shape"] as? [Int] == wanted?["shape"] as? [Int], "\(name)")
      let std = try #require(wanted?["std"] as? Double)
      for key in ["mean", "std"] {
        let (a, b) = (try #require(stage?[key] as? Double), try #require(wanted?[key] as? Double))
        #expect(abs(a - b) <= 1e-3 * max(abs(b), std), "\(name) \(key): \(a), expected \(b)")
      }
      for key in ["first8", "last8"] {
        let (a, b) = (try #require(stage?[key] as? [Double]), try #require(wanted?[key] as? [Double]))
        let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(a.count == b.count && worst <= 1e-3 * max(std, b.map(abs).max() ?? 0), "\(name) \(key): \(worst)")
      }
    }
  }
}

import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// `tune` and `--tuned`, with the built program and a network of the demo's, on drawn pictures.
struct TuneTests {
  private static let network = ["--cfg", LittleWorld.config, "--threads", "1"] + LittleWorld.tinyNetwork

  private static func tune(_ output: String, _ more: [String] = []) -> Program.Result {
    Program.run(["tune", "--size", "96x64", "--runs", "2", "--output", output] + network + more)
  }

  /// A plan of the tiny network, measured once.
  private static let plan: String = {
    let path = TemporaryFolder().path + "/little.tuned.json"
    let result = tune(path)
    if result.status != 0 { Issue.record("tuning: \(result.stderr)") }
    atexit { _ = try? FileManager.default.removeItem(atPath: splitPath(TuneTests.plan).folder) }
    said = result
    return path
  }()
  nonisolated(unsafe) private static var said: Program.Result?

  /// The plan with other contents.
  private func plan(_ scratch: Scratch, _ name: String, _ change: (inout [String: Any]) throws -> Void) throws -> String
  {
    var values = try Golden.object(Self.plan)
    try change(&values)
    return try scratch.file(
      name, bytes: Array(JSONSerialization.data(withJSONObject: values, options: [.sortedKeys])))
  }

  /// The plan with the algorithm of each layer chosen of those that were measured.
  private func plan(_ scratch: Scratch, _ name: String, choosing: ([String]) -> String) throws -> String {
    try plan(scratch, name) { values in
      values["layers"] = try #require(values["layers"] as? [[String: Any]]).map { layer in
        var layer = layer
        layer["algorithm"] = choosing(try #require(layer["milliseconds"] as? [String: Any]).keys.sorted())
        return layer
      }
    }
  }

  private static let isDirect: @Sendable ([String]) -> String = { $0.contains("direct") ? "direct" : $0[0] }
  private static let isOther: @Sendable ([String]) -> String = { $0.first { $0 != "direct" } ?? "direct" }

  @Test("tune says what it will take, writes what it measured, and replaces no plan without being asked")
  func tune() throws {
    let plan = Self.plan
    let said = try #require(Self.said)
    #expect(
      said.stderr.contains(
        #/[0-9]+ shapes of convolutions in [0-9]+ places, every algorithm 2 times: this takes some [0-9]+ s/#))
    #expect(said.stdout.contains("wrote '\(plan)': --tuned '\(plan)' takes it"))
    #expect(said.stdout.contains(#/[0-9]+ of [0-9]+ shapes otherwise than by the rule: /#))
    let values = try Golden.object(plan)
    #expect(values["threads"] as? Int == 1 && values["precision"] as? String == "fp32")
    #expect(values["config"] as? String == "SLOWFAST_8x4_R18_SMALL" && values["clip"] as? String == "1 x 16x64x96")
    #expect((values["processor"] as? [String: Any])?["vendor"] is String)
    let layers = try #require(values["layers"] as? [[String: Any]])
    #expect(layers.count > 3)
    for layer in layers {
      let times = try #require(layer["milliseconds"] as? [String: Double])
      let chosen = try #require(layer["algorithm"] as? String)
      #expect(times.count > 1 && times[chosen] != nil, "\(layer)")
    }
    expectFailure(Self.tune(plan), ["little.tuned.json", "--overwrite"])
  }

  @Test("bench --plan says which choices are the file's")
  func sources() throws {
    let scratch = Scratch()
    let clip = ["bench", "--plan", "--size", "96x64"] + Self.network
    let tuned = Program.run(clip + ["--tuned", try plan(scratch, "other.json", choosing: Self.isOther)])
    expectSuccess(tuned)
    let rows = tuned.stdout.split(separator: "\n").filter { $0.hasPrefix("conv ") }
    #expect(rows.contains { $0.contains(" file ") } && rows.contains { $0.contains(" rule ") }, "\(tuned.stdout)")
    #expect(!tuned.stderr.contains("--tuned"), "\(tuned.stderr)")
    let rule = Program.run(clip)
    #expect(!rule.stdout.contains(" file ") && rule.stdout.contains("chosen by"))
  }

  @Test("the algorithms of the file are computed with: the same bytes in every run, other ones with another file")
  func bytes() throws {
    let scratch = Scratch()
    var generator = SeededGenerator(seed: 5)
    let clip = Tensor(zeros: [1, 3, 16, 64, 96])
    for index in 0..<clip.count { clip.mutableValues[index] = Float(generator.uniform(-2, 2)) }
    try clip.writeNPY(scratch.path + "/clip.npy")
    try Tensor([2, 5], [0, 3, 5, 40, 60, 0, 30.5, 0, 79, 33]).writeNPY(scratch.path + "/boxes.npy")
    var count = 0
    func scores(_ more: [String]) throws -> [UInt8] {
      count += 1
      let output = scratch.path + "/\(count).npy"
      expectSuccess(
        Program.run(
          [
            "forward", "--random-weights", "1", "--clip", scratch.path + "/clip.npy", "--boxes",
            scratch.path + "/boxes.npy",
          ]
            + Self.network + ["--output", output] + more))
      return try readFile(output, doing: "testing")
    }
    let direct = ["--tuned", try plan(scratch, "direct.json", choosing: Self.isDirect)]
    let other = ["--tuned", try plan(scratch, "other.json", choosing: Self.isOther)]
    let first = try scores(direct)
    #expect(try scores(direct) == first)
    #expect(try scores(other) != first)
    #expect(try scores(other) == scores(other))
    // A file that knows nothing of this network leaves all to the rule, and that is said.
    let empty = try plan(scratch, "empty.json") { $0["layers"] = [] as [Any] }
    #expect(try scores(["--tuned", empty]) == scores([]))
    let result = Program.run(["bench", "--plan", "--size", "96x64", "--tuned", empty] + Self.network)
    #expect(result.stderr.contains("--tuned: the plan knows no convolution of this network"), "\(result.stderr)")
    let people = Program.run([
      "bench", "people", "--detector", DetectorRunTests.detector, "--threads", "1", "--tuned", empty,
    ])
    expectSuccess(people)
    #expect(people.stderr.contains("--tuned: the plan knows no convolution of this detector"), "\(people.stderr)")
  }

  @Test(
    "two test runs with one file have the same results, and a run goes on only with the algorithms it was begun with")
  func runs() throws {
    let (one, two, files) = (Scratch(), Scratch(), Scratch())
    let direct = ["--tuned", try plan(files, "direct.json", choosing: Self.isDirect), "--threads", "1"]
    let other = ["--tuned", try plan(files, "other.json", choosing: Self.isOther), "--threads", "1"]
    func test(_ run: Scratch, _ more: [String]) -> Program.Result {
      Program.run(LittleWorld.test(into: run.path, ["--run", run.path, "--overwrite"] + more))
    }
    for run in [one, two] { expectSuccess(test(run, direct)) }
    for name in ["run.journal", "detections_latest.csv"] {
      let bytes = try readFile(one.path + "/" + name, doing: "testing")
      #expect(try readFile(two.path + "/" + name, doing: "testing") == bytes, "\(name)")
    }
    let refused = test(one, other)
    #expect(refused.status == 1)
    #expect(refused.stderr.contains("the convolution is another (by a tuned plan of "), "\(refused.stderr)")
    let rule = test(one, [])
    #expect(
      rule.stderr.contains(#/the convolution is another \(by a tuned plan of [0-9]+ shapes, then by shape\)/#),
      "\(rule.stderr)")
  }

  @Test("a damaged plan and one that was measured for something else are refused, with the file and what to do")
  func refuses() throws {
    let (scratch, output) = (Scratch(), Scratch())
    func expectRefusal(_ path: String, _ words: [String], _ more: [String] = []) {
      expectFailure(
        Program.run(LittleWorld.test(into: output.path, ["--tuned", path] + more)), [path] + words, leaving: output)
    }
    expectRefusal(try scratch.file("cut.json", "{\"format\": "), ["line 1", "slowfast tune"])
    expectRefusal(scratch.path + "/none.json", [])
    expectRefusal(
      try plan(scratch, "fft.json", choosing: { _ in "fft" }), ["\"algorithm\" of layer 1 is \"fft\", expected one of"])
    expectRefusal(
      try plan(scratch, "family.json") { values in
        var processor = try #require(values["processor"] as? [String: Any])
        processor["family"] = 99
        values["processor"] = processor
      }, ["family 99", "and this processor is ", "slowfast tune"])
    expectRefusal(Self.plan, ["measured for fp32, and this run computes in int8"], ["--precision", "int8"])
    let threads = Program.run(
      ["bench", "--plan", "--size", "96x64", "--tuned", Self.plan] + Self.network + ["--threads", "2"])
    expectSuccess(threads)
    #expect(threads.stderr.contains("was measured with 1 thread, and a clip has 2 here"), "\(threads.stderr)")
  }
}

import Files
import TestSupport
import Testing

/// What is said of a run before it, and clips that are computed side by side.
struct PlanTests {
  @Test("plan takes a run's own call, writes nothing, and knows what is left of it")
  func plan() throws {
    let (run, out) = (Scratch(), Scratch())
    let call = LittleWorld.test(into: out.path)
    let fresh = Program.run(["plan"] + call + ["--samples", "1"])
    expectSuccess(fresh)
    #expect(
      fresh.stdout.hasPrefix("slowfast test with \(LittleWorld.config): 3 key frames of 1 video, "), "\(fresh.stdout)")
    for word in ["s each (", "machines like this", "64 ", "memory: about ", "disk: journal "] {
      #expect(fresh.stdout.contains(word), "\(word) in \(fresh.stdout)")
    }
    #expect(out.files.isEmpty)
    expectSuccess(Program.run(call + ["--run", run.path, "--shard", "0/2"]))
    let json = Program.run(
      ["plan"] + call + ["--run", run.path, "--format", "json", "--streams", "2", "--threads", "2"])
    expectSuccess(json)
    for words in [#""key_frames": 3, "done": 1, "to_do": 2"#, #""streams": 2"#, #""machines": [{"machines": 2, "#] {
      #expect(json.stdout.contains(words), "\(json.stdout)")
    }
    expectFailure(
      Program.run(["plan"] + call + ["--run", run.path, "DATA.TEST_CROP_SIZE", "72"]),
      ["DATA.TEST_CROP_SIZE was 64 and is 72 -> "])
    expectSuccess(Program.run(call + ["--run", run.path, "--shard", "1/2"]))
    let done = Program.run(["plan"] + call + ["--run", run.path])
    expectSuccess(done)
    #expect(done.stdout.contains("done already: 3, in '\(run.path)'; to do: 0"), "\(done.stdout)")
    #expect(done.stdout.contains("nothing is left to score"), "\(done.stdout)")
  }

  @Test("Several streams: the files of one, byte for byte")
  func streams() throws {
    let (one, two) = (Scratch(), Scratch())
    for (folder, streams) in [(one, "1"), (two, "2")] {
      expectSuccess(
        Program.run(
          LittleWorld.test(into: folder.path) + ["--scores", folder.path + "/s.npy", "--run", folder.path + "/run"]
            + ["--threads", "2", "--streams", streams]))
      for name in ["run/run.json", "run/run.log", "run/config.yaml"] { removeFile(folder.path + "/" + name) }
    }
    // The journals end with the names of the results, which lie in different folders.
    let journals = try [one, two].map { try readFile($0.path + "/run/run.journal", doing: "testing") }
    let common = zip(journals[0], journals[1]).prefix { $0 == $1 }.count
    #expect(journals[0].count == journals[1].count && common > journals[0].count - 400)
    for folder in [one, two] { removeFile(folder.path + "/run/run.journal") }
    #expect(try folderDifference(one.path, two.path) == nil)
  }

  @Test("plan of several models counts the views and memory of all")
  func ensemble() throws {
    let (folder, out) = (Scratch(), Scratch())
    let file = folder.path + "/models.yaml"
    try writeFile(
      file, "MODELS:\n  a:\n    RANDOM_WEIGHTS: 1\n  b:\n    RANDOM_WEIGHTS: 2\n    OPTS: [DATA.TEST_CROP_SIZE, 48]\n")
    var call = LittleWorld.test(into: out.path)
    let seed = try #require(call.firstIndex(of: "--random-weights"))
    call.removeSubrange(seed...(seed + 1))
    let plan = Program.run(["plan"] + call + ["--ensemble", file, "--samples", "1", "--format", "json"])
    expectSuccess(plan)
    #expect(plan.stdout.contains(#""key_frames": 3, "done": 0, "to_do": 3"#), "\(plan.stdout)")
    #expect(plan.stdout.contains(#""views": 2"#), "\(plan.stdout)")
  }

  private static let wrongCalls = [
    (["--streams", "0"], "--streams is 0 -> give 1 or more"),
    (["--streams", "3", "--threads", "2"], "--streams is 3 and each takes a thread, --threads is 2 -> give 1 to 2"),
    (["--streams", "2", "--threads", "2", "--measure-plan"], "--measure-plan with --streams 2"),
  ]

  @Test("Streams that cannot be", arguments: wrongCalls)
  func wrong(call: [String], message: String) {
    let result = Program.run(LittleWorld.test(into: "unused") + call)
    #expect(result.status == 64 && result.stderr.contains(message), "\(result.stderr)")
  }

  @Test("plan alone says how it is called")
  func planAlone() {
    let result = Program.run(["plan"])
    #expect(result.status == 64 && result.stderr.contains("put plan before the run's own call"), "\(result.stderr)")
  }
}

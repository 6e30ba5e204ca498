import Files
import Tensors
import TestSupport
import Testing

/// Ensembles and submissions with the built program.
struct EnsembleTests {
  private func lines(_ path: String) throws -> [String] {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("The mean of several models in one run is that of single runs; results and submissions of it need no network")
  func oneRunOrSeveral() throws {
    let scratch = Scratch()
    let at = { (name: String) in scratch.path + "/" + name }
    for seed in ["1", "2"] {
      expectSuccess(
        Program.run(LittleWorld.test(into: at(seed), weights: ["--random-weights", seed], ["--run", at(seed)])))
    }
    let file = try scratch.file(
      "two.yaml", "MODELS:\n  one:\n    RANDOM_WEIGHTS: 1\n  other:\n    RANDOM_WEIGHTS: 2\n    WEIGHT: 3\n")
    let call = LittleWorld.test(into: at("both"), weights: ["--ensemble", file], ["--run", at("both")])
    let both = Program.run(call)
    expectSuccess(both)
    #expect(
      both.stderr.contains("model 2, other: 1 view a key frame: short side 64; weight 3.0\n2 models: mean"),
      "\(both.stderr)")
    let ensemble = [
      "ensemble", at("1"), at("2"), "--model-weights", "1,3", "--output-dir", at("e"), "--scores", at("e.npy"),
    ]
    let several = Program.run(ensemble)
    expectSuccess(several)
    #expect(several.stderr.contains("model 1: the run '\(at("1"))', scores at full precision"), "\(several.stderr)")
    expectSuccess(Program.run(["ensemble", at("both"), "--output-dir", at("b"), "--scores", at("b.npy")]))
    let (found, mean) = (try Tensor(npy: at("b.npy")).array, try Tensor(npy: at("e.npy")).array)
    let gap = difference(found, mean, .absolute(1e-6))
    #expect(gap == nil && Set(found).count > 100, "\(gap ?? "")")

    expectSuccess(Program.run(["results", at("both"), "--output-dir", at("again")]))
    #expect(try lines(at("again") + "/detections_latest.csv") == lines(at("both") + "/detections_latest.csv"))
    #expect(Program.run(["runs", at("both")]).stdout.contains("2 models"))
    expectFailure(
      Program.run(LittleWorld.test(into: at("both"), ["--run", at("both"), "--overwrite"])),
      ["random weights", "was begun with"])

    let sent = Program.run(["submission", at("both"), "--output", at("s.csv")])
    expectSuccess(sent)
    // The network scores all of AVA's classes, whatever the run's own label map chose.
    #expect(!sent.stderr.contains("have no rows in the source"), "\(sent.stderr)")
    #expect(try Set(lines(at("s.csv")).compactMap { $0.split(separator: ",").dropFirst(6).first }).count > 13)
    let manifest = try lines(at("s.manifest.json")).joined()
    #expect(
      manifest.contains("\"model 2 random weights\": \"seed 2\"") && manifest.contains("\"rows_per_key_frame\": 50"))
    let frames = try scratch.file("frames.csv", "synth1,0902\nsynth1,1000\n")
    let lacking = ["submission", at("e/detections.csv"), at("e.npy"), "--output", at("t.csv"), "--keyframes", frames]
    expectFailure(Program.run(lacking), ["1 of 2 key frames have no rows: synth1,1000 -> ", "--incomplete"])
    #expect(!pathExists(at("t.csv")))
    expectSuccess(Program.run(lacking + ["--incomplete"]))
    #expect(try lines(at("t.manifest.json")).joined().contains("\"model_weights\": [1.0, 3.0]"))
  }

  private static let wrongCalls = [
    (["ensemble", "a", "--output-dir", "x", "--model-weights", "1,-2"], "--model-weights is '1,-2'"),
    (["ensemble", "a", "--output-dir", "x", "--iou", "0"], "--iou is 0.0"),
    (
      ["ensemble", "a", "--output-dir", "x", "--fusion", "max", "--model-weights", "1"],
      "--fusion max takes the greatest"
    ),
    (["ensemble", "a", "--output-dir", "x", "--fit"], "--fit fits weights to labelled videos -> add --groundtruth"),
    (["ensemble", "a", "--output-dir", "x", "--exclusions", "e.csv"], "add --groundtruth FILE"),
    (["submission", "a", "--output", "x.csv.gz"], "--output writes plain text"),
    (
      ["test", "--cfg", "a", "--ensemble", "b", "--random-weights", "1"],
      "--ensemble names the weights of each model -> leave out"
    ),
  ]

  @Test("Calls that are wrong, in words", arguments: wrongCalls)
  func calls(words: [String], text: String) { expectFailure(Program.run(words), status: 64, [text]) }

  @Test("Sources that are none, in words")
  func sources() throws {
    let scratch = Scratch()
    let csv = try scratch.file("a.csv", "v,0902,0.1,0.1,0.4,0.9,1,0.5\n")
    let other = try scratch.file("b.csv", "w,0902,0.1,0.1,0.4,0.9,1,0.5\n")
    try Tensor([1, 1], [0.7]).writeNPY(scratch.path + "/a.npy")
    let kept = Scratch()
    let journal = try kept.file("run.journal", "slowfast journal 1\n")
    func fails(_ sources: [String], _ words: [String]) {
      let out = Scratch()
      expectFailure(Program.run(["ensemble"] + sources + ["--output-dir", out.path + "/out"]), words, leaving: out)
    }
    fails([scratch.path + "/a.npy"], ["an array of scores and no CSV before it"])
    fails([journal], ["is a journal, expected a run directory"])
    fails([scratch.path], ["keeps no run"])
    fails([csv, scratch.path + "/a.npy"], ["line 1 says 0.5, '", "a.npy' 0.7 for the same box"])
    fails([csv, other], ["no key frame in common: '", "a.csv' has v,0902", "b.csv' has w,0902"])
    fails([csv, csv, "--model-weights", "1,2,3"], ["--model-weights has 3 weights, there are 2 models"])
    fails([csv, "--groundtruth", csv], ["give --labelmap FILE"])
    expectFailure(
      Program.run(["submission", csv, csv, "--output", scratch.path + "/s.csv"]),
      ["the sources are 2 models, expected one"])
  }
}

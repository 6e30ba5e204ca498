import Files
import Foundation
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
    #expect(try lines(at("both") + "/ensemble.yaml") == lines(file))
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
    expectFailure(Program.run(lacking), ["1 of 4 key frames have no rows: synth1,1000 -> ", "--incomplete"])
    #expect(!pathExists(at("t.csv")))
    expectSuccess(Program.run(lacking + ["--incomplete"]))
    #expect(try lines(at("t.manifest.json")).joined().contains("\"model_weights\": [1.0, 3.0]"))

    // The key frames of the runs come along: what is cut off an ensemble is missed, without --keyframes.
    let known = try lines(at("e/detections.manifest.json")).joined().replacing(" ", with: "")
    #expect(known.contains("\"expected_key_frames\":{\"synth1\":[902,903,904]}"), "\(known)")
    // As an earlier version kept it, without a sum that tells a list which was changed.
    let status = try lines(at("1/run.json")).filter { !$0.contains("\"key_frames\"") }
    try scratch.file("1/run.json", status.joined(separator: "\n"))
    try scratch.file("1/keyframes.csv", "synth1,0902\nsynth1,0903\nsynth1,0904\nsynth1,0905\n")
    expectFailure(
      Program.run(["submission", at("1"), "--output", at("u.csv")]),
      ["1 of 4 key frames have no rows: synth1,0905 -> score them (of boxes below AVA.DETECTION_SCORE_THRESH"])
    let again = Program.run(ensemble + ["--overwrite"])
    expectSuccess(again)
    let sentAgain = Program.run(["submission", at("e/detections.csv"), at("e.npy"), "--output", at("u.csv")])
    expectFailure(sentAgain, ["1 of 4 key frames have no rows: synth1,0905"])
    #expect(!sentAgain.stderr.contains("--keyframes FILE checks"), "\(sentAgain.stderr)")
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
    (["ensemble", "a", "b", "--output-dir", "x", "--folds", "3"], "--folds says how weights are fitted -> add --fit"),
    (["ensemble", "a", "b", "--output-dir", "x", "--bootstrap", "9"], "--bootstrap says how weights are fitted"),
    (
      ["ensemble", "a", "--output-dir", "x", "--fit", "--groundtruth", "g"],
      "--fit says how much each of several models counts, the sources are one model"
    ),
    (
      ["test", "--cfg", "a", "--ensemble", "b", "TEST.CHECKPOINT_FILE_PATH", "w"],
      "--ensemble names the weights of each model -> leave out TEST.CHECKPOINT_FILE_PATH"
    ),
    (["submission", "a", "--output", "x.csv.gz"], "--output writes plain text"),
    (
      ["test", "--cfg", "a", "--weights", "b", "TEST.CHECKPOINT_FILE_PATH", "c"],
      "--weights is short for TEST.CHECKPOINT_FILE_PATH, and both are given -> give one of them"
    ),
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
    fails(
      [csv, other, "--unmatched", "drop"], ["no key frame in common: '", "a.csv' has v,0902", "b.csv' has w,0902"])
    fails([csv, csv, "--model-weights", "1,2,3"], ["--model-weights has 3 weights, there are 2 models"])
    fails([csv, "--groundtruth", csv], ["give --labelmap FILE"])
    let link = scratch.path + "/link.csv"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: csv)
    let twice = Program.run(["ensemble", csv, link, "--output-dir", scratch.path + "/twice"])
    expectSuccess(twice)
    #expect(
      twice.stderr.contains("model 2, '\(link)', is model 1, '\(csv)', again (the same file): it counts twice"),
      "\(twice.stderr)")
    #expect(try lines(scratch.path + "/twice/detections.manifest.json").joined().contains("it counts twice"))
    expectFailure(
      Program.run(["submission", csv, csv, "--output", scratch.path + "/s.csv"]),
      ["the sources are 2 models, expected one"])
  }
}

import Files
import TestSupport
import Tensors
import Testing

/// What is wrong with ensembles, and what is left of boxes that do not match, with the built program.
struct EnsembleFaultTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private static let second = "MODELS:\n  a:\n    RANDOM_WEIGHTS: 1\n  b:\n"
  private static let wrong = [
    (
      second + "    RANDOM_WEIGHTS: 2\n    OPTS: [AVA.TEST_FLIP, True, AVA.TEST_FORCE_FLIP, True]\n",
      ["model 'b' of '", "e.yaml', line 4: ", "AVA.TEST_FLIP True (line 6 of "]
    ),
    (
      second + "    RANDOM_WEIGHTS: 2\n    OPTS: [DATA.TEST_CROP_SIZE, abc]\n",
      ["model 'b' of '", "DATA.TEST_CROP_SIZE must be", "'abc' (line 6 of ", "e.yaml)"]
    ),
    (
      second + "    RANDOM_WEIGHTS: 2\n    CFG: FOLDER/f.yaml\n",
      ["model 'b' of '", "e.yaml', line 6: reading the config: '", "f.yaml' does not exist -> check the path"]
    ),
    (
      second + "    WEIGHTS: nix.pyth\n",
      ["model 'b' of '", "e.yaml', line 5: reading the weights: 'nix.pyth' does not exist"]
    ),
    (
      second + "    RANDOM_WEIGHTS: 2\n    OPTS: [MODEL.NUM_CLASSES, 13]\n",
      ["model 'b' of '", "e.yaml', line 4: testing an ensemble: model 'b' scores 13 classes"]
    ),
    ("MODELS:\n  a: [\n", ["reading the ensemble: '", "e.yaml', line "]),
  ]

  @Test("Errors of a file that names models say the file, its line and the model", arguments: wrong)
  func files(text: String, words: [String]) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let file = try scratch.file("e.yaml", text.replacing("FOLDER", with: scratch.path))
    expectFailure(
      Program.run(LittleWorld.test(into: output.path, weights: ["--ensemble", file])), words, leaving: output)
  }

  @Test("Weights of a model that are none, named with the model, in detect as well")
  func weights() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let weights = try scratch.file("b.pyth", "none\n")
    let file = try scratch.file("e.yaml", Self.second + "    WEIGHTS: \(weights)\n")
    let boxes = try scratch.file("boxes.csv", "bframes,1,0.1,0.1,0.5,0.9,,0.99\n")
    let call = ["detect", projectRoot + "/Tests/Fixtures/Video/bframes.mp4", "--proposals", boxes, "--ensemble", file]
    expectFailure(
      Program.run(call + ["--cfg", LittleWorld.config, "--output-dir", output.path] + LittleWorld.tinyNetwork),
      ["model 'b' of '\(file)', line 5: ", "b.pyth"], leaving: output)
    // Beside other things that are missing.
    removeFile(weights)
    expectFailure(
      Program.run(LittleWorld.test(into: output.path, weights: ["--ensemble", file], ["AVA.FRAME_LIST_DIR", "none"])),
      ["2 things are missing", "model 'b' of '\(file)', line 5: no file '\(weights)' -> correct its WEIGHTS"],
      leaving: output)
  }

  @Test("All boxes that not every model has stand in a file; what is not known is not said to be")
  func unmatched() throws {
    let scratch = Scratch()
    let csv = try scratch.file("a.csv", "v,0902,0.1,0.1,0.4,0.9,1,0.5\nv,0903,0.1,0.1,0.4,0.9,1,0.5\n")
    let other = try scratch.file("b.csv", "v,0902,0.1,0.1,0.4,0.9,1,0.5\nv,0902,0.6,0.1,0.9,0.9,1,0.25\n")
    let out = scratch.path + "/out"
    for rule in ["keep", "drop"] {
      let made = Program.run(["ensemble", csv, other, "--output-dir", out, "--overwrite", "--unmatched", rule])
      expectSuccess(made)
      #expect(
        try text(out + "/unmatched.csv") == "v,0902,0.6000,0.1000,0.9000,0.9000,\"\(csv)\"\n"
          + "v,0903,0.1000,0.1000,0.4000,0.9000,\"\(other)\"\n")
    }
    #expect(try text(out + "/detections.manifest.json").contains("\"unmatched_boxes\": 2"))
    expectFailure(
      Program.run(["ensemble", csv, other, "--output-dir", scratch.path + "/none", "--unmatched", "error"]),
      ["keep or drop, which list them all in a file"])
    // One that is of other sources goes.
    expectSuccess(Program.run(["ensemble", csv, "--output-dir", out, "--overwrite"]))
    #expect(!pathExists(out + "/unmatched.csv"))

    let frames = try scratch.file("frames.csv", "v,0902\nv,0903\n")
    let submission = ["submission", csv, "--output", scratch.path + "/s.csv", "--overwrite"]
    for (more, isKnown) in [([], false), (["--keyframes", frames], true)] {
      expectSuccess(Program.run(submission + more))
      #expect(try text(scratch.path + "/s.manifest.json").contains("\"key_frames_known\": \(isKnown)"))
    }
    // A manifest that is of what the CSV was.
    try scratch.file("out/detections.csv", "v,0902,0.1,0.1,0.4,0.9,1,0.75\n")
    let stale = Program.run(["submission", out + "/detections.csv", "--output", scratch.path + "/t.csv"])
    expectSuccess(stale)
    #expect(
      stale.stderr.contains("'\(out)/detections.manifest.json' is of another content than '"), "\(stale.stderr)")
  }

  @Test("Arrays and weights that do not fit, in words")
  func sources() throws {
    let (scratch, run) = (Scratch(), Scratch())
    let csv = try scratch.file("a.csv", "v,0902,0.1,0.1,0.4,0.9,1,0.5\nv,0902,0.1,0.1,0.4,0.9,67,0.5\n")
    let array = scratch.path + "/a.npy"
    try Tensor([1, 2], [0.5, 0.5]).writeNPY(array)
    let out = ["--output-dir", scratch.path + "/out"]
    expectFailure(
      Program.run(["ensemble", csv, array] + out),
      ["a.npy' has scores of 2 classes, '", "a.csv' before it, line 2, has a row of class 67 -> give each CSV"])
    expectFailure(
      Program.run(["ensemble", csv, csv, "--model-weights", "1e308,1e308"] + out), status: 64,
      ["--model-weights is '1e308,1e308', expected numbers from 0 to 1000000000, "])
    expectSuccess(Program.run(LittleWorld.test(into: run.path, ["--run", run.path])))
    expectFailure(
      Program.run(["submission", run.path, array, "--output", scratch.path + "/s.csv"]),
      ["a run directory has its scores, only a CSV takes an array after it"])
    let sent = Program.run(["submission", run.path, "--output", scratch.path + "/s.csv"])
    expectSuccess(sent)
    #expect(sent.stderr.contains("the run's own label map has 13 classes, and the rows become those"), "\(sent.stderr)")
  }
}

import Files
import TestSupport
import Testing

/// What a run directory takes and keeps beside its scores, with the built program.
struct RunFolderTests {
  private func bytes(_ path: String) throws -> [UInt8] { try readFile(path, doing: "testing") }

  private func test(into run: Scratch, _ more: [String] = []) -> Program.Result {
    Program.run(LittleWorld.test(into: run.path, ["--run", run.path] + more))
  }

  @Test("Results never go into the folder of another run")
  func otherRuns() throws {
    let (one, other, out) = (Scratch(), Scratch(), Scratch())
    expectSuccess(test(into: one))
    expectSuccess(test(into: other, ["AVA.DETECTION_SCORE_THRESH", "0.97"]))
    let before = try bytes(other.path + "/detections_latest.csv")
    let into = ["--output-dir", other.path, "--overwrite"]
    for call in [
      ["results", one.path] + into, ["ensemble", one.path, one.path] + into,
      LittleWorld.test(into: other.path, ["--overwrite"]),
      LittleWorld.test(into: other.path, ["--overwrite", "--run", one.path]),
    ] {
      expectFailure(
        Program.run(call), ["writing the results: '\(other.path)' keeps a run of its own, and results of others would"])
    }
    let journal = try bytes(other.path + "/run.journal")
    for name in ["run.journal", "run.json", "keyframes.csv", "config.yaml"] {
      let kept = other.path + "/" + name
      for call in [
        ["results", one.path, "--output-dir", out.path, "--scores", kept],
        ["submission", one.path, "--incomplete", "--output", kept],
      ] {
        expectFailure(Program.run(call + ["--overwrite"]), ["'\(kept)' is kept by the run in '\(other.path)' -> "])
      }
    }
    #expect(try bytes(other.path + "/run.journal") == journal)
    #expect(try bytes(other.path + "/detections_latest.csv") == before)
    #expect(!other.files.contains("detections.csv"), "\(other.files)")
    expectSuccess(Program.run(["results", one.path, "--output-dir", out.path]))
    expectSuccess(Program.run(["ensemble", one.path, one.path, "--output-dir", out.path]))
  }

  @Test("Settings that are the run's own are taken in its folder, and files of labels by what they hold")
  func ownSettings() throws {
    let (input, run) = (Scratch(), Scratch())
    let labels = try bytes(LittleWorld.annotations + "/labelmap.pbtxt")
    let first = try input.file("labels.pbtxt", bytes: labels)
    expectSuccess(test(into: run, ["AVA.LABEL_MAP_FILE", first]))
    let before = try bytes(run.path + "/detections_latest.csv")
    let results = ["results", run.path, "--overwrite"]
    removeFile(first)
    let moved = try input.file("moved/labels.pbtxt", bytes: labels)
    for more in [["--labelmap", moved], ["AVA.LABEL_MAP_FILE", moved, "AVA.TEST_VIEW_FUSION", "mean"]] {
      expectSuccess(Program.run(results + more))
      #expect(try bytes(run.path + "/detections_latest.csv") == before)
    }
    // One that was edited where it lies makes other results, too.
    try input.file("labels.pbtxt", bytes: labels + Array("\n".utf8))
    let words =
      "AVA.LABEL_MAP_FILE is '\(first)', of another content than the run's -> give another folder: --output-dir"
    expectFailure(Program.run(results), ["with other settings they are not the run's own", words])
    expectFailure(
      Program.run(results + ["--labelmap", moved, "AVA.GROUNDTRUTH_FILE", ""]),
      ["AVA.GROUNDTRUTH_FILE was a file and is none"])
    expectFailure(
      Program.run(results + ["--labelmap", moved, "AVA.TEST_VIEW_FUSION", "max"]),
      ["AVA.TEST_VIEW_FUSION was 'mean' and is 'max'"])
    #expect(try bytes(run.path + "/detections_latest.csv") == before)
    // The run's own command makes them its own.
    expectSuccess(test(into: run, ["AVA.LABEL_MAP_FILE", first, "--overwrite"]))
    expectSuccess(Program.run(results))
  }

  @Test("A list of key frames that was cut is not taken for the run's")
  func cutKeyFrames() throws {
    let (run, parts, out) = (Scratch(), Scratch(), Scratch())
    expectSuccess(test(into: run))
    for index in 0..<2 {
      expectSuccess(Program.run(LittleWorld.test(into: "unused", ["--run", parts.path, "--shard", "\(index)/2"])))
    }
    expectSuccess(Program.run(["merge", parts.path]))
    for place in [run, parts] {
      let list = try bytes(place.path + "/keyframes.csv")
      try place.file("keyframes.csv", bytes: Array(list.prefix(list.count / 3)))
      let words =
        "keyframes.csv' is not the list that the run has written, it was changed or cut short (it has 1 key frame)"
      for call in [
        ["submission", place.path, "--output", out.path + "/s.csv"],
        ["ensemble", place.path, "--output-dir", out.path],
      ] {
        expectFailure(Program.run(call), [words, "-> start the run's own command again, with --overwrite"])
      }
    }
    expectSuccess(test(into: run, ["--overwrite"]))
    expectSuccess(Program.run(["ensemble", run.path, "--output-dir", out.path]))
  }

  @Test("What a killed shard has left goes when it is started again")
  func leftovers() throws {
    let parts = Scratch()
    // A number that no process has, and one that a process always has.
    let names = [".shard-0-of-2.json.1.1.partial", "..shard-0-of-2.config.yaml.4194305.1.partial"]
    for name in names + [".shard-1-of-2.json.4194305.1.partial"] { try parts.file(name, "{") }
    expectSuccess(Program.run(LittleWorld.test(into: "unused", ["--run", parts.path, "--shard", "0/2"])))
    #expect(parts.files.filter { $0.hasPrefix(".") } == [".shard-1-of-2.json.4194305.1.partial"], "\(parts.files)")
  }

  @Test("Ground truth is no source of an ensemble: the ids of its people are no scores")
  func groundTruth() throws {
    let (input, out) = (Scratch(), Scratch())
    let row = "synth1,0902,0.1,0.1,0.5,0.9,12,"
    let truth = try input.file("truth.csv", row + "0\n" + row.replacing("0.1,0.1", with: "0.2,0.2") + "17\n")
    let call = ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--output-dir", out.path]
    expectFailure(
      Program.run(["ensemble", truth] + call),
      ["'\(truth)' is ground truth (every row has a whole number where detections have a score, line 2 has 17, as ids"],
      leaving: out)
    let few = try input.file("few.csv", row + "1\n")
    let doubtful = Program.run(["ensemble", few] + call)
    expectSuccess(doubtful)
    #expect(doubtful.stderr.contains("'\(few)': every score is 0 or 1, as ids of people in"), "\(doubtful.stderr)")
  }
}

import Files
import TestSupport
import Testing

/// What tells runs apart, and what a run directory's own results are, with the built program.
struct RunIdentityTests {
  private func bytes(_ path: String) throws -> [UInt8] { try readFile(path, doing: "testing") }

  @Test("--measure-plan: a run that goes on, shards and their comparison say that last bits may differ")
  func measuredPlans() throws {
    let (run, parts) = (Scratch(), Scratch())
    let words = ["--run", run.path, "--overwrite", "--measure-plan"]
    let first = Program.run(LittleWorld.test(into: run.path, words))
    expectSuccess(first)
    #expect(!first.stderr.contains("each start chooses"), "\(first.stderr)")
    let sound = try bytes(run.path + "/run.journal")
    try run.file("run.journal", bytes: Array(sound.dropLast(sound.count / 4)))
    let again = Program.run(LittleWorld.test(into: run.path, words))
    expectSuccess(again)
    let notice =
      "warning: --measure-plan: each start chooses algorithms anew, so what is scored now may differ in its last"
    #expect(again.stderr.contains(notice), "\(again.stderr)")
    for index in 0..<2 {
      expectSuccess(
        Program.run(
          LittleWorld.test(into: "unused", ["--run", parts.path, "--shard", "\(index)/2", "--measure-plan"])))
    }
    let merged = Program.run(["merge", parts.path])
    expectSuccess(merged)
    #expect(merged.stderr.contains("--measure-plan: each shard chose its algorithms by itself"), "\(merged.stderr)")
    // Whatever they chose: only what was compared is said to be equal.
    let list = Program.run(["runs", run.path, parts.path])
    expectSuccess(list)
    let isEqual = list.stdout.contains("all of the same, and the scores in their journals are equal to the last bit")
    #expect(isEqual != list.stdout.contains(#/[123] of 3 key frames ha(s|ve) other scores, by /#), "\(list.stdout)")
  }

  @Test("Images between the first and the last that were replaced between two starts are another input")
  func replacedImages() throws {
    let (frames, run, other) = (Scratch(), Scratch(), Scratch())
    let folder = LittleWorld.folder + "/frames/" + LittleWorld.video
    let names = try listFolder(folder)
    for name in names { try frames.file("\(LittleWorld.video)/\(name)", bytes: bytes(folder + "/" + name)) }
    func call(_ run: Scratch) -> [String] {
      LittleWorld.test(into: run.path, ["AVA.FRAME_DIR", frames.path, "--run", run.path, "--overwrite"])
    }
    expectSuccess(Program.run(call(run)))
    for (number, name) in names.enumerated() where number > 0 && number < names.count - 1 {
      let source = names[names.count - 1 - number]
      try frames.file("\(LittleWorld.video)/\(name)", bytes: bytes(folder + "/" + source))
    }
    expectFailure(
      Program.run(call(run)),
      [
        "the frames of synth1 are others (the first: ", "; names or sizes of images ",
        ", counted from 0) -> give what it was begun with",
      ])
    expectSuccess(Program.run(call(other)))
    let list = Program.run(["runs", run.path, other.path])
    #expect(
      list.stdout.contains("what their scores depend on, and is not the same:\n  frames of synth1"), "\(list.stdout)")
  }

  @Test("A run directory takes the results of its own settings only")
  func otherSettings() throws {
    let run = Scratch()
    expectSuccess(Program.run(LittleWorld.test(into: run.path, ["--run", run.path])))
    let before = try bytes(run.path + "/detections_latest.csv")
    let change = ["results", run.path, "--overwrite", "AVA.DETECTION_SCORE_THRESH", "0.97"]
    expectFailure(Program.run(change), ["with other settings they are not the run's own", "--output-dir DIR"])
    #expect(try bytes(run.path + "/detections_latest.csv") == before)
    expectSuccess(Program.run(["results", run.path, "--overwrite"]))
    expectSuccess(Program.run(change + ["--output-dir", run.path + "/other"]))
  }

  @Test("Who is who, damaged or gone, and key frames that are no list: the run's own command mends them")
  func keptFiles() throws {
    let (input, run) = (Scratch(), Scratch())
    let rows = (1...3).map { "bframes,\(Double($0) / 2),0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let call =
      ["detect", projectRoot + "/Tests/Fixtures/Video/bframes.mp4", "--proposals", try input.file("boxes.csv", rows)]
      + ["--cfg", LittleWorld.config, "--random-weights", "1", "--run", run.path, "--overwrite"]
      + LittleWorld.tinyNetwork
    expectSuccess(Program.run(call))
    let (people, tracks) = (try bytes(run.path + "/people.json"), try bytes(run.path + "/tracks.json"))
    let out = run.path + "/out"
    let results = ["results", run.path, "--output-dir", out, "--overwrite"]
    try run.file("people.json", bytes: Array(people.dropLast(20)))
    expectFailure(
      Program.run(results), ["people.json' cannot be read (", "-> start the run's own command again, with --overwrite"])
    removeFile(run.path + "/people.json")
    let without = Program.run(results)
    expectSuccess(without)
    #expect(without.stderr.contains("warning: '\(run.path)/people.json' is missing: who is who"), "\(without.stderr)")
    expectSuccess(Program.run(call))
    #expect(try bytes(run.path + "/people.json") == people)
    let sound = Program.run(results)
    #expect(try sound.status == 0 && !sound.stderr.contains("people.json") && bytes(out + "/tracks.json") == tracks)

    try run.file("keyframes.csv", "")
    let submission = ["submission", run.path, "--output", run.path + "/s.csv"]
    expectFailure(
      Program.run(submission),
      [
        "reading the key frames: '\(run.path)/keyframes.csv': expected rows of key frames",
        "the run's own command again",
      ])
    let list = try input.file("list.csv", "bframes,0.5\nbframes\n")
    expectFailure(
      Program.run(["submission", out + "/detections.csv", "--output", run.path + "/s.csv", "--keyframes", list]),
      ["reading the key frames: '\(list)', line 2: expected "])
    // Proposals are a list of key frames as well.
    expectSuccess(
      Program.run(
        [
          "submission", out + "/detections.csv", "--output", run.path + "/s.csv", "--keyframes",
          input.path + "/boxes.csv",
        ]))
  }
}

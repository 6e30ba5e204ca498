import Files
import TestSupport
import Testing

/// Run directories, shards and what is made of them, with the built program.
struct RunDirectoryTests {
  private func call(_ out: String, _ more: [String]) -> [String] {
    LittleWorld.test(into: out) + more
  }

  private let scores = { (folder: Scratch) in ["--scores", folder.path + "/s.npy"] }

  @Test("Four shards joined are the run in one piece, byte for byte; results of it need no network")
  func shards() throws {
    let (whole, run, parts, joined) = (Scratch(), Scratch(), Scratch(), Scratch())
    let single = Program.run(call(whole.path, scores(whole)))
    expectSuccess(single)
    // The drawn world has three key frames: one of the shards is empty.
    for index in [3, 1, 0, 2] {
      let shard = Program.run(call("unused", ["--run", parts.path, "--shard", "\(index)/4"]))
      expectSuccess(shard)
      let end = "shard \(index)/4 is complete -> when all 4 are: slowfast merge"
      #expect(shard.stderr.contains(end), "\(shard.stderr)")
      #expect(shard.stdout.isEmpty)
      if index == 3 {
        expectFailure(
          Program.run(["merge", parts.path]), ["shard 0/4 is missing, shard 1/4 is missing, shard 2/4 is missing"])
        expectFailure(
          Program.run(call("unused", ["--run", parts.path, "--shard", "0/4", "DATA.TEST_CROP_SIZE", "72"])),
          ["shard 3/4 was begun with other things: DATA.TEST_CROP_SIZE was 64 and is 72 -> "])
        expectFailure(Program.run(call("unused", ["--run", parts.path])), ["it keeps shards of 4, such as 3/4"])
        expectFailure(
          Program.run(["results", parts.path]),
          [
            "it keeps 1 of 4 shards complete: shard 0/4 is missing, shard 1/4 is missing, shard 2/4 is missing -> compute"
          ])
      }
    }
    let merged = Program.run(["merge", parts.path, "--output-dir", joined.path] + scores(joined))
    expectSuccess(merged)
    #expect(merged.stdout == single.stdout)
    #expect(try folderDifference(joined.path, whole.path) == nil)
    expectFailure(Program.run(["merge", parts.path, "--output-dir", joined.path]), ["already -> add --overwrite"])

    // The run in one piece with a directory; afterwards it is read, not computed, and other results are made of it.
    let kept = Program.run(call(run.path + "/out", ["--run", run.path + "/run"]))
    expectSuccess(kept)
    let names = ["config.yaml", "keyframes.csv", "run.journal", "run.json", "run.log"]
    #expect(run.files.filter { $0.hasPrefix("run/") } == names.map { "run/" + $0 })
    let log = try lines(run.path + "/run/run.log")
    #expect(log.allSatisfy { $0.count > 21 && $0.dropFirst(19).hasPrefix("Z ") }, "\(log)")
    #expect(log.contains { $0.hasSuffix(single.stdout.split(separator: "\n").last!) }, "\(log)")
    let again = Program.run(call(run.path + "/out2", ["--run", run.path + "/run"]))
    expectSuccess(again)
    #expect(again.stderr.contains("3 of 3 key frames done already") && again.stderr.contains("testing: 0 key frames"))
    expectFailure(Program.run(call(run.path + "/out", ["--run", run.path + "/run"])), ["already -> add --overwrite"])
    for out in ["out", "out2"] {
      #expect(
        try difference(
          readFile(run.path + "/\(out)/detections_latest.csv", doing: "testing"),
          readFile(whole.path + "/detections_latest.csv", doing: "testing")) == nil)
    }
    let list = Program.run(["runs", run.path, parts.path])
    expectSuccess(list)
    #expect(list.stdout.contains("all of the same, and the scores in their journals are equal"), "\(list.stdout)")
    #expect(list.stdout.contains("random (seed 1)") && list.stdout.contains("3/3") && list.stdout.contains("complete"))
    #expect(Program.run(["runs", parts.path, "--format", "json"]).stdout.contains("\"state\": \"complete\""))
  }

  @Test("Another label map, another threshold: the files of a run with these")
  func results() throws {
    let (run, own) = (Scratch(), Scratch())
    let directory = run.path + "/run"
    let threshold = ["AVA.DETECTION_SCORE_THRESH"]
    expectSuccess(Program.run(call(directory, ["--run", directory] + threshold + ["0.1"])))
    let labels = try own.file("labels.pbtxt", "item {\n  name: \"walk\"\n  id: 12\n}\n")
    let change = ["AVA.LABEL_MAP_FILE", labels] + threshold + ["0.95"]
    let single = Program.run(call(run.path + "/single", change))
    expectSuccess(single)
    let made = Program.run(["results", directory, "--output-dir", run.path + "/made"] + change)
    expectSuccess(made)
    #expect(made.stdout == single.stdout)
    #expect(try folderDifference(run.path + "/made", run.path + "/single") == nil)
    let all = try lines(directory + "/detections_latest.csv").count
    #expect(try lines(run.path + "/made/detections_latest.csv").count < all / 2)
    expectFailure(
      Program.run(["results", directory] + threshold + ["0.05"]),
      ["AVA.DETECTION_SCORE_THRESH is 0.05, and the run has no scores of boxes below its own, 0.1 -> give 0.1 or more"])
    expectFailure(
      Program.run(["results", directory, "DATA.TEST_CROP_SIZE", "72"]),
      ["DATA.TEST_CROP_SIZE was 64 and is 72, and scores depend on that -> "])
    expectFailure(Program.run(["results", directory]), ["already -> add --overwrite"])
    expectFailure(
      Program.run(["results", directory, "--overwrite", "--scores", directory + "/run.journal"]),
      ["run.journal' is read by the same run"])
    // What a new run keeps is not there yet when its results are checked.
    let fresh = run.path + "/fresh"
    for name in ["run.journal", "run.json", "config.yaml"] {
      expectFailure(
        Program.run(call(run.path + "/x", ["--run", fresh, "--scores", "\(fresh)/../fresh/\(name)"])),
        ["\(name)' is read by the same run, or kept by it"])
    }
    expectFailure(
      Program.run(call(run.path + "/x", ["--scores", run.path + "/x/detections_latest.csv"])),
      ["two of them are to be '", "detections_latest.csv' -> "])
    // A complete run whose journal has lost its end since: nothing passes for the whole, and the same call repairs it.
    let journal = directory + "/run.journal"
    let sound = try readFile(journal, doing: "testing")
    let file = try AtomicFile(path: journal)
    try file.write(sound.dropLast(sound.count / 3))
    try file.commit()
    expectFailure(
      Program.run(["results", directory, "--overwrite"]), ["its journal is damaged: it has ", "--overwrite"])
    expectSuccess(Program.run(call(directory, ["--run", directory, "--overwrite"] + threshold + ["0.1"])))
    #expect(try lines(directory + "/detections_latest.csv").count == all)
  }

  @Test("A journal that is damaged is kept as it was; one that lost its scores is not begun anew without a word")
  func damagedJournal() throws {
    let run = Scratch()
    let again = call(run.path, ["--run", run.path, "--overwrite"])
    expectSuccess(Program.run(again))
    let (journal, rows) = (run.path + "/run.journal", run.path + "/detections_latest.csv")
    let sound = try readFile(journal, doing: "testing")
    let expected = try readFile(rows, doing: "testing")
    func start(_ bytes: [UInt8]) throws -> String {
      try run.file("run.journal", bytes: bytes)
      let result = Program.run(again)
      expectSuccess(result)
      #expect(try difference(readFile(rows, doing: "testing"), expected) == nil)
      return result.stderr
    }
    var damaged = sound
    damaged[sound.count - 700] ^= 1
    let said = try start(damaged)
    #expect(said.contains("cannot be read, what they held is done again, the file as it was is kept as"), "\(said)")
    #expect(said.contains("'\(journal).damaged'"), "\(said)")
    #expect(try difference(readFile(journal + ".damaged", doing: "testing"), damaged) == nil)
    for bytes in [[], Array(sound.prefix(100))] {
      let said = try start(bytes)
      let words = "run.json' speaks of 3 key frames that were scored, and '\(journal)' has none of them any more"
      #expect(said.contains(words), "\(said)")
      #expect(said.contains("0 of 3 key frames done already, its torn end") == !bytes.isEmpty, "\(said)")
    }
  }

  @Test("A video that cannot be read is one shard's to report; merge names it once")
  func unreadableInShards() throws {
    let (input, whole, parts) = (Scratch(), Scratch(), Scratch())
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let rows = ["bframes,0.5", "bframes,1", "none,1", "none,2"].map { $0 + ",0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let call =
      ["detect", video, input.path + "/none.mp4", "--proposals", try input.file("boxes.csv", rows)]
      + ["--cfg", LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork
    #expect(Program.run(call + ["--output-dir", whole.path]).status == 1)
    let first = Program.run(call + ["--run", parts.path, "--shard", "0/2"])
    expectSuccess(first)
    #expect(first.stderr.contains("): shard 1/2 reports its 2 key frames"), "\(first.stderr)")
    let second = Program.run(call + ["--run", parts.path, "--shard", "1/2"])
    #expect(second.status == 1 && second.stderr.contains("shard 1/2 lacks 2 of 3 key frames"), "\(second.stderr)")
    let merged = Program.run(["merge", parts.path, "--output-dir", parts.path + "/out"])
    #expect(merged.status == 1 && merged.stderr.contains("2 of 4 key frames not scored"), "\(merged.stderr)")
    #expect(merged.stderr.ranges(of: "none, seconds 0001, 0002: ").count == 1, "\(merged.stderr)")
    #expect(
      try difference(
        readFile(parts.path + "/out/detections.csv", doing: "testing"),
        readFile(whole.path + "/detections.csv", doing: "testing")) == nil)
  }

  private static let wrongCalls = [
    (["--shard", "0/2"], "--shard 0/2 needs a folder"), (["--run", "x", "--shard", "2/2"], "--shard is '2/2'"),
    (["--run", "x", "--shard", "auto"], "--shard auto: none of SLURM_ARRAY_TASK_ID"),
    (["--run", "x", "--shard", "0/2", "--scores", "s.npy"], "a shard writes no results"),
    (["--run", ""], "--run is empty"),
    (["--run", "x", "--shard", "0/100000000"], "expected I/N with N from 1 to 1000000, I from 0 to N-1"),
    (["--run", "x", "--shard", "auto"], "OMPI_COMM_WORLD_RANK, RANK is set"),
  ]

  @Test("Who asks for parts that are not there, in words", arguments: wrongCalls)
  func calls(more: [String], words: String) {
    expectFailure(Program.run(after: "unset RANK WORLD_SIZE", call("unused", more)), status: 64, [words])
  }

  @Test("The engine's variables say which part; without the option they are only noticed")
  func arrays() throws {
    let parts = Scratch()
    let set = "export RANK=2 WORLD_SIZE=3"
    let found = Program.run(after: set, call("unused", ["--run", parts.path, "--shard", "auto"]))
    expectSuccess(found)
    #expect(found.stderr.contains("--shard auto: shard 2/3, by RANK 2 and WORLD_SIZE 3\n"), "\(found.stderr)")
    #expect(parts.files.contains("shard-2-of-3.journal"))
    let slurm =
      "unset RANK WORLD_SIZE; export SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1 "
      + "SLURM_ARRAY_TASK_MAX=4 SLURM_ARRAY_TASK_STEP=1"
    let plain = Program.run(after: slurm, call(parts.path + "/plain", []))
    expectSuccess(plain)
    #expect(
      plain.stderr.contains(
        "this is task 3 of 4 (SLURM_ARRAY_TASK_ID 4 and SLURM_ARRAY_TASK_COUNT 4, counted from 1), and each computes "
          + "the whole run"), "\(plain.stderr)")
  }

  @Test("detect in shards: the same files; a disk that is full loses nothing")
  func detect() throws {
    let (input, whole, parts) = (Scratch(), Scratch(), Scratch())
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let rows = (0..<40).map { "bframes,\(Double($0) / 20),0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let call =
      ["detect", video, "--proposals", try input.file("boxes.csv", rows), "--cfg", LittleWorld.config]
      + ["--random-weights", "1"] + LittleWorld.tinyNetwork
    expectSuccess(Program.run(call + ["--output-dir", whole.path, "--scores", whole.path + "/s.npy"]))
    let shard = call + ["--run", parts.path + "/run", "--shard"]
    // Room for the configuration, and for a part of the scores.
    let limited = Program.run(after: "ulimit -f 18", shard + ["0/2"])
    expectFailure(
      limited,
      [
        "shard-0-of-2.journal': File too large -> raise the file size limit (ulimit -f) and start the same command again"
      ])
    for index in 0..<2 { expectSuccess(Program.run(shard + ["\(index)/2"])) }
    let out = parts.path + "/out"
    expectSuccess(Program.run(["merge", parts.path + "/run", "--output-dir", out, "--scores", out + "/s.npy"]))
    #expect(try folderDifference(out, whole.path) == nil)
  }
}

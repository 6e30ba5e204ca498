import Files
import TestSupport
import Testing

/// What cannot be read among own videos, and calls of classify side by side, through the built program.
@Suite struct ClassifyDamageTests {
  private static let video = ClassifyTests.video
  private let scratch = Scratch()

  private func classify(_ inputs: [String], _ more: [String], in folder: String? = nil) -> Program.Result {
    Program.run(
      ["classify"] + inputs + more + ClassifyTests.network + ["OUTPUT_DIR", folder ?? scratch.path + "/unseen"])
  }

  /// Expects results on stdout, and words on stderr.
  private func expect(
    _ result: Program.Result, status: Int = 1, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.stderr.suffix(800))", sourceLocation: sourceLocation)
    for word in words {
      #expect(result.stderr.contains(word), "\(result.stderr)", sourceLocation: sourceLocation)
    }
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  /// What never could be read is damage in every call, not only in the first.
  @Test func unreadableAgain() throws {
    let junk = try scratch.file("junk.mp4", "no video")
    let call = ["--format", "json", "--output", scratch.path + "/own.json"]
    for _ in 0..<3 {
      let result = classify([Self.video, junk], call)
      expect(result, ["1 of 3 windows not scored", "junk.mp4, second 0", "the results lack 1 of 3 windows"])
      #expect(scratch.files == ["junk.mp4", "own.json", "own.json.journal"])
      #expect(try text(scratch.path + "/own.json").contains(#""damaged": [{"begin": 0.0, "cause": "#))
    }
    expectSuccess(classify([Self.video, junk], call + ["--damaged", "skip"]))
    #expect(scratch.files == ["junk.mp4", "own.json"])
  }

  /// So it is in a run directory, in shards, where they are joined, and afterwards.
  @Test func unreadableInShards() throws {
    let junk = try scratch.file("junk.mp4", "no video")
    let run = scratch.path + "/run"
    for shard in ["0/2", "1/2"] {
      let part = classify([Self.video, junk], ["--run", run, "--shard", shard])
      #expect(part.status == 1 && part.stderr.contains("junk.mp4, second 0"), "\(part.stderr)")
    }
    expect(
      Program.run(["merge", run]), ["1 of 3 windows not scored", "junk.mp4", "the joined run lacks 1 of 3 windows"])
    expectSuccess(Program.run(["merge", run, "--damaged", "skip"]))
    let runs = Program.run(["runs", run])
    #expect(runs.stdout.contains("2 done, 1 damaged  complete"), "\(runs.stdout)")
    for _ in 0..<2 {
      expect(
        classify([Self.video, junk], ["--run", run]),
        ["2 of 2 windows done already", "1 of 3 windows not scored", "the results lack 1 of 3 windows"])
    }
    expectSuccess(classify([Self.video, junk], ["--run", run, "--damaged", "skip"]))
    // Of a list without it nothing is said of it.
    let shorter = classify([Self.video], ["--run", run])
    expectSuccess(shorter)
    #expect(!shorter.stderr.contains("junk"), "\(shorter.stderr)")
  }

  /// What was scored before it was gone lacks nothing but its film.
  @Test func drawingsOfWhatIsGone() throws {
    let copy = try scratch.file("copy.mp4", bytes: readFile(Self.video, doing: "testing"))
    let (run, films) = (scratch.path + "/run", scratch.path + "/films")
    expectSuccess(classify([Self.video, copy], ["--run", run]))
    removeFile(copy)
    expectSuccess(classify([Self.video, copy], ["--run", run]))
    let drawn = classify([Self.video, copy], ["--run", run, "--overlay-video", films])
    expect(
      drawn,
      [
        "films/copy' is not drawn: '\(copy)' is scored, and cannot be read any more",
        "the results lack 1 drawing, named",
        "4 windows of 1.07 s",
      ])
    #expect(pathExists(films + "/ntsc.mp4") && !drawn.stderr.contains("2 windows of"), "\(drawn.stderr)")
    let skipped = ["--overlay-video", films, "--damaged", "skip", "--overwrite"]
    expectSuccess(classify([Self.video, copy], ["--run", run] + skipped))
  }

  /// A folder without pictures costs itself, as a broken video does.
  @Test func emptyFolder() throws {
    let empty = scratch.path + "/empty"
    try makeFolder(empty)
    let both = classify([empty, Self.video], ["--format", "csv"])
    expect(both, ["1 of 3 windows not scored", "the folder '\(empty)' has no JPEG or PNG pictures"])
    #expect(both.stdout.split(separator: "\n").count == 1 + 3 * 5)
    expectSuccess(classify([empty, Self.video], ["--damaged", "skip"]))
    for rule in ["skip", "stop"] {
      expectFailure(classify([empty], ["--damaged", rule]), ["has no JPEG or PNG pictures -> give videos"])
    }
    expectFailure(
      classify([empty, Self.video], ["--damaged", "stop"]), ["has no JPEG or PNG pictures -> give videos"])
  }

  /// One film is of one input, be the others readable or not.
  @Test func oneFilmOfSeveral() throws {
    let junk = try scratch.file("junk.mp4", "no video")
    expectFailure(
      classify([Self.video, junk], ["--overlay-video", scratch.path + "/one.mp4"]),
      ["one.mp4' is one file, and 2 inputs are given -> give a folder"])
    #expect(scratch.files == ["junk.mp4"])
  }

  /// Calls with other results do not wait for each other in one folder; two with one journal are kept apart.
  @Test func sideBySide() throws {
    let folder = scratch.path
    let other = try FolderLock(folder, isShared: true)
    defer { other.release() }
    expectSuccess(classify([Self.video], ["--output", folder + "/own.txt"]))
    expectSuccess(classify([Self.video], [], in: folder))
    #expect(scratch.files == ["own.txt"])
    guard case .taken(let lock) = try FileLock.make(folder + "/.own.csv.journal.lock") else {
      Issue.record("not taken")
      return
    }
    expectFailure(
      classify([Self.video], ["--output", folder + "/own.csv"]),
      ["own.csv.journal': another run writes into it (", "-> wait for its end, or give another --output"])
    expectSuccess(classify([Self.video], ["--output", folder + "/other.csv"]))
    lock.release()
    #expect(scratch.files == ["other.csv", "own.txt"])
  }

  /// Where nothing may be written and nothing need be, a run goes on without a journal.
  @Test(.enabled(if: isFolder("/sys/kernel"), "needs a folder that nobody may write"))
  func readOnlyFolder() throws {
    let result = classify([Self.video], ["--format", "csv"], in: "/sys/kernel")
    expectSuccess(result)
    #expect(result.stdout.split(separator: "\n").count == 1 + 3 * 5)
    #expect(result.stderr.contains("warning: scores are not kept, a run that ends early begins anew: "))
    #expect(result.stderr.contains(" -> OUTPUT_DIR FOLDER keeps them elsewhere"), "\(result.stderr)")
    expectFailure(
      classify([Self.video], ["--output", "/sys/kernel/own.csv"]), ["/sys/kernel/", "check the permissions"])
  }

  /// What is refused is said in the words of windows, with what to do.
  @Test func wordsOfWindows() throws {
    let run = scratch.path + "/run"
    expectSuccess(classify([Self.video], ["--run", run]))
    expectFailure(
      classify([Self.video], ["--run", run, "--every", "0.5", "--overwrite"]), ["the windows are others (2, then "])
    let merge = Program.run(["merge", run])
    expectFailure(
      merge, ["nothing to join -> its results are made by: slowfast classify \(Self.video) --run \(run) --cfg"])
    let copy = try scratch.file("copy.mp4", bytes: readFile(Self.video, doing: "testing"))
    let replacing = classify([copy], ["--output", copy])
    expectFailure(replacing, ["copy.mp4' is read by the same run, or kept by it -> give another name"])
    #expect(!replacing.stderr.contains("or another name"), "\(replacing.stderr)")
  }

  /// Where only what is damaged is left to score, a plan measures what is scored already.
  @Test func planOfDamagedRest() throws {
    let junk = try scratch.file("junk.mp4", "no video")
    try scratch.file("test.csv", "\(Self.video) 1\n\(junk) 0\n")
    let call =
      ["test", "--run", scratch.path + "/run"] + ClassifyTests.network + [
        "DATA.PATH_TO_DATA_DIR", scratch.path, "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1",
      ]
    #expect(Program.run(call).status == 1)
    let plan = Program.run(["plan"] + call + ["--overwrite"])
    expectSuccess(plan)
    #expect(plan.stderr.contains("not measured on what is left, but on what is scored already: "), "\(plan.stderr)")
    #expect(plan.stdout.contains("to do: 1") && plan.stdout.contains(" s each ("), "\(plan.stdout)")
  }
}

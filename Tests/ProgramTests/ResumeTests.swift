import Files
import Glibc
import TestSupport
import Testing

/// Runs that are killed go on, and give the files of a run that was not.
struct ResumeTests {
  private static let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  /// Key frames of a hundredth of a second each.
  private func call(_ scratch: Scratch, _ out: String, _ more: [String] = [], keyFrames: Int = 60) throws -> [String] {
    let rows = (0..<keyFrames).map { "bframes,\(Double($0) / 30),0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let boxes = try scratch.file("boxes.csv", rows)
    return ["detect", Self.video, "--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1"]
      + ["--output-dir", out, "--scores", out + "/scores.npy"] + LittleWorld.tinyNetwork + more
  }

  /// Runs the program and kills it when the journal has grown to a size.
  private func killed(_ arguments: [String], at bytes: Int, _ journal: String) -> Program.Result {
    Program.run(
      arguments,
      killedWhen: {
        var status = stat()
        return stat(journal, &status) == 0 && status.st_size >= bytes
      })
  }

  private let results = ["detections.csv", "detections.json", "scores.npy", "tracks.json"]

  @Test("Killed at any moment and started again: the same bytes as without", arguments: [3600, 4600, 6100])
  func killedAndGoneOn(bytes: Int) throws {
    let (scratch, whole, parts) = (Scratch(), Scratch(), Scratch())
    expectSuccess(Program.run(try call(scratch, whole.path)))
    #expect(whole.files == results)
    let again = try call(scratch, parts.path)
    let journal = parts.path + "/detections.journal"
    // What the proposals look like is said once.
    let remark = "proposals: all 60 scores are 0.99: "
    for step in 0..<2 {
      let first = killed(again, at: bytes + step * 400, journal)
      #expect(first.stderr.contains(remark) == (step == 0), "\(first.stderr)")
      if first.status != 137 { continue }
      #expect(parts.files == ["detections.journal"])
    }
    if pathExists(journal) {
      // What a failing power leaves: a record in part.
      let sound = try readFile(journal, doing: "testing")
      let file = try AtomicFile(path: journal)
      try file.write(sound.dropLast(bytes % 9))
      try file.commit()
      let last = Program.run(again)
      expectSuccess(last)
      #expect(last.stderr.contains("going on with '\(journal)': "), "\(last.stderr)")
      #expect(!last.stderr.contains(remark), "\(last.stderr)")
    }
    #expect(try folderDifference(parts.path, whole.path) == nil)
  }

  @Test("Killed between two views of a key frame: the same bytes as without")
  func killedBetweenViews() throws {
    let (scratch, whole, parts) = (Scratch(), Scratch(), Scratch())
    let views = ["AVA.TEST_SCALES", "[64, 48]", "AVA.TEST_FLIP", "True"]
    expectSuccess(Program.run(try call(scratch, whole.path, views, keyFrames: 12)))
    let again = try call(scratch, parts.path, views, keyFrames: 12)
    let journal = parts.path + "/detections.journal"
    _ = killed(again, at: 4300, journal)
    expectSuccess(Program.run(again + (pathExists(journal) ? [] : ["--overwrite"])))
    #expect(try folderDifference(parts.path, whole.path) == nil)
  }

  @Test("A disk that was full: what was scored is kept, and goes on when there is room")
  func fullDisk() throws {
    let (scratch, whole, parts) = (Scratch(), Scratch(), Scratch())
    expectSuccess(Program.run(try call(scratch, whole.path)))
    let again = try call(scratch, parts.path)
    let limited = Program.run(after: "ulimit -f 8", again)
    expectFailure(limited, ["detections.journal", "File too large"])
    #expect(parts.files == ["detections.journal"])
    let last = Program.run(again)
    expectSuccess(last)
    #expect(last.stderr.contains(" of 60 key frames done already (delete it to begin anew)\n"), "\(last.stderr)")
    #expect(try folderDifference(parts.path, whole.path) == nil)
  }

  @Test("A changed config or input is named and refused")
  func changes() throws {
    let (scratch, parts) = (Scratch(), Scratch())
    let again = try call(scratch, parts.path)
    expectFailure(Program.run(after: "ulimit -f 8", again), ["File too large"])
    let before = try readFile(parts.path + "/detections.journal", doing: "testing")
    let other = Program.run(try call(scratch, parts.path, ["DATA.TEST_CROP_SIZE", "72"]))
    expectFailure(other, ["DATA.TEST_CROP_SIZE was 64 and is 72 -> give what it was begun with, or delete"])
    try scratch.file("boxes.csv", "bframes,1,0.1,0.1,0.5,0.9,,0.99\n")
    let boxes = Program.run(again)
    expectFailure(boxes, ["the proposals are others (", "bytes) -> give what it was begun with"])
    #expect(try difference(readFile(parts.path + "/detections.journal", doing: "testing"), before) == nil)
    let anew = Program.run(again + ["--overwrite"])
    expectSuccess(anew)
    #expect(anew.stderr.contains("beginning anew: '"), "\(anew.stderr)")
  }

  /// The evaluation and the files of `test` come from the journal too.
  @Test("test goes on, and prints what it would have")
  func test() throws {
    let (whole, parts) = (Scratch(), Scratch())
    func call(_ out: Scratch) -> [String] { LittleWorld.test(into: out.path) + ["--scores", out.path + "/s.npy"] }
    let sound = Program.run(call(whole))
    expectSuccess(sound)
    let journal = parts.path + "/detections_latest.journal"
    // The head has some 2500 bytes: the first record is there.
    _ = killed(call(parts), at: 2600, journal)
    let last = Program.run(call(parts) + (pathExists(journal) ? [] : ["--overwrite"]))
    expectSuccess(last)
    #expect(last.stdout == sound.stdout)
    #expect(try folderDifference(parts.path, whole.path) == nil)
  }
}

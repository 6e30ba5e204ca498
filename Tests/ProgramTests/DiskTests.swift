import Files
import Glibc
import TestSupport
import Testing

/// Outputs that cannot be written: no partial file under a final name, no temporary one left.
struct DiskTests {
  private static let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  @Test("A file size limit, whether or not the shell ignores its signal", arguments: ["", "trap '' XFSZ; "])
  func fileSizeLimit(signal: String) {
    let output = Scratch()
    // Two blocks of 512 bytes: less than any output.
    let limit = signal + "ulimit -f 2"
    let test = Program.run(after: limit, LittleWorld.test(into: output.path))
    expectFailure(test, ["detections_latest.journal", "File too large"], leaving: output)
    let frames = Program.run(after: limit, ["frames", Self.video, "--output-dir", output.path])
    expectFailure(frames, ["File too large"], leaving: output)
    let synth = Program.run(after: limit, ["synth", "--output-dir", output.path, "--seconds", "4"])
    expectFailure(synth, ["File too large"], leaving: output)
    let overlay = Program.run(
      after: limit,
      [
        "overlay", "--frames", LittleWorld.folder + "/frames", "--detections",
        LittleWorld.annotations + "/groundtruth.csv", "--output-dir", output.path,
      ])
    expectFailure(overlay, ["File too large"], leaving: output)
    let evaluate = Program.run(
      after: limit,
      [
        "evaluate", "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--detections",
        LittleWorld.annotations + "/groundtruth.csv", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt",
        "--output", output.path + "/out.txt",
      ])
    expectFailure(evaluate, ["out.txt", "File too large"], leaving: output)
  }

  @Test("A file size limit between the first and the second file: the first stands, complete")
  func secondFile() throws {
    let output = Scratch()
    let scores = ["--scores", output.path + "/scores.npy"]
    expectSuccess(Program.run(LittleWorld.test(into: output.path) + scores))
    let before = output.files
    let csv = try readFile(output.path + "/detections_latest.csv", doing: "testing")
    let limited = Program.run(
      after: "ulimit -f 2", LittleWorld.test(into: output.path, ["RNG_SEED", "3", "--overwrite"]) + scores)
    expectFailure(limited, ["File too large"])
    // What stood there before stands there still.
    #expect(difference(output.files, before) == nil)
    #expect(try difference(readFile(output.path + "/detections_latest.csv", doing: "testing"), csv) == nil)
  }

  @Test("Output folders that are files, and files that are folders: found before the computing")
  func wrongKind() throws {
    let scratch = Scratch()
    let file = try scratch.file("file", "x")
    let video = try scratch.file("boxes.csv", "bframes,1,0.1,0.1,0.5,0.9,,0.99\n")
    let network = ["--cfg", LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork
    for call in [
      LittleWorld.test(into: file), LittleWorld.test(into: file + "/deeper"),
      LittleWorld.test(into: scratch.path + "/out") + ["--scores", scratch.path],
      ["detect", Self.video, "--proposals", video, "--output-dir", file] + network,
      ["frames", Self.video, "--output-dir", file], ["synth", "--output-dir", file],
    ] {
      let result = Program.run(call)
      expectFailure(result, [call[0] == "test" && call.contains("--scores") ? scratch.path : file])
      #expect(!result.stderr.contains(" a second)"), "it should have failed before computing")
      #expect(scratch.files.sorted() == ["boxes.csv", "file"])
    }
  }

  @Test("A folder that may not be written", .enabled(if: geteuid() != 0, "root may write anywhere"))
  func readOnly() {
    let output = Scratch()
    chmod(output.path, 0o555)
    defer { chmod(output.path, 0o755) }
    expectFailure(Program.run(LittleWorld.test(into: output.path)), ["Permission denied"], leaving: output)
  }

  @Test("A disk that fills up", .enabled(if: SmallDisk.isPossible, "needs the right to mount a tmpfs"))
  func fullDisk() throws {
    let disk = try #require(SmallDisk())
    // Eighty classes for every box, however doubtful: more rows than the disk holds.
    let labels = projectRoot + "/annotations/ava_action_list_v2.2.pbtxt"
    let test = Program.run(
      LittleWorld.test(
        into: disk.path, ["AVA.LABEL_MAP_FILE", labels, "AVA.DETECTION_SCORE_THRESH", "0.1"]))
    expectFailure(test, ["detections_latest.csv", "No space left on device", "free some space"])
    // What was scored is kept for when there is space.
    #expect(try listFolder(disk.path) == ["detections_latest.journal"])
    removeFile(disk.path + "/detections_latest.journal")
    let frames = Program.run(["frames", Self.video, "--output-dir", disk.path, "--format", "png"])
    expectFailure(frames, ["No space left on device"])
    #expect(disk.files.allSatisfy { !$0.hasPrefix(".") && !$0.hasSuffix(".partial") && $0 != "frame_list.csv" })
  }
}

/// A file system of 16 KiB in memory, unmounted when its owner goes.
private final class SmallDisk {
  let path: String
  private let folder = TemporaryFolder()

  static let isPossible = geteuid() == 0 && SmallDisk() != nil

  init?() {
    path = folder.path
    if mount("tmpfs", path, "tmpfs", 0, "size=16k") != 0 {
      folder.remove()
      return nil
    }
  }

  deinit {
    umount(path)
    folder.remove()
  }

  /// The names in the folder and in the folders within.
  var files: [String] {
    let names = (try? listFolder(path)) ?? []
    return names.flatMap { isFolder(path + "/" + $0) ? ((try? listFolder(path + "/" + $0)) ?? []) : [$0] }
  }
}

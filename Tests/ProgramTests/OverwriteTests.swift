import Files
import Foundation
import TestSupport
import Testing

/// What is there stays, unless the call says `--overwrite`; the exits of every command that writes files.
struct OverwriteTests {
  private let annotations = LittleWorld.annotations
  private let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  /// Runs a call that makes files, runs it again, and once more with the option.
  private func expectKept(_ call: [String], _ scratch: Scratch, _ names: String..., status: Int = 0) throws {
    #expect(Program.run(call).status == status, "\(call)")
    let before = scratch.files
    for name in names {
      let path = scratch.path + "/" + name
      try #require(pathExists(path), "\(call)")
      try writeFile(path, "mine")
    }
    let refused = Program.run(call)
    expectFailure(refused, names.map { "/\($0)'" } + ["already -> add --overwrite"])
    #expect(!refused.stderr.contains(" a second)"), "it should have been refused before computing")
    for name in names { #expect(try lines(scratch.path + "/" + name) == ["mine"]) }
    #expect(Program.run(call + ["--overwrite"]).status == status)
    for name in names { #expect(try readFile(scratch.path + "/" + name, doing: "testing") != Array("mine".utf8)) }
    #expect(scratch.files == before)
  }

  @Test func test() throws {
    let out = Scratch()
    let call = LittleWorld.test(into: out.path) + ["--scores", out.path + "/s.npy"]
    try expectKept(call, out, "detections_latest.csv", "groundtruth_latest.csv", "s.npy")
  }

  @Test func detect() throws {
    let (out, input) = (Scratch(), Scratch())
    let proposals = try input.file("p.csv", "bframes,0902,0.1,0.1,0.5,0.9,,0.99\n")
    try expectKept(
      [
        "detect", movie, "--proposals", proposals, "--output-dir", out.path, "--overlays", "--overlay-video", "--cfg",
        LittleWorld.config, "--random-weights", "1", "--labelmap", annotations + "/labelmap.pbtxt",
      ] + LittleWorld.tinyNetwork, out, "detections.csv", "detections.json", "overlays/bframes_0902.png",
      "overlays/bframes.mp4", "tracks.json")
  }

  /// What is of another run stays, and is named.
  @Test func leftoversAreNamed() throws {
    let (out, input) = (Scratch(), Scratch())
    let proposals = try input.file("p.csv", "bframes,0902,0.1,0.1,0.5,0.9,,0.99\n")
    try makeFolder(out.path + "/overlays")
    let old = ["detections.partial.csv", "overlays/bframes_0001.png", "overlays/bframes_0902.png", "overlays/note.txt"]
    for name in old { try writeFile(out.path + "/" + name, "old") }
    let result = Program.run(
      ["detect", movie, "--proposals", proposals, "--output-dir", out.path, "--overlays", "--overwrite", "--cfg"]
        + [LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork)
    expectSuccess(result)
    #expect(
      result.stderr.contains("'bframes_0001.png' in \(out.path)/overlays is not of this run -> "), "\(result.stderr)")
    #expect(result.stderr.contains("detections.partial.csv' is of an earlier run that was interrupted"))
    #expect(out.files == (old + ["detections.csv", "detections.json", "tracks.json"]).sorted())
  }

  /// Whatever path leads to it, what a run reads is not replaced by what it writes.
  @Test func whatIsReadStays() throws {
    let scratch = Scratch()
    let proposals = try scratch.file("detections.csv", "bframes,0902,0.1,0.1,0.5,0.9,,0.99\n")
    let call =
      ["detect", movie, "--proposals", proposals, "--output-dir", scratch.path + "/../" + splitPath(scratch.path).name]
      + ["--overwrite", "--cfg", LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork
    expectFailure(Program.run(call), ["detections.csv' is read by the same run, or kept by it -> give another"])
    #expect(try lines(proposals) == ["bframes,0902,0.1,0.1,0.5,0.9,,0.99"])
    let film = try scratch.file("bframes.mp4", bytes: readFile(movie, doing: "testing"))
    let rows = try scratch.file("rows.csv", "bframes,0001,0.1,0.1,0.5,0.9,1,0.99\n")
    let overlay = ["overlay", "--video", film, "--detections", rows, "--output-dir", scratch.path]
    expectFailure(
      Program.run(overlay + ["--overlay-video", "--no-pictures", "--overwrite"]), ["is read by the same run"])
  }

  /// Weights that a key names or that were found, their calibration, and frames, too.
  @Test func weightsAndFramesStay() throws {
    let scratch = Scratch()
    let demo = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth"
    try makeFolder(scratch.path + "/out/checkpoints")
    try makeFolder(scratch.path + "/frames/v")
    let weights = try scratch.file("w.pyth", bytes: readFile(demo, doing: "testing"))
    let last = try scratch.file("out/checkpoints/checkpoint_epoch_00001.pyth", bytes: readFile(demo, doing: "testing"))
    let calibration = try scratch.file("w.pyth.int8.json", "{}")
    let first = LittleWorld.folder + "/frames/\(LittleWorld.video)/\(LittleWorld.video)_000001.jpg"
    let frame = try scratch.file("frames/v/v_000001.jpg", bytes: readFile(first, doing: "testing"))
    let forward = ["forward", "--clip", "none.npy"]
    let calibrate = ["calibrate", "--clips", "1", "--frames", scratch.path + "/frames"]
    let key = ["TEST.CHECKPOINT_FILE_PATH", weights]
    for (call, output, more) in [
      (forward, weights, key), (calibrate, weights, key), (forward, weights, ["TRAIN.CHECKPOINT_FILE_PATH", weights]),
      (forward, last, ["OUTPUT_DIR", scratch.path + "/out"]), (forward, calibration, key + ["--precision", "int8"]),
      (calibrate, frame, key),
    ] {
      let files = try scratch.files.map { try readFile(scratch.path + "/" + $0, doing: "testing") }
      let result = Program.run(call + ["--cfg", LittleWorld.config, "--output", output, "--overwrite"] + more)
      expectFailure(result, ["writing the results: '\(output)' ", "the same run"])
      #expect(try scratch.files.map { try readFile(scratch.path + "/" + $0, doing: "testing") } == files, "\(call)")
    }
  }

  @Test("Nothing is drawn among frames that are read; in a folder of its own it may be, and again")
  func amongFrames() throws {
    let scratch = Scratch()
    let name = LittleWorld.video
    let frames = scratch.path + "/frames"
    try makeFolder(frames)
    let video = LittleWorld.folder + "/frames/\(name)"
    try makeFolder(frames + "/\(name)")
    for picture in try listFolder(video) {
      try scratch.file("frames/\(name)/\(picture)", bytes: readFile(video + "/" + picture, doing: "testing"))
    }
    let call = ["overlay", "--frames", frames, "--detections", annotations + "/groundtruth.csv"]
    expectFailure(
      Program.run(call + ["--output-dir", frames + "/" + name]),
      [
        "writing the results: '\(frames)/\(name)/\(name)_0902.png' would be taken for a frame in '\(frames)/\(name)', which the same run reads"
      ])
    let link = scratch.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: frames + "/" + name)
    expectFailure(
      Program.run(call + ["--output-dir", link, "--overwrite"]), ["would be taken for a frame in '\(frames)/\(name)'"])
    expectFailure(
      Program.run(call + ["--output-dir", scratch.path, "--contact-sheet", frames + "/\(name)/sheet.png"]),
      ["sheet.png' would be taken for a frame in '\(frames)/\(name)'"])
    expectFailure(
      Program.run(call + ["--output-dir", frames]), ["_0902.png' would be taken for a frame in '\(frames)'"])
    let frame = try frames + "/\(name)/" + listFolder(video)[0]
    expectFailure(
      Program.run([
        "evaluate", "--groundtruth", annotations + "/groundtruth.csv", "--detections", annotations + "/groundtruth.csv",
        "--labelmap", annotations + "/labelmap.pbtxt", "--frames", frames, "--report", scratch.path + "/report",
        "--output", frame, "--overwrite",
      ]), ["writing the results: '\(frame)' would be taken for a frame"])
    #expect(try listFolder(frames + "/" + name) == listFolder(video))
    // Pictures of another run, which this one leaves, are no frames.
    try makeFolder(frames + "/out")
    try scratch.file("frames/out/sheet.png", bytes: [])
    expectSuccess(Program.run(call + ["--output-dir", frames + "/out"]))
    expectSuccess(Program.run(call + ["--output-dir", frames + "/out", "--overwrite"]))
    expectSuccess(Program.run(call + ["--output-dir", frames + "/\(name)/out"]))
    let links = scratch.path + "/links"
    try makeFolder(links)
    try FileManager.default.createSymbolicLink(atPath: links + "/x.jpg", withDestinationPath: frame)
    let sheet = call + ["--output-dir", scratch.path + "/o", "--no-pictures", "--overwrite", "--contact-sheet"]
    expectFailure(Program.run(sheet + [links + "/x.jpg"]), ["would be taken for a frame"])
    expectFailure(Program.run(sheet + [scratch.path + "/none/../frames/\(name)/x.jpg"]), ["would be taken for a frame"])
    // What another program wrote there is found when it is read.
    try scratch.file("frames/sheet.png", bytes: [])
    #expect(
      Program.run(call + ["--output-dir", scratch.path]).stderr.contains(
        "'\(frames)' is taken for one video, for it has 1"))
  }

  @Test("A folder that is yet to be made hides nothing behind it, and a pipe is opened by the writing alone")
  func ways() throws {
    let scratch = Scratch()
    let truth = annotations + "/groundtruth.csv"
    let call = [
      "evaluate", "--groundtruth", truth, "--detections", truth, "--labelmap", annotations + "/labelmap.pbtxt",
      "--output",
    ]
    try scratch.file("result.txt", "a result\n")
    expectFailure(
      Program.run(call + [scratch.path + "/none/../result.txt"]), ["'\(scratch.path)/result.txt' exists already"])
    expectFailure(Program.run(call + [""]), status: 64, ["the name of one is empty"])
    #expect(scratch.files == ["result.txt"])
    let (pipe, copy) = (scratch.path + "/pipe", scratch.path + "/copy")
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/bin/sh")
    reader.arguments = ["-c", "cat '\(pipe)' >'\(copy)'"]
    try reader.run()
    expectSuccess(Program.run(call + [pipe]))
    reader.waitUntilExit()
    #expect(try !readFile(copy, doing: "testing").isEmpty)
  }

  @Test func judging() throws {
    let out = Scratch()
    let truth = annotations + "/groundtruth.csv"
    try expectKept(
      [
        "evaluate", "--groundtruth", truth, "--detections", truth, "--labelmap", annotations + "/labelmap.pbtxt",
        "--output", out.path + "/result.txt", "--report", out.path + "/report",
      ], out, "result.txt", "report/index.html")
    let fixed = Scratch()
    try expectKept(["validate", truth, "--fix", fixed.path + "/fixed.csv"], fixed, "fixed.csv")
  }

  @Test func images() throws {
    let out = Scratch()
    let name = LittleWorld.video
    try expectKept(
      [
        "overlay", "--frames", LittleWorld.folder + "/frames", "--detections", annotations + "/groundtruth.csv",
        "--output-dir", out.path, "--overlay-video",
      ], out, "\(name)_0902.png", "\(name).mp4")
    let frames = Scratch()
    let call = ["frames", movie, "--output-dir", frames.path, "--fps", "1"]
    expectSuccess(Program.run(call))
    expectFailure(Program.run(call), ["'bframes' is in '\(frames.path)/frame_list.csv' already -> add --overwrite"])
    let again = Program.run(call + ["--overwrite"])
    expectSuccess(again)
    #expect(again.stderr.contains("wrote \(frames.path)/bframes: 2 pictures\nwrote \(frames.path)/frame_list.csv"))
  }

  @Test func madeUpData() throws {
    let synth = Scratch()
    try expectKept(
      ["synth", "--output-dir", synth.path, "--seconds", "4", "--width", "64", "--height", "64"], synth,
      "annotations/proposals.csv", "frame_lists/val.csv", "frames/synth1/synth1_000001.jpg")
    // Both splits share a folder.
    expectSuccess(
      Program.run([
        "synth", "--output-dir", synth.path, "--seconds", "4", "--width", "64", "--height", "64", "--split", "train",
      ]))
    try expectKept(
      ["synth", "--dataset", "kinetics", "--output-dir", synth.path, "--width", "64", "--height", "64"], synth,
      "test.csv", "val.csv", "videos/synthclip1_1.mp4")
    let bench = Scratch()
    try expectKept(
      ["bench", "evaluate", "--rows", "6000", "--runs", "1", "--output-dir", bench.path], bench, "detections.csv")
  }

  @Test("While one run writes into a folder, another is told who does")
  func locked() throws {
    let out = Scratch()
    let lock = try FolderLock(out.path)
    defer { lock.release() }
    for call in [
      LittleWorld.test(into: out.path), ["synth", "--output-dir", out.path],
      ["frames", movie, "--output-dir", out.path],
    ] {
      expectFailure(
        Program.run(call), ["writing into '\(out.path)': another run writes into it", "wait for its end"], leaving: out)
    }
  }
}

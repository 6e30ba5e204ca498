import Files
import TestSupport
import Testing

/// Frames and videos that are missing, cut or damaged.
struct BadFramesTests {
  private static let videos = projectRoot + "/Tests/Fixtures/Video/"

  /// A test run on a copy of the little world's frames with one frame replaced: it ends there.
  private func run(_ replace: (Scratch, _ name: String, _ bytes: [UInt8]) throws -> Void) throws -> Program.Result {
    let output = Scratch()
    let (result, bad) = try run(into: output, ["--damaged", "stop"], replace)
    expectFailure(result, [bad, "frame 60", LittleWorld.video], leaving: output)
    return result
  }

  private func run(
    into output: Scratch, _ options: [String], _ replace: (Scratch, _ name: String, _ bytes: [UInt8]) throws -> Void
  ) throws -> (result: Program.Result, bad: String) {
    let frames = Scratch()
    let video = LittleWorld.video
    let folder = LittleWorld.folder + "/frames/\(video)"
    // Frame 60, the key frame of second 902.
    let bad = "\(video)_000061.jpg"
    for name in try listFolder(folder) {
      let bytes = try readFile(folder + "/" + name, doing: "copying")
      if name == bad {
        try replace(frames, "\(video)/\(name)", bytes)
      } else {
        try frames.file("\(video)/\(name)", bytes: bytes)
      }
    }
    return (Program.run(LittleWorld.test(into: output.path, ["AVA.FRAME_DIR", frames.path]) + options), bad)
  }

  @Test("A damaged frame costs its key frame and no other", arguments: [([], 1), (["--damaged", "skip"], 0)])
  func damaged(options: [String], status: Int) throws {
    let (sound, output) = (Scratch(), Scratch())
    expectSuccess(Program.run(LittleWorld.test(into: sound.path)))
    let scores = output.path + "/scores.npy"
    let (result, bad) = try run(into: output, options + ["--scores", scores]) {
      try $0.file($1, bytes: Array($2.dropLast(40)))
    }
    #expect(result.status == status, "\(result.stderr)")
    #expect(result.stderr.contains("warning: 1 of 3 key frames not scored, frames of their clips are damaged:"))
    #expect(result.stderr.contains("  synth1, second 0902: reading a JPEG: ") && result.stderr.contains(bad))
    #expect(result.stderr.contains("the results lack 1 of 3 key frames") == (status == 1))
    #expect(result.stdout.contains("unrounded scores; 1 of 3 key frames missing): "), "\(result.stdout)")
    func rows(_ folder: Scratch) throws -> [Substring] {
      let bytes = try readFile(folder.path + "/detections_latest.csv", doing: "testing")
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
    let kept = try rows(sound).filter { !$0.contains(",0902,") }
    #expect(try rows(output) == kept && !kept.isEmpty)
    // What lacks something goes on when that is repaired.
    let journal = status == 1 ? ["detections_latest.journal"] : []
    #expect(Set(output.files) == Set(["detections_latest.csv", "groundtruth_latest.csv", "scores.npy"] + journal))
    if status == 0 { return }
    #expect(
      result.stderr.contains(
        "again and start the same command again (it goes on from '\(output.path)/detections_latest."))
    let again = Program.run(LittleWorld.test(into: output.path) + ["--scores", scores])
    #expect(again.stderr.contains("2 of 3 key frames done already"), "\(again.stderr)")
    expectSuccess(again)
    #expect(try rows(output) == rows(sound))
    #expect(Set(output.files) == ["detections_latest.csv", "groundtruth_latest.csv", "scores.npy"])
  }

  @Test("A video that is cut short costs its own key frames alone")
  func oneOfTwoVideosIsCut() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let bytes = try readFile(Self.videos + "ntsc.mp4", doing: "testing")
    let cut = try scratch.file("cut.mp4", bytes: Array(bytes.prefix(bytes.count / 2)))
    let boxes = try scratch.file("boxes.csv", "cut,1,0.1,0.1,0.5,0.9,,0.99\nbframes,1,0.1,0.1,0.5,0.9,,0.99\n")
    func detect(_ options: [String]) -> Program.Result {
      Program.run(
        ["detect", cut, Self.videos + "bframes.mp4", "--proposals", boxes, "--cfg", LittleWorld.config]
          + ["--random-weights", "1", "--output-dir", output.path] + options + LittleWorld.tinyNetwork)
    }
    expectFailure(detect(["--damaged", "stop"]), ["cut.mp4", "cut short"], leaving: output)
    let result = detect([])
    #expect(result.status == 1 && result.stderr.contains("the results lack 1 of 2 key frames"), "\(result.stderr)")
    #expect(result.stderr.contains("  cut, second 0001: '\(cut)'"), "\(result.stderr)")
    #expect(Set(output.files) == ["detections.csv", "detections.journal", "detections.json", "tracks.json"])
  }

  @Test("A stream that is cut short costs the key frames after its end, until the whole one is there")
  func cutStream() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let bytes = try readFile(Self.videos + "offset.ts", doing: "testing")
    let cut = try scratch.file("cut.ts", bytes: Array(bytes.dropLast(5000)))
    let boxes = try scratch.file("boxes.csv", [0.4, 1.5].map { "cut,\($0),0.1,0.1,0.5,0.9,,0.99\n" }.joined())
    func detect(_ options: [String]) -> Program.Result {
      Program.run(
        ["detect", cut, "--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1"]
          + ["--output-dir", output.path] + options + LittleWorld.tinyNetwork)
    }
    expectFailure(detect(["--damaged", "stop"]), ["cut.ts", "the file is cut short: it holds 26 frames"])
    let result = detect([])
    #expect(result.status == 1 && result.stderr.contains("the results lack 1 of 2 key frames"), "\(result.stderr)")
    #expect(result.stderr.contains("  cut, second 0001.5: '\(cut)': the file is cut short"), "\(result.stderr)")
    let skipping = detect(["--damaged", "skip", "--overwrite", "--output-dir", scratch.path + "/skipping"])
    expectSuccess(skipping)
    #expect(skipping.stderr.contains("1 of 2 key frames not scored"), "\(skipping.stderr)")
    try scratch.file("cut.ts", bytes: bytes)
    let last = detect([])
    expectSuccess(last)
    #expect(last.stderr.contains("1 of 2 key frames done already"), "\(last.stderr)")
    #expect(Set(output.files) == ["detections.csv", "detections.json", "tracks.json"])
  }

  @Test("A frame of the list that is not there")
  func missingFrame() throws {
    let result = try run { _, _, _ in }
    #expect(result.stderr.contains("missing are 1 of 180 frames"))
  }

  @Test("A JPEG cut short", arguments: [3, 300, 900])
  func cut(length: Int) throws {
    let result = try run { try $0.file($1, bytes: Array($2.prefix(length))) }
    #expect(result.stderr.contains("damaged or cut short") || result.stderr.contains("cut"))
  }

  @Test("A JPEG whose last bytes are missing")
  func cutAtTheEnd() throws {
    let result = try run { try $0.file($1, bytes: Array($2.dropLast(40))) }
    #expect(result.stderr.contains("-> the file is damaged or cut short"))
  }

  @Test("Garbage, an empty file, a text")
  func garbage() throws {
    let noise = (0..<2000).map { UInt8(truncatingIfNeeded: $0 * 7919 >> 3) }
    _ = try run { frames, name, _ in try frames.file(name, bytes: noise) }
    let empty = try run { frames, name, _ in try frames.file(name, "") }
    #expect(empty.stderr.contains("the file is empty"))
    _ = try run { frames, name, _ in try frames.file(name, "this is no picture\n") }
    _ = try run { try $0.file($1, bytes: $2.prefix(2) + [UInt8](repeating: 0xff, count: 4000)) }
  }

  @Test("A frame of another size")
  func otherSize() throws {
    let other = try readFile(projectRoot + "/Tests/Fixtures/Imaging/420.jpg", doing: "testing")
    _ = try run { frames, name, _ in try frames.file(name, bytes: other) }
  }

  @Test(
    "Frame lists that cannot be",
    arguments: [
      ("original_vido_id video_id frame_id path labels\nsynth1 0\n", "line 2"),
      ("original_vido_id video_id frame_id path labels\nsynth1 0 0 \"\"\n", "line 2"),
      ("original_vido_id video_id frame_id path labels\n", "found none"),
    ])
  func lists(text: String, place: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("list.csv", text)
    let result = Program.run(LittleWorld.test(into: output.path, ["AVA.TEST_LISTS", "['\(path)']"]))
    expectFailure(result, ["list.csv", place], leaving: output)
  }

  private func detect(_ video: String, _ output: Scratch, second: String = "1") throws -> Program.Result {
    let boxes = try output.file("boxes.csv", "\(fileStem(video)),\(second),0.1,0.1,0.5,0.9,,0.99\n")
    defer { removeFile(boxes) }
    return Program.run(
      ["detect", video, "--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir"]
        + [output.path] + LittleWorld.tinyNetwork)
  }

  @Test(
    "Videos cut short",
    arguments: [
      ("bframes.mp4", 0.5, "cut short"), ("bframes.mp4", 0.02, "cut short"), ("mjpeg.avi", 0.4, "cut short"),
      ("vfr.mkv", 0.4, "video"), ("animated.gif", 0.2, "video"),
    ])
  func cutVideo(name: String, share: Double, word: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let bytes = try readFile(Self.videos + name, doing: "testing")
    let path = try scratch.file(name, bytes: Array(bytes.prefix(Int(Double(bytes.count) * share))))
    expectFailure(try detect(path, output), [fileStem(name), word], leaving: output)
  }

  @Test("No video at all")
  func noVideo() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let random = try scratch.file("random.mp4", bytes: (0..<4000).map { UInt8(truncatingIfNeeded: $0 * 7919 >> 3) })
    expectFailure(try detect(random, output), ["random.mp4"], leaving: output)
    expectFailure(try detect(Self.videos + "audio.wav", output), ["no video stream"], leaving: output)
    expectFailure(
      try detect(scratch.path + "/rnadom.mp4", output), ["does not exist", "random.mp4'?"], leaving: output)
    expectFailure(try detect(scratch.path, output), ["folder"], leaving: output)
  }

  @Test("Proposals at times that the video does not have")
  func outside() throws {
    let output = Scratch()
    let result = try detect(Self.videos + "bframes.mp4", output, second: "0990")
    expectFailure(result, ["outside the video", "--starting-second"], leaving: output)
  }
}

import Checkpoint
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// 8-bit integers, from the calibration to the scores, with the demo's weights on the drawn world.
@Suite struct Int8Tests {
  private static let weights = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth"
  private static let model = ["--cfg", LittleWorld.config, "--weights", weights]
  private static var frames: [String] { ["--frames", LittleWorld.folder + "/frames", "--clips", "2"] }

  /// Made once.
  private static let calibration: String = {
    let path = TemporaryFolder().path + ".int8.json"
    let result = Program.run(["calibrate"] + model + frames + ["--output", path])
    if result.status != 0 { Issue.record("calibrating: \(result.stderr)") }
    calibrated = result.stdout + result.stderr
    atexit { _ = try? FileManager.default.removeItem(atPath: Int8Tests.calibration) }
    return path
  }()
  nonisolated(unsafe) private static var calibrated = ""

  private static func test(_ output: String, _ more: [String]) -> Program.Result {
    Program.run(["test", "--output-dir", output] + model + LittleWorld.dataSet + more)
  }

  /// The scores of a run's rows, by what they are of.
  private func scores(_ folder: String) throws -> [String: Double] {
    let text = String(decoding: try readFile(folder + "/detections_latest.csv", doing: "testing"), as: UTF8.self)
    var scores: [String: Double] = [:]
    for row in text.split(separator: "\n") {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      let score = try #require(fields.last.flatMap { Double($0) })
      scores[fields.dropLast().joined(separator: ",")] = score
    }
    return scores
  }

  @Test("calibrate says what it found; test with int8 gives the rows of fp32, with scores that are close")
  func closeScores() throws {
    let calibration = Self.calibration
    #expect(Self.calibrated.contains(" of 62 convolutions multiply 8-bit integers, by 2 clips of 1 video"))
    #expect(Self.calibrated.contains("wrote '\(calibration)'"))
    #expect(Self.calibrated.contains("of other clips of the same video (2): differ by"))
    #expect(Self.calibrated.contains("this is one video"))
    let (float, integer, again) = (Scratch(), Scratch(), Scratch())
    expectSuccess(Self.test(float.path, []))
    let int8 = ["--precision", "int8", "--calibration", calibration]
    expectSuccess(Self.test(integer.path, int8 + ["--threads", "1"]))
    expectSuccess(Self.test(again.path, int8 + ["--threads", "2"]))
    let (expected, found) = (try scores(float.path), try scores(integer.path))
    #expect(Set(expected.keys) == Set(found.keys) && !expected.isEmpty)
    let gaps = expected.map { abs($0.value - found[$0.key, default: 9]) }
    #expect(gaps.max()! < 0.2 && gaps.max()! > 0)
    #expect(gaps.reduce(0, +) / Double(gaps.count) < 0.005)
    #expect(try scores(again.path) == found)
  }

  @Test("the calibration lies beside the weights by default, and is not replaced without being asked")
  func besideWeights() throws {
    let scratch = Scratch()
    let weights = scratch.path + "/w.pyth"
    try FileManager.default.copyItem(atPath: Self.weights, toPath: weights)
    let model = ["--cfg", LittleWorld.config, "--weights", weights]
    let missing = Program.run(
      ["test", "--output-dir", scratch.path + "/out", "--precision", "int8"] + model + LittleWorld.dataSet)
    expectFailure(missing, ["no calibration '\(weights).int8.json'", "slowfast calibrate", "--precision bf16"])
    let call = ["calibrate", "--cfg", LittleWorld.config, "--weights", weights] + Self.frames
    expectSuccess(Program.run(call))
    #expect(pathExists(weights + ".int8.json"))
    expectFailure(Program.run(call), ["w.pyth.int8.json", "--overwrite"])
    let clip = ["bench", "--size", "96x64", "--runs", "1", "--precision", "int8", "--format", "json"] + model
    let bench = Program.run(clip)
    expectSuccess(bench)
    #expect(try object(bench.stdout)["precision"] as? String == "int8")
  }

  @Test("a calibration of other weights or another network, or a damaged one, is refused with what to do")
  func refuses() throws {
    let scratch = Scratch()
    let int8 = ["--precision", "int8", "--calibration", Self.calibration]
    let other = [
      "test", "--output-dir", scratch.path + "/a", "--cfg",
      projectRoot + "/configs/demo/SLOWFAST_8x4_R18_FAST_SMALL.yaml", "--weights",
      projectRoot + "/configs/demo/SLOWFAST_8x4_R18_FAST_SMALL.pyth",
    ]
    expectFailure(
      Program.run(other + int8 + LittleWorld.dataSet),
      [Self.calibration, "slowfast calibrate --overwrite, these weights"])
    let damaged = try scratch.file("cut.json", "{\"format\": ")
    expectFailure(
      Self.test(scratch.path + "/b", ["--precision", "int8", "--calibration", damaged]), ["cut.json", "line 1"])
    expectFailure(
      Self.test(scratch.path + "/p", int8 + ["DATA.MEAN", "[0.3,0.3,0.3]"]), [Self.calibration, "DATA.MEAN"])
    expectFailure(
      Self.test(scratch.path + "/c", ["--precision", "int8", "--calibration", scratch.path + "/none.json"]),
      ["none.json"])
    expectFailure(
      Self.test(scratch.path + "/d", ["--calibration", Self.calibration]), status: 64,
      ["--calibration is for --precision int8"])
    #expect(scratch.files == ["cut.json"])
  }

  @Test("a clip with numbers that are not finite is refused, as in other precisions")
  func notFinite() throws {
    let scratch = Scratch()
    let clip = Tensor(zeros: [1, 3, 8, 64, 80])
    clip.storage.pointer[5000] = .nan
    try clip.writeNPY(scratch.path + "/clip.npy")
    try Tensor([1, 5], [0, 1, 1, 20, 20]).writeNPY(scratch.path + "/boxes.npy")
    for int8 in [[], ["--precision", "int8", "--calibration", Self.calibration]] {
      let files = ["--clip", scratch.path + "/clip.npy", "--boxes", scratch.path + "/boxes.npy"]
      expectFailure(
        Program.run(["forward", "--output", scratch.path + "/o.npy"] + Self.model + files + int8),
        ["the clip's number at [0, 0, 0, 62, 40] is nan", "look for NaN and infinity in the clip"])
    }
    #expect(!pathExists(scratch.path + "/o.npy"))
    // Where first layers are of integers, no number beyond white is taken.
    clip.storage.pointer[5000] = 3
    try clip.writeNPY(scratch.path + "/clip.npy")
    let files = ["--clip", scratch.path + "/clip.npy", "--boxes", scratch.path + "/boxes.npy"]
    let int8 = ["--precision", "int8", "--calibration", Self.calibration]
    let result = Program.run(["forward", "--output", scratch.path + "/o.npy"] + Self.model + files + int8)
    if Self.calibrated.contains("53 of 62") {
      expectFailure(result, ["the clip's number at [0, 0, 0, 62, 40] is 3.0", "int8 takes pixels from -2.0 to 2.44"])
    } else {
      expectSuccess(result)
    }
  }

  @Test("calls of calibrate that cannot be are refused")
  func usage() throws {
    let scratch = Scratch()
    let output = ["--output", scratch.path + "/c.json"]
    expectFailure(Program.run(["calibrate"] + Self.model + output), status: 64, ["either --videos or --frames"])
    expectFailure(
      Program.run(["calibrate"] + Self.model + Self.frames + output + ["--precision", "int8"]), status: 64,
      ["--precision: a calibration is made in fp32 -> leave it out"])
    expectFailure(
      Program.run(["calibrate"] + Self.model + Self.frames + output + ["--calibration", "c.json"]), status: 64,
      ["--calibration: a calibration is made in fp32 -> leave it out"])
    let key = ["--videos", "v.mp4", "DATA.TEST_CROP_SIZE", "64"]
    expectFailure(
      Program.run(["calibrate"] + Self.model + output + key), status: 64,
      ["--videos takes every word up to the next option, 'DATA.TEST_CROP_SIZE' too", "before --videos"])
    let random = ["--cfg", LittleWorld.config, "--precision", "int8", "--calibration", "nope.json"]
    expectFailure(Program.run(["bench"] + random), ["'nope.json': a calibration is of weights"])
    expectFailure(Program.run(["tune"] + random), status: 64, ["--calibration: tune measures with random weights"])
    expectFailure(
      Program.run(["calibrate", "--cfg", LittleWorld.config, "--random-weights", "1"] + Self.frames), status: 64,
      ["give --output"])
    expectFailure(
      Program.run(["calibrate"] + Self.model + ["--videos", scratch.path + "/none.mp4"] + output), ["none.mp4"])
    let transformer = [
      "calibrate", "--cfg", projectRoot + "/configs/Kinetics/MVITv2_S_16x4.yaml", "--random-weights", "1",
      "DATA.TEST_CROP_SIZE", "64", "DATA.TRAIN_CROP_SIZE", "64", "DATA.NUM_FRAMES", "4", "MVIT.DEPTH", "1",
      "MVIT.DIM_MUL", "[]", "MVIT.HEAD_MUL", "[]", "MVIT.POOL_Q_STRIDE", "[]", "MVIT.POOL_KV_STRIDE_ADAPTIVE",
      "[1, 4, 4]",
    ]
    expectFailure(
      Program.run(transformer + Self.frames + output), ["no convolution of this network", "--precision bf16"])
    #expect(scratch.files.isEmpty)
    for command in [
      ["people", "--detector", "d.pb", "--output", "d.csv", "v.mp4"], ["bench", "people", "--detector", "d.pb"],
      ["bench", "depthwise"],
    ] {
      expectFailure(Program.run(command + ["--precision", "int8"]), status: 64, ["give fp32 or bf16"])
    }
  }

  @Test("of several videos some are left out, and judged by")
  func heldOut() throws {
    let scratch = Scratch()
    expectSuccess(
      Program.run(["synth", "--output-dir", scratch.path + "/w", "--videos", "5", "--seconds", "4", "--format", "mp4"]))
    let folder = scratch.path + "/w/videos"
    // A name with a point, which rows may call by what stands before it, is one video as well.
    if let first = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first {
      try FileManager.default.moveItem(atPath: folder + "/" + first, toPath: folder + "/a.b.mp4")
    }
    let videos = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { folder + "/" + $0 }
    for (count, observed) in [(2, 1), (5, 4)] {
      let result = Program.run(
        ["calibrate"] + Self.model + ["--clips", "4", "--output", scratch.path + "/c\(count).json", "--videos"]
          + videos.prefix(count))
      expectSuccess(result)
      #expect(result.stdout.contains("by 4 clips of \(observed) video"), "\(result.stdout)")
      #expect(result.stdout.contains("of clips of other videos (4): differ by"), "\(result.stdout)")
      #expect(!result.stderr.contains("this is one video"))
      #expect(result.stderr.contains("observing '\(folder)/a.b.mp4'"), "\(result.stderr)")
    }
    // A copy is no other video.
    let copy = scratch.path + "/copy.mp4"
    try FileManager.default.copyItem(atPath: videos[0], toPath: copy)
    let result = Program.run(
      ["calibrate"] + Self.model + ["--clips", "1", "--output", scratch.path + "/c.json", "--videos", videos[0], copy])
    expectSuccess(result)
    #expect(result.stderr.contains("'\(copy)' is a copy of '\(videos[0])'"), "\(result.stderr)")
    #expect(result.stderr.contains("this is one video") && !result.stdout.contains("other videos"), "\(result.stdout)")
    // Nor is one of frames.
    try FileManager.default.createDirectory(atPath: scratch.path + "/frames", withIntermediateDirectories: true)
    for name in ["a", "b"] {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.path + "/frames/" + name,
        withDestinationPath: LittleWorld.folder + "/frames/" + LittleWorld.video)
    }
    let frames = Program.run(
      ["calibrate"] + Self.model + ["--clips", "1", "--output", scratch.path + "/f.json"]
        + ["--frames", scratch.path + "/frames"])
    #expect(frames.status == 0 && frames.stderr.contains("'b' is a copy of 'a'"), "\(frames.stderr)")
  }

  @Test("weights with NaN are named, by calibrate and by inspect, with where the first one is")
  func damagedWeights() throws {
    let scratch = Scratch()
    let checkpoint = try Checkpoint(path: Self.weights)
    let name = try #require(checkpoint.entries.first { $0.name.hasSuffix("pathway0_stem.conv.weight") }).name
    let tensors = try checkpoint.entries.map { (name: $0.name, tensor: try checkpoint.tensor($0.name)) }
    try #require(tensors.first { $0.name == name }).tensor.mutableValues[1] = .nan
    let path = scratch.path + "/nan.safetensors"
    try writeSafetensors(tensors, to: path)
    let inspected = Program.run(["inspect", path])
    expectSuccess(inspected)
    #expect(
      inspected.stdout.contains("not finite    '\(name)' has NaN or infinity in 1 of "),
      "\(inspected.stdout.prefix(900))")
    #expect(
      inspected.stdout.contains(" numbers, the first one at [0, 0, 0, 0, 1]\n"), "\(inspected.stdout.prefix(900))")
    #expect(!Program.run(["inspect", Self.weights]).stdout.contains("not finite"))
    let call = ["calibrate", "--cfg", LittleWorld.config, "--weights", path] + Self.frames
    expectFailure(Program.run(call), ["'\(path)'", "'\(name)' has NaN or infinity", "slowfast inspect"])
    #expect(scratch.files == ["nan.safetensors"])
  }

  @Test("a run's journal tells calibrations apart")
  func identity() throws {
    let (run, other) = (Scratch(), Scratch())
    let words = ["--run", run.path, "--precision", "int8", "--calibration"]
    expectSuccess(Self.test(run.path, words + [Self.calibration]))
    let path = other.path + "/c.json"
    let more = ["--clips", "3", "--output", path]
    expectSuccess(Program.run(["calibrate"] + Self.model + Self.frames.dropLast(2) + more))
    expectFailure(Self.test(run.path, words + [path, "--overwrite"]), ["calibration", run.path])
  }
}

import Testing

/// An empty file of any kind is said to be empty, by name.
struct EmptyFileTests {
  @Test(
    "Files that a test run reads through the config",
    arguments: ["AVA.TEST_PREDICT_BOX_LISTS", "AVA.TEST_LISTS", "AVA.GROUNDTRUTH_FILE", "AVA.LABEL_MAP_FILE"])
  func configured(key: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("empty", "")
    let value = key.hasSuffix("LISTS") ? "['\(path)']" : path
    let result = Program.run(LittleWorld.test(into: output.path, [key, value]))
    expectFailure(result, ["'\(path)'", "found none"], leaving: output)
  }

  @Test("A list of exclusions without rows excludes nothing, and says so")
  func exclusions() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("empty", "")
    let result = Program.run(LittleWorld.test(into: output.path, ["AVA.EXCLUSION_FILE", path]))
    expectSuccess(result)
    #expect(result.stderr.contains("'\(path)' excludes no key frame"))
  }

  @Test("Config, weights, clip, boxes, video, detections")
  func others() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let empty = try scratch.file("empty", "")
    let network = ["--cfg", LittleWorld.config] + LittleWorld.tinyNetwork
    let annotations = LittleWorld.annotations
    let boxes = try scratch.file("empty.csv", "empty,1,0.1,0.1,0.5,0.5,,0.9\n")
    let calls: [([String], String)] = [
      (["test", "--cfg", empty, "--random-weights", "1", "--output-dir", output.path], "no keys"),
      (LittleWorld.test(into: output.path, weights: ["--weights", empty]), "empty file"),
      (
        ["forward", "--clip", empty, "--output", output.path + "/o.npy", "--random-weights", "1"] + network, "is empty"
      ),
      (
        ["detect", empty, "--proposals", boxes, "--output-dir", output.path, "--random-weights", "1"] + network,
        "the file is empty"
      ), (["inspect", empty], "is empty"), (["frames", empty, "--output-dir", output.path], "the file is empty"),
      (
        ["evaluate", "--groundtruth", empty, "--detections", empty, "--labelmap", annotations + "/labelmap.pbtxt"],
        "found none"
      ),
      (
        [
          "evaluate", "--groundtruth", annotations + "/groundtruth.csv", "--detections", empty, "--labelmap",
          annotations + "/labelmap.pbtxt",
        ], "found none"
      ), (["overlay", "--video", empty, "--detections", empty, "--output-dir", output.path], "the file is empty"),
    ]
    for (call, words) in calls { expectFailure(Program.run(call), [empty, words], leaving: output) }
  }

  @Test("Files that are not there, with the nearest name")
  func missing() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let world = LittleWorld.folder
    try scratch.file("weights.pyth", "x")
    let calls: [([String], String)] = [
      (LittleWorld.test(into: output.path, ["AVA.GROUNDTRUTH_FILE", "groundtruht.csv"]), "groundtruth.csv'?"),
      (LittleWorld.test(into: output.path, ["AVA.FRAME_LIST_DIR", world + "/frame_list"]), "frame_lists/val.csv'?"),
      (LittleWorld.test(into: output.path, weights: ["--weights", scratch.path + "/weights.pth"]), "weights.pyth'?"),
      (LittleWorld.test(into: output.path, weights: []), "--weights"),
      (["inspect", scratch.path + "/weight.pyth"], "weights.pyth'?"),
    ]
    for (call, words) in calls { expectFailure(Program.run(call), [words], leaving: output) }
  }
}

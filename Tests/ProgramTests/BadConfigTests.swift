import Testing

/// Configs and overrides that cannot be: the key, the line, the nearest key.
struct BadConfigTests {
  @Test(
    "Config files",
    arguments: [
      ("DATA:\n  NUM_FRAMES: 8\n  NUM_FRAMS: 3\n", ["DATA.NUM_FRAMS", "line 3", "did you mean DATA.NUM_FRAMES?"]),
      ("DATA:\n  NUM_FRAMES: many\n", ["DATA.NUM_FRAMES", "line 2", "int", "'many'"]),
      ("DATA:\n  NUM_FRAMES: [3\n", ["line"]), ("DATA: 3\n", ["DATA", "line 1"]), ("- 1\n- 2\n", ["line 1"]),
      ("DATA:\n\tNUM_FRAMES: 3\n", ["line 2"]), ("\u{FFFD}\u{0}", ["line 1"]),
      ("_BASE_: none.yaml\n", ["none.yaml"]), ("_BASE_: bad.yaml\n", ["bad.yaml"]),
      ("RESNET:\n  DEPTH: 51\n", ["RESNET.DEPTH", "51"]), ("MODEL:\n  ARCH: slwo\n", ["MODEL.ARCH", "slow"]),
    ])
  func file(text: String, words: [String]) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("bad.yaml", text)
    let result = Program.run([
      "forward", "--cfg", path, "--random-weights", "1", "--clip", "none.npy", "--output", output.path + "/o.npy",
    ])
    expectFailure(result, words, leaving: output)
  }

  @Test(
    "Overrides",
    arguments: [
      (["DATA.NUM_FRAMS", "3"], ["DATA.NUM_FRAMS", "did you mean DATA.NUM_FRAMES?"]),
      (["DATA.NUM_FRAMES", "many"], ["DATA.NUM_FRAMES", "int"]), (["DATA.NUM_FRAMES", "0"], ["DATA.NUM_FRAMES"]),
      (["DATA.NUM_FRAMES", "-8"], ["DATA.NUM_FRAMES", "-8"]),
      (["DATA.NUM_FRAMES", "10000000000"], ["DATA.NUM_FRAMES"]),
      (["SLOWFAST.ALPHA", "0"], ["SLOWFAST.ALPHA"]), (["SLOWFAST.ALPHA", "5"], ["SLOWFAST.ALPHA"]),
      (["RESNET.DEPTH", "[50"], ["RESNET.DEPTH"]), (["RESNET.NUM_GROUPS", "0"], ["RESNET.NUM_GROUPS"]),
      (["DATA.MEAN", "[0.45, 0.45]"], ["DATA.MEAN"]), (["DATA.STD", "[0.0, 0.0, 0.0]"], ["DATA.STD"]),
      (["AVA.TEST_LISTS", "a.csv"], ["AVA.TEST_LISTS"]), (["NUM_GPUS", "many"], ["NUM_GPUS"]),
      (["DATA.TEST_CROP_SIZE", "0"], ["DATA.TEST_CROP_SIZE"]), (["MODEL.NUM_CLASSES", "0"], ["MODEL.NUM_CLASSES"]),
      (["DETECTION.ROI_XFORM_RESOLUTION", "0"], ["DETECTION.ROI_XFORM_RESOLUTION"]),
      (["MODEL.HEAD_ACT", "relu6"], ["MODEL.HEAD_ACT"]),
    ])
  func overrides(pairs: [String], words: [String]) {
    let output = Scratch()
    expectFailure(Program.run(LittleWorld.test(into: output.path, pairs)), words, leaving: output)
  }

  @Test("Pairs after --opts, negative numbers and lists are values like any other")
  func values() {
    let output = Scratch()
    let pairs = ["--opts", "DATA.MEAN", "[-0.5, 0.45, 0.45]", "RNG_SEED", "-1"]
    expectSuccess(Program.run(LittleWorld.test(into: output.path, pairs)))
    #expect(output.files.count == 2)
  }
}

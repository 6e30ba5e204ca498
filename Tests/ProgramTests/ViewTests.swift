import Tensors
import TestSupport
import Testing

/// Key frames seen in several views.
struct ViewTests {
  private func scores(_ scratch: Scratch, _ more: [String]) throws -> [Float] {
    let call = LittleWorld.test(into: scratch.path) + ["--scores", scratch.path + "/s.npy", "--overwrite"]
    let result = Program.run(call + more)
    expectSuccess(result)
    #expect(result.stderr.contains(" views a key frame") == more.contains("AVA.TEST_FLIP"), "\(result.stderr)")
    return try Tensor(npy: scratch.path + "/s.npy").array
  }

  @Test("The scores of several views are the mean of the --scores of single runs")
  func mean() throws {
    let scratch = Scratch()
    let singles = try [("64", "False"), ("64", "True"), ("48", "False"), ("48", "True")].map { scale, flip in
      try scores(scratch, ["DATA.TEST_CROP_SIZE", scale, "AVA.TEST_FORCE_FLIP", flip])
    }
    let mean = singles[0].indices.map { index in Float(singles.reduce(0) { $0 + Double($1[index]) } / 4) }
    let found = try scores(scratch, ["AVA.TEST_SCALES", "[64, 48]", "AVA.TEST_FLIP", "True"])
    let gap = difference(found, mean, .absolute(1e-6))
    #expect(gap == nil, "\(gap ?? "")")
    #expect(Set(singles + [found]).count == 5)
  }

  @Test("A run says its views; pairs override the preset; what excludes each other is said with both keys")
  func presets() throws {
    let scratch = Scratch()
    let call = LittleWorld.test(into: scratch.path) + ["--preset", "challenge"]
    let result = Program.run(call + ["AVA.TEST_SCALES", "[48]", "AVA.TEST_SPATIAL_CROPS", "3"])
    expectSuccess(result)
    #expect(
      result.stderr.contains(
        "6 views a key frame: short side 48, with and without flip, three squares along the long "),
      "\(result.stderr)")
    expectFailure(
      Program.run(call + ["AVA.TEST_FORCE_FLIP", "True", "--overwrite"]),
      ["AVA.TEST_FLIP True (", "AVA.TEST_FORCE_FLIP True (", "set one of them to False"])
    expectFailure(Program.run(call + ["--preset", "champion"]), status: 64, ["champion", "challenge"])
  }
}

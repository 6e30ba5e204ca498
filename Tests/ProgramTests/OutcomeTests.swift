import Files
import TestSupport
import Testing

/// Where results go, and when none may appear.
struct OutcomeTests {
  @Test("OUTPUT_DIR moves the results as --output-dir does")
  func outputKey() {
    let (flag, key) = (Scratch(), Scratch())
    expectSuccess(Program.run(LittleWorld.test(into: flag.path)))
    var call = LittleWorld.test(into: key.path)
    let place = call.firstIndex(of: "--output-dir")!
    call.removeSubrange(place...place + 1)
    expectSuccess(Program.run(call + ["OUTPUT_DIR", key.path]))
    #expect(key.files == flag.files && !key.files.isEmpty)
  }

  @Test("Rows of no use are counted, once where less than a screen follows")
  func noticesOnce() {
    let output = Scratch()
    let result = Program.run(LittleWorld.test(into: output.path))
    expectSuccess(result)
    #expect(result.stderr.contains("warning: proposals: ") && !result.stderr.contains("note: "))
    #expect(result.stderr.ranges(of: "below the score threshold 0.8").count == 1)
  }

  @Test("The project's own config is no reason for a warning")
  func ownConfig() {
    let call = [
      "bench", "clip", "--cfg", LittleWorld.config, "--weights", LittleWorld.config.replacing(".yaml", with: ".pyth"),
      "--plan",
    ]
    let result = Program.run(call)
    expectSuccess(result)
    #expect(result.stderr == "")
  }

  @Test("Scores that are not finite stop a run before anything is written")
  func notFinite() {
    let output = Scratch()
    let call = LittleWorld.test(into: output.path, ["DATA.STD", "[1e-50, 1, 1]"])
    expectFailure(
      Program.run(call + ["--scores", output.path + "/s.npy"]), ["'synth1'", "not finite", "DATA.STD"],
      leaving: output)
  }

  @Test("A file that is missing is named with the key that it comes from")
  func missingFile() {
    let output = Scratch()
    let call = LittleWorld.test(into: output.path, ["AVA.GROUNDTRUTH_FILE", "truth.csv"])
    expectFailure(Program.run(call), ["truth.csv' does not exist", "AVA.GROUNDTRUTH_FILE"], leaving: output)
    let empty = LittleWorld.test(into: output.path, ["AVA.TEST_LISTS", "[]"])
    expectFailure(Program.run(empty), ["AVA.TEST_LISTS", "names no file"], leaving: output)
  }

  @Test("Results that stdout cannot take are an error, short or long", arguments: ["text", "csv", "json"])
  func fullStdout(format: String) {
    let annotations = LittleWorld.annotations
    let truth = annotations + "/groundtruth.csv"
    let call = [
      "evaluate", "--groundtruth", truth, "--detections", truth, "--labelmap", annotations + "/labelmap.pbtxt",
      "--format", format,
    ]
    let result = Program.run(after: "exec 1>/dev/full", call)
    #expect(result.status == 1 && result.stderr.contains("->"), "\(result.stderr)")
  }

  @Test("Pictures and threads that no machine has room for are refused")
  func absurdSizes() {
    let output = Scratch()
    let large = LittleWorld.test(into: output.path, ["DATA.TEST_CROP_SIZE", "16384", "DATA.NUM_FRAMES", "512"])
    expectFailure(Program.run(large), ["DATA.TEST_CROP_SIZE"], leaving: output)
    #expect(Program.run(LittleWorld.test(into: output.path) + ["--threads", "1000000"]).status == 64)
  }
}

import Files
import TestSupport
import Testing

/// Ctrl-C and its kin: a sentence, nothing half done, and the signal itself for the shell.
struct InterruptionTests {
  private static let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  /// Runs the program and sends it a signal as soon as a condition of the shell holds.
  private func run(_ signal: String, when condition: String, _ arguments: [String]) -> Program.Result {
    Program.run(
      after: "{ (until \(condition) || ! kill -0 $$; do sleep 0.02; done; kill -\(signal) $$) 2>/dev/null & }",
      arguments)
  }

  @Test("frames leaves nothing of a video that is not whole", arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func frames(signal: String, status: Int) {
    let output = Scratch()
    // Five thousand pictures: far more than are written before the signal comes.
    let result = run(
      signal, when: "[ -e '\(output.path)/bframes.partial/bframes_000003.png' ]",
      ["frames", Self.video, "--output-dir", output.path, "--fps", "2500", "--format", "png"])
    #expect(result.status == status, "\(result.stderr)")
    #expect(result.stderr.contains("\ninterrupted: ") || result.stderr.hasPrefix("interrupted: "), "\(result.stderr)")
    #expect(result.stderr.contains("interrupted: 0 of 1 video written and listed\n"), "\(result.stderr)")
    #expect(output.files.isEmpty)
  }

  @Test("detect keeps the rows of what it scored, under a name that says so")
  func detect() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let rows = (0..<60).map { "bframes,\(Double($0) / 30),0.1,0.1,0.5,0.9,,0.99\n" }.joined()
    let boxes = try scratch.file("boxes.csv", rows)
    // The folder of the results is made before the first key frame is scored.
    let result = run(
      "INT", when: "[ -d '\(output.path)/out' ]",
      ["detect", Self.video, "--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1"]
        + ["--output-dir", output.path + "/out"] + LittleWorld.tinyNetwork + ["DATA.TEST_CROP_SIZE", "192"])
    #expect(result.status == 130, "\(result.stderr)")
    #expect(result.stderr.contains("interrupted: "), "\(result.stderr)")
    // Where the signal met the run is a matter of chance; what is said of the rows holds.
    let hasRows = result.stderr.contains("their rows are in \(output.path)/out/detections.partial.csv\n")
    // Before the first row there may be a journal, which a run that goes on reads, or nothing yet.
    let journal = "out/detections.journal"
    let possible = hasRows ? [[journal, "out/detections.partial.csv"]] : [[], [journal]]
    #expect(possible.contains(output.files), "\(output.files): \(result.stderr)")
  }

  @Test("A film is not kept in part, and it is said what is")
  func film() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let rows = try scratch.file("rows.csv", "bframes,0001,0.1,0.1,0.5,0.9,1,0.99\n")
    let result = run(
      "INT", when: "[ -d '\(output.path)/out' ]",
      ["overlay", "--video", Self.video, "--detections", rows, "--output-dir", output.path + "/out"]
        + ["--overlay-video", "--no-pictures"])
    // Where the signal met the run is a matter of chance.
    if result.status == 130, result.stderr.contains("bframes.mp4") {
      #expect(result.stderr.contains("bframes.mp4 was not finished and is not kept"), "\(result.stderr)")
      #expect(output.files == [])
    }
  }

  @Test("What nohup switched off stays off")
  func ignored() {
    let output = Scratch()
    let result = Program.run(
      after:
        "trap '' HUP; { (until [ -e '\(output.path)/bframes.partial/bframes_000003.jpg' ] || ! kill -0 $$; "
        + "do sleep 0.02; done; kill -HUP $$) 2>/dev/null & }",
      ["frames", Self.video, "--output-dir", output.path, "--fps", "100"])
    expectSuccess(result)
    #expect(output.files.contains("frame_list.csv"))
  }
}

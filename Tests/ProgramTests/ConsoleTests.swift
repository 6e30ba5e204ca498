import TestSupport
import Testing

/// What goes where: results to stdout, everything else to stderr.
struct ConsoleTests {
  @Test("stdout holds the results alone; progress off a terminal is plain lines, few of them")
  func progress() {
    let run = Scratch()
    let result = Program.run(LittleWorld.test(into: run.path))
    expectSuccess(result)
    #expect(result.stdout.hasPrefix("id  class"))
    #expect(!result.stdout.contains("warning") && !result.stdout.contains("wrote"))
    #expect(!result.stderr.contains("\r") && !result.stderr.contains("\u{1B}"))
    let lines = result.stderr.split(separator: "\n").filter { $0.hasPrefix("testing: ") }
    #expect(lines.last?.hasPrefix("testing: 3 key frames in ") == true)
    #expect(lines.count <= 3)
  }

  @Test("A stdout that cannot be written is a failure")
  func lostResults() {
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let full = Program.run(after: "exec 1>/dev/full", ["inspect", video])
    expectFailure(full, ["writing the results to stdout", "No space left"])
  }

  @Test(
    "inspect tells what a video and a checkpoint hold",
    arguments: [
      ("Video/bframes.mp4", ["97", "63", "25", "60"]), ("Video/tenbit.mkv", ["Matroska"]),
      ("Checkpoint/zip_protocol2.pyth", ["head.projection.weight", "3x4"]),
      ("Checkpoint/caffe2_protocol2.pkl", ["odd_blob"]), ("Checkpoint/types.safetensors", ["safetensors"]),
    ])
  func inspect(file: String, words: [String]) {
    let result = Program.run(["inspect", projectRoot + "/Tests/Fixtures/" + file])
    expectSuccess(result)
    for word in words { #expect(result.stdout.contains(word), "\(word) in \(result.stdout)") }
  }
}

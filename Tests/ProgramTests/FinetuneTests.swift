import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// `slowfast finetune` as it is called.
struct FinetuneTests {
  /// tools/finetune.sh on a few videos: drawn, tuned in two parts, and detected with; a test gives the report's number, and the
  /// call again does nothing anew.
  @Test func quickStart() throws {
    let scratch = Scratch()
    let out = scratch.path + "/out"
    let result = Program.run(
      through: [
        "/bin/sh", "-c", "exec \"$1\" \"$0\" \"$2\" 4 6", Program.path, projectRoot + "/tools/finetune.sh", out,
      ], [], patience: 300)
    #expect(result.status == 0, "\(result.stderr)")
    #expect(result.stdout.contains("moving along") && result.stdout.contains("mAP"), "\(result.stdout)")
    #expect(result.stderr.contains("the head of '") && result.stderr.contains("SMALL.pyth' is not taken"))
    let tuned = out + "/tuned"
    for file in [
      "labelmap.pbtxt", "config.yaml", "index.html", "finetune.json", "head/curves.png", "stages/curves.png",
    ] {
      #expect(pathExists(tuned + "/" + file), "\(file)")
    }
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: tuned + "/finetune.json")))
    let report = try #require(json as? [String: Any])
    let best = try #require(report["best"] as? String)
    let map = try #require((report["mAP"] as? [String: Double])?[best])
    #expect(try #require((report["mAP"] as? [String: Double])?["before"]) < map && map > 0.6, "\(report)")
    let page = try String(contentsOfFile: tuned + "/index.html", encoding: .utf8)
    #expect(page.contains("waving or clapping") && page.contains("data:image/png;base64,iVBOR"))
    #expect(!page.contains("http://") && !page.contains("https://"))

    let weights = tuned + "/checkpoints/checkpoint_best.pyth"
    let tested = Program.run([
      "test", "--cfg", tuned + "/config.yaml", "--weights", weights, "--output-dir", scratch.path + "/test",
    ])
    let found = tested.stdout.split(separator: "\n").last?.split(separator: " ").last.flatMap { Double($0) }
    #expect(abs((found ?? -1) - map) < 1e-12, "\(tested.stdout) \(tested.stderr) \(map)")

    let detections = try String(contentsOfFile: out + "/detected/detections.csv", encoding: .utf8)
    #expect(Set(detections.split(separator: "\n").map { $0.split(separator: ",")[6] }) == ["1", "2", "3"])
    try ownBoxes(out, scratch)
  }

  /// Without a detector's boxes those of the rows are scored, by a test with the config that is written, too. What begins anew on
  /// features of other settings is refused, and takes nothing away.
  private func ownBoxes(_ out: String, _ scratch: Scratch) throws {
    let (model, tuned) = (projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL", scratch.path + "/own")
    func finetune(_ more: [String]) -> Program.Result {
      Program.run(
        ["finetune", "--cfg", model + ".yaml", "--weights", model + ".pyth", "--classes", out + "/classes.txt"]
          + ["--train", out + "/train.csv", "--val", out + "/val.csv", "--freeze", "backbone", "--epochs", "2"]
          + ["--output-dir", tuned, "AVA.FRAME_DIR", out + "/world/frames"]
          + ["AVA.FRAME_LIST_DIR", out + "/world/frame_lists"] + more)
    }
    func map(_ result: Program.Result) -> Double? {
      let line = result.stdout.split(separator: "\n").last { $0.contains("mAP") }
      return line?.split(separator: " ").last.flatMap { Double($0) }
    }
    let result = finetune([])
    let weights = tuned + "/checkpoints/checkpoint_best.pyth"
    let tested = Program.run([
      "test", "--cfg", tuned + "/config.yaml", "--weights", weights, "--output-dir", scratch.path + "/test-own",
    ])
    let (own, found) = (try #require(map(result), "\(result.stderr)"), try #require(map(tested), "\(tested.stderr)"))
    #expect(abs(own - found) < 1e-4, "\(own), \(found)")
    let refused = finetune(["--overwrite", "DATA.TEST_CROP_SIZE", "96"])
    #expect(refused.status == 1 && refused.stderr.contains("train.journal'"), "\(refused.stderr)")
    #expect(pathExists(weights) && pathExists(tuned + "/config.yaml") && pathExists(tuned + "/head/state.json"))
    // Anew on the same features.
    expectSuccess(finetune(["--overwrite", "--learning-rate", "0.001"]))
  }

  private func call(_ more: [String]) -> Program.Result {
    Program.run(["finetune", "--cfg", LittleWorld.config, "--weights", "none.pyth"] + more)
  }

  @Test(arguments: [
    (["--freeze", "tail"], 64, "--freeze is 'tail' -> give backbone or stages N"),
    (["--freeze", "stages"], 64, "--freeze stages needs a number, found 'none'"),
    (["--freeze", "stages", "2", "--then-stages", "3"], 64, "--then-stages follows --freeze backbone"),
    (["--freeze", "backbone", "SOLVER.BASE_LR"], 64, "'SOLVER.BASE_LR' has no partner"),
    (["--freeze", "backbone", "--epochs", "0"], 64, "--epochs is 0 -> give 1 or more"),
    (["--freeze", "backbone", "--learning-rate", "0"], 64, "--learning-rate is 0.0 -> give a number above 0"),
    (["--freeze", "backbone", "--every", "0"], 64, "--every is 0.0 -> give seconds, at least 0.001"),
    ([], 64, "Missing expected argument '--freeze <backbone | stages N>'"),
    (["--freeze", "backbone"], 1, "reading boxes: 'train.csv' does not exist"),
  ])
  func wrongCallsAreNamed(_ more: [String], _ status: Int, _ words: String) {
    let scratch = Scratch()
    let files = ["--classes", "c.txt", "--train", "train.csv", "--val", "val.csv", "--output-dir", scratch.path + "/o"]
    let result = call(files + more)
    #expect(result.status == status && result.stderr.contains(words), "\(result.stderr)")
    #expect(!pathExists(scratch.path + "/o"))
  }
}

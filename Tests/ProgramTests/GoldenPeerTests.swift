import Files
import TestSupport
import Tensors
import Testing

/// Weights of PyTorchVideo and MMAction2 give what those libraries give.
struct GoldenPeerTests {
  static let names = [
    "mmaction2_slowfast_ava", "mmaction2_slowfast_k400", "mmaction2_slowonly_ava", "mmaction2_slowonly_context_ava",
    "mmaction2_slowonly_nl_ava", "pytorchvideo_mvit_b_16x4", "pytorchvideo_slow_detection",
    "pytorchvideo_slowfast_detection",
    "pytorchvideo_slowfast_k400", "pytorchvideo_x3d_s",
  ]

  @Test(.enabled(if: sharedFolder != nil, Golden.reason), arguments: names)
  func scores(name: String) throws {
    let folder = Golden.folder + "/peers/" + name
    let about = try Golden.object(folder + "/case.json")
    let checkpoint = try #require(
      ["/checkpoint.pyth", "/checkpoint.pth"].map { folder + $0 }.first { pathExists($0) })
    var call = ["forward", "--cfg", projectRoot + "/" + (try #require(about["config"] as? String))]
    call += ["--weights", checkpoint, "--clip", folder + "/clip.npy"]
    if pathExists(folder + "/boxes.npy") { call += ["--boxes", folder + "/boxes.npy"] }
    let scratch = Scratch()
    for (key, value) in try #require(about["overrides"] as? [String: Any]) { call += [key, "\(value)"] }
    let result = Program.run(call + ["--output", scratch.path + "/scores.npy"])
    expectSuccess(result)
    let found = try Tensor(npy: scratch.path + "/scores.npy").array
    let expected = try Tensor(npy: folder + "/output.npy").array
    let gap = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected.count && gap < 1e-4, "\(gap)")
  }
}

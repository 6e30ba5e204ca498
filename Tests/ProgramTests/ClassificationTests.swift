import Files
import TestSupport
import Tensors
import Testing

/// Tests of videos as a whole, through the built program.
@Suite struct ClassificationTests {
  private static let config = projectRoot + "/configs/Kinetics/C2D_8x8_R50.yaml"

  private func test(_ folder: String, _ more: [String]) -> Program.Result {
    Program.run(
      ["test", "--cfg", Self.config, "--random-weights", "1", "--output-dir", folder, "DATA.PATH_TO_DATA_DIR", folder]
        + more)
  }

  @Test func badCallsSayWhatToDo() throws {
    let scratch = Scratch()
    let folder = scratch.path
    expectFailure(
      test(folder, []), ["test.csv' does not exist", "set DATA.PATH_TO_DATA_DIR to the folder of test.csv"])
    try writeFile(folder + "/test.csv", "a.mp4 1\n")
    expectFailure(test(folder, []), ["none of the 1 listed video is there", "set DATA.PATH_PREFIX"])
    expectFailure(test(folder, ["DATA.MULTI_LABEL", "True"]), ["set DATA.MULTI_LABEL False"])
    expectFailure(test(folder, ["TEST.SAVE_RESULTS_PATH", "a.pkl"]), ["ends in .npz or .csv"])
    expectFailure(test(folder, ["--preset", "challenge"]), ["--preset: it is of boxes"])
  }

  /// PySlowFast's scores, summed over the views; colours and frames are the reference's own.
  @Test(.enabled(if: sharedFolder != nil, Golden.reason), arguments: ["c2d", "slowfast", "x3d_m"])
  func golden(name: String) throws {
    let folder = Golden.folder + "/classification/" + name
    let expected = try Golden.object(folder + "/expected.json")
    let model = try Golden.Model(try #require(expected["model"] as? String))
    let scratch = Scratch()
    let result = Program.run(
      ["test", "--cfg", model.config, "--weights", model.checkpoint, "--output-dir", scratch.path, "--scores"]
        + [scratch.path + "/s.npy", "DATA.PATH_TO_DATA_DIR", folder, "DATA.PATH_PREFIX", Golden.data + "/videos"]
        + model.overrides + (try #require(expected["overrides"] as? [String])))
    expectSuccess(result)
    #expect(result.stdout.contains("top-1 accuracy %"))
    let found = try Tensor(npy: scratch.path + "/s.npy").array
    let scores = try Tensor(npy: folder + "/video_scores_sum.npy").array
    let gap = zip(found, scores).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == scores.count && gap < 2e-3, "\(gap)")
  }
}

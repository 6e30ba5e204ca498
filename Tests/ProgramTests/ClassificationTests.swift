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

  /// A table that says so, or a call, has videos of any number of classes; groups are of videos that have one.
  @Test func tablesOfSeveralClasses() throws {
    let scratch = Scratch()
    let (labels, label) = (scratch.path + "/labels.csv", scratch.path + "/label.csv")
    try writeFile(labels, "video,labels,class_0,class_1\na,0,2,1\nb,1,1,2\nc,,3,4\n")
    try writeFile(label, "video,label,class_0,class_1\na,0,2,1\nb,1,1,2\nc,,3,4\n")
    let told = Program.run(["evaluate", "--predictions", labels, "--bootstrap", "10"])
    expectSuccess(told)
    #expect(told.stdout.contains("3 videos") && told.stdout.contains("mAP") && !told.stdout.contains("left out"))
    let plain = Program.run(["evaluate", "--predictions", label, "--bootstrap", "10"])
    #expect(plain.stdout.contains("top-1") && plain.stdout.contains("1 video without a known class left out"))
    #expect(plain.stderr.contains("1 empty label taken for a class that is not known"))
    let asked = Program.run(["evaluate", "--predictions", label, "--bootstrap", "10", "--multi-label"])
    #expect(asked.stdout == told.stdout)
    try writeFile(scratch.path + "/g.json", #"{"x": [0]}"#)
    expectFailure(
      Program.run(["evaluate", "--predictions", labels, "--groups", scratch.path + "/g.json"]),
      ["any number of classes each, and groups are of videos that have one", "leave out --groups"])
    expectFailure(
      Program.run(["evaluate", "--multi-label"]), status: 64, ["--multi-label is of predictions of whole videos"])
  }

  /// PySlowFast's scores, summed over the views; colours and frames are the reference's own.
  @Test(.enabled(if: sharedFolder != nil, Golden.reason), arguments: ["c2d", "slowfast", "x3d_m", "mvitv2_s"])
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

  /// PySlowFast's tests of frame lists: scores of all views together, the printed accuracies or mAP.
  @Test(
    .enabled(if: sharedFolder != nil, Golden.reason),
    arguments: [
      ("charades", "3x3", "max"), ("charades", "2x1_rate1", "max"), ("ssv2", "1x1", "sum"), ("ssv2", "1x3", "sum"),
    ])
  func goldenFrameLists(name: String, variant: String, fusion: String) throws {
    let folder = Golden.folder + "/" + name
    let about = try Golden.object(folder + "/expected.json")
    let model = try Golden.Model(try #require(about["model"] as? String))
    let expected = try #require((about["variants"] as? [String: Any])?[variant] as? [String: Any])
    let scratch = Scratch()
    let result = Program.run(
      ["test", "--cfg", model.config, "--weights", model.checkpoint, "--output-dir", scratch.path, "--scores"]
        + [scratch.path + "/s.npy", "DATA.PATH_TO_DATA_DIR", folder, "DATA.PATH_PREFIX", folder + "/frames"]
        + ["TEST.SAVE_RESULTS_PATH", "r.npz"] + model.overrides + (try #require(expected["overrides"] as? [String])))
    expectSuccess(result)
    let found = try Tensor(npy: scratch.path + "/s.npy").array
    let scores = try Tensor(npy: "\(folder)/\(variant)_video_scores_\(fusion).npy").array
    let gap = zip(found, scores).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == scores.count && gap < 1e-4, "\(gap)")
    for key in ["printed_map", "printed_top1_acc", "printed_top5_acc"] {
      if let text = expected[key] as? String { #expect(result.stdout.contains(text), "\(result.stdout)") }
    }
  }

  /// A peer's recogniser sees the pixels that it was trained on, without a word of the call.
  @Test(.enabled(if: sharedFolder != nil, Golden.reason)) func pixelsOfPeers() throws {
    let folder = Golden.folder + "/peers/mmaction2_slowfast_k400"
    let about = try Golden.object(folder + "/case.json")
    let scratch = Scratch()
    var call = ["test", "--cfg", projectRoot + "/" + (try #require(about["config"] as? String))]
    call += ["--weights", folder + "/checkpoint.pth", "TEST.DATASET", "kinetics", "TEST.NUM_ENSEMBLE_VIEWS", "1"]
    call += ["TEST.NUM_SPATIAL_CROPS", "1", "DATA.PATH_TO_DATA_DIR", Golden.folder + "/classification/c2d"]
    call += ["DATA.PATH_PREFIX", Golden.data + "/videos"]
    for (key, value) in try #require(about["overrides"] as? [String: Any])
    where !key.hasPrefix("DATA.") || key == "DATA.NUM_FRAMES" {
      call += [key, "\(value)"]
    }
    func scores(_ more: [String], _ name: String) throws -> [Float] {
      let out = scratch.path + "/" + name
      expectSuccess(Program.run(call + more + ["--output-dir", out, "--scores", out + ".npy"]))
      return try Tensor(npy: out + ".npy").array
    }
    let own = try scores([], "own")
    let given = try scores(
      ["DATA.MEAN", "[0.485, 0.456, 0.406]", "DATA.STD", "[0.229, 0.224, 0.225]"], "given")
    let gap = zip(own, given).map { abs($0 - $1) }.max() ?? .infinity
    #expect(gap < 1e-4, "\(gap)")
    let other = try scores(["DATA.MEAN", "[0.3, 0.45, 0.6]"], "other")
    #expect(zip(own, other).contains { abs($0 - $1) > 1e-4 })
  }
}

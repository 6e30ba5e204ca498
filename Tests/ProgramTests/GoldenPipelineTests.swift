import Tensors
import TestSupport
import Testing

/// `test` and `detect` reproduce PySlowFast's detections on real frames.
@Suite(.enabled(if: sharedFolder != nil, Golden.reason))
struct GoldenPipelineTests {
  static let folder = Golden.folder + "/pipeline/basketball"

  /// What all runs share: model, weights, label map, exclusions.
  private static func common() throws -> [String] {
    let model = try Golden.Model("slowfast_r50_ava")
    return ["--cfg", model.config, "--weights", model.checkpoint] + model.overrides + [
      "AVA.LABEL_MAP_FILE", Golden.data + "/ava/ava_action_list_v2.2_for_activitynet_2019.pbtxt",
      "AVA.EXCLUSION_FILE", Golden.data + "/ava/ava_val_excluded_timestamps_v2.2.csv",
    ]
  }

  /// The call of a test run over the golden proposals.
  private static func test(_ scratch: Scratch, lists: String, list: String, frames: String) throws -> [String] {
    ["test", "--output-dir", scratch.path, "--scores", scratch.path + "/scores.npy"] + (try common()) + [
      "AVA.FRAME_DIR", frames, "AVA.FRAME_LIST_DIR", lists, "AVA.ANNOTATION_DIR", folder + "/annotations",
      "AVA.TEST_LISTS", "['\(list)']", "AVA.TEST_PREDICT_BOX_LISTS", "['proposals.csv']", "AVA.GROUNDTRUTH_FILE",
      "groundtruth.csv",
    ]
  }

  @Test(
    "Rows, boxes, scores and mAP of every variant",
    arguments: ["short128", "short160_flip", "short128_thresh90_bgr", "short112_torchproc"])
  func variant(name: String) throws {
    let variants = try #require(try Golden.object(Self.folder + "/expected.json")["variants"] as? [String: Any])
    let variant = try #require(variants[name] as? [String: Any])
    let overrides = try #require(variant["overrides"] as? [String])
    let scratch = Scratch()
    let call = try Self.test(
      scratch, lists: Self.folder + "/frame_lists", list: "val.csv", frames: Self.folder + "/frames")
    let result = Program.run(call + overrides)
    expectSuccess(result)

    let found = try lines(scratch.path + "/detections_latest.csv")
    let expected = try lines(Self.folder + "/\(name)_detections.csv")
    #expect(difference(found.map(key), expected.map(key)) == nil)
    let gaps = try zip(found, expected).map { try abs(#require(score($0)) - #require(score($1))) }
    #expect(gaps.max() ?? 1 <= 1e-3)

    let scores = try Tensor(npy: scratch.path + "/scores.npy")
    let wanted = try Tensor(npy: Self.folder + "/\(name)_scores.npy")
    #expect(scores.shape == wanted.shape)
    let gap = difference(scores.array, wanted.array, .network, name)
    #expect(gap == nil, "\(gap ?? "")")

    let mean = try #require(variant["mAP"] as? Double)
    #expect(abs(try printedMean(result.stdout) - mean) < 1e-6)
    #expect(result.stdout.contains("PySlowFast's protocol"))
  }

  @Test("The flip among two views is the golden one, and the other the run without flip")
  func flipAmongViews() throws {
    let (plain, both) = (Scratch(), Scratch())
    func scores(_ scratch: Scratch, _ overrides: [String]) throws -> [Float] {
      let call = try Self.test(
        scratch, lists: Self.folder + "/frame_lists", list: "val.csv", frames: Self.folder + "/frames")
      expectSuccess(Program.run(call + overrides))
      return try Tensor(npy: scratch.path + "/scores.npy").array
    }
    let one = try scores(plain, ["DATA.TEST_CROP_SIZE", "160"])
    let mean = try scores(both, ["AVA.TEST_SCALES", "[160]", "AVA.TEST_FLIP", "True"])
    let flip = zip(one, mean).map { 2 * $1 - $0 }
    let gap = difference(flip, try Tensor(npy: Self.folder + "/short160_flip_scores.npy").array, .network)
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test("A video shows the frames of its lossless list, bit by bit, and nearly those of a JPEG list")
  func videoAgainstLists() throws {
    let video = Golden.data + "/videos/basketball1.mp4"
    let (list, listed, detected) = (Scratch(), Scratch(), Scratch())
    let frames = Program.run(["frames", video, "--output-dir", list.path, "--fps", "30", "--format", "png"])
    expectSuccess(frames)
    let call = try Self.test(listed, lists: list.path, list: "frame_list.csv", frames: list.path)
    expectSuccess(Program.run(call + ["DATA.TEST_CROP_SIZE", "128"]))
    let own = Program.run(
      [
        "detect", video, "--proposals", Self.folder + "/annotations/proposals.csv", "--starting-second", "900",
        "--output-dir", detected.path, "--scores", detected.path + "/scores.npy",
      ] + (try Self.common()) + ["DATA.TEST_CROP_SIZE", "128"])
    expectSuccess(own)
    let scores = try Tensor(npy: detected.path + "/scores.npy").array
    #expect(difference(scores, try Tensor(npy: listed.path + "/scores.npy").array) == nil)

    let jpeg = try Tensor(npy: Self.folder + "/short128_scores.npy").array
    #expect(scores.count == jpeg.count)
    let gaps = zip(scores, jpeg).map { abs(Double($0) - Double($1)) }
    #expect(gaps.max() ?? 1 <= 0.12)
    #expect(gaps.reduce(0, +) / Double(max(1, gaps.count)) <= 0.012)

    let json = try Golden.object(detected.path + "/detections.json")
    #expect(json["video"] as? String == "basketball1")
    let keyFrames = try #require(json["keyframes"] as? [[String: Any]])
    #expect(keyFrames.map { $0["time"] as? Double } == [2, 3, 4, 5, 6, 7, 8])
  }

  /// A row without its score: video, second, box, action.
  private func key(_ row: String) -> String { String(row[..<(row.lastIndex(of: ",") ?? row.endIndex)]) }

  private func score(_ row: String) -> Double? { row.split(separator: ",").last.flatMap { Double($0) } }

  /// The number at the end of the line of the mAP.
  private func printedMean(_ text: String) throws -> Double {
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("mAP@0.5IOU") })
    return try #require(line.split(separator: " ").last.flatMap { Double($0) })
  }
}

import Files
import Foundation
import TestSupport
import Tensors
import Testing

/// Classification of own videos, through the built program.
@Suite struct ClassifyTests {
  private static let video = projectRoot + "/Tests/Fixtures/Video/ntsc.mp4"
  /// A narrow network of five classes over eight frames, one in four, at 32 pixels: a clip takes milliseconds.
  private static let network = [
    "--cfg", projectRoot + "/configs/Kinetics/C2D_8x8_R50.yaml", "--random-weights", "1", "MODEL.NUM_CLASSES", "5",
    "RESNET.WIDTH_PER_GROUP", "8", "DATA.SAMPLING_RATE", "4", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
    "DATA.TRAIN_JITTER_SCALES", "[32, 32]",
  ]

  private func classify(_ inputs: [String], _ more: [String] = []) -> Program.Result {
    Program.run(["classify"] + inputs + more + Self.network)
  }

  /// The first window has the scores of a test's only clip, to the last bit; a run goes on from its journal, and makes
  /// other results without the network.
  @Test func scoresAreTheTests() throws {
    let scratch = Scratch()
    let folder = scratch.path
    try scratch.file("test.csv", "\(Self.video) 1\n")
    let test = Program.run(
      ["test", "--output-dir", folder + "/test", "--scores", folder + "/test.npy"] + Self.network
        + [
          "DATA.PATH_TO_DATA_DIR", folder, "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1",
        ])
    expectSuccess(test)
    let names = try scratch.file("names.json", "{\"a\": 0, \"b\": 1, \"c\": 2, \"d\": 3, \"e\": 4}")
    let own = ["--run", folder + "/run", "--labels", names]
    let result = classify(
      [Self.video], own + ["--scores", folder + "/own.npy", "--overlay-video", folder + "/film.mp4"])
    expectSuccess(result)
    let (expected, found) = (try Tensor(npy: folder + "/test.npy"), try Tensor(npy: folder + "/own.npy"))
    #expect(found.shape == [2, 5] && difference(Array(found.array.prefix(5)), expected.array, .exact) == nil)
    #expect(result.stdout.hasPrefix(Self.video + ": 2.00 s, windows of 1.07 s\n"), "\(result.stdout)")
    #expect(result.stdout.contains("mean     of 2") && pathExists(folder + "/film.mp4"))
    #expect(result.stderr.contains("2 windows of 1.07 s, one every 1.07 s, each in the middle 32 x 32"))

    let again = classify([Self.video], own + ["--format", "json", "--output", folder + "/own.json"])
    expectSuccess(again)
    #expect(again.stderr.contains("2 of 2 windows done already") && again.stdout.isEmpty, "\(again.stderr)")
    let json = try object(String(decoding: readFile(folder + "/own.json", doing: "testing"), as: UTF8.self))
    #expect((json["windows"] as? [Any])?.count == 2)
    expectFailure(
      classify([Self.video], own + ["--output", folder + "/own.json"]), ["already -> add --overwrite"])
    expectFailure(
      Program.run(["results", folder + "/run"]), ["it keeps a run of slowfast classify -> start that command"])
  }

  @Test func badCallsSayWhatToDo() throws {
    let scratch = Scratch()
    expectFailure(classify([]), status: 64, ["no video was given -> slowfast classify VIDEO ..."])
    expectFailure(classify([Self.video], ["--top-k", "0"]), status: 64, ["--top-k is 0 -> give 1 or more"])
    expectFailure(
      classify([Self.video], ["--overlay-video", scratch.path + "/a.avi"]),
      ["ends in .avi -> give a name that ends in .mp4, .mov or .mkv, or a folder"], leaving: scratch)
    expectFailure(classify([scratch.path + "/no.mp4"]), ["no.mp4' does not exist -> "])
    let names = try scratch.file("names.txt", "a\nb\nc\nd\ne\nf\n")
    expectFailure(
      classify([Self.video], ["--labels", names]), ["line 6: 'f' is class 5, and the network scores classes"])
    let both = classify([Self.video, scratch.path + "/no.mp4"], ["--every", "5", "--format", "csv"])
    #expect(both.status == 1 && both.stdout.split(separator: "\n").count == 11, "\(both.stdout)")
    #expect(both.stderr.contains("1 of 2 windows not scored"))
    #expect(both.stderr.contains("no names of classes were given"))
    let detector = Program.run(["classify", Self.video, "--cfg", LittleWorld.config, "--random-weights", "1"])
    expectFailure(detector, ["is a detection config (DETECTION.ENABLE True", "-> use slowfast detect"])
  }
}

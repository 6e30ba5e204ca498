import Files
import Foundation
import ImageFiles
import Imaging
import Tensors
import TestSupport
import Testing

/// The library for C, through a C program with AddressSanitizer (tools/test-library.sh), beside the program's own results.
@Suite(.serialized) struct SlowFastLibraryTests {
  /// Where the C program is built, once a test run.
  private static let built: String = {
    atexit { _ = try? FileManager.default.removeItem(atPath: SlowFastLibraryTests.folder) }
    return folder
  }()
  private static let folder = TemporaryFolder().path
  private static let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
  private static let demo = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL"

  private func library(_ arguments: [String]) -> Program.Result {
    Program.run(through: ["/bin/sh", projectRoot + "/tools/test-library.sh"], [Self.built] + arguments)
  }

  /// The fixture's 60 frames as bytes [60, height, width, 3], BGR.
  private func frames(_ scratch: Scratch) throws -> (path: String, folder: String, extent: [String]) {
    expectSuccess(
      Program.run(
        ["frames", Self.video, "--output-dir", scratch.path + "/frames", "--fps", "25", "--format", "png"]))
    let folder = scratch.path + "/frames/bframes"
    let images = try listFolder(folder).filter { $0.hasSuffix(".png") }.sorted().map {
      try readImage(path: joinPath(folder, $0))
    }
    #expect(images.count == 60)
    let path = try scratch.file("frames.raw", bytes: images.flatMap(\.pixels))
    return (path, folder, ["\(images.count)", "\(images[0].height)", "\(images[0].width)"])
  }

  private func floats(_ path: String) throws -> [Float] {
    try readFile(path, doing: "comparing").withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  @Test("Calls, right and wrong ones, RoIAlign and rows by hand")
  func calls() { expectSuccess(library(["calls"])) }

  @Test("Boxes on frames in memory have the scores of slowfast detect to the last bit")
  func detection() throws {
    let scratch = Scratch()
    let (path, folder, extent) = try frames(scratch)
    try writeFile(
      scratch.path + "/boxes.csv", "bframes,0001,0.1,0.1,0.5,0.9,,0.99\nbframes,0001,0.2,0.1,0.6,0.9,,0.95\n")
    expectSuccess(
      Program.run([
        "detect", folder, "--proposals", scratch.path + "/boxes.csv", "--cfg", Self.demo + ".yaml", "--weights",
        Self.demo + ".pyth", "--output-dir", scratch.path + "/out", "--scores", scratch.path + "/scores.npy", "--fps",
        "25",
      ]))
    expectSuccess(
      library(["detect", Self.demo + ".yaml", Self.demo + ".pyth", path] + extent + [scratch.path + "/scores.raw"]))
    let expected = try Tensor(npy: scratch.path + "/scores.npy")
    #expect(expected.shape == [2, 80])
    #expect(try floats(scratch.path + "/scores.raw") == expected.array)
  }

  @Test("A clip in memory has the scores of slowfast classify")
  func classification() throws {
    let scratch = Scratch()
    let (_, folder, extent) = try frames(scratch)
    let classes = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_CLASSES"
    let names = try listFolder(folder).filter { $0.hasSuffix(".png") }.sorted().prefix(32)
    for name in names { try scratch.file("clip/" + name, bytes: readFile(joinPath(folder, name), doing: "copying")) }
    let own = Program.run([
      "classify", scratch.path + "/clip", "--cfg", classes + ".yaml", "--weights", classes + ".pyth", "--fps", "30",
      "--format", "json", "--top-k", "13",
    ])
    expectSuccess(own)
    // The frames of its one window: eight at equal distances, from the first to the last of 32.
    let images = try [0, 4, 8, 13, 17, 22, 26, 31].map { try readImage(path: joinPath(folder, names[$0])) }
    let path = try scratch.file("clip.raw", bytes: images.flatMap(\.pixels))
    expectSuccess(
      library(
        ["classify", classes + ".yaml", classes + ".pyth", path, "8"] + extent.dropFirst() + [
          scratch.path + "/scores.raw"
        ]))
    let windows = try #require(try object(own.stdout)["windows"] as? [[String: Any]])
    let found = try #require(windows[0]["classes"] as? [[String: Any]])
    let scores = try floats(scratch.path + "/scores.raw")
    #expect(found.count == 13 && scores.count == 13)
    for entry in found {
      let (id, score) = try (#require(entry["id"] as? Int), #require(entry["score"] as? Double))
      #expect(scores[id] == Float(score), "class \(id)")
    }
  }

  @Test("Files are evaluated as slowfast evaluate does, to the last byte")
  func evaluation() throws {
    let scratch = Scratch()
    let files = ["groundtruth.csv", "detections.csv", "labelmap.pbtxt", "excluded.csv"].map {
      projectRoot + "/Tests/Fixtures/AVAEval/" + $0
    }
    let own = Program.run([
      "evaluate", "--groundtruth", files[0], "--detections", files[1], "--labelmap", files[2], "--exclusions", files[3],
      "--explain", "--bootstrap", "20", "--seed", "3", "--format", "json",
    ])
    expectSuccess(own)
    expectSuccess(library(["files"] + files + [scratch.path + "/result.json", scratch.path + "/notices"]))
    #expect(
      String(decoding: try readFile(scratch.path + "/result.json", doing: "comparing"), as: UTF8.self) == own.stdout)
    #expect(
      String(decoding: try readFile(scratch.path + "/notices", doing: "comparing"), as: UTF8.self) + "\n" == own.stderr)
  }
}

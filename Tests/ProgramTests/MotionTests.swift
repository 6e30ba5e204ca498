import Files
import Foundation
import TestSupport
import Testing

/// What moves: stills in place of clips, and overlay videos.
struct MotionTests {
  private func rows(_ folder: String, second: String) throws -> [Substring] {
    String(decoding: try readFile(folder + "/detections_latest.csv", doing: "reading"), as: UTF8.self)
      .split(separator: "\n").filter { $0.contains(",\(second),") }
  }

  /// Metamorphic: a still is a clip from a list that names the key frame's picture everywhere.
  @Test func aStillIsAListOfOnePicture() throws {
    let (still, moving, frozen, lists) = (Scratch(), Scratch(), Scratch(), Scratch())
    expectSuccess(Program.run(LittleWorld.test(into: moving.path)))
    expectSuccess(Program.run(LittleWorld.test(into: still.path, ["--still"])))
    let video = LittleWorld.video
    // Second 903 is frame 90, counted from 0; its file is number 91.
    let list = (0..<180).map { "\(video) 0 \($0) \(video)/\(video)_000091.jpg \"\"\n" }
    try lists.file("val.csv", "original_vido_id video_id frame_id path labels\n" + list.joined())
    expectSuccess(Program.run(LittleWorld.test(into: frozen.path, ["AVA.FRAME_LIST_DIR", lists.path])))
    #expect(try !rows(still.path, second: "0903").isEmpty)
    #expect(try rows(still.path, second: "0903") == rows(frozen.path, second: "0903"))
    #expect(try rows(still.path, second: "0903") != rows(moving.path, second: "0903"))
  }

  @Test func overlayVideosShowEveryFrame() throws {
    let pictures = Scratch()
    let result = Program.run([
      "overlay", "--frames", LittleWorld.folder + "/frames", "--detections",
      LittleWorld.annotations + "/groundtruth.csv", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt",
      "--output-dir", pictures.path, "--overlay-video",
    ])
    expectSuccess(result)
    #expect(result.stdout.contains("3 pictures, 1 video"))
    #expect(pictures.files.contains("\(LittleWorld.video).mp4"))
    let inspection = Program.run(["inspect", pictures.path + "/\(LittleWorld.video).mp4"])
    expectSuccess(inspection)
    #expect(inspection.stdout.contains("180"), "\(inspection.stdout)")
    #expect(inspection.stdout.contains("30"), "\(inspection.stdout)")
  }
}

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
  @Test func aStillIsAListOfOneFrame() throws {
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
    let images = Scratch()
    let result = Program.run([
      "overlay", "--frames", LittleWorld.folder + "/frames", "--detections",
      LittleWorld.annotations + "/groundtruth.csv", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt",
      "--output-dir", images.path, "--overlay-video",
    ])
    expectSuccess(result)
    #expect(result.stdout.contains("3 pictures, 1 video"))
    #expect(images.files.contains("\(LittleWorld.video).mp4"))
    let inspection = Program.run(["inspect", images.path + "/\(LittleWorld.video).mp4"])
    expectSuccess(inspection)
    #expect(inspection.stdout.contains("180"), "\(inspection.stdout)")
    #expect(inspection.stdout.contains("30"), "\(inspection.stdout)")
  }

  /// A long video's pictures may be of no use to who wants the film.
  @Test func theFilmAlone() throws {
    let (input, out) = (Scratch(), Scratch())
    let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let rows = try input.file("d.csv", "bframes,0901,0.1,0.1,0.5,0.9,12,0.7\nbframes,0990,0.1,0.1,0.5,0.9,12,0.8\n")
    let call = ["overlay", "--video", movie, "--detections", rows, "--output-dir", out.path]
    let film = Program.run(call + ["--overlay-video", "--no-pictures"])
    expectSuccess(film)
    #expect(film.stdout == "\(out.path): 1 video\n")
    #expect(out.files == ["bframes.mp4"])
    // One key frame of two is inside when seconds count from 900: it is drawn, the other is named.
    #expect(film.stderr.contains("the first frame is taken for second 900"), "\(film.stderr)")
    #expect(film.stderr.contains("1 key frame outside the video, not drawn: bframes 0990"), "\(film.stderr)")
    expectFailure(Program.run(call + ["--no-pictures"]), status: 64, ["add --overlay-video"])

    let high = Program.run(call + ["--threshold", "0.99"])
    expectSuccess(high)
    #expect(
      high.stderr.contains("--threshold 0.99: no action is drawn, for the highest of 2 scores is 0.8000"),
      "\(high.stderr)")
    #expect(high.stderr.contains("drawing: 1 key frame in "), "\(high.stderr)")
  }
}

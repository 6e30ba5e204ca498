import Files
import Foundation
import TestSupport
import Testing

/// Folders of pictures in the place of videos, through the program.
struct PictureFolderTests {
  private static let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
  private static let boxes = "bframes,0001,0.1,0.1,0.5,0.9,,0.99\nbframes,0002,0.2,0.1,0.6,0.9,,0.95\n"

  private func detect(_ input: String, _ boxes: String, to output: String, _ more: [String] = []) -> Program.Result {
    Program.run(
      [
        "detect", input, "--proposals", boxes, "--cfg", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml",
        "--weights", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth", "--output-dir", output,
      ] + more)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "comparing"), as: UTF8.self)
  }

  /// The fixture's 60 frames, 25 a second, as lossless pictures.
  private func extracted(_ scratch: Scratch) throws -> (folder: String, boxes: String) {
    expectSuccess(
      Program.run(
        ["frames", Self.video, "--output-dir", scratch.path + "/frames", "--fps", "25", "--format", "png"]))
    try writeFile(scratch.path + "/boxes.csv", Self.boxes)
    return (scratch.path + "/frames/bframes", scratch.path + "/boxes.csv")
  }

  @Test("A folder of a video's frames has the video's detections, pictures and films")
  func asTheVideo() throws {
    let scratch = Scratch()
    let (folder, boxes) = try extracted(scratch)
    let drawn = ["--overlays", "--overlay-video"]
    expectSuccess(detect(Self.video, boxes, to: scratch.path + "/video", drawn))
    // The slash at the end is no part of the name.
    expectSuccess(detect(folder + "/", boxes, to: scratch.path + "/folder", ["--fps", "25"] + drawn))
    let rows = try text(scratch.path + "/video/detections.csv")
    #expect(rows.contains("bframes,0001,") && rows.contains("bframes,0002,"))
    #expect(try text(scratch.path + "/folder/detections.csv") == rows)
    for name in ["bframes_0001.png", "bframes_0002.png"] {
      let (a, b) = (scratch.path + "/video/overlays/" + name, scratch.path + "/folder/overlays/" + name)
      #expect(try readFile(a, doing: "comparing") == readFile(b, doing: "comparing"), "\(name)")
    }
    #expect(pathExists(scratch.path + "/folder/overlays/bframes.mp4"))
  }

  @Test("--fps is the pictures' clock, 30 a second without it, and part of what a run depends on")
  func clock() throws {
    let scratch = Scratch()
    let (folder, _) = try extracted(scratch)
    // 60 pictures: 2 s at 30 a second, 6 s at 10.
    let boxes = scratch.path + "/late.csv"
    try writeFile(boxes, "bframes,0001,0.1,0.1,0.5,0.9,,0.99\nbframes,0005,0.2,0.1,0.6,0.9,,0.95\n")
    let usual = detect(folder, boxes, to: scratch.path + "/usual")
    expectSuccess(usual)
    #expect(usual.stderr.contains("1 key frame outside the video, which lasts 2.00 s"))
    #expect(try !text(scratch.path + "/usual/detections.csv").contains(",0005,"))
    let slow = scratch.path + "/slow"
    expectSuccess(detect(folder, boxes, to: slow, ["--fps", "10"]))
    #expect(try text(slow + "/detections.csv").contains("bframes,0005,"))
    // Other pictures of the clip: other scores at the same second.
    func firstRow(_ name: String) throws -> Substring? {
      try text(scratch.path + "/\(name)/detections.csv").split(separator: "\n").first
    }
    #expect(try firstRow("slow") != firstRow("usual"))
    #expect(
      detect(Self.video, boxes, to: scratch.path + "/no", ["--fps", "10"]).stderr.contains("no folder is given"))
    #expect(detect(folder, boxes, to: scratch.path + "/no", ["--fps", "0"]).status == 64)
  }

  @Test("Labels that are called like the pictures are theirs, of a folder that begins later, too")
  func names() throws {
    let scratch = Scratch()
    let (folder, _) = try extracted(scratch)
    for number in 1...9 { try FileManager.default.removeItem(atPath: folder + "/bframes_00000\(number).png") }
    let labels = scratch.path + "/labels"
    try FileManager.default.createDirectory(atPath: labels, withIntermediateDirectories: true)
    for name in ["bframes_000035", "bframes_000060", "bframes_000061"] {
      try writeFile("\(labels)/\(name).txt", "0 0.5 0.5 0.2 0.8 0.95\n")
    }
    let result = detect(folder, labels, to: scratch.path + "/out", ["--fps", "25"])
    expectSuccess(result)
    let seconds = try text(scratch.path + "/out/detections.csv").split(separator: "\n").map {
      $0.split(separator: ",")[1]
    }
    #expect(Set(seconds) == ["0001", "0002"])
    #expect(result.stderr.contains("'bframes_000035' at picture 26 of 51"), "\(result.stderr)")
    #expect(result.stderr.contains("1 box of 1 picture that 'bframes' has not left out, first 'bframes_000061'"))
  }

  @Test("Rows are not written among the files of a folder of boxes; pictures may be")
  func besideBoxes() throws {
    let scratch = Scratch()
    let folder = scratch.path + "/boxes"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try writeFile(folder + "/detections.csv", Self.boxes)
    for more in [[], ["--overwrite"]] {
      expectFailure(
        detect(Self.video, folder, to: folder, more),
        ["detections.csv' would be taken for boxes of people in '\(folder)', which the same run reads"])
    }
    expectFailure(
      detect(Self.video, folder, to: scratch.path + "/kept", ["--run", folder, "--shard", "0/2"]),
      ["would be taken for boxes of people in '\(folder)'"])
    #expect(try text(folder + "/detections.csv") == Self.boxes && listFolder(folder).count == 1)
    // Texts for pictures are read alone: what else lies beside them is not looked at.
    let texts = scratch.path + "/texts"
    try FileManager.default.createDirectory(atPath: texts, withIntermediateDirectories: true)
    try writeFile(texts + "/bframes_000026.txt", "0 0.5 0.5 0.2 0.8 0.95\n")
    expectSuccess(detect(Self.video, texts, to: texts))
    expectSuccess(detect(Self.video, texts, to: texts, ["--overwrite"]))
    let drawn = detect(
      Self.video, folder, to: scratch.path + "/out", ["--contact-sheet", folder + "/sheet.png"])
    expectSuccess(drawn)
    #expect(pathExists(folder + "/sheet.png"))
    // What the run wrote into the folder of its pictures is its own.
    let own = detect(
      Self.video, folder, to: scratch.path + "/own",
      ["--overlays", "--contact-sheet", scratch.path + "/own/./overlays/sheet.png"])
    expectSuccess(own)
    #expect(!own.stderr.contains("not of this run"), "\(own.stderr)")
  }

  @Test("What is wrong with a folder is said, and costs its own key frames")
  func damage() throws {
    let scratch = Scratch()
    let (folder, boxes) = try extracted(scratch)
    let empty = scratch.path + "/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    expectFailure(
      detect(empty, boxes, to: scratch.path + "/a", ["--damaged", "stop"]),
      ["the folder '\(empty)' has no JPEG or PNG pictures -> give videos"])
    // Frame 30 is that of second 1 at 30 pictures a second.
    try writeFile(folder + "/bframes_000031.png", "no picture")
    let broken = detect(folder, boxes, to: scratch.path + "/b")
    #expect(broken.status == 1 && broken.stderr.contains("bframes_000031.png"), "\(broken.stderr)")
    try FileManager.default.removeItem(atPath: folder + "/bframes_000040.png")
    #expect(detect(folder, boxes, to: scratch.path + "/c").stderr.contains("bframes: pictures are missing between"))
  }
}

import Files
import TestSupport
import Testing

/// Lists of images of which some are missing, cut or replaced between two starts, with the built program.
struct ImageListTests {
  private let frames = Scratch()
  private let folder = LittleWorld.folder + "/frames/" + LittleWorld.video

  private func name(_ frame: Int) -> String {
    let digits = "\(frame + 1)"
    return "synth1_\(String(repeating: "0", count: 6 - digits.count))\(digits).jpg"
  }

  private func bytes(_ frame: Int) throws -> [UInt8] { try readFile(folder + "/" + name(frame), doing: "testing") }

  private func write(_ frame: Int, _ bytes: [UInt8]) throws {
    try frames.file("\(LittleWorld.video)/\(name(frame))", bytes: bytes)
  }

  private func copyAll() throws { for frame in 0..<180 { try write(frame, bytes(frame)) } }

  private func start(_ run: Scratch) -> Program.Result {
    Program.run(LittleWorld.test(into: run.path, ["AVA.FRAME_DIR", frames.path, "--run", run.path, "--overwrite"]))
  }

  private func rows(_ run: Scratch) throws -> [UInt8] {
    try readFile(run.path + "/detections_latest.csv", doing: "testing")
  }

  @Test("While an image is missing, others that were replaced are refused; when it is back, its key frame is scored")
  func replacedBesideMissing() throws {
    let (sound, run) = (Scratch(), Scratch())
    try copyAll()
    expectSuccess(start(sound))
    // In the middle of the first of three key frames' clips.
    removeFile(frames.path + "/\(LittleWorld.video)/\(name(60))")
    let first = start(run)
    #expect(first.status == 1 && first.stderr.contains("1 of 3 key frames not scored"), "\(first.stderr)")
    // Of the second one's.
    try write(92, bytes(92) + [0])
    expectFailure(
      start(run), ["the frames of synth1 are others (names or sizes of images 91 to 103, counted from 0) ->"])
    try write(92, bytes(92))
    try write(60, bytes(60))
    let last = start(run)
    expectSuccess(last)
    #expect(last.stderr.contains("2 of 3 key frames done already"), "\(last.stderr)")
    #expect(try rows(run) == rows(sound))
    // One that goes missing after it was scored.
    removeFile(frames.path + "/\(LittleWorld.video)/\(name(60))")
    try write(92, bytes(92) + [0])
    expectFailure(start(run), ["names or sizes of images 91 to 103"])
    try write(92, bytes(92))
    expectSuccess(start(run))
  }

  @Test("An image that no clip needs may be cut or another: no score depends on it")
  func imagesOfNoClip() throws {
    let run = Scratch()
    try copyAll()
    try write(10, Array(bytes(10).dropLast(100)))
    expectSuccess(start(run))
    let before = try rows(run)
    try write(10, bytes(10))
    let again = start(run)
    expectSuccess(again)
    #expect(try rows(run) == before && again.stderr.contains("3 of 3 key frames done already"), "\(again.stderr)")
  }

  @Test("Damage excuses what becomes of its own clip, and of no other")
  func repairedBesideReplaced() throws {
    let run = Scratch()
    try copyAll()
    try write(60, Array(bytes(60).dropLast(40)))
    #expect(start(run).status == 1)
    try write(60, bytes(60))
    try write(92, bytes(92) + [0])
    expectFailure(start(run), ["names or sizes of images 52 to 64, 91 to 103, counted from 0"])
    try write(92, bytes(92))
    let again = start(run)
    expectSuccess(again)
    #expect(again.stderr.contains("'synth1': damaged before, and others now"), "\(again.stderr)")
  }
}

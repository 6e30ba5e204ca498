import Files
import TestSupport
import Testing

/// Films of detections with the built program.
struct FilmsTests {
  private static let movie = projectRoot + "/Tests/Fixtures/Video/sound.mp4"
  private static let labels = "item { name: \"stand\" id: 12 }\nitem { name: \"walk (about)\" id: 14 }\n"

  /// Somebody walks, seen twice.
  private func call(_ scratch: Scratch, to folder: String, _ more: [String]) throws -> [String] {
    let rows = try scratch.file(
      "d.csv",
      "sound,0,0.1,0.2,0.4,0.9,12,0.9\nsound,0,0.1,0.2,0.4,0.9,14,0.4\nsound,0.5,0.2,0.2,0.5,0.9,12,0.9\n")
    let names = try scratch.file("l.pbtxt", Self.labels)
    return [
      "overlay", "--video", Self.movie, "--detections", rows, "--labelmap", names, "--output-dir",
      scratch.path + "/" + folder,
    ] + more
  }

  private func film(_ scratch: Scratch, _ folder: String, _ more: [String] = []) throws -> [UInt8] {
    let result = Program.run(
      try call(scratch, to: folder, ["--overlay-video", "--no-pictures"] + more))
    expectSuccess(result)
    return try readFile("\(scratch.path)/\(folder)/sound.mp4", doing: "reading")
  }

  @Test("Films have the video's sound, the size that is asked for, and the same bytes on any number of threads")
  func filesAndSizes() throws {
    let scratch = Scratch()
    let plain = try film(scratch, "a")
    #expect(try difference(film(scratch, "b", ["--threads", "1"]), plain) == nil)
    #expect(try difference(film(scratch, "c", ["--threads", "7"]), plain) == nil)
    let info = Program.run(["inspect", scratch.path + "/a/sound.mp4"]).stdout
    #expect(info.contains("audio, aac") && info.contains("upright size: 384 x 276"), "\(info)")
    #expect(try film(scratch, "d", ["--film-quality", "40"]).count < plain.count)
    _ = try film(scratch, "e", ["--film-size", "300x200", "--film-sound", "none"])
    let small = Program.run(["inspect", scratch.path + "/e/sound.mp4"]).stdout
    #expect(!small.contains("audio") && small.contains("x 200"), "\(small)")
  }

  @Test("Classes, their thresholds and least durations choose what a film says")
  func choices() throws {
    let scratch = Scratch()
    let stand = try film(scratch, "a", ["--classes", "stand"])
    #expect(try difference(film(scratch, "b"), stand) != nil)
    let list = try scratch.file("classes.txt", "# those\n12\n")
    #expect(try difference(film(scratch, "c", ["--classes", list]), stand) == nil)
    // The strip names the thresholds.
    #expect(try difference(film(scratch, "d", ["--thresholds", "walk=0.5"]), stand) != nil)
    // What is seen in one key frame of two lasts half a second.
    #expect(try difference(film(scratch, "e", ["--least-duration", "0.6"]), stand) == nil)
    #expect(try difference(film(scratch, "f", ["--classes", "stand", "--threshold", "0.95"]), stand) != nil)
  }

  @Test("Tracks of a file name people; a video that it does not have is named")
  func tracks() throws {
    let scratch = Scratch()
    let linked = try film(scratch, "a")
    expectSuccess(Program.run(["tracks", scratch.path + "/d.csv", "--output-dir", scratch.path + "/tracks"]))
    #expect(try difference(film(scratch, "b", ["--tracks", scratch.path + "/tracks/tracks.json"]), linked) == nil)
    let others = try scratch.file("others.json", #"{"videos": [{"video": "other", "tracks": []}]}"#)
    let result = Program.run(
      try call(scratch, to: "c", ["--overlay-video", "--no-pictures", "--tracks", others]))
    expectSuccess(result)
    #expect(result.stderr.contains("'\(others)' has no tracks of 'sound', whose boxes are linked here: it has 'other'"))
    expectFailure(
      Program.run(try call(scratch, to: "d", ["--overlay-video", "--tracks", scratch.path + "/d.csv"])),
      ["reading the tracks", "expected JSON"])
  }

  @Test("What makes no sense is said before anything is drawn")
  func badCalls() throws {
    let scratch = Scratch()
    let cases: [([String], String)] = [
      (["--threshold", "7"], "--threshold is 7.0 -> give a score from 0 to 1"),
      (["--threshold", "nan"], "--threshold is nan -> give a score from 0 to 1"),
      (["--overlay-video", "--off", "1.5"], "--off: expected a score from 0 to 1, found 1.5"),
      (["--film-size", "720"], "--film-size: for films alone -> add --overlay-video"),
      (["--least-duration", "1", "--film-sound", "none"], "--film-sound, --least-duration: for films alone"),
      (["--overlay-video", "--film-size", "7"], "7 lines -> give 32 to 8192"),
      (["--overlay-video", "--film-size", "big"], "write 720 or 1280x720"),
      (["--overlay-video", "--film-quality", "52"], "--film-quality is 52 -> give 0 (the best) to 51"),
      (["--overlay-video", "--film-sound", "loud"], "--film-sound"),
      (["--overlay-video", "--window", "1", "--decay", "1"], "--window and --decay are two ways"),
      (["--overlay-video", "--gap", "1", "--tracks", "x"], "--gap links boxes, and --tracks says who is who"),
      (["--overlay-video", "--merge-gap=-1"], "--merge-gap: expected 0 seconds or more, found -1.0"),
      (["--overlay-video", "--threads", "0"], "--threads is 0 -> give 1 to 256"),
    ]
    for (more, message) in cases {
      expectFailure(Program.run(try call(scratch, to: "a", more)), status: 64, [message])
    }
    expectFailure(
      Program.run(try call(scratch, to: "a", ["--classes", "stnad"])),
      ["--classes: no class is called 'stnad'", "'stand'"])
    expectFailure(
      Program.run(try call(scratch, to: "a", ["--thresholds", "stand"])), ["expected a class, '=' and a score"])
    expectFailure(
      Program.run(try call(scratch, to: "a", ["--thresholds", "walk=7"])),
      ["--thresholds: expected a score from 0 to 1, found 'walk=7'"])
    #expect(!pathExists(scratch.path + "/a/sound_0.png"))
  }
}

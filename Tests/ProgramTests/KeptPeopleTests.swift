import Files
import Foundation
import TestSupport
import Testing

/// What becomes of people that were found when the call, the videos or the boxes are others than before.
struct KeptPeopleTests {
  private let scratch = Scratch()
  private static let other = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  private func people(_ output: String) -> String { "\(scratch.path)/\(output)/people.csv" }

  private func detect(_ videos: [String], _ more: [String]) -> Program.Result {
    Program.run(
      ["detect"] + videos + [
        "--detector", DetectorRunTests.detector, "--cfg", LittleWorld.config, "--random-weights", "1",
      ]
        + ["--threads", "1", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + more + LittleWorld.tinyNetwork
    )
  }

  private func into(_ output: String) -> [String] { ["--output-dir", scratch.path + "/" + output] }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  /// Which film a video is.
  enum Content: CaseIterable {
    case whole, damaged, other
  }

  private func bytes(_ content: Content) throws -> [UInt8] {
    var bytes = try readFile(content == .other ? Self.other : DetectorRunTests.video, doing: "testing")
    if content == .damaged {
      bytes.replaceSubrange(bytes.count / 2..<bytes.count / 2 + 3000, with: repeatElement(0, count: 3000))
    }
    return bytes
  }

  /// A video of some content, and one that cannot be read: a run that keeps its journals.
  private func videos(_ content: Content) throws -> [String] {
    [try scratch.file("a.mp4", bytes: bytes(content)), try scratch.file("bad.mp4", "no film\n")]
  }

  @Test(
    "Other people than those of a run in a directory are refused before anything is written, whatever may be replaced",
    arguments: [["--output-dir"], []])
  func otherPeopleInRun(_ place: [String]) throws {
    let videos = [DetectorRunTests.video]
    let kept = ["--run", scratch.path + "/run"] + (place.isEmpty ? [] : into("out"))
    let boxes = place.isEmpty ? people("run") : people("out")
    expectSuccess(detect(videos, kept))
    let found = try text(boxes)
    for (more, words) in [
      (["--person-score", "0.6"], "--person-score was 0.3 and is 0.6"), (["--max-boxes", "1"], "at most 1 a frame"),
      (["--boxes-every", "0.5"], "every 0.5 s between"), (["--every", "2"], "every 2.0 s"),
    ] {
      let result = detect(videos, kept + more + ["--overwrite"])
      expectFailure(result, ["going on with the run of '\(scratch.path)/run/run.journal': ", words])
      #expect(!result.stderr.contains("finding people: "), "\(result.stderr)")
      #expect(try text(boxes) == found)
    }
    // Videos that the run has not are known before anybody looks, too.
    let more = try scratch.file("more.mp4", bytes: bytes(.other))
    expectFailure(detect(videos + [more], kept + ["--overwrite"]), ["run.journal", "video more is new"])
    #expect(try text(boxes) == found)
    let again = detect(videos, kept + ["--overwrite"])
    expectSuccess(again)
    #expect(again.stderr.contains("5 of 5 frames seen already"), "\(again.stderr)")
  }

  @Test("In a video that is another everybody is looked for again, and scored", arguments: [Content.whole, .damaged])
  func otherFilm(_ before: Content) throws {
    #expect(detect(try videos(before), into("a")).status == 1)
    let replaced = try videos(.other)
    let again = detect(replaced, into("a") + ["--person-score", "0.3"])
    #expect(again.status == 1)
    #expect(again.stderr.contains("'a' is not as before: people are looked for there again"), "\(again.stderr)")
    #expect(detect(replaced, into("b")).status == 1)
    for name in ["people.csv", "detections.csv", "detections.json"] {
      #expect(try fileDifference("\(scratch.path)/a/\(name)", "\(scratch.path)/b/\(name)") == nil)
    }
    // And it is said once.
    #expect(!detect(replaced, into("a")).stderr.contains("not as before"))
  }

  @Test("The same of people alone", arguments: [Content.whole, .damaged])
  func otherFilmOfPeople(_ before: Content) throws {
    func find(_ videos: [String], _ name: String) -> Program.Result {
      Program.run(
        ["people"] + videos + ["--detector", DetectorRunTests.detector, "--output", scratch.path + "/" + name])
    }
    #expect(find(try videos(before), "a.jsonl").status == 1)
    let replaced = try videos(.other)
    let again = find(replaced, "a.jsonl")
    #expect(again.status == 1)
    #expect(again.stderr.contains("'a' is not as before: people are looked for there again"), "\(again.stderr)")
    #expect(find(replaced, "b.jsonl").status == 1)
    #expect(try fileDifference(scratch.path + "/a.jsonl", scratch.path + "/b.jsonl") == nil)
  }

  @Test("Boxes that somebody has corrected stay, whatever the journal knows")
  func correctedBoxes() throws {
    let videos = try videos(.whole)
    let output = scratch.path + "/people.csv"
    let call = ["people"] + videos + ["--detector", DetectorRunTests.detector, "--output", output]
    #expect(Program.run(call).status == 1)
    let found = try text(output)
    let again = Program.run(call)
    #expect(again.status == 1 && again.stderr.contains("wrote \(output)"), "\(again.stderr)")
    try writeFile(output, found + "a,0001,0.1,0.1,0.2,0.9,,1.000000\n")
    let refused = Program.run(call)
    expectFailure(refused, ["'\(output)' is not as this run wrote it", "--overwrite"])
    #expect(try text(output) != found)
    #expect(Program.run(call + ["--overwrite"]).status == 1)
    #expect(try text(output) == found)
  }

  @Test("A run goes on in a folder that was moved, and through a link to it")
  func movedFolder() throws {
    let videos = try videos(.whole)
    #expect(detect(videos, into("a")).status == 1)
    let found = try text(people("a"))
    try moveFile(scratch.path + "/a", to: scratch.path + "/b")
    try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link", withDestinationPath: scratch.path + "/b")
    for folder in ["b", "link"] {
      let again = detect(videos, into(folder))
      #expect(again.status == 1 && again.stderr.contains("5 of 5 frames seen already"), "\(again.stderr)")
      #expect(again.stderr.contains("wrote \(people(folder))"), "\(again.stderr)")
      #expect(try text(people(folder)) == found)
    }
    try writeFile(people("b"), found + "a,0001,0.1,0.1,0.2,0.9,,1.000000\n")
    expectFailure(detect(videos, into("link")), ["'\(people("link"))' is not as this run wrote it"])
  }

  @Test("Corrected boxes are told from results where the results of a run in a directory are gone")
  func correctedBoxesAlone() throws {
    let videos = [DetectorRunTests.video]
    let kept = ["--run", scratch.path + "/run"]
    expectSuccess(detect(videos, kept))
    for name in ["detections.csv", "detections.json", "tracks.json"] { removeFile("\(scratch.path)/run/\(name)") }
    let corrected = try text(people("run")) + "synth31,0001,0.1,0.1,0.2,0.9,,1.000000\n"
    try writeFile(people("run"), corrected)
    expectFailure(
      detect(videos, kept), ["'\(people("run"))' is not as this run wrote it", "--proposals '\(people("run"))'"])
    #expect(try text(people("run")) == corrected)
  }

  @Test("A folder whose pictures have more than one size is said to be no video")
  func picturesOfSeveralSizes() throws {
    let fixtures = projectRoot + "/Tests/Fixtures/"
    try scratch.file("album/0.jpg", bytes: readFile(fixtures + "Pipeline/frames/0_0.jpg", doing: "testing"))
    let film = scratch.path + "/frames"
    expectSuccess(Program.run(["frames", Self.other, "--output-dir", film]))
    let frame = try #require(Scratch.files(below: film).first { $0.hasSuffix(".jpg") })
    try scratch.file("album/1.jpg", bytes: readFile(film + "/" + frame, doing: "testing"))
    let result = Program.run([
      "people", scratch.path + "/album", "--detector", DetectorRunTests.detector, "--output", scratch.path + "/a.csv",
    ])
    #expect(
      result.stderr.contains("album: its pictures have more than one size (") && result.stderr.contains("30 a second")
        && result.stderr.contains("give pictures that are no video one by one"), "\(result.stderr)")
  }
}

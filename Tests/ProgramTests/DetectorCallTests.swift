import Files
import Foundation
import TestSupport
import Testing

/// `detect --detector`: what is said before the detector looks, whose boxes stay, and what a run that lacks something says.
struct DetectorCallTests {
  private let scratch = Scratch()
  private var out: String { scratch.path + "/out" }
  private var people: String { out + "/people.csv" }

  private func detect(
    _ videos: [String]? = nil, _ more: [String] = [], weights: [String] = ["--random-weights", "1"],
    labelMap: String = LittleWorld.annotations + "/labelmap.pbtxt"
  ) -> Program.Result {
    Program.run(
      ["detect"] + (videos ?? [DetectorRunTests.video]) + ["--detector", DetectorRunTests.detector]
        + ["--cfg", LittleWorld.config, "--threads", "1", "--output-dir", out, "--labelmap", labelMap]
        + weights + more + LittleWorld.tinyNetwork)
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  /// A good video, and one that cannot be read: a run that keeps its journals.
  private func halfBad() throws -> [String] {
    let good = try scratch.file("good.mp4", bytes: readFile(DetectorRunTests.video, doing: "testing"))
    return [good, try scratch.file("bad.mp4", "no film\n")]
  }

  @Test("What is wrong with the call is said before the detector looks")
  func checksFirst() throws {
    let none = scratch.path + "/none"
    expectFailure(detect(weights: ["--weights", none]), [none])
    let other = try scratch.file("other.pyth", "no weights")
    expectFailure(detect(weights: ["--weights", other]), [other])
    expectFailure(detect(labelMap: none), [none])
    expectFailure(detect(nil, ["--overlays", "--classes", "nosuch"]), ["nosuch"])
    expectFailure(detect(nil, ["--overlay-video", "--tracks", none]), [none])
    #expect(Scratch.files(below: scratch.path) == ["other.pyth"])
    try scratch.file("out/overlays/synth31.mp4", "a film")
    expectFailure(detect(nil, ["--overlay-video"]), ["synth31.mp4", "--overwrite"])
    #expect(Scratch.files(below: out) == ["overlays/synth31.mp4"])
  }

  @Test("Boxes that somebody has corrected stay")
  func correctedBoxes() throws {
    let videos = try halfBad()
    #expect(detect(videos).status == 1)
    let found = try text(people)
    // What the run wrote is its own: it goes on.
    let again = detect(videos)
    #expect(again.status == 1 && again.stderr.contains("5 of 5 frames seen already"), "\(again.stderr)")
    #expect(try text(people) == found)
    let corrected = found + "good,0001,0.1,0.1,0.2,0.9,,1.000000\n"
    try writeFile(people, corrected)
    expectFailure(
      detect(videos),
      [
        "'\(people)' is not as this run wrote it", "--proposals '\(people)'",
        "find people anew in its place: --overwrite",
      ])
    #expect(try text(people) == corrected)
    #expect(detect(videos, ["--overwrite"]).status == 1)
    #expect(try text(people) == found)
    // Nobody knows whose boxes stand in a folder without a journal.
    let strange = Program.run([
      "people", DetectorRunTests.video, "--detector", DetectorRunTests.detector, "--output", people,
    ])
    expectFailure(strange, ["--overwrite"])
  }

  @Test("A run that is kept in a directory is over: its boxes stay, too")
  func finishedRun() throws {
    let run = ["--run", scratch.path + "/run"]
    expectSuccess(detect(nil, run))
    let found = try text(people)
    expectFailure(detect(nil, run + ["--person-score", "0.6"]), ["detections.csv", "--overwrite"])
    try writeFile(people, found + "synth31,0001,0.1,0.1,0.2,0.9,,1.000000\n")
    expectFailure(detect(nil, run), ["detections.csv"])
    #expect(try text(people) != found)
  }

  @Test("Scores of other people are told by what the call says, before the detector looks again")
  func otherPeople() throws {
    let videos = try halfBad()
    #expect(detect(videos).status == 1)
    let found = try text(people)
    for (more, words) in [
      (["--person-score", "0.9"], "--person-score was 0.3 and is 0.9"),
      (["--boxes-every", "0.5"], "every 0.5 s between"), (["--max-boxes", "1"], "at most 1 a frame"),
      (["--still"], "still"),
    ] {
      let other = detect(videos, more)
      expectFailure(other, ["detections.journal", words])
      #expect(!other.stderr.contains("people.journal"), "\(other.stderr)")
      #expect(try text(people) == found)
    }
    // The people are known, their scores are made anew.
    let anew = detect(videos, ["--person-score", "0.9", "--overwrite"])
    #expect(
      anew.status == 1 && anew.stderr.contains("5 of 5 frames seen already")
        && anew.stderr.contains("beginning anew: '\(out)/detections.journal'"), "\(anew.stderr)")
  }

  @Test("At most so many people of a frame are scored")
  func mostBoxes() throws {
    expectSuccess(detect(nil, ["--max-boxes", "1", "--person-score", "0.01"]))
    let seconds = try text(people).split(separator: "\n").map { $0.split(separator: ",")[1] }
    #expect(seconds == ["0000", "0001", "0002", "0003", "0004"])
  }

  @Test("All that a run lacks is said at its end")
  func lacking() throws {
    let frames = projectRoot + "/Tests/Fixtures/Pipeline/frames/"
    for number in [0, 1, 3, 4] {
      try scratch.file("fall/\(number).jpg", bytes: readFile(frames + "0_\(number).jpg", doing: "testing"))
    }
    try scratch.file("fall/2.jpg", "no picture")
    let bad = try scratch.file("bad.mp4", "no film\n")
    let videos = [scratch.path + "/fall", DetectorRunTests.video, bad]
    let found = Program.run(
      ["people"] + videos + ["--fps", "1", "--detector", DetectorRunTests.detector, "--output", people])
    expectFailure(found, ["the boxes lack 1 video and 1 frame, named above"])
    let result = detect(videos, ["--fps", "1", "--person-score", "0", "--max-boxes", "1", "--overwrite"])
    #expect(result.status == 1)
    for words in [
      "people could not be looked for in 1 frame of 10:", "'bad' cannot be read, and nobody was looked for in it: ",
      ", 1 video and the people of 1 frame, named above -> copy or record the damaged files again",
    ] { #expect(result.stderr.contains(words), "\(words) in \(result.stderr)") }
    #expect(!result.stderr.contains("proposals:"), "\(result.stderr)")
  }

  @Test("COCO's file of people keeps their seconds, and the names of pictures")
  func cocoClock() throws {
    let boxes = scratch.path + "/boxes.json"
    let call = ["--detector", DetectorRunTests.detector, "--starting-second", "900", "--output"]
    expectSuccess(Program.run(["people", DetectorRunTests.video] + call + [boxes]))
    expectSuccess(
      Program.run(
        ["detect", DetectorRunTests.video, "--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1"]
          + ["--output-dir", out, "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + LittleWorld.tinyNetwork
          + ["AVA.DETECTION_SCORE_THRESH", "0.3"]))
    let rows = try text(out + "/detections.csv").split(separator: "\n")
    #expect(rows.count > 3 && rows.allSatisfy { $0.hasPrefix("synth31,090") }, "\(rows.first ?? "")")
    let picture = projectRoot + "/Tests/Fixtures/Pipeline/frames/0_2.jpg"
    try scratch.file("fall/img_7.jpg", bytes: readFile(picture, doing: "testing"))
    let files = scratch.path + "/files.json"
    expectSuccess(
      Program.run(["people", scratch.path + "/fall", picture, "--class", "0"] + call + [files]))
    let written = try text(files)
    #expect(
      written.contains("\"file_name\": \"fall/img_7.jpg\"") && written.contains("\"file_name\": \"0_2.jpg\"")
        && written.contains("\"name\": \"person\""), "\(written.prefix(800))")
  }
}

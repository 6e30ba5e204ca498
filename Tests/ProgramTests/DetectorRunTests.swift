import Files
import Foundation
import TestSupport
import Testing

/// People found by the project's own small detector, from raw videos on, with the built program.
struct DetectorRunTests {
  static let detector = projectRoot + "/configs/demo/SSDLITE_PEOPLE_SMALL.safetensors"

  /// Drawn once: five seconds with people, as a film.
  private static let world: String = {
    let result = Program.run(["synth", "--output-dir", path, "--seconds", "5", "--format", "mp4", "--seed", "31"])
    if result.status != 0 { Issue.record("drawing a world: \(result.stderr)") }
    atexit { _ = try? FileManager.default.removeItem(atPath: DetectorRunTests.path) }
    return path
  }()

  private static let path = TemporaryFolder().path
  static var video: String { world + "/videos/synth31.mp4" }

  private static func detect(_ output: String, _ more: [String]) -> [String] {
    ["detect", video, "--cfg", LittleWorld.config, "--random-weights", "1", "--threads", "1", "--output-dir", output]
      + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + more + LittleWorld.tinyNetwork
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private func lines(_ path: String) throws -> Int { try text(path).split(separator: "\n").count }

  private func judge(_ boxes: String) -> Program.Result {
    Program.run([
      "evaluate", "--boxes", boxes, "--groundtruth", Self.world + "/annotations/groundtruth.csv", "--format", "json",
    ])
  }

  @Test("People are found, written in each form, and judged")
  func people() throws {
    let scratch = Scratch()
    let call = ["people", Self.video, "--detector", Self.detector, "--starting-second", "900"]
    for name in ["people.csv", "people.json", "people.jsonl"] {
      let result = Program.run(call + ["--output", scratch.path + "/" + name])
      expectSuccess(result)
      #expect(result.stderr.contains("wrote \(scratch.path)/\(name): "))
    }
    #expect(Scratch.files(below: scratch.path) == ["people.csv", "people.json", "people.jsonl"])
    #expect(try lines(scratch.path + "/people.jsonl") == 5)
    let judged = judge(scratch.path + "/people.csv")
    expectSuccess(judged)
    for name in ["people.json", "people.jsonl"] {
      let other = judge(scratch.path + "/" + name)
      expectSuccess(other)
      #expect(
        other.stdout == judged.stdout && other.stderr.contains("'\(scratch.path)/\(name)' is "), "\(other.stderr)")
    }
    let found = try #require(try JSONSerialization.jsonObject(with: Data(judged.stdout.utf8)) as? [String: Any])
    #expect((found["ap"] as? Double ?? 0) > 0.6, "\(judged.stdout)")
    // The results stay unless the call says otherwise.
    expectFailure(Program.run(call + ["--output", scratch.path + "/people.csv"]), ["--overwrite"])
  }

  @Test("detect --detector is people, then detect --proposals")
  func detect() throws {
    let scratch = Scratch()
    let inPassing = Program.run(
      Self.detect(scratch.path + "/a", ["--detector", Self.detector, "--person-score", "0.4"]))
    expectSuccess(inPassing)
    #expect(inPassing.stderr.contains("people are found by "))
    expectSuccess(
      Program.run([
        "people", Self.video, "--detector", Self.detector, "--person-score", "0.4", "--threads", "1", "--output",
        scratch.path + "/people.csv",
      ]))
    #expect(try fileDifference(scratch.path + "/a/people.csv", scratch.path + "/people.csv") == nil)
    let after = Program.run(
      Self.detect(
        scratch.path + "/b", ["--proposals", scratch.path + "/people.csv", "--every", "1", "--starting-second", "0"])
        + ["AVA.DETECTION_SCORE_THRESH", "0.4"])
    expectSuccess(after)
    for name in ["detections.csv", "detections.json"] {
      #expect(try fileDifference("\(scratch.path)/a/\(name)", "\(scratch.path)/b/\(name)") == nil)
    }
    #expect(try lines(scratch.path + "/a/detections.csv") > 20)
    #expect(!Scratch.files(below: scratch.path + "/a").contains { $0.hasSuffix(".journal") })
  }

  @Test("Boxes that are no detector's, or do not say when they are seen, are said not to be judged as people")
  func otherBoxes() throws {
    let scratch = Scratch()
    let detections = judge(
      try scratch.file("detections.csv", "synth31,0902,0.1,0.1,0.5,0.9,12,0.9\nsynth31,0902,0.1,0.1,0.5,0.9,14,0.2\n"))
    expectSuccess(detections)
    #expect(detections.stderr.contains("have actions: their scores say how sure an action is"), "\(detections.stderr)")
    let frames = try scratch.file("synth31.txt", "26,1,10,6,20,50,0.95,-1,-1,-1\n")
    expectFailure(judge(frames), ["line 1 of '\(frames)': expected a second of the ground truth's clock"])
    let table = try scratch.file("t.csv", "video,second,x1,y1,x2,y2,score\nsynth31,902,10,20,30,40,0.9\n")
    expectFailure(judge(table), ["line 2 of '\(table)': expected fractions of the picture, found pixels"])
    let strange = try scratch.file(
      "s.jsonl", "{\"video\": \"other\", \"time\": 902, \"boxes\": [[0.1, 0.1, 0.5, 0.9]]}\n")
    expectFailure(judge(strange), ["evaluating boxes: no video of '\(strange)' is one of", "found 'other'"])
  }

  @Test("Every form in which people are written is read as proposals")
  func forms() throws {
    let scratch = Scratch()
    func boxes(_ ending: String) throws -> [[Double]] {
      let (file, folder) = ("\(scratch.path)/people.\(ending)", "\(scratch.path)/\(ending)")
      expectSuccess(Program.run(["people", Self.video, "--detector", Self.detector, "--output", file]))
      expectSuccess(
        Program.run(Self.detect(folder, ["--proposals", file]) + ["AVA.DETECTION_SCORE_THRESH", "0.3"]))
      return try text(folder + "/detections.csv").split(separator: "\n").map { line in
        line.split(separator: ",").dropFirst().prefix(5).compactMap { Double($0) }
      }
    }
    let rows = try boxes("csv")
    #expect(rows.count > 20)
    for ending in ["json", "jsonl"] {
      let others = try boxes(ending)
      #expect(others.count == rows.count, "\(ending)")
      for (one, other) in zip(rows, others) {
        // COCO's pixels have two decimals.
        #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-3 }, "\(ending): \(one), \(other)")
      }
    }
  }

  @Test("Of several videos one that has become another is looked at again, and no other one")
  func otherVideo() throws {
    let scratch = Scratch()
    let whole = try readFile(Self.video, doing: "testing")
    let videos = ["a", "b", "bad"].map { "\(scratch.path)/\($0).mp4" }
    for (path, bytes) in zip(videos, [whole, whole, Array(whole.prefix(200))]) {
      try scratch.file(splitPath(path).name, bytes: bytes)
    }
    let call =
      ["detect"] + videos + ["--detector", Self.detector, "--cfg", LittleWorld.config, "--random-weights", "1"]
      + ["--threads", "1", "--output-dir", scratch.path + "/out", "--overwrite"]
      + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + LittleWorld.tinyNetwork
    #expect(Program.run(call).status == 1)
    // The same film with an empty box behind it.
    try scratch.file("a.mp4", bytes: whole + [0, 0, 0, 8] + Array("free".utf8))
    let again = Program.run(call)
    #expect(again.status == 1)
    #expect(again.stderr.contains("'a' is not as before: people are looked for there again"), "\(again.stderr)")
    #expect(again.stderr.contains("people.journal': 5 of 10 frames seen already"), "\(again.stderr)")
  }

  @Test("A stream's people are those of its file")
  func watch() throws {
    let scratch = Scratch()
    expectSuccess(
      Program.run(Self.detect(scratch.path + "/out", ["--detector", Self.detector])))
    let watched = Program.run(
      ["watch", Self.video, "--detector", Self.detector, "--cfg", LittleWorld.config, "--random-weights", "1"]
        + [
          "--threads", "1", "--threshold", "0", "--top-k", "1000", "--labelmap",
          LittleWorld.annotations + "/labelmap.pbtxt",
        ]
        + LittleWorld.tinyNetwork)
    expectSuccess(watched)
    let frames = try #require(
      try JSONSerialization.jsonObject(with: Data(text(scratch.path + "/out/detections.json").utf8)) as? [String: Any])
    let detected = try #require(frames["keyframes"] as? [[String: Any]])
    let live = try watched.stdout.split(separator: "\n").compactMap { line -> [String: Any]? in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return value?["people"] == nil ? nil : value
    }.filter { !($0["people"] as? [Any] ?? []).isEmpty }
    func scores(_ frame: [String: Any]) -> [[Double]] {
      (frame["people"] as? [[String: Any]] ?? []).map { person in
        (person["actions"] as? [[String: Any]] ?? []).sorted { ($0["id"] as! Int) < ($1["id"] as! Int) }
          .compactMap { $0["score"] as? Double }
      }
    }
    #expect(live.count == detected.count && live.count > 3)
    // The boxes of a file have six decimals.
    for (one, other) in zip(live, detected) {
      let (a, b) = (scores(one).flatMap(\.self), scores(other).flatMap(\.self))
      #expect(a.count == b.count && a.count > 12 && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test("A video that cannot be read costs itself alone, and is taken up once it is repaired")
  func repairs() throws {
    let scratch = Scratch()
    let whole = try readFile(Self.video, doing: "testing")
    let (good, bad) = (scratch.path + "/good.mp4", scratch.path + "/bad.mp4")
    func write(_ bytes: [UInt8], _ path: String) throws {
      let file = try AtomicFile(path: path)
      try file.write(bytes)
      try file.commit()
    }
    try write(whole, good)
    try write(Array(whole.prefix(200)), bad)
    func call(_ output: String) -> [String] {
      ["detect", good, bad, "--detector", Self.detector, "--cfg", LittleWorld.config, "--random-weights", "1"]
        + ["--threads", "1", "--output-dir", scratch.path + "/" + output]
        + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + LittleWorld.tinyNetwork
    }
    let first = Program.run(call("a"))
    #expect(first.status == 1, "\(first.stderr)")
    #expect(first.stderr.contains("start the same command again"), "\(first.stderr)")
    try write(whole, bad)
    let second = Program.run(call("a"))
    expectSuccess(second)
    #expect(second.stderr.contains("going on with"), "\(second.stderr)")
    expectSuccess(Program.run(call("b")))
    for name in ["people.csv", "detections.csv", "detections.json"] {
      #expect(try fileDifference("\(scratch.path)/a/\(name)", "\(scratch.path)/b/\(name)") == nil)
    }
  }
}

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
  private static var video: String { world + "/videos/synth31.mp4" }

  private static func detect(_ output: String, _ more: [String]) -> [String] {
    ["detect", video, "--cfg", LittleWorld.config, "--random-weights", "1", "--threads", "1", "--output-dir", output]
      + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + more + LittleWorld.tinyNetwork
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private func lines(_ path: String) throws -> Int { try text(path).split(separator: "\n").count }

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
    let judged = Program.run([
      "evaluate", "--boxes", scratch.path + "/people.csv", "--groundtruth", Self.world + "/annotations/groundtruth.csv",
      "--format", "json",
    ])
    expectSuccess(judged)
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

  @Test("Whom nobody is found by, nothing is scored of: a result")
  func nobody() throws {
    let scratch = Scratch()
    let result = Program.run(Self.detect(scratch.path + "/out", ["--detector", Self.detector, "--person-score", "1"]))
    expectSuccess(result)
    #expect(try text(scratch.path + "/out/detections.csv").isEmpty)
    #expect(try text(scratch.path + "/out/people.csv").isEmpty)
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

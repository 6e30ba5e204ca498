import Files
import Foundation
import TestSupport
import Testing

/// Who is who after `detect`: its film, its files, and whatever is made of them say the same.
struct OwnPeopleTests {
  static let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
  let scratch = Scratch()
  var out: String { scratch.path + "/out" }

  /// Two people change places between second 1 and 2, seen in each of the 60 frames of 97 x 63 pixels.
  ///
  /// - Parameter ids: Of the left one and the right one at the beginning.
  func boxes(_ ids: (Int, Int) = (-1, -1), name: String = "boxes.txt") throws -> String {
    let rows = (0..<60).map { frame in
      let share = min(max((Double(frame) - 25) / 25, 0), 1)
      let (left, right) = (5 + 60 * share, 65 - 60 * share)
      return "\(frame + 1),\(ids.0),\(left),10,20,45,0.9\n\(frame + 1),\(ids.1),\(right),10,20,45,0.9\n"
    }
    return try scratch.file(name, rows.joined())
  }

  func detect(_ proposals: String, _ more: [String] = [], to folder: String? = nil) -> Program.Result {
    Program.run(
      ["detect", Self.movie, "--proposals", proposals, "--every", "1", "--output-dir", folder ?? out]
        + ["--cfg", LittleWorld.config, "--random-weights", "1"]
        + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"]
        + more + LittleWorld.tinyNetwork)
  }

  func slowfast(_ words: [String]) -> Program.Result {
    let result = Program.run(words)
    expectSuccess(result)
    return result
  }

  func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private func json(_ path: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(readFile(path, doing: "testing"))) as? [String: Any])
  }

  /// Who stands on the left at each key frame of `detections.json`.
  private func leftmost(_ folder: String) throws -> [Int?] {
    let keyFrames = try #require(try json(folder + "/detections.json")["keyframes"] as? [[String: Any]])
    return try keyFrames.map { keyFrame in
      let people = try #require(keyFrame["people"] as? [[String: Any]])
      return people.min { ($0["box"] as? [Double])?[0] ?? 9 < ($1["box"] as? [Double])?[0] ?? 9 }?["id"] as? Int
    }
  }

  @Test("Two people change places between key frames: the film, tracks, exports and pages know it")
  func crossing() throws {
    let result = detect(try boxes(), ["--overlay-video"])
    expectSuccess(result)
    #expect(result.stderr.contains("wrote \(out)/tracks.json"), "\(result.stderr)")
    #expect(try leftmost(out) == [1, 1, 2])
    let tracks = try #require((try json(out + "/tracks.json")["videos"] as? [[String: Any]])?.first)
    #expect(tracks["start"] as? Double == 0)
    let people = try #require(tracks["tracks"] as? [[String: Any]])
    #expect(people.map { ($0["boxes"] as? [Any])?.count } == [60, 60])

    // What reads the folder or its rows takes them, and says so.
    let tracked = slowfast([
      "tracks", out, "--output-dir", scratch.path + "/t", "--on", "0", "--fps", "25", "--size", "97x63",
    ])
    #expect(tracked.stderr.contains("people are those of '\(out)/tracks.json'"), "\(tracked.stderr)")
    let mot = try lines(scratch.path + "/t/mot/bframes.txt")
    #expect(mot.count == 120 && mot[0].hasPrefix("1,1,5.00,10.00,20.00") && mot[119].hasPrefix("60,2,5.00,10.00,"))
    for (source, folder) in [(out, "a"), (out + "/detections.csv", "b"), (scratch.path + "/t", "c")] {
      _ = slowfast(["export", source, "--output-dir", scratch.path + "/" + folder, "--videos", Self.movie])
    }
    #expect(try folderDifference(scratch.path + "/a", scratch.path + "/b") == nil)
    let page = scratch.path + "/page"
    _ = slowfast(["gallery", out, "--output-dir", page, "--video", Self.movie])
    // Of the last key frame, whose first box is the person's who came from the left.
    let frames = try text(page + "/index.html").components(separatedBy: "{\"s\": ").dropFirst()
    #expect(frames.map { $0.firstMatch(of: #/"people": \[\{"p": (\d)/#)?.1 } == ["1", "1", "1"])
    _ = slowfast([
      "overlay", "--video", Self.movie, "--detections", out + "/detections.csv", "--overlay-video", "--no-pictures",
      "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--output-dir", scratch.path + "/film",
    ])
    #expect(try fileDifference(scratch.path + "/film/bframes.mp4", out + "/overlays/bframes.mp4") == nil)

    // Rows alone know nothing of what was between.
    let rows = try scratch.file("alone/detections.csv", try text(out + "/detections.csv"))
    let alone = Program.run(["export", rows, "--output-dir", scratch.path + "/d", "--format", "ava"])
    expectSuccess(alone)
    #expect(alone.stderr.contains("people linked by the rules of slowfast tracks"))
    let told = slowfast([
      "export", rows, "--tracks", out, "--output-dir", scratch.path + "/e", "--format", "ava",
    ])
    #expect(!told.stderr.contains("linked by the rules"), "\(told.stderr)")
  }

  @Test("Tracks of other rows are recognised, said, and not taken unless the call does")
  func stale() throws {
    expectSuccess(detect(try boxes()))
    let rows = out + "/detections.csv"
    let changed = try text(rows).split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
    try writeFile(rows, changed)
    let call = { (folder: String, more: [String]) in
      Program.run(["tracks", rows, "--output-dir", scratch.path + "/" + folder, "--on", "0"] + more)
    }
    let anew = call("a", [])
    expectSuccess(anew)
    #expect(
      anew.stderr.contains(
        "'\(out)/tracks.json' is not taken, people are linked anew: it was made with other rows than '\(rows)' has now -> --tracks"
      ), "\(anew.stderr)")
    func boxCount(_ folder: String) throws -> Int {
      try text(scratch.path + "/" + folder + "/tracks.json").components(separatedBy: "\"time\"").count - 1
    }
    #expect(try boxCount("a") == 6)
    expectSuccess(call("b", ["--tracks", out]))
    #expect(try boxCount("b") == 120)
    // Whose boxes are elsewhere are told from those of these rows.
    let far = #"{"id": 4, "boxes": [{"time": 0, "box": [0.4, 0, 0.5, 0.1], "score": 1}]}"#
    let others = try scratch.file("others.json", #"{"videos": [{"video": "bframes", "tracks": [\#(far)]}]}"#)
    let strange = call("c", ["--tracks", others])
    expectSuccess(strange)
    #expect(
      strange.stderr.contains("'bframes': 6 of 6 boxes of the rows are nobody's in '\(others)'"), "\(strange.stderr)")
    try writeFile(out + "/tracks.json", "no JSON")
    let broken = call("d", [])
    expectSuccess(broken)
    #expect(broken.stderr.contains("is not taken, people are linked anew: reading the tracks: "), "\(broken.stderr)")
    expectFailure(call("e", ["--tracks", out]), ["reading the tracks"])
  }

  @Test("Ids that are given stay, in every file; the numbers of a call's tracks do, too")
  func givenIDs() throws {
    expectSuccess(detect(try boxes((7, 4)), ["--overlays"]))
    #expect(try leftmost(out) == [7, 7, 4])
    _ = slowfast(["export", out, "--output-dir", scratch.path + "/a", "--format", "coco", "--videos", Self.movie])
    #expect(try text(scratch.path + "/a/coco.json").contains("\"track_id\": 7"))
    let own = scratch.path + "/own"
    expectSuccess(detect(try boxes(name: "plain.txt"), ["--tracks", out], to: own))
    #expect(try leftmost(own) == [7, 7, 4])
    // Whoever may be unseen for no time at all is somebody else in each box.
    let short = scratch.path + "/short"
    expectSuccess(detect(try boxes(name: "plain.txt"), ["--gap", "0.01"], to: short))
    #expect(try leftmost(short).compactMap { $0 }.count == 3 && Set(leftmost(short)).count == 3)
  }

  @Test("Shards, joined, know the people of the whole run, and so do results made anew")
  func shards() throws {
    let proposals = try boxes()
    expectSuccess(detect(proposals))
    let run = scratch.path + "/run"
    for index in 0..<2 {
      expectSuccess(detect(proposals, ["--run", run, "--shard", "\(index)/2"]))
    }
    #expect(slowfast(["merge", run]).stderr.contains("joined 2 shards"))
    for name in ["detections.csv", "detections.json", "tracks.json"] {
      #expect(try fileDifference(run + "/" + name, out + "/" + name) == nil)
    }
    let anew = scratch.path + "/anew"
    _ = slowfast(["results", run, "--output-dir", anew])
    #expect(try fileDifference(anew + "/tracks.json", out + "/tracks.json") == nil)
    for (source, folder) in [(run, "a"), (out, "b")] {
      _ = slowfast(["export", source, "--output-dir", scratch.path + "/" + folder, "--format", "ava"])
    }
    #expect(try folderDifference(scratch.path + "/a", scratch.path + "/b") == nil)
  }
}

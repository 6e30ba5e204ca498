import Files
import TestSupport
import Testing

/// Tracks that are damaged, of another scene, or on another clock than the rows.
extension OwnPeopleTests {
  /// What reads the rows of a folder, each into a folder of its own.
  ///
  /// - Parameter tracks: Of the call.
  private func readers(of folder: String, _ name: String, _ tracks: [String] = []) -> [[String]] {
    func out(_ command: String) -> [String] { ["--output-dir", "\(scratch.path)/\(name)-\(command)"] }
    return [
      ["tracks", folder, "--on", "0"] + out("tracks") + tracks,
      ["export", folder, "--format", "ava"] + out("export") + tracks,
      ["gallery", folder, "--video", Self.movie] + out("gallery") + tracks,
      [
        "overlay", "--detections", folder + "/detections.csv", "--video", Self.movie, "--overlay-video",
        "--no-pictures",
      ]
        + out("overlay") + tracks,
    ]
  }

  @Test("Damaged tracks beside the rows are said to be, and all go on without them")
  func damagedTracks() throws {
    let run = scratch.path + "/run"
    expectSuccess(detect(try boxes(), ["--run", run]))
    try writeFile(out + "/tracks.json", "no JSON")
    for call in readers(of: out, "a") {
      let said = slowfast(call).stderr
      #expect(
        said.contains("'\(out)/tracks.json' is not taken, people are linked anew: reading the tracks: "), "\(said)")
      #expect(said.contains("-> delete it") && !said.contains("takes it all the same"), "\(said)")
    }
    try writeFile(run + "/people.json", "no JSON")
    let kept = slowfast(["export", run, "--format", "ava", "--output-dir", scratch.path + "/b"])
    #expect(kept.stderr.contains("'\(run)/people.json' is not taken"), "\(kept.stderr)")
  }

  @Test("Tracks of another scene under the video's name are told by the boxes of the proposals")
  func foreignTracks() throws {
    let far = #"{"id": 4, "boxes": [{"time": 0, "box": [0.4, 0, 0.5, 0.1], "score": 1}]}"#
    let others = try scratch.file("others.json", #"{"videos": [{"video": "bframes", "tracks": [\#(far)]}]}"#)
    let strange = detect(try boxes(), ["--tracks", others])
    expectSuccess(strange)
    #expect(
      strange.stderr.contains(
        "'bframes': 120 of 120 boxes of the proposals are nobody's in '\(others)' -> is it of this video, and of their clock?"
      ), "\(strange.stderr)")
    let own = detect(try boxes(), ["--tracks", out + "/../own"], to: scratch.path + "/second")
    expectFailure(own, ["own"])
    expectSuccess(detect(try boxes(), to: scratch.path + "/own"))
    let fitting = detect(try boxes(), ["--tracks", scratch.path + "/own"], to: scratch.path + "/second")
    expectSuccess(fitting)
    #expect(!fitting.stderr.contains("nobody's"), "\(fitting.stderr)")
  }

  @Test("Tracks that count from 0 are of rows that count from 900, whoever reads them")
  func clocks() throws {
    let text = try boxes(name: "bframes.txt")
    let tracks = scratch.path + "/mot"
    _ = slowfast(["tracks", text, "--mot", "--fps", "25", "--size", "97x63", "--output-dir", tracks])
    expectSuccess(detect(text, ["--starting-second", "900"]))
    for call in readers(of: out, "a", ["--tracks", tracks]) {
      let said = slowfast(call).stderr
      #expect(!said.contains("nobody's") && !said.contains("outside"), "\(call[0]): \(said)")
    }
    let rows = try self.text(scratch.path + "/a-export/ava.csv").split(separator: "\n")
    #expect(rows.count > 3 && rows.allSatisfy { $0.hasPrefix("bframes,090") }, "\(rows)")
    let anew = try self.text(scratch.path + "/a-tracks/tracks.json")
    #expect(anew.contains("\"start\": 900.0") && anew.contains("\"time\": 900.04"), "\(anew.prefix(400))")
    let again = detect(text, ["--starting-second", "900", "--tracks", tracks], to: scratch.path + "/again")
    expectSuccess(again)
    #expect(!again.stderr.contains("nobody's"), "\(again.stderr)")
    #expect(try fileDifference(scratch.path + "/again/detections.json", out + "/detections.json") == nil)
    // The other way round.
    expectSuccess(detect(text, to: scratch.path + "/zero"))
    let back = slowfast(readers(of: scratch.path + "/zero", "b", ["--tracks", out])[0])
    #expect(!back.stderr.contains("nobody's"), "\(back.stderr)")
  }

  @Test("The tracks that detect left beside its rows stay")
  func boundTracks() throws {
    expectSuccess(detect(try boxes()))
    let before = try text(out + "/tracks.json")
    for more in [[], ["--gap", "2"]] {
      expectFailure(
        Program.run(["tracks", out, "--output-dir", out, "--overwrite"] + more),
        ["says who is who in the rows beside it", "another --output-dir"])
    }
    #expect(try text(out + "/tracks.json") == before)
  }

  @Test("Shards that tell in different ways who is who are no parts of one run")
  func shardsOfOtherTracks() throws {
    let proposals = try boxes()
    let (one, other) = (scratch.path + "/one", scratch.path + "/other")
    expectSuccess(detect(proposals, ["--run", one, "--shard", "0/2", "--gap", "0.01"]))
    let second = detect(proposals, ["--run", one, "--shard", "1/2"])
    expectFailure(
      second, ["who is who was told by --gap 0.01 and is by neither --gap nor --tracks", "same --gap and --tracks"])
    expectSuccess(detect(proposals, ["--run", other, "--shard", "1/2"]))
    expectFailure(
      Program.run(["merge", one, other, "--run", scratch.path + "/whole"]), ["joining", "told by --gap 0.01"])
    // A shard that is begun again may say otherwise: what is scored stays.
    expectSuccess(detect(proposals, ["--run", one, "--shard", "0/2"]))
    expectSuccess(detect(proposals, ["--run", one, "--shard", "1/2"]))
    _ = slowfast(["merge", one])
    #expect(!Scratch.files(below: one).contains { $0.hasSuffix(".old") })
    expectSuccess(detect(proposals))
    #expect(try fileDifference(one + "/tracks.json", out + "/tracks.json") == nil)
  }

  @Test("What is given for rows or for tracks and is neither, is named")
  func wrongFolders() throws {
    let run = scratch.path + "/run"
    expectSuccess(detect(try boxes(), ["--run", run]))
    let tracks = scratch.path + "/t"
    _ = slowfast(["tracks", out, "--output-dir", tracks])
    let to = ["--format", "ava", "--output-dir", scratch.path + "/e"]
    expectFailure(
      Program.run(["export", tracks, "--tracks", out] + to),
      [
        "'\(tracks)' is a folder with tracks.json and tubes.json, which say who is who themselves",
        "leave --tracks out",
        "detections.csv",
      ])
    let empty = scratch.path + "/empty"
    try makeFolder(empty)
    expectFailure(
      Program.run(["export", out, "--tracks", empty] + to),
      ["'\(empty)' is a folder: expected tracks.json in it", "found none"])
    let kept = slowfast(["export", out, "--tracks", run] + to)
    #expect(!kept.stderr.contains("linked"), "\(kept.stderr)")
  }
}

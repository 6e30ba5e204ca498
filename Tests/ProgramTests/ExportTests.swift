import Files
import Foundation
import TestSupport
import Testing

/// `slowfast export` with the built program.
struct ExportTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
  private let vfr = projectRoot + "/Tests/Fixtures/Video/vfr.mkv"
  private let rows = """
    bframes,0001,0.1,0.2,0.3,0.9,12,0.9
    bframes,0001,0.6,0.2,0.8,0.9,14,0.7
    bframes,0002,0.6,0.2,0.8,0.9,14,0.3
    bframes,0002,0.11,0.2,0.31,0.9,12,0.8

    """
  private let labels = "item { name: \"stand <still>\" id: 12 }\nitem { name: \"walk & talk\" id: 14 }\n"
  private let all = ["ava.csv", "coco.json", "cvat/bframes.xml", "elan/bframes.eaf", "via.json", "webvtt/bframes.vtt"]

  @Test("Detections, what tracks makes of them, its files and its table of tubes say the same")
  func sources() throws {
    let scratch = Scratch()
    let source = try scratch.file("detections.csv", rows)
    let labelMap = try scratch.file("labels.pbtxt", labels)
    let call = { (source: String, folder: String, more: [String]) in
      Program.run(["export", source, "--output-dir", scratch.path + "/" + folder] + more)
    }
    let given = ["--videos", video]
    let result = call(source, "a", given + ["--labelmap", labelMap])
    expectSuccess(result)
    #expect(
      result.stdout
        == "\(scratch.path)/a: 1 video, 2 people, 2 intervals of actions as cvat, via, coco, ava, elan and webvtt\n")
    #expect(Scratch.files(below: scratch.path + "/a") == all)
    expectSuccess(
      Program.run(["tracks", source, "--output-dir", scratch.path + "/t", "--labelmap", labelMap]))
    expectSuccess(call(scratch.path + "/t", "b", given))
    #expect(try folderDifference(scratch.path + "/a", scratch.path + "/b") == nil)
    // The rate and size of the video, said by the call; only the end of the video is not known then.
    expectSuccess(
      call(scratch.path + "/t", "c", ["--fps", "25", "--size", "97x63", "--format", "coco", "--format", "webvtt"]))
    #expect(Scratch.files(below: scratch.path + "/c") == ["coco.json", "webvtt/bframes.vtt"])
    #expect(try text(scratch.path + "/a/webvtt/bframes.vtt").contains("00:00:00.500 --> 00:00:02.400\n"))
    #expect(try text(scratch.path + "/c/webvtt/bframes.vtt").contains("00:00:00.500 --> 00:00:02.500\n"))
    // Tubes alone have both people; tracks alone have nobody do anything.
    expectSuccess(call(scratch.path + "/t/tubes.json", "d", given))
    #expect(try text(scratch.path + "/d/elan/bframes.eaf") == text(scratch.path + "/a/elan/bframes.eaf"))
    expectSuccess(call(scratch.path + "/t/tracks.json", "e", ["--format", "webvtt"]))
    #expect(try text(scratch.path + "/e/webvtt/bframes.vtt") == "WEBVTT\n")
    expectSuccess(
      Program.run([
        "tracks", source, "--output-dir", scratch.path + "/u", "--fps", "25", "--size", "97x63",
      ]))
    // Frame 0 of tubes.csv is the first key frame, second 1 of the file.
    expectSuccess(
      call(
        scratch.path + "/u/tubes.csv", "f",
        given + ["--labelmap", labelMap, "--starting-second=-1", "--format", "coco"]))
    #expect(try text(scratch.path + "/f/coco.json").contains("\"frame_id\": 25"))
    expectFailure(call(source, "a", given), ["--overwrite"])
    expectSuccess(call(source, "a", given + ["--overwrite"]))
  }

  @Test("AVA's clock, a video that ends, and one that has its own time stamps")
  func clocks() throws {
    let scratch = Scratch()
    let source = try scratch.file(
      "rows.csv",
      (["0901", "0902", "0999"].map { "bframes,\($0),0.1,0.2,0.3,0.9,12,0.9\n" } + ["vfr,0901,0.1,0.2,0.3,0.9,12,0.9\n"])
        .joined())
    let result = Program.run([
      "export", source, "--output-dir", scratch.path + "/out", "--videos", video, vfr, "--format", "coco", "--format",
      "ava",
    ])
    expectSuccess(result)
    #expect(
      result.stderr.contains(
        "the first frame is taken for second 900 (--starting-second says otherwise): bframes, vfr"))
    #expect(result.stderr.contains("'bframes': 1 box before the video's beginning or after its end left out"))
    #expect(try text(scratch.path + "/out/ava.csv").hasPrefix("bframes,0901,0.1000"))
    #expect(try text(scratch.path + "/out/coco.json").contains("\"frame_id\": 25, \"time\": 1.0"))
    expectFailure(
      Program.run([
        "export", source, "--output-dir", scratch.path + "/none", "--videos", video, vfr, "--starting-second", "500",
      ]), ["expected people within the videos, found none"])
    #expect(Scratch.files(below: scratch.path + "/none").isEmpty)
  }

  @Test("One bad video is named and counted, the rest is done")
  func badVideo() throws {
    let scratch = Scratch()
    let source = try scratch.file(
      "rows.csv", rows + "bad,0001,0.1,0.2,0.3,0.9,12,0.9\ngone,0001,0.1,0.2,0.3,0.9,12,0.9\n")
    let bad = try scratch.file("bad.mp4", "no film")
    let result = Program.run([
      "export", source, "--output-dir", scratch.path + "/out", "--videos", bad, video, scratch.path + "/gone.mp4",
    ])
    #expect(result.status == 1, "\(result.stderr)")
    #expect(
      result.stderr.contains("'bad' is left out: ") && result.stderr.contains("'gone' is left out: ")
        && result.stderr.contains("the results lack 2 of 3 videos, named above ->"), "\(result.stderr)")
    #expect(Scratch.files(below: scratch.path + "/out") == all)
    // One that the source has nobody in, too.
    let plain = try scratch.file("plain.csv", rows)
    let strange = Program.run([
      "export", plain, "--output-dir", scratch.path + "/plain", "--videos", bad, video, "--format", "ava",
    ])
    #expect(
      strange.status == 1 && strange.stderr.contains("the source has nobody in 'bad', which cannot be read: ")
        && strange.stderr.contains("the results lack 1 of 2 videos"), "\(strange.stderr)")
  }

  @Test("A run directory, with the names of its label map")
  func runDirectory() throws {
    let scratch = Scratch()
    let run = scratch.path + "/run"
    expectSuccess(Program.run(LittleWorld.test(into: scratch.path + "/results", ["--run", run])))
    expectSuccess(Program.run(["export", run, "--output-dir", scratch.path + "/a", "--format", "ava"]))
    expectSuccess(
      Program.run([
        "export", scratch.path + "/results/detections_latest.csv", "--output-dir", scratch.path + "/b", "--format",
        "ava",
      ]))
    func keyFrames(_ folder: String) throws -> Set<String> {
      Set(
        try lines(scratch.path + folder + "/ava.csv").map { $0.split(separator: ",").prefix(2).joined(separator: ",") })
    }
    #expect(try keyFrames("/a") == keyFrames("/b") && keyFrames("/a").contains("synth1,0902"))
    expectFailure(
      Program.run(["export", scratch.path, "--output-dir", scratch.path + "/c", "--format", "ava"]),
      ["is a folder without any of these: expected tracks.json"])
  }

  @Test(
    "What a call lacks or says twice",
    arguments: [
      ([], "cvat, via and coco count frames and pixels -> give the files with --videos"),
      (["--format", "coco", "--fps", "25"], "coco counts frames and pixels"),
      (["--format", "cvet"], "--format 'cvet' is unknown -> did you mean cvat? it is one of cvat, via"),
      (["--fps", "0"], "--fps is 0.0 -> give more than 0"),
      (["--fps", "-1"], "--fps is -1.0 -> give more than 0"),
      (["--starting-second", "nan"], "--starting-second is nan"),
    ])
  func wrongCalls(words: [String], complaint: String) {
    let result = Program.run(["export", "x.csv", "--output-dir", "nowhere"] + words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  @Test("Two files of one name, and videos that nobody is in")
  func otherVideos() throws {
    let scratch = Scratch()
    let source = try scratch.file("rows.csv", rows)
    let call = { (videos: [String]) in
      Program.run(["export", source, "--output-dir", scratch.path + "/out", "--format", "webvtt", "--videos"] + videos)
    }
    expectFailure(call([video, scratch.path + "/bframes.mkv"]), ["found 'bframes' twice"])
    let result = call([video, vfr])
    expectSuccess(result)
    #expect(result.stderr.contains("the source has nobody in 'vfr', given with --videos"))
  }
}

/// Exported files, read by public readers from PyPI (`tools/setup-readers.sh` installs them).
struct PublicReaderTests {
  static let python = projectRoot + "/tools/readers/.venv/bin/python"

  @Test(
    "pycocotools, pympi-ling and webvtt-py find what was exported",
    .enabled(if: pathExists(python), "the public readers are not there (tools/setup-readers.sh)"))
  func publicReaders() throws {
    let scratch = Scratch()
    let source = try scratch.file(
      "detections.csv",
      """
      bframes,0001,0.1,0.2,0.3,0.9,12,0.9
      bframes,0001,0.6,0.2,0.8,0.9,14,0.7
      bframes,0001,0.6,0.2,0.8,0.9,12,0.6
      bframes,0002,0.11,0.2,0.31,0.9,12,0.8
      \u{1F600} <x>,0001,0.1,0.2,0.3,0.9,14,0.1

      """)
    let labels = try scratch.file(
      "labels.pbtxt",
      "item { name: \"stand <still> & \\\"look\\\"\" id: 12 }\nitem { name: \"geh\u{1F600}en\" id: 14 }\n")
    let out = scratch.path + "/out"
    expectSuccess(
      Program.run([
        "export", source, "--output-dir", out, "--labelmap", labels, "--videos",
        projectRoot + "/Tests/Fixtures/Video/bframes.mp4", "--fps", "25", "--size", "97x63",
      ]))
    let result = Program.run(
      through: [Self.python, projectRoot + "/tools/readers/read.py", out], [], patience: 60)
    expectSuccess(result)
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [String: [String: Any]])
    let (stand, walk) = ("stand <still> & \"look\"", "geh\u{1F600}en")
    #expect(found["coco"]?["images"] as? Int == 3)
    #expect(found["coco"]?["annotations"] as? [String: Int] == ["person": 4, stand: 3, walk: 1])
    #expect(found["coco"]?["videos"] as? [String] == ["bframes", "\u{1F600} <x>"])
    let elan = try #require(found["elan"]?["bframes"] as? [String: Any])
    #expect(elan["media"] as? [String] == ["./bframes.mp4"])
    let tiers = try #require(elan["tiers"] as? [String: [String: Any]])
    #expect(Set(tiers.keys) == ["person 1: \(stand)", "person 2: \(stand)", "person 2: \(walk)"])
    let own = try #require(tiers["person 1: \(stand)"])
    #expect(own["participant"] as? String == "person 1")
    let annotations = try #require(own["annotations"] as? [[Any]])
    #expect(annotations.map { $0[0] as? Int } == [500] && annotations.map { $0[1] as? Int } == [2400])
    #expect(annotations.map { $0[2] as? String } == [stand])
    let cues = try #require(found["webvtt"]?["bframes"] as? [[String]])
    #expect(
      cues == [
        ["00:00:00.500", "00:00:02.400", "person 1", "person 1: \(stand)"],
        ["00:00:00.500", "00:00:01.500", "person 2", "person 2: \(stand)"],
        ["00:00:00.500", "00:00:01.500", "person 2", "person 2: \(walk)"],
      ])
    #expect(found["webvtt"]?["\u{1F600} <x>"] as? [[String]] == [])
    let cvat = try #require(found["cvat"]?["bframes"] as? [String: Any])
    #expect(cvat["source"] as? String == "bframes.mp4" && cvat["attributes"] as? [String] == [stand, walk])
    #expect((cvat["tracks"] as? [String: [Int]])?["1"]?.contains(25) == true)
  }
}

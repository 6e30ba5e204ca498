import Files
import TestSupport
import Testing

/// Tracks of detections and of MOT texts with the built program.
struct TracksTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  private let rows = """
    v,0902,0.1,0.2,0.3,0.9,12,0.9
    v,0902,0.6,0.2,0.8,0.9,14,0.7
    v,0903,0.6,0.2,0.8,0.9,14,0.3
    v,0903,0.11,0.2,0.31,0.9,12,0.8
    v,0904,0.12,0.2,0.32,0.9,12,0.7
    v,0904,0.6,0.2,0.8,0.9,14,0.8

    """

  @Test("Detections become tracks and intervals; a label that flickers stops when it is smoothed")
  func detections() throws {
    let scratch = Scratch()
    let source = try scratch.file("detections.csv", rows)
    let labels = try scratch.file("labels.pbtxt", "item { name: \"stand\" id: 12 }\nitem { name: \"walk\" id: 14 }\n")
    let plain = Program.run([
      "tracks", source, "--output-dir", scratch.path + "/plain", "--labelmap", labels, "--fps", "1", "--size",
      "100x100",
    ])
    expectSuccess(plain)
    #expect(plain.stdout == "\(scratch.path)/plain: 1 video, 2 tracks, 3 intervals of actions\n", "\(plain.stdout)")
    #expect(
      try text(scratch.path + "/plain/actions.csv") == """
        video,track,action,start,end,score
        v,1,12,901.500,904.500,0.800000
        v,2,14,901.500,902.500,0.700000
        v,2,14,903.500,904.500,0.800000

        """)
    #expect(try text(scratch.path + "/plain/tubes.json").contains("\"track\": 2, \"action\": 14, \"name\": \"walk\""))
    let mot = try text(scratch.path + "/plain/mot/v.txt").split(separator: "\n")
    #expect(mot.count == 6 && mot[0] == "1,1,10.00,20.00,20.00,70.00,1.0000,-1,-1,-1")
    let smooth = Program.run(["tracks", source, "--output-dir", scratch.path + "/smooth", "--window", "3"])
    expectSuccess(smooth)
    #expect(try text(scratch.path + "/smooth/actions.csv").split(separator: "\n").count == 3)
    #expect(try listFolder(scratch.path + "/smooth").sorted() == ["actions.csv", "tracks.json", "tubes.json"])
    expectFailure(Program.run(["tracks", source, "--output-dir", scratch.path + "/smooth"]), ["--overwrite"])
    let high = Program.run(["tracks", source, "--output-dir", scratch.path + "/high", "--on", "1.5"])
    expectSuccess(high)
    #expect(high.stderr.contains("note: no action begins: the highest score is 0.9, and --on is 1.5"), "\(high.stderr)")
  }

  @Test("A MOT text gets ids, keeps those that it has, and is read again as it was written")
  func motTexts() throws {
    let scratch = Scratch()
    let source = try scratch.file("film.txt", (1...9).map { "\($0),-1,\(10 + $0),10,20,60,0.9\n" }.joined())
    let call = { (file: String, folder: String) in
      ["tracks", file, "--mot", "--fps", "25", "--size", "100x100", "--output-dir", scratch.path + "/" + folder]
    }
    expectSuccess(Program.run(call(source, "a")))
    let written = try text(scratch.path + "/a/mot/film.txt")
    #expect(written.hasPrefix("1,1,11.00,10.00,20.00,60.00,0.9000,-1,-1,-1\n2,1,12.00,"))
    expectSuccess(Program.run(call(scratch.path + "/a/mot/film.txt", "b")))
    #expect(try text(scratch.path + "/b/mot/film.txt") == written)
    expectSuccess(Program.run(call(source, "c") + ["--linker", "overlap"]))
    #expect(try text(scratch.path + "/c/mot/film.txt") == written)
    // Counted from 0, the same frames are the same.
    let zero = try scratch.file("zero/film.txt", (0...8).map { "\($0),-1,\(11 + $0),10,20,60,0.9\n" }.joined())
    let counted = Program.run(call(zero, "e"))
    expectSuccess(counted)
    #expect(try text(scratch.path + "/e/mot/film.txt") == written)
    #expect(counted.stderr.contains("frames are counted from 0, for there is a frame 0 (--first-frame says"))
    let before = call(source, "f") + ["--first-frame", "0"]
    expectSuccess(Program.run(before))
    #expect(try text(scratch.path + "/f/mot/film.txt").hasPrefix("2,1,11.00,"))
    let twice = try scratch.file("twice.txt", "1,4,1,1,9,9,1\n1,4,30,1,9,9,1\n")
    expectFailure(
      Program.run(call(twice, "d")), ["'\(twice)', line 2: expected each id once in a frame, found 4 in frame 1 again"])
    #expect(!pathExists(scratch.path + "/d/tracks.json"))
  }

  @Test("A MOT text lies in the folder, whatever its video is called")
  func namesWithSlashes() throws {
    let scratch = Scratch()
    let source = try scratch.file("detections.csv", "../../v,0902,0.1,0.2,0.3,0.9,12,0.9\n")
    let call = ["tracks", source, "--output-dir", scratch.path + "/a/b"]
    expectSuccess(Program.run(call + ["--fps", "1", "--size", "100x100"]))
    #expect(!pathExists(scratch.path + "/a/v.txt"))
    #expect(try listFolder(scratch.path + "/a/b/mot") == [".._.._v.txt"])
  }

  @Test(
    "What a call lacks or says twice",
    arguments: [
      (["--mot"], "--mot counts frames and pixels -> add --fps RATE and --size WxH"),
      (["--first-frame", "0"], "--first-frame is of a MOT text -> add --mot, or leave it out"),
      (["--size", "100"], "expected width x height in pixels -> write 640x360"),
      (["--fps", "0"], "--fps is 0.0 -> give more than 0, at most 1000"),
      (["--fps", "1e300"], "--fps is 1e+300 -> give more than 0, at most 1000"),
      (["--fps", "25"], "--fps and --size say together what a frame is -> add --size WxH, or leave --fps out"),
      (["--on=-1"], "--on: expected a score of 0 or more, found -1.0"),
      (["--on", "nan"], "--on: expected a score of 0 or more, found nan"),
      (["--gap=-1"], "--gap: expected 0 seconds or more, found -1.0"),
      (["--gap", "-1"], "--gap: expected 0 seconds or more, found -1.0"),
      (["--decay", "-inf"], "--decay: expected 0 seconds or more, found -inf"),
      (["--fps", "-2.5e1"], "--fps is -25.0 -> give more than 0, at most 1000"),
      (["--window", "1", "--decay", "1"], "--window and --decay are two ways: give one of them"),
      (["--on", "0.5", "--off", "0.6"], "--off: expected at most --on 0.5, found 0.6"),
      (["--tracks", "t", "--gap", "1"], "--tracks says who is who, and --gap links boxes: give one of them"),
      (["--low-score", "0.7"], "--low-score: expected at most --high-score 0.6, found 0.7"),
    ])
  func wrongCalls(words: [String], complaint: String) {
    let result = Program.run(["tracks", "x.csv", "--output-dir", "nowhere"] + words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  @Test("Tubes are evaluated against true ones: their own are all of them, others' videos and classes are said")
  func videoMAP() throws {
    let scratch = Scratch()
    let file = scratch.path + "/rows.csv"
    try writeFile(file, rows)
    let tracked = ["tracks", file, "--fps", "10", "--size", "100x100", "--output-dir", scratch.path + "/t"]
    expectSuccess(Program.run(tracked))
    let tubes = scratch.path + "/t/tubes.csv"
    func evaluate(_ truth: String, _ more: [String] = []) throws -> Program.Result {
      try writeFile(scratch.path + "/truth.csv", truth)
      return Program.run(["evaluate", "--tubes", tubes, "--groundtruth", scratch.path + "/truth.csv"] + more)
    }
    // Scores are read past in a file of true tubes.
    let own = try text(tubes)
    let perfect = try evaluate(own)
    expectSuccess(perfect)
    #expect(
      perfect.stdout.contains("video mAP, MultiSports")
        && perfect.stdout.contains("J-HMDB       %\nIoU 0.2                       100.00\n"))
    let json = try evaluate(own, ["--format", "json", "--tube-rules", "ucf24"])
    #expect(json.stdout.contains("\"0.5:0.95\": 1") && !json.stdout.contains("multisports"))
    #expect(try evaluate(own + "v,1,1,1,2,2,99,77\n").stdout.contains("99"))
    let strange = try evaluate("w,1,1,1,2,2,12,0\n")
    expectFailure(strange, ["no video of '\(tubes)' is one of", "expected names as 'w', found 'v'"])
    // What cannot be seen of a name is written out.
    expectFailure(try evaluate("v\r,1,1,1,2,2,12,0\n"), ["expected names as 'v\\r', found 'v'"])
    let other = try evaluate("v,1,1,1,2,2,99,0\n")
    expectSuccess(other)
    #expect(other.stderr.contains("of classes without true tubes, which are not scored: 12"))
    for (more, essentials) in [
      (["--explain"], "--tubes has no use for --explain"),
      (["--bootstrap", "9"], "--tubes has no use for --bootstrap"),
      (["--predictions", "x"], "--predictions and --groundtruth and --tubes exclude"),
    ] {
      let result = try evaluate(own, more)
      #expect(result.status == 64 && result.stderr.contains(essentials), "\(result.stderr)")
    }
    #expect(Program.run(["evaluate", "--tubes", tubes]).stderr.contains("add --groundtruth FILE"))
  }
}

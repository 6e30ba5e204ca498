import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// `slowfast people` and `slowfast evaluate --boxes`, what they say of bad calls.
struct PeopleTests {
  private let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

  @Test(arguments: [
    (["--output", "a.csv"], "Missing expected argument '--detector <file>'"),
    (
      ["--detector", "d", "--output", "a.txt"],
      "--output is 'a.txt' -> end it in .csv, .json or .jsonl, or say --format"
    ),
    (["--detector", "d", "--output", "a.csv", "--every", "0"], "--every is 0.0 -> give a positive number"),
    (
      ["--detector", "d", "--output", "a.csv", "--every", "2", "--every-frame"],
      "--every and --every-frame exclude each other"
    ),
    (["--detector", "d", "--output", "a.csv", "--from", "5", "--to", "4"], "--from 5.0 lies after --to 4.0"),
    (
      ["--detector", "d", "--output", "a.csv", "--person-score", "7"],
      "--person-score is 7.0 -> give a score from 0 to 1"
    ),
    (
      ["--detector", "d", "--output", "-", "--format", "csv"], "--output is '-' -> give a file; /dev/stdout is one"
    ),
    (
      ["--detector", "d", "--output", "a.csv", "--detector-size", "9"], "--detector-size is 9 -> give 32 to 4096 pixels"
    ),
  ])
  func badCalls(_ words: [String], _ expected: String) {
    let run = Program.run(["people", movie] + words)
    #expect(run.status == 64)
    #expect(run.stderr.contains(expected), "\(run.stderr)")
  }

  @Test func badFiles() throws {
    let folder = Scratch()
    let output = folder.path + "/people.csv"
    let missing = Program.run(["people", movie, "--detector", folder.path + "/none.pkl", "--output", output])
    #expect(missing.status == 1 && missing.stderr.contains("none.pkl"), "\(missing.stderr)")
    let network = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth"
    let other = Program.run(["people", movie, "--detector", network, "--output", output])
    #expect(other.status == 1)
    #expect(other.stderr.contains("holds no detector's weights that are known here"), "\(other.stderr)")
    #expect(!pathExists(output) && !pathExists(output + ".journal"))
    let note = try folder.file("note.txt", "no weights\n")
    let foreign = Program.run(["people", movie, "--detector", note, "--output", output])
    #expect(foreign.status == 1 && foreign.stderr.contains(".pb)"), "\(foreign.stderr)")
    // The videos are looked at before the output.
    try writeFile(output, "")
    let gone = Program.run(["people", folder.path + "/none.mp4", "--detector", note, "--output", output])
    #expect(
      gone.status == 1 && gone.stderr.contains("none.mp4") && !gone.stderr.contains("people.csv"), "\(gone.stderr)")
  }

  @Test func boxesAreEvaluated() throws {
    let folder = Scratch()
    let (boxes, truth) = (folder.path + "/boxes.csv", folder.path + "/truth.csv")
    try writeFile(truth, "v,0902,0.1,0.2,0.3,0.4,12,0\nv,0902,0.1,0.2,0.3,0.4,80,0\nv,0903,0.5,0.2,0.7,0.4,12,1\n")
    try writeFile(boxes, "v,0902,0.1,0.2,0.3,0.4,,0.9\nv,0903,0.1,0.2,0.3,0.4,,0.8\nv,0950,0.1,0.2,0.3,0.4,,0.8\n")
    let run = Program.run(["evaluate", "--boxes", boxes, "--groundtruth", truth, "--format", "json"])
    #expect(run.status == 0, "\(run.stderr)")
    #expect(
      run.stdout.hasPrefix(
        "{\"overlap\": 0.5, \"ap\": 0.504950495049505, \"key_frames\": 2, \"people\": 2, \"boxes\": 2, \"boxes_elsewhere\": 1,"
      ),
      "\(run.stdout)")
    // Each of four boxes counts, alike or not: the first finds one of two people, none finds the other.
    try writeFile(truth, "v,0902,0.1,0.2,0.3,0.4,12,0\nv,0902,0.6,0.2,0.8,0.4,12,1\n")
    let doubles = [("0.1", "0.3", 0.9), ("0.1", "0.3", 0.8), ("0.1", "0.3", 0.7), ("0.6", "0.8", 0.6)]
    try writeFile(boxes, doubles.map { "v,0902,\($0),0.2,\($1),0.4,,\($2)\n" }.joined())
    let list = doubles.map { "[\($0), 0.2, \($1), 0.4, \($2)]" }.joined(separator: ", ")
    let beside = "[1.3, 0.2, 1.4, 0.4, 0.95]"
    let lines = [
      try folder.file("boxes.jsonl", "{\"video\": \"v\", \"time\": 902, \"boxes\": [\(list)]}\n"),
      try folder.file("more.jsonl", "{\"video\": \"v\", \"time\": 902, \"boxes\": [\(list), \(beside)]}\n"),
    ]
    for (file, count, ap) in [(boxes, 4, "0.7524"), (lines[0], 4, "0.7524"), (lines[1], 5, "0.4504")] {
      let run = Program.run(["evaluate", "--boxes", file, "--groundtruth", truth, "--format", "json"])
      expectSuccess(run)
      #expect(run.stdout.contains("\"ap\": \(ap)") && run.stdout.contains("\"boxes\": \(count),"), "\(run.stdout)")
      #expect(!run.stderr.contains("taken once"), "\(run.stderr)")
    }
    // Rows of detections are a person's actions: one box.
    try writeFile(boxes, "v,0902,0.1,0.2,0.3,0.4,12,0.9\nv,0902,0.1,0.2,0.3,0.4,80,0.8\n")
    let actions = Program.run(["evaluate", "--boxes", boxes, "--groundtruth", truth, "--format", "json"])
    #expect(actions.stdout.contains("\"boxes\": 1,") && actions.stderr.contains("have actions"), "\(actions.stdout)")
    try writeFile(boxes, "other,0902,0.1,0.2,0.3,0.4,,0.9\n")
    let other = Program.run(["evaluate", "--boxes", boxes, "--groundtruth", truth])
    #expect(other.status == 1 && other.stderr.contains("expected names as 'v', found 'other'"), "\(other.stderr)")
    try writeFile(boxes, "v,2,0.1,0.2,0.3,0.4,,0.9\n")
    let times = Program.run(["evaluate", "--boxes", boxes, "--groundtruth", truth])
    #expect(times.status == 1 && times.stderr.contains("expected seconds as 0902, found 0002"), "\(times.stderr)")
    let idle = Program.run(["evaluate", "--boxes", boxes, "--groundtruth", truth, "--labelmap", truth])
    #expect(idle.status == 64 && idle.stderr.contains("--boxes has no use for --labelmap"), "\(idle.stderr)")
  }

  @Test func detectTakesBoxesFromOnePlace() {
    let call = ["detect", movie, "--cfg", "c.yaml", "--output-dir", "o"]
    let none = Program.run(call)
    #expect(
      none.status == 64 && none.stderr.contains("nobody's boxes are given -> give --proposals FILE, or --detector"))
    let both = Program.run(call + ["--proposals", "p", "--detector", "d"])
    #expect(both.status == 64 && both.stderr.contains("boxes come from one of them"))
    let idle = Program.run(call + ["--detector", "d", "--proposals-fps", "5"])
    #expect(idle.status == 64 && idle.stderr.contains("--proposals-fps: for boxes of a file"))
    let watched = Program.run(["watch", movie, "--cfg", "c.yaml", "--detector", "d", "--person-class", "car"])
    #expect(
      watched.status == 64
        && watched.stderr.contains("--person-class: for boxes of a file -> leave it out with --detector"))
    let shard = Program.run(call + ["--detector", "d", "--run", "r", "--shard", "0/2"])
    #expect(shard.status == 64 && shard.stderr.contains("run 'slowfast people' first"))
  }
}

/// Person boxes, judged by COCO's own evaluator (`tools/setup-readers.sh` installs it).
struct COCOEvaluatorTests {
  @Test(
    "The average precision is pycocotools'",
    .enabled(if: pathExists(PublicReaderTests.python), "the public readers are not there (tools/setup-readers.sh)"),
    arguments: [(1, "0.5"), (2, "0.5"), (3, "0.75"), (4, "0.3")])
  func averagePrecision(_ seed: UInt64, _ overlap: String) throws {
    let scratch = Scratch()
    var random = SeededGenerator(seed: seed)
    var (truth, boxes) = ("", "")
    for second in 902..<930 {
      for person in 0..<Int.random(in: 0...4, using: &random) {
        let (x, y) = (random.uniform(0, 0.7), random.uniform(0, 0.5))
        func row(_ shift: Double) -> String {
          "v,\(second),\(x + shift),\(y + shift),\(x + shift + 0.2),\(y + shift + 0.4)"
        }
        truth += row(0) + ",\(person + 1),\(person)\n" + (person == 0 ? row(0) + ",80,0\n" : "")
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          // Many equal scores: their order counts.
          let box = row(random.uniform(-0.08, 0.08))
          boxes += box + ",,\((random.uniform(0, 1) * 20).rounded() / 20)\n"
          // Some detectors find one box twice.
          if random.uniform(0, 1) < 0.3 { boxes += box + ",,\((random.uniform(0, 1) * 20).rounded() / 20)\n" }
        }
      }
      if second % 9 == 0 { truth += "v,\(second)\n" }
      boxes += "v,\(second),0.9,0.9,0.95,0.99,,\(random.uniform(0, 0.6))\n"
    }
    let (boxFile, truthFile) = (try scratch.file("boxes.csv", boxes), try scratch.file("truth.csv", truth))
    let own = Program.run([
      "evaluate", "--boxes", boxFile, "--groundtruth", truthFile, "--format", "json", "--box-overlap", overlap,
    ])
    expectSuccess(own)
    let theirs = Program.run(
      through: [PublicReaderTests.python, projectRoot + "/tools/readers/boxes.py", boxFile, truthFile, overlap], [],
      patience: 60)
    expectSuccess(theirs)
    func number(_ text: String, _ name: String) throws -> Double {
      let value = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      return try #require(value[name] as? Double)
    }
    let (a, b) = (try number(own.stdout, "ap"), try number(theirs.stdout, "ap"))
    #expect(abs(a - b) < 1e-12, "\(a), \(b)")
    #expect(b > 0 && b < 0.95)
  }
}

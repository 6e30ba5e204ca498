import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// `slowfast finetune` as it is called.
struct FinetuneTests {
  /// tools/finetune.sh on a few videos: drawn, tuned in two parts, and detected with; a test gives the report's number, and the
  /// call again does nothing anew.
  @Test func quickStart() throws {
    let scratch = Scratch()
    let out = scratch.path + "/out"
    let result = Program.run(
      through: [
        "/bin/sh", "-c", "exec \"$1\" \"$0\" \"$2\" 4 6", Program.path, projectRoot + "/tools/finetune.sh", out,
      ], [], patience: 300)
    #expect(result.status == 0, "\(result.stderr)")
    #expect(result.stdout.contains("moving along") && result.stdout.contains("mAP"), "\(result.stdout)")
    #expect(result.stderr.contains("the head of '") && result.stderr.contains("SMALL.pyth' is not taken"))
    let tuned = out + "/tuned"
    for file in [
      "labelmap.pbtxt", "config.yaml", "index.html", "finetune.json", "head/curves.png", "stages/curves.png",
    ] {
      #expect(pathExists(tuned + "/" + file), "\(file)")
    }
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: tuned + "/finetune.json")))
    let report = try #require(json as? [String: Any])
    let best = try #require(report["best"] as? String)
    let map = try #require((report["mAP"] as? [String: Double])?[best])
    #expect(try #require((report["mAP"] as? [String: Double])?["before"]) < map && map > 0.6, "\(report)")
    let page = try String(contentsOfFile: tuned + "/index.html", encoding: .utf8)
    #expect(page.contains("waving or clapping") && page.contains("data:image/png;base64,iVBOR"))
    // Of several parts one has the result.
    #expect(page.ranges(of: "whose weights are the result").count == 1 && !page.contains("weights are kept"))
    #expect(!page.contains("http://") && !page.contains("https://"))

    let weights = tuned + "/checkpoints/checkpoint_best.pyth"
    let tested = Program.run([
      "test", "--cfg", tuned + "/config.yaml", "--weights", weights, "--output-dir", scratch.path + "/test",
    ])
    let found = tested.stdout.split(separator: "\n").last?.split(separator: " ").last.flatMap { Double($0) }
    #expect(abs((found ?? -1) - map) < 1e-12, "\(tested.stdout) \(tested.stderr) \(map)")
    // Keys that PySlowFast does not have would keep it from reading the file.
    let config = try String(contentsOfFile: tuned + "/config.yaml", encoding: .utf8)
    #expect(config.contains("NUM_CLASSES: 3") && !config.contains("TEST_SCALES"), "\(config)")

    let detections = try String(contentsOfFile: out + "/detected/detections.csv", encoding: .utf8)
    #expect(Set(detections.split(separator: "\n").map { $0.split(separator: ",")[6] }) == ["1", "2", "3"])
    try ownBoxes(out, scratch)
  }

  @Test("What an earlier call of the script made is replaced and nothing else")
  func quickStartReplacesItsOwn() {
    let scratch = Scratch()
    // Of a program that fails at once a call does no more.
    let script = """
      set -e
      printf '#!/bin/sh\n[ "$1" != --version ] || exec echo slowfast 0\nexit 1\n' >"$2/program"
      chmod +x "$2/program"
      mkdir -p "$2/box/world" "$2/box/photos"
      echo mine >"$2/box/thesis.txt"
      ! "$1" "$2/program" "$2/box" 2>&1
      find "$2/box" | sort
      ! "$1" "$2/program" "$2/new/one"
      echo mine >"$2/new/one/thesis.txt"
      mkdir "$2/new/one/world" "$2/new/one/photos"
      # What cannot go well takes nothing away.
      for words in "none $2/new/one" "$2 $2/new/one" "/bin/false $2/new/one" "$2/program $2/new/one 3" "$2/program $2/new/one 4.5" "$2/program $2/new/one 4 5"; do
        ! "$1" $words 2>&1
      done
      ls -A "$2/new/one"
      ! "$1" "$2/program" "$2/new/one"
      ls -A "$2/new/one"
      """
    let result = Program.run(
      through: ["/bin/sh", "-c", script], [projectRoot + "/tools/finetune.sh", scratch.path])
    expectSuccess(result)
    let (box, drawing) = (scratch.path + "/box", "\n== Drawing 24 videos to learn from, and 12 that are held out\n")
    #expect(
      result.stdout
        == "finetune: '\(box)' holds other things than this script's output -> name another folder, or delete this one\n"
        + "\(box)\n\(box)/photos\n\(box)/thesis.txt\n\(box)/world\n"
        + drawing
        + ["none", scratch.path, "/bin/false"].map {
          "finetune: SLOWFAST is '\($0)', which is not this program -> build it (make), or give its path\n"
        }.joined()
        + "finetune: VIDEOS is '3', expected a whole number, 4 or more -> correct it, or leave it out\n"
        + "finetune: VIDEOS is '4.5', expected a whole number, 4 or more -> correct it, or leave it out\n"
        + "finetune: SECONDS is '5', expected a whole number, 6 or more -> correct it, or leave it out\n"
        + ".made-by-slowfast-finetune\nphotos\nthesis.txt\nworld\n"
        + "\(drawing).made-by-slowfast-finetune\nphotos\nthesis.txt\n")
  }

  /// Without a detector's boxes those of the rows are scored, by a test with the config that is written, too. What begins anew on
  /// features of other settings is refused, and takes nothing away.
  private func ownBoxes(_ out: String, _ scratch: Scratch) throws {
    let (model, tuned) = (projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL", scratch.path + "/own")
    func finetune(_ more: [String], into folder: String? = nil) -> Program.Result {
      Program.run(
        ["finetune", "--cfg", model + ".yaml", "--weights", model + ".pyth", "--classes", out + "/classes.txt"]
          + ["--train", out + "/train.csv", "--val", out + "/val.csv", "--freeze", "backbone", "--epochs", "2"]
          + ["--output-dir", folder ?? tuned, "AVA.FRAME_DIR", out + "/world/frames"]
          + ["AVA.FRAME_LIST_DIR", out + "/world/frame_lists"] + more)
    }
    func map(_ result: Program.Result) -> Double? {
      let line = result.stdout.split(separator: "\n").last { $0.contains("mAP") }
      return line?.split(separator: " ").last.flatMap { Double($0) }
    }
    let result = finetune([])
    let weights = tuned + "/checkpoints/checkpoint_best.pyth"
    let tested = Program.run([
      "test", "--cfg", tuned + "/config.yaml", "--weights", weights, "--output-dir", scratch.path + "/test-own",
    ])
    let (own, found) = (try #require(map(result), "\(result.stderr)"), try #require(map(tested), "\(tested.stderr)"))
    #expect(abs(own - found) < 1e-4, "\(own), \(found)")
    let refused = finetune(["--overwrite", "DATA.TEST_CROP_SIZE", "96"])
    #expect(refused.status == 1 && refused.stderr.contains("train.journal'"), "\(refused.stderr)")
    #expect(pathExists(weights) && pathExists(tuned + "/config.yaml") && pathExists(tuned + "/head/state.json"))
    #expect(try listFolder(tuned + "/annotations") == ["val-boxes.csv"])
    // What is read is neither removed nor replaced.
    for (option, path) in [
      ("--weights", weights), ("--cfg", tuned + "/config.yaml"), ("--classes", tuned + "/labelmap.pbtxt"),
    ] {
      for more in [["--overwrite"], []] {
        let onItself = finetune(more + [option, path])
        let words = "\(option) '\(path)' is read, and fine-tuning into '\(tuned)' would "
        #expect(onItself.status != 0 && onItself.stderr.contains(words), "\(onItself.stderr)")
      }
    }
    #expect(pathExists(weights) && pathExists(tuned + "/head/state.json") && pathExists(tuned + "/config.yaml"))
    // Anew on the same features.
    let anew = finetune(["--overwrite", "--learning-rate", "0.001"])
    expectSuccess(anew)
    // Without a picture around second 902 the report says what its numbers lack.
    let held = try #require(lines(out + "/val.csv").first?.split(separator: ",").first)
    let pictures = out + "/world/frames/\(held)"
    let picture = try pictures + "/" + listFolder(pictures).sorted()[60]
    try moveFile(picture, to: scratch.path + "/picture.jpg")
    let partial = finetune([], into: scratch.path + "/partial")
    try moveFile(scratch.path + "/picture.jpg", to: picture)
    let page = try String(contentsOfFile: scratch.path + "/partial/index.html", encoding: .utf8)
    for text in [partial.stdout, page] {
      #expect(
        text.contains(" held-out key frames: 1 could not be read, and people there count as missed."),
        "\(partial.stderr)")
    }
    // A folder that was moved needs its own place alone.
    let moved = scratch.path + "/moved"
    try FileManager.default.moveItem(atPath: tuned, toPath: moved)
    let there = Program.run([
      "test", "--cfg", moved + "/config.yaml", "--weights", moved + "/checkpoints/checkpoint_best.pyth", "--output-dir",
      scratch.path + "/test-moved", "AVA.ANNOTATION_DIR", moved,
    ])
    #expect(abs((map(there) ?? -1) - (map(anew) ?? 1)) < 1e-4, "\(there.stderr)")
  }

  private func call(_ more: [String]) -> Program.Result {
    Program.run(["finetune", "--cfg", LittleWorld.config, "--weights", "none.pyth"] + more)
  }

  @Test(arguments: [
    (["--freeze", "tail"], 64, "--freeze is 'tail' -> give backbone or stages N"),
    (["--freeze", "stages"], 64, "--freeze stages needs a number, and none follows -> give 1 or more"),
    (["--freeze", "stages", "-1"], 64, "--freeze stages needs a number, found '-1' -> give 1 or more"),
    (["--freeze", "stages 0"], 64, "--freeze stages needs a number, found '0' -> give 1 or more"),
    (["--freeze", "stages 2"], 1, "reading boxes: 'train.csv' does not exist"),
    (["--freeze", "stages", "2", "--then-stages", "3"], 64, "--then-stages follows --freeze backbone"),
    (["--freeze", "backbone", "SOLVER.BASE_LR"], 64, "'SOLVER.BASE_LR' has no partner"),
    (["--freeze", "backbone", "--epochs", "0"], 64, "--epochs is 0 -> give 1 or more"),
    (["--freeze", "backbone", "--learning-rate", "0"], 64, "--learning-rate is 0.0 -> give a number above 0"),
    (["--freeze", "backbone", "--every", "0"], 64, "--every is 0.0 -> give seconds, at least 0.001"),
    (
      ["--freeze", "backbone", "MODEL.NUM_CLASSES", "3"], 64, "MODEL.NUM_CLASSES is what --classes says -> leave it out"
    ),
    (["--freeze", "backbone", "--detector", "d.pth"], 64, "--detector looks at videos -> give --videos"),
    (
      ["--freeze", "backbone", "--detector", "d.pth", "--videos", "v", "AVA.DETECTION_SCORE_THRESH", "0.5"], 64,
      "AVA.DETECTION_SCORE_THRESH is what --person-score says -> leave it out"
    ),
    (["--freeze", "backbone", "--person-score", "0.5"], 64, "--person-score is for a detector -> add --detector FILE"),
    (
      ["--freeze", "backbone", "--detector", "d.pth", "--val-proposals", "p.csv"], 64,
      "--val-proposals and --detector: held-out boxes come from one of them"
    ),
    ([], 64, "Missing expected argument '--freeze <backbone | stages N>'"),
    (["--freeze", "backbone"], 1, "reading boxes: 'train.csv' does not exist"),
  ])
  func wrongCallsAreNamed(_ more: [String], _ status: Int, _ words: String) {
    let scratch = Scratch()
    let files = ["--classes", "c.txt", "--train", "train.csv", "--val", "val.csv", "--output-dir", scratch.path + "/o"]
    let result = call(files + more)
    #expect(result.status == status && result.stderr.contains(words), "\(result.stderr)")
    #expect(!pathExists(scratch.path + "/o"))
  }

  /// A signal before the run is known to fit: what was drafted for it goes.
  @Test func signalsLeaveNoDrafts() throws {
    let scratch = Scratch()
    let out = scratch.path + "/out"
    let rows = LittleWorld.annotations + "/groundtruth.csv"
    let classes = try scratch.file("classes.txt", (1...80).map { "class \($0)\n" }.joined())
    // Who reads the weights waits for whoever writes them.
    let result = Program.run(
      after: "mkfifo '\(scratch.path)/weights'; { (until ls -A '\(out)/annotations' | grep -q . || ! kill -0 $$; "
        + "do sleep 0.02; done; kill -INT $$) >/dev/null 2>&1 & }",
      ["finetune", "--cfg", LittleWorld.config, "--weights", scratch.path + "/weights", "--freeze", "backbone"]
        + ["--classes", classes, "--train", rows, "--val", rows]
        + ["--output-dir", out] + LittleWorld.dataSet + ["AVA.TRAIN_LISTS", "['val.csv']"])
    #expect(result.status == 130 && result.stderr.contains("interrupted: "), "\(result.stderr)")
    #expect(!pathExists(out), "\(scratch.files)")
  }

  /// A detector finds the people of what is held out, once: the same command looks at no frame again. What it finds is what a test
  /// with the written configuration scores.
  @Test func peopleAreFound() throws {
    let scratch = Scratch()
    let (model, out) = (projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL", scratch.path + "/out")
    let world = splitPath(splitPath(DetectorRunTests.video).folder).folder
    let truth = try String(contentsOfFile: world + "/annotations/groundtruth.csv", encoding: .utf8)
    let rows = Set(
      truth.split(separator: "\n").map { $0.split(separator: ",").prefix(6).joined(separator: ",") + ",1,0\n" })
    let boxes = try scratch.file("rows.csv", rows.sorted().joined())
    func finetune(_ more: [String]) throws -> Program.Result {
      Program.run(
        ["finetune", "--cfg", model + ".yaml", "--weights", model + ".pyth", "--freeze", "backbone", "--epochs", "1"]
          + ["--classes", try scratch.file("classes.txt", "somebody\n"), "--train", boxes, "--val", boxes]
          + ["--videos", DetectorRunTests.video, "--detector", DetectorRunTests.detector]
          // Every path is written in one way.
          + ["--output-dir", scratch.path + "/./out"] + more
          + ["DATA.TEST_CROP_SIZE", "64"])
    }
    let nobody = try finetune(["--person-score", "1"])
    #expect(nobody.status == 1 && nobody.stderr.contains("found nobody in "), "\(nobody.stderr)")
    let first = try finetune(["--person-score", "0.3"])
    expectSuccess(first)
    #expect(first.stderr.contains("people are found by ") && !pathExists(out + "/annotations/val-boxes.csv"))
    let people = try String(contentsOfFile: out + "/annotations/val-people.csv", encoding: .utf8)
    #expect(people.contains("synth31,0902,") && people != rows.sorted().joined(), "\(people)")
    let config = try String(contentsOfFile: out + "/config.yaml", encoding: .utf8)
    for line in [
      "DETECTION_SCORE_THRESH: 0.3", "ANNOTATION_DIR: '\(out)'", "LABEL_MAP_FILE: 'labelmap.pbtxt'",
      "OUTPUT_DIR: '\(out)'",
      "'annotations/val-people.csv'", "GROUNDTRUTH_FILE: '\(boxes)'", "CHECKPOINT_FILE_PATH: '\(model).pyth'",
    ] { #expect(config.contains(line), "\(line) in \(config)") }
    #expect(!config.contains("\(out)/annotations"), "\(config)")
    let again = try finetune(["--person-score", "0.3"])
    expectSuccess(again)
    #expect(again.stderr.contains("2 of 2 frames seen already"), "\(again.stderr)")
    // Features by another algorithm are refused before anybody is looked for, by that algorithm, anew.
    let journal = try readFile(out + "/annotations/people.journal", doing: "testing")
    let refused = try finetune(["--person-score", "0.3", "--overwrite", "--convolution", "direct"])
    #expect(refused.status == 1 && refused.stderr.contains("train.journal'"), "\(refused.stderr)")
    #expect(!refused.stderr.contains("found people") && !refused.stderr.contains("beginning anew"), "\(refused.stderr)")
    #expect(try readFile(out + "/annotations/people.journal", doing: "testing") == journal)
    let other = try finetune(["--person-score", "0.35"])
    #expect(other.status == 1 && other.stderr.contains("AVA.DETECTION_SCORE_THRESH was 0.3"), "\(other.stderr)")
    #expect(!other.stderr.contains("found people") && !other.stderr.contains("wrote "), "\(other.stderr)")
    let anew = try finetune(["--person-score", "0.35", "--overwrite"])
    expectSuccess(anew)
    #expect(!anew.stderr.contains("features of train"), "\(anew.stderr)")
  }

  /// An export of CVAT whose video lies among other files; another export is refused, and what was made of the first one stays.
  @Test func exportsBecomeRows() throws {
    let scratch = Scratch()
    let (model, out) = (projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL", scratch.path + "/out")
    let movie = try readFile(projectRoot + "/Tests/Fixtures/Video/bframes.mp4", doing: "testing")
    try makeFolder(scratch.path + "/videos")
    for name in ["videos/Größe 1.mp4", "videos/Größe 2.mp4"] { _ = try scratch.file(name, bytes: movie) }
    _ = try scratch.file("videos/notes.txt", "none")
    func export(_ video: String, _ left: Int) throws -> String {
      let boxes = [0, 25, 50].map {
        "<box frame=\"\($0)\" outside=\"0\" keyframe=\"1\" xtl=\"\(left)\" ytl=\"6\" xbr=\"48\" ybr=\"60\"/>"
      }
      return try scratch.file(
        video + "\(left).xml",
        "<annotations><meta><task><original_size><width>97</width><height>63</height></original_size><source>\(video)</source>"
          + "</task></meta><track id=\"0\" label=\"run\">\(boxes.joined())</track></annotations>")
    }
    let classes = try scratch.file("classes.txt", "run\n")
    let held = try export("Größe 2.mp4", 5)
    func finetune(_ train: String, _ more: [String] = []) -> Program.Result {
      Program.run(
        ["finetune", "--cfg", model + ".yaml", "--weights", model + ".pyth", "--classes", classes, "--train", train]
          + ["--val", held, "--videos", scratch.path + "/videos", "--freeze", "backbone", "--epochs", "1"]
          + ["--output-dir", out] + more + ["DATA.TEST_CROP_SIZE", "64"])
    }
    // Somebody's own labels are no run's.
    let own = try scratch.file("out/annotations/train.csv", "my labels\n")
    let kept = try finetune(export("Größe 1.mp4", 5))
    #expect(kept.status == 1 && kept.stderr.contains("annotations/train.csv' exist"), "\(kept.stderr)")
    #expect(try readFile(own, doing: "testing") == Array("my labels\n".utf8))
    removeFile(own)
    let first = try finetune(export("Größe 1.mp4", 5))
    expectSuccess(first)
    #expect(first.stderr.contains("2 videos that boxes name; not taken: notes.txt"), "\(first.stderr)")
    let files = ["annotations/train.csv", "annotations/val-boxes.csv", "annotations/val.csv", "config.yaml"]
    func contents() throws -> [[UInt8]] { try files.map { try readFile(out + "/" + $0, doing: "testing") } }
    let before = try contents()
    // As a run leaves the folder that is interrupted before its first state.
    for name in try listFolder(out) where name != "annotations" {
      try FileManager.default.removeItem(atPath: out + "/" + name)
    }
    expectSuccess(try finetune(export("Größe 1.mp4", 5)))
    let refused = try finetune(export("Größe 1.mp4", 20))
    #expect(refused.status == 1 && refused.stderr.contains("--train has another content"), "\(refused.stderr)")
    #expect(try contents() == before && listFolder(out + "/annotations").count == 3)
    let anew = try finetune(export("Größe 1.mp4", 20), ["--overwrite"])
    expectSuccess(anew)
    #expect(try contents()[0] != before[0] && contents()[2] == before[2])
    #expect(
      try finetune(scratch.file("r.csv", "x,1,0.1,0.1,0.2,0.2,1\n"), ["--overwrite", "--every", "1"]).stderr.contains(
        "--every does not apply to '"))
    let rows = Program.run(
      ["finetune", "--cfg", model + ".yaml", "--weights", model + ".pyth", "--classes", classes, "--every", "1"]
        + ["--train", scratch.path + "/r.csv", "--val", scratch.path + "/r.csv", "--freeze", "backbone"]
        + ["--output-dir", scratch.path + "/none"])
    #expect(rows.status == 64 && rows.stderr.contains("--every chooses among another tool's boxes"), "\(rows.stderr)")
    #expect(!pathExists(scratch.path + "/none"))
  }
}

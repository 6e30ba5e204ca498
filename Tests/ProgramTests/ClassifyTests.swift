import Files
import Foundation
import TestSupport
import Tensors
import Testing

/// Classification of own videos, through the built program.
@Suite struct ClassifyTests {
  static let video = projectRoot + "/Tests/Fixtures/Video/ntsc.mp4"
  /// A narrow network of five classes over eight frames, one in four, at 32 pixels: a clip takes milliseconds.
  static let network = [
    "--cfg", projectRoot + "/configs/Kinetics/C2D_8x8_R50.yaml", "--random-weights", "1", "MODEL.NUM_CLASSES", "5",
    "RESNET.WIDTH_PER_GROUP", "8", "DATA.SAMPLING_RATE", "4", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
    "DATA.TRAIN_JITTER_SCALES", "[32, 32]",
  ]

  /// - Parameter outputDir: Where the journal is of a call that writes to stdout alone.
  private func classify(_ inputs: [String], _ more: [String] = [], outputDir: String? = nil) -> Program.Result {
    let unseen = Scratch()
    return withExtendedLifetime(unseen) {
      Program.run(["classify"] + inputs + more + Self.network + ["OUTPUT_DIR", outputDir ?? unseen.path])
    }
  }

  /// The first window has the scores of a test's only clip, to the last bit; a run goes on from its journal, and makes
  /// other results without the network.
  @Test func scoresAreTheTests() throws {
    let scratch = Scratch()
    let folder = scratch.path
    try scratch.file("test.csv", "\(Self.video) 1\n")
    let test = Program.run(
      ["test", "--output-dir", folder + "/test", "--scores", folder + "/test.npy"] + Self.network
        + [
          "DATA.PATH_TO_DATA_DIR", folder, "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1",
        ])
    expectSuccess(test)
    let names = try scratch.file("names.json", "{\"a\": 0, \"b\": 1, \"c\": 2, \"d\": 3, \"e\": 4}")
    let own = ["--run", folder + "/run", "--labels", names]
    let result = classify(
      [Self.video], own + ["--scores", folder + "/own.npy", "--overlay-video", folder + "/film.mp4"])
    expectSuccess(result)
    let (expected, found) = (try Tensor(npy: folder + "/test.npy"), try Tensor(npy: folder + "/own.npy"))
    #expect(found.shape == [2, 5] && difference(Array(found.array.prefix(5)), expected.array, .exact) == nil)
    #expect(result.stdout.hasPrefix(Self.video + ": 2.00 s, windows of 1.07 s\n"), "\(result.stdout)")
    #expect(result.stdout.contains("mean     of 2") && pathExists(folder + "/film.mp4"))
    #expect(result.stderr.contains("2 windows of 1.07 s, one every 1.07 s, each in the middle 32 x 32"))

    let again = classify([Self.video], own + ["--format", "json", "--output", folder + "/own.json"])
    expectSuccess(again)
    #expect(again.stderr.contains("2 of 2 windows done already") && again.stdout.isEmpty, "\(again.stderr)")
    let json = try object(String(decoding: readFile(folder + "/own.json", doing: "testing"), as: UTF8.self))
    #expect((json["windows"] as? [Any])?.count == 2)
    expectFailure(
      classify([Self.video], own + ["--output", folder + "/own.json"]), ["already -> add --overwrite"])
    expectFailure(
      Program.run(["results", folder + "/run"]),
      [
        "it keeps a run of slowfast classify -> start its own command again, which computes nothing that is scored "
          + "(--overwrite replaces results): slowfast classify \(Self.video) --run",
        " DATA.TRAIN_JITTER_SCALES '[32, 32]'",
      ])
  }

  @Test func badCallsSayWhatToDo() throws {
    let scratch = Scratch()
    expectFailure(classify([]), status: 64, ["no video was given -> slowfast classify VIDEO ..."])
    expectFailure(classify([Self.video], ["--top-k", "0"]), status: 64, ["--top-k is 0 -> give 1 or more"])
    expectFailure(
      classify([Self.video], ["--overlay-video", scratch.path + "/a.avi"]),
      ["ends in .avi -> give a name that ends in .mp4, .mov or .mkv, or a folder"], leaving: scratch)
    expectFailure(classify([scratch.path + "/no.mp4"]), ["no.mp4' does not exist -> "])
    expectFailure(
      classify([Self.video], ["--shard", "0/2", "--run", scratch.path + "/r", "--output", "a.csv"]), status: 64,
      ["--output 'a.csv' with --shard 0/2: a shard writes no results -> give it to the same command"])
    let names = try scratch.file("names.txt", "a\nb\nc\nd\ne\nf\n")
    expectFailure(
      classify([Self.video], ["--labels", names]), ["line 6: 'f' is class 5, and the network scores classes"])
    let both = classify(
      [Self.video, scratch.path + "/no.mp4"], ["--every", "5", "--format", "csv"], outputDir: scratch.path)
    #expect(both.status == 1 && both.stdout.split(separator: "\n").count == 11, "\(both.stdout)")
    #expect(both.stderr.contains("1 of 2 windows not scored"))
    #expect(both.stderr.contains("no names of classes were given"))
    let detector = Program.run(["classify", Self.video, "--cfg", LittleWorld.config, "--random-weights", "1"])
    expectFailure(detector, ["is a detection config (DETECTION.ENABLE True", "-> use slowfast detect"])
  }

  /// Without --run the scores are in a journal beside the first result until it lacks nothing; a call that writes to stdout
  /// alone has it in OUTPUT_DIR, and never stands in the way of another.
  @Test func journalBesideTheResults() throws {
    let scratch = Scratch()
    let (folder, late) = (scratch.path, scratch.path + "/late.mp4")
    let own = ["--format", "csv", "--output", folder + "/own.csv"]
    let first = classify([Self.video, late], own)
    #expect(first.status == 1 && scratch.files == ["own.csv", "own.csv.journal"], "\(first.stderr)")
    try scratch.file("late.mp4", bytes: readFile(Self.video, doing: "testing"))
    let second = classify([Self.video, late], own)
    expectSuccess(second)
    #expect(second.stderr.contains("own.csv.journal': 2 of 4 windows done already"), "\(second.stderr)")
    #expect(scratch.files == ["late.mp4", "own.csv"])
    #expect(try lines(folder + "/own.csv").count == 1 + 2 * (2 + 1) * 5)

    let lost = classify([Self.video, folder + "/no.mp4"], outputDir: folder)
    #expect(lost.status == 1 && pathExists(folder + "/ntsc.mp4.journal"), "\(lost.stderr)")
    let other = classify([Self.video], ["DATA.MEAN", "[0.4, 0.4, 0.4]"], outputDir: folder)
    expectSuccess(other)
    #expect(other.stderr.contains("beginning anew: '\(folder)/ntsc.mp4.journal' was of another run"), "\(other.stderr)")
    #expect(scratch.files == ["late.mp4", "own.csv"])
  }

  /// Shards that are joined become the run in one piece, which plan knows of; what was scored need not be there any more.
  @Test func shards() throws {
    let scratch = Scratch()
    let folder = scratch.path
    let copy = try scratch.file("copy.mp4", bytes: readFile(Self.video, doing: "testing"))
    let videos = [Self.video, copy]
    let whole = classify(videos, ["--format", "csv", "--output", folder + "/whole.csv"])
    expectSuccess(whole)
    let plan = Program.run(["plan", "classify"] + videos + ["--samples", "1"] + Self.network)
    expectSuccess(plan)
    #expect(plan.stdout.contains(": 4 windows of 2 videos\n"), "\(plan.stdout)")
    let run = ["--run", folder + "/run"]
    for shard in ["1/2", "0/2"] {
      let part = classify(videos, run + ["--shard", shard])
      expectSuccess(part)
      #expect(part.stdout.isEmpty && part.stderr.contains("2 windows"), "\(part.stderr)")
      let left = Program.run(["plan", "classify"] + videos + run + ["--samples", "1"] + Self.network)
      #expect(left.stdout.contains("done already: \(shard == "1/2" ? 2 : 4)"), "\(left.stdout)\(left.stderr)")
    }
    expectFailure(
      Program.run(["merge", folder + "/run", "--scores", "s.npy"]), ["are written by the same slowfast classify"])
    let merged = Program.run(["merge", folder + "/run"])
    expectSuccess(merged)
    #expect(merged.stderr.contains("joined 2 shards of 4 windows in "), "\(merged.stderr)")
    let joined = classify(videos, run + ["--format", "csv", "--output", folder + "/joined.csv"])
    expectSuccess(joined)
    #expect(joined.stderr.contains("4 of 4 windows done already"), "\(joined.stderr)")
    #expect(try lines(folder + "/joined.csv") == lines(folder + "/whole.csv"))

    removeFile(copy)
    let gone = classify(videos, run + ["--format", "csv", "--output", folder + "/gone.csv"])
    expectSuccess(gone)
    #expect(!gone.stderr.contains("not scored"), "\(gone.stderr)")
    #expect(try lines(folder + "/gone.csv").count == lines(folder + "/whole.csv").count)
  }

  /// Inputs of one name are drawn into one folder under names of their own, and it is said.
  @Test func drawingsOfOneName() throws {
    let scratch = Scratch()
    let bytes = try readFile(Self.video, doing: "testing")
    let (a, b) = (scratch.path + "/a/x.mp4", scratch.path + "/b/x.mp4")
    for path in [a, b] {
      try makeFolder(splitPath(path).folder)
      let file = try AtomicFile(path: path)
      try file.write(bytes)
      try file.commit()
    }
    let drawn = classify([a, b], ["--every", "5", "--overlay-video", scratch.path + "/films"])
    expectSuccess(drawn)
    #expect(scratch.files == ["a/x.mp4", "b/x.mp4", "films/x-2.mp4", "films/x.mp4"])
    #expect(drawn.stderr.contains("films/x-2.mp4' will be of '\(b)': another input before it is called 'x'"))
  }

  /// A video that a run has scored may go: neither the run nor its plan warns of it. Keys that no result is made with are
  /// said.
  @Test func testsOfWhatIsGone() throws {
    let scratch = Scratch()
    let copy = try scratch.file("copy.mp4", bytes: readFile(Self.video, doing: "testing"))
    try scratch.file("test.csv", "\(Self.video) 1\n\(copy) 0\n")
    let call =
      ["test", "--run", scratch.path + "/run"] + Self.network + [
        "DATA.PATH_TO_DATA_DIR", scratch.path, "TEST.NUM_ENSEMBLE_VIEWS", "1", "TEST.NUM_SPATIAL_CROPS", "1",
      ]
    expectSuccess(Program.run(call))
    removeFile(copy)
    for result in [Program.run(call + ["--overwrite"]), Program.run(["plan"] + call + ["--overwrite"])] {
      expectSuccess(result)
      #expect(!result.stderr.contains("not there"), "\(result.stderr)")
    }
    let results = Program.run([
      "results", scratch.path + "/run", "--output-dir", scratch.path + "/out", "AVA.LABEL_MAP_FILE", "x",
      "DATA.ENSEMBLE_METHOD", "max",
    ])
    expectSuccess(results)
    #expect(
      results.stderr.contains(
        "1 key that changes nothing: no result of a run that scored videos as a whole is made with it: AVA.LABEL_MAP_FILE"
      ), "\(results.stderr)")
  }

  /// The page of videos with several classes shows those whose own classes stand lowest.
  @Test func worstOfSeveralClasses() throws {
    let scratch = Scratch()
    let video = try scratch.file("1.mp4", bytes: readFile(Self.video, doing: "testing"))
    let result = Program.run([
      "evaluate", "--predictions", projectRoot + "/Tests/Fixtures/Classify/several.pkl", "--report",
      scratch.path + "/report", "--video", video,
    ])
    expectSuccess(result)
    let page = String(decoding: try readFile(scratch.path + "/report/index.html", doing: "testing"), as: UTF8.self)
    let section = try #require(page.firstRange(of: "id=\"worst\"")).lowerBound
    let words = page[section...]
    #expect(words.contains("Average precision of its classes 0.5000: the lowest of them is 1, in place"))
    #expect(words.contains("<img ") && result.stderr.contains("no frames were given for 2 videos: 0, 2"))
  }
}

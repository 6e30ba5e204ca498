import Testing

/// Malformed rows end a run with file, line and column; rows that are well formed but of no use are counted and named.
struct BadRowsTests {
  private static let good = "synth1,0902,0.253,0.334,0.472,0.745,,0.970665\n"

  private func run(_ scratch: Scratch, _ output: Scratch, proposals: String) throws -> Program.Result {
    let path = try scratch.file("boxes.csv", proposals)
    return Program.run(LittleWorld.test(into: output.path, ["AVA.TEST_PREDICT_BOX_LISTS", "['\(path)']"]))
  }

  @Test(
    "Proposals that cannot be",
    arguments: [
      ("synth1,0902,nan,0.3,0.4,0.7,,0.9", "column 3", "'nan'"),
      ("synth1,0902,0.1,inf,0.4,0.7,,0.9", "column 4", "'inf'"),
      ("synth1,0902,0.9,0.3,0.4,0.7,,0.9", "column 5", "x2 at or right of x1"),
      ("synth1,0902,0.1,0.8,0.4,0.7,,0.9", "column 6", "'0.7'"),
      ("synth1,0902,0.1,0.3,1.6,0.7,,0.9", "column 5", "0 to 1"),
      ("synth1,0902,-3,0.3,0.4,0.7,,0.9", "column 3", "0 to 1"),
      ("synth1,0902,0.1,0.3,0.4,0.7,,NaN", "column 8", "'NaN'"), ("synth1,0902,0.1,0.3,0.4,0.7,,", "column 8", "score"),
      ("synth1,0902,0.1,0.3,0.4,0.7,x,0.9", "column 7", "'x'"),
      ("synth1,noon,0.1,0.3,0.4,0.7,,0.9", "column 2", "'noon'"),
      ("synth1,902.5,0.1,0.3,0.4,0.7,,0.9", "column 2", "whole second"),
      ("synth1,99999999999999999999,0.1,0.3,0.4,0.7,,0.9", "column 2", "99999999999999999999"),
      (",0902,0.1,0.3,0.4,0.7,,0.9", "column 1", "video"), ("synth1,0902,0.1,0.3,0.4,0.7", "6 columns", "8 columns"),
      ("synth1,0902,0.1,0.3,0.4,0.7,,0.9,1", "9 columns", "8 columns"),
      ("synth1,0902,1e400,0.3,0.4,0.7,,0.9", "column 3", "1e400"), ("\u{0}\u{1}\u{2}", "line 2", "zero bytes"),
    ])
  func malformedProposals(row: String, place: String, found: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let result = try run(scratch, output, proposals: Self.good + row + "\n")
    expectFailure(result, ["reading the proposals", "boxes.csv", "line 2", place, found], leaving: output)
  }

  @Test(
    "Rows of no use are counted and named, and the run goes on",
    arguments: [
      ("other,0902,0.1,0.3,0.4,0.7,,0.9", ["1 video", "other (1 row)"]),
      ("synth1,0100,0.1,0.3,0.4,0.7,,0.9", ["1 row", "outside the valid range", "100"]),
      ("synth1,0903,0.1,0.3,0.4,0.7,,0.2", ["1 row of 2 below the score threshold"]),
      ("synth1,1500,0.1,0.3,0.4,0.7,,0.9", ["1 key frame", "last listed frame", "1500"]),
      (
        "synth1,0902,0.5,0.3,0.5,0.7,,0.9",
        ["1 box without width or height, scored as given -> correct x1, y1, x2, y2 of these rows"]
      ),
    ])
  func uselessProposals(row: String, words: [String]) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let result = try run(scratch, output, proposals: Self.good + row + "\n")
    expectSuccess(result)
    for word in words { #expect(result.stderr.contains(word), "\(word) in \(result.stderr)") }
    #expect(output.files.count == 2)
  }

  @Test("When no row is of use, that is the failure, with the counts")
  func nothingLeft() throws {
    let (scratch, output) = (Scratch(), Scratch())
    let rows = "other,0902,0.1,0.3,0.4,0.7,,0.9\nsynth1,0902,0.1,0.3,0.4,0.7,,0.1\n"
    let result = try run(scratch, output, proposals: rows)
    expectFailure(result, ["no proposal is left", "other (1 row)", "below the score threshold"], leaving: output)
  }

  @Test(
    "Ground truth, exclusions, label map and frame list of a test run",
    arguments: [
      (
        "AVA.GROUNDTRUTH_FILE", "synth1,0902,0.1,0.3,0.4,0.7,10,0\nsynth1,0902,nan,0.3,0.4,0.7,10,0\n", "line 2",
        "'nan'"
      ),
      ("AVA.GROUNDTRUTH_FILE", "synth1,0902,0.1,0.3\n", "line 1", "4 columns"),
      ("AVA.EXCLUSION_FILE", "synth1,0902\nsynth1\n", "line 2", "1 column"),
      ("AVA.EXCLUSION_FILE", "synth1,0902\nsynth1,soon\n", "line 2", "'soon'"),
      ("AVA.LABEL_MAP_FILE", "item {\n  name: \"a\"\n  id: many\n}\n", "line 3", "many"),
      ("AVA.LABEL_MAP_FILE", "item {\n  name: \"a\"\n  id: 200\n}\n", "200", "MODEL.NUM_CLASSES"),
    ])
  func annotations(key: String, text: String, place: String, found: String) throws {
    let (scratch, output) = (Scratch(), Scratch())
    let path = try scratch.file("bad.txt", text)
    expectFailure(
      Program.run(LittleWorld.test(into: output.path, [key, path])), ["bad.txt", place, found], leaving: output)
  }

  @Test(
    "Detections and ground truth of evaluate",
    arguments: [
      ("--detections", "synth1,0902,0.1,0.3,0.4,0.7,10,0.5\nsynth1,0902,0.1,0.3,0.4,0.7,10,nan\n", "line 2", "nan"),
      ("--detections", "synth1,0902,0.1,0.3,0.4,0.7,ten,0.5\n", "line 1", "'ten'"),
      ("--detections", "synth1,0902,0.1,0.3,0.4,0.7\n", "line 1", "columns"),
      ("--groundtruth", "synth1,0902,0.1,zero,0.4,0.7,10\n", "line 1", "'zero'"),
      ("--exclusions", "synth1;0902\n", "line 1", "column"), ("--labelmap", "id 3", "line 1", "item"),
    ])
  func evaluate(option: String, text: String, place: String, found: String) throws {
    let scratch = Scratch()
    let detections = try scratch.file("good.csv", "synth1,0902,0.1,0.3,0.4,0.7,10,0.5\n")
    let annotations = LittleWorld.annotations
    var files = [
      "--groundtruth": annotations + "/groundtruth.csv", "--detections": detections,
      "--labelmap": annotations + "/labelmap.pbtxt", "--exclusions": annotations + "/exclusions.csv",
    ]
    files[option] = try scratch.file("bad.txt", text)
    let output = scratch.path + "/result.json"
    let result = Program.run(
      ["evaluate", "--format", "json", "--output", output]
        + files.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    expectFailure(result, ["bad.txt", place, found])
    #expect(scratch.files.sorted() == ["bad.txt", "good.csv"])
  }

  @Test("Proposals given as detections are recognised")
  func wrongKindOfRows() {
    let output = Scratch()
    let result = Program.run([
      "overlay", "--frames", LittleWorld.folder + "/frames", "--detections", LittleWorld.annotations + "/proposals.csv",
      "--output-dir", output.path,
    ])
    expectFailure(result, ["line 1", "column 7", "proposals"], leaving: output)
  }
}

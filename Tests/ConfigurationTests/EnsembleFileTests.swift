import Configuration
import Files
import TestSupport
import Testing

struct EnsembleFileTests {
  private func read(_ text: String) throws -> EnsembleFile {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/e.yaml", text)
    return try EnsembleFile.read(folder.path + "/e.yaml")
  }

  @Test func models() throws {
    let file = try read(
      """
      MODELS:
        slow:
          WEIGHTS: a.pyth
        wide:
          CFG: wide.yaml
          WEIGHTS: b.pyth
          WEIGHT: 0.5
          OPTS: [DATA.TEST_CROP_SIZE, 224, AVA.TEST_SCALES, [224, 256], AVA.TEST_FLIP, True]
        none:
          RANDOM_WEIGHTS: 3
      FUSION: logit_mean
      """)
    #expect(file.models.map(\.name) == ["slow", "wide", "none"] && file.fusion == "logit_mean")
    #expect(file.models[0].config == nil && file.models[0].weights == "a.pyth" && file.models[0].weight == 1)
    #expect(file.models[1].config == "wide.yaml" && file.models[1].weight == 0.5)
    #expect(
      file.models[1].overrides == [
        "DATA.TEST_CROP_SIZE", "224", "AVA.TEST_SCALES", "[224, 256]", "AVA.TEST_FLIP", "True",
      ])
    #expect(file.models[2].randomSeed == 3 && file.models[2].weights == nil)
    #expect(try read("MODELS:\n  a:\n    WEIGHTS: a.pyth\n").fusion == "mean")
  }

  /// What all models share: asked for otherwise it is an error, a model's config that has it otherwise is named.
  @Test func keysOfTheRun() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let own = folder.path + "/own.yaml"
    try writeFile(
      own,
      "TEST:\n  CHECKPOINT_FILE_PATH: old.pyth\nAVA:\n  DETECTION_SCORE_THRESH: 0.8\n  FRAME_DIR: own_frames\nOUTPUT_DIR: other\n"
    )
    var run = Configuration.defaults
    try run.apply(overrides: ["AVA.FRAME_DIR", "frames", "OUTPUT_DIR", "results"])
    let keys: Set = [
      "AVA.FRAME_DIR", "AVA.DETECTION_SCORE_THRESH", "OUTPUT_DIR", "TEST.CHECKPOINT_FILE_PATH",
    ]
    func notices(_ overrides: String, config: String? = nil) throws -> [String] {
      let lines = (config.map { "    CFG: \($0)\n" } ?? "") + "    OPTS: [\(overrides)]\n"
      let file = try read("MODELS:\n  a:\n    WEIGHTS: a.pyth\n" + lines)
      let entry = file.models[0]
      let loaded =
        try config.map { try Configuration.load(path: $0, overrides: entry.overrides) }
        ?? {
          var same = run
          try same.apply(overrides: entry.overrides)
          return same
        }()
      return try file.notices(on: entry, loaded, of: run, keysOfRun: keys).map {
        $0.replacing(folder.path + "/", with: "")
      }
    }
    func error(_ overrides: String, config: String? = nil) -> String {
      do {
        return "\(try notices(overrides, config: config))"
      } catch { return "\(error)" }
    }
    #expect(try notices("DATA.TEST_CROP_SIZE, 224") == [])
    #expect(
      error("AVA.FRAME_DIR, other").contains(
        "line 4: OPTS of a has AVA.FRAME_DIR 'other', which all models share: the run has 'frames' -> leave it"))
    #expect(error("AVA.DETECTION_SCORE_THRESH, 0.5").contains("AVA.DETECTION_SCORE_THRESH 0.5, which all models share"))
    #expect(
      error("TEST.CHECKPOINT_FILE_PATH, a.pyth").contains(
        "OPTS of a has TEST.CHECKPOINT_FILE_PATH, and its weights are those of WEIGHTS -> leave"))
    #expect(
      error("AVA.FRAME_DIR, frames").contains("OPTS of a has AVA.FRAME_DIR, which the run has as well: it changes"))
    #expect(
      try notices("DATA.TEST_CROP_SIZE, 224", config: own) == [
        "model 'a': 2 keys of 'own.yaml' that the run has for all models, and that change nothing: "
          + "AVA.DETECTION_SCORE_THRESH 0.8 (the run has 0.9), TEST.CHECKPOINT_FILE_PATH 'old.pyth' (the weights are those "
          + "of WEIGHTS)"
      ])
    // A value that is the default is said as well where the run has another one.
    try run.apply(overrides: ["AVA.FRAME_DIR", "frames"])
    var strict = Configuration.defaults
    try writeFile(folder.path + "/strict.yaml", "AVA:\n  DETECTION_SCORE_THRESH: 0.8\n")
    strict = try Configuration.load(path: folder.path + "/strict.yaml")
    try writeFile(own, "AVA:\n  DETECTION_SCORE_THRESH: 0.9\n")
    let file = try read("MODELS:\n  a:\n    WEIGHTS: a.pyth\n    CFG: \(own)\n")
    let said = try file.notices(
      on: file.models[0], Configuration.load(path: own), of: strict, keysOfRun: ["AVA.DETECTION_SCORE_THRESH"])
    #expect(said.count == 1 && said[0].contains("DETECTION_SCORE_THRESH 0.9 (the run has 0.8)"), "\(said)")
  }

  /// What is wrong with a model's own pairs is said with the file's line.
  @Test func pairsHaveThePlaceOfTheFile() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/own.yaml", "AVA:\n  DETECTION_SCORE_THRESH: 0.8\n")
    func error(_ overrides: String) throws -> String {
      let file = try read("MODELS:\n  a:\n    WEIGHTS: a.pyth\n    OPTS: [\(overrides)]\n")
      do {
        _ = try Configuration.load(path: folder.path + "/own.yaml", of: file.models[0])
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(try error("DATA.TEST_CROP_SIZE, 224") == "no error")
    for pairs in ["DATA.TEST_CROP_SIZE, abc", "DATA.TEST_CROP_SIZE, -1", "DATA.TEST_CROP_SIZES, 3"] {
      let message = try error(pairs)
      #expect(message.contains("(line 4 of ") && message.contains("e.yaml)"), "\(message)")
    }
  }

  private static let wrong = [
    ("FUSION: mean\n", "line 1: it names no models -> write MODELS:"),
    ("MODELS: [a, b]\n", "line 1: MODELS is no mapping"),
    ("MODELS:\n  a: a.pyth\n", "line 2: a is no mapping -> write under it CFG: FILE"),
    ("MODELS:\n  a:\n    CFG: a.yaml\n", "line 2: a has no WEIGHTS -> give it WEIGHTS: FILE"),
    ("MODELS:\n  a:\n    WEIGTHS: a.pyth\n", "line 3: WEIGTHS of a means nothing here -> did you mean WEIGHTS?"),
    ("MODELS:\n  a:\n    WEIGHTS: a\n    WEIGHT: 0\n", "line 4: WEIGHT of a is no number above 0"),
    ("MODELS:\n  a:\n    WEIGHTS: a\n    WEIGHT: two\n", "of at most 1000000000, found 'two' -> give one"),
    ("MODELS:\n  a:\n    WEIGHTS: a\n    WEIGHT: 1.0e+308\n", "line 4: WEIGHT of a is no number above 0, of at most"),
    ("MODELS:\n  a: [\n", "reading the ensemble: '"),
    ("MODELS:\n  a:\n    WEIGHTS: a\n    OPTS: [DATA.NUM_FRAMES]\n", "line 4: OPTS of a is no list of pairs"),
    (
      "FUSION: max\nMODELS:\n  a:\n    WEIGHTS: a\n  b:\n    WEIGHTS: b\n    WEIGHT: 2\n",
      "line 7: FUSION max takes the greatest score, whatever a model's WEIGHT -> leave WEIGHT out"
    ),
    ("MODELS:\n  a:\n    WEIGHTS: a\nFUSION: median\n", "line 4: FUSION is none of mean, logit_mean, max"),
    (
      "MODELS:\n  a:\n    WEIGHTS: a\n  a:\n    WEIGHTS: b\n",
      "line 4: MODELS.a stands on line 2 already -> give each model a name of its own"
    ),
    ("MODEL:\n  ARCH: slow\n", "line 1: MODEL means nothing here -> the file has MODELS and FUSION"),
    ("MODELS:\n  a:\n    WEIGHTS: 3\n", "line 3: WEIGHTS of a is no file name"),
  ]

  @Test(arguments: wrong) func whatIsWrong(text: String, words: String) {
    do {
      _ = try read(text)
      Issue.record("read: \(text)")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }
}

import Checkpoint
import Configuration
import Files
import FineTuning
import TestSupport
import Testing

/// Fine-tunings whose inputs become others between two calls, or that are refused: what was there stays, and messages name what the
/// call says.
@Suite struct ChangedInputsTests {
  private let folder = Scratch()
  private var frames: String { folder.path + "/frames" }
  private var out: String { folder.path + "/out" }
  /// In the middle of the clip around second 903 of the held-out video, and of no other clip.
  private var picture: String { get throws { try frames + "/synth6/" + listFolder(frames + "/synth6")[90] } }

  private func damage() throws -> [UInt8] {
    try OwnClasses.copyFrames(to: frames)
    return try cut(picture)
  }

  /// - Returns: What the file was before.
  private func cut(_ path: String) throws -> [UInt8] {
    let bytes = try readFile(path, doing: "testing")
    try writeFile(path, bytes: Array(bytes.prefix(bytes.count / 3)))
    return bytes
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  /// What a head was judged by without damaged key frames is not gone on with once they are repaired.
  @Test func repairedFramesBeginAnew() throws {
    let whole = try damage()
    func tuning(overwrites: Bool = false) throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(out, ["AVA.FRAME_DIR", frames])) { $0.overwrites = overwrites }
    }
    var said: [String] = []
    let first = try tuning().run(FineTuning.Listener(say: { said.append($0) }))
    #expect(first.isComplete && said.contains { $0.hasPrefix("synth6,0903 is left out") }, "\(said)")
    #expect(said.contains { $0.hasSuffix("once they are repaired, --overwrite takes them up") })
    try partialNumbersAreMarked(first, said)
    let files = [
      "head/state.json", "features/train.journal", "features/val.journal", "checkpoints/checkpoint_best.pyth",
    ]
    func kept() throws -> [[UInt8]] { try files.map { try readFile(out + "/" + $0, doing: "testing") } }
    let before = try kept()
    try writeFile(picture, bytes: whole)
    let error = #expect(throws: FineTuningError.self) { try tuning().run() }
    #expect(
      "\(String(describing: error))".contains(
        "it has 2 of 3 key frames of --val, and 'synth6,0903', which could not be read then, now can: "),
      "\(String(describing: error))")
    #expect(try kept() == before)
    // What the message says: as it was, the run goes on; with the frames all is begun anew.
    _ = try cut(picture)
    #expect(try tuning().run().scores[1].scores == first.scores[1].scores)
    try writeFile(picture, bytes: whole)
    let anew = try tuning(overwrites: true).run()
    #expect(anew.isComplete && anew.validationBoxes > first.validationBoxes && anew.lacking == nil)
    #expect(!(try text(out + "/head/metrics.jsonl")).contains("num_judged"))
  }

  /// Who was not there when it was said reads in the logs, and in the results, what numbers lack.
  private func partialNumbersAreMarked(_ result: FineTuning.Result, _ said: [String]) throws {
    let log = try text(out + "/head/metrics.jsonl").split(separator: "\n").filter { $0.contains("\"val_epoch\"") }
    #expect(!log.isEmpty && log.allSatisfy { $0.contains(#""num_judged": 2.0, "num_unreadable": 1.0"#) }, "\(log)")
    let stdout = try text(out + "/head/stdout.log")
    for lines in [said, [stdout]] {
      let all = lines.joined(separator: "\n")
      #expect(all.ranges(of: "synth6,0903 is left out").count == 1, "\(all)")
      #expect(all.ranges(of: ", of 2 of 3 key frames: 1 could not be read").count == log.count, "\(all)")
    }
    // All epochs lack the same: one of them is the best.
    let page = try text(out + "/head/curves.html")
    let best = try #require(result.phases[0].bestEpoch)
    #expect(page.contains(" after epoch \(best), "), "\(page.prefix(2000))")
    #expect(page.contains(" validations could not read everything (1 of 3 missing after epoch \(log.count))</p>"))
    #expect(result.lacking?.count == 1 && result.lacking?.of == 3)
    try result.writeJSON(to: folder.path + "/finetune.json")
    #expect(try text(folder.path + "/finetune.json").contains(#""num_judged": 2, "num_unreadable": 1"#))
  }

  /// Nor are stages, whose validation reads the frames anew each time.
  @Test func repairedFramesBeginStagesAnew() throws {
    let whole = try damage()
    func tuning() throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(out, ["AVA.FRAME_DIR", frames]), .stages(4))
    }
    var isOver = false
    let first = try tuning().run(
      FineTuning.Listener(isToStop: { isOver }, say: { isOver = isOver || $0.hasPrefix("stages: epoch 1") }))
    #expect(!first.isComplete)
    try writeFile(picture, bytes: whole)
    var steps = 0
    let error = #expect(throws: FineTuningError.self) {
      try tuning().run(FineTuning.Listener(steps: { _, _, _ in steps += 1 }))
    }
    #expect(
      "\(String(describing: error))".contains("are of 2 of 3 key frames and would now be of 3 of 3 key frames"),
      "\(String(describing: error))")
    #expect(steps == 0)
    #expect(try text(out + "/stages/stdout.log").contains("held-out mAP"))
  }

  /// Stages learn without what cannot be read, as a head does, and name it once with the file and what to do; where somebody says how
  /// much it may be, more of it ends them.
  @Test func stagesNameDamagedSamples() throws {
    try OwnClasses.copyFrames(to: frames)
    let video = try listFolder(frames).filter { $0 != "synth6" }.sorted()[0]
    let path = try frames + "/" + video + "/" + listFolder(frames + "/" + video)[90]
    _ = try cut(path)
    func tuning(_ name: String, _ more: [String] = []) throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(folder.path + "/" + name, ["AVA.FRAME_DIR", frames] + more), .stages(4))
    }
    var said: [String] = []
    let result = try tuning("all").run(FineTuning.Listener(say: { said.append($0) }))
    let named = said.filter { $0.contains("is left out: ") }
    #expect(result.isComplete && named.count == 1 && named[0].hasPrefix("\(video),0903 is left out: "), "\(said)")
    #expect(named[0].contains(path) && named[0].contains(" -> "), "\(named)")
    #expect(
      said.count { $0.hasSuffix("once they are repaired, --overwrite takes them up") } == 1, "\(said)")
    let error = #expect(throws: (any Error).self) { try tuning("few", ["DATA_LOADER.MAX_UNREADABLE", "0.01"]).run() }
    #expect(
      "\(String(describing: error))".contains("more than DATA_LOADER.MAX_UNREADABLE 0.01 allows:\n  '\(video),0903'"),
      "\(String(describing: error))")
  }

  /// Boxes of other videos, or of other seconds, than the rows that are held out: nothing could be found, and it is said before
  /// anything is computed.
  @Test func proposalsOfOtherKeyFramesAreNamed() throws {
    let truth = try folder.file("val.csv", "synth6,0902,0.1,0.1,0.5,0.9,1,0\nsynth6,0904,0.1,0.1,0.5,0.9,,0\n")
    func refusal(_ boxes: String) throws -> String {
      let boxes = try folder.file("boxes.csv", boxes)
      let error = #expect(throws: (any Error).self) {
        try OwnClasses.tuning(OwnClasses.config(out, ["AVA.GROUNDTRUTH_FILE", truth])) {
          $0.validationProposals = [boxes]
        }
      }
      return "\(String(describing: error))"
    }
    for second in ["0903", "0904"] {
      let words = try refusal("synth6,\(second),0.1,0.1,0.5,0.9,,1.0\n")
      #expect(
        words.contains("with a class: expected boxes at synth6,0902, found the first one at synth6,\(second) -> give"),
        "\(words)")
    }
    let words = try refusal("elsewhere,0902,0.1,0.1,0.5,0.9,,1.0\n")
    #expect(words.contains("check --val-proposals: the first two columns"), "\(words)")
    #expect(!pathExists(out))
    // Among others, they are said to count as wrong.
    let boxes = try folder.file(
      "more.csv", ["0902", "0904", "0905"].map { "synth6,\($0),0.1,0.1,0.5,0.9,,1.0\n" }.joined())
    let notices = try OwnClasses.tuning(OwnClasses.config(out, ["AVA.GROUNDTRUTH_FILE", truth])) {
      $0.validationProposals = [boxes]
    }.notices
    let expected = "1 key frame has boxes that are scored and no rows (synth6,0905): whatever is found there"
    #expect(notices.contains { $0.contains(expected) }, "\(notices)")
  }

  /// More stages than there are: said before anything is computed, read or replaced.
  @Test(arguments: [true, false]) func tooManyStagesAreNamedFirst(_ isAfterwards: Bool) throws {
    var features = 0
    let error = #expect(throws: FineTuningError.self) {
      let tuning = try OwnClasses.tuning(OwnClasses.config(out), isAfterwards ? .backbone : .stages(7)) {
        if isAfterwards { $0.thenStages = 7 }
      }
      _ = try tuning.run(FineTuning.Listener(features: { _, _, _ in features += 1 }))
    }
    #expect("\(String(describing: error))".contains("7 stages are to be frozen, and the backbone has 5"))
    #expect(features == 0 && !pathExists(out))
  }

  /// A checkpoint of the run that was cut: the message says what helps.
  @Test func cutCheckpointsAreNamed() throws {
    func tuning(_ epochs: Int, _ stages: Int?) throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(out)) {
        $0.thenStages = stages
        $0.epochs = epochs
      }
    }
    _ = try tuning(4, nil).run()
    for name in try listFolder(out + "/head") where name.hasSuffix(".pyth") {
      let path = out + "/head/" + name
      try writeFile(path, bytes: Array(readFile(path, doing: "testing").prefix(999)))
    }
    for stages in [nil, 4] {
      let error = #expect(throws: FineTuningError.self) { try tuning(4, stages).run() }
      #expect(
        "\(String(describing: error))".contains("/head/epoch_0000")
          && "\(String(describing: error))".contains("is damaged: ")
          && "\(String(describing: error))".contains("-> give --overwrite to begin anew"),
        "\(String(describing: error))")
    }
  }

  /// A head that diverges: its rate is an option.
  @Test func divergenceNamesTheOption() throws {
    let error = #expect(throws: FineTuningError.self) {
      try OwnClasses.tuning(OwnClasses.config(out)) { $0.learningRate = 1e38 }.run()
    }
    let words = error.map { "\($0)" } ?? ""
    #expect(
      words.hasPrefix("fine-tuning the head: ") && words.hasSuffix("-> give a --learning-rate below 1e+38"), "\(words)")
  }

  /// Rows that name other videos, or a file that is none: what is said is --train and --val, not keys that the command sets.
  @Test func messagesNameOptions() throws {
    let rows = try folder.file("rows.csv", "elsewhere,0903,0.1,0.1,0.5,0.9,1,0\n")
    for (key, value, option) in [
      ("AVA.TRAIN_GT_BOX_LISTS", "['\(rows)']", "--train"), ("AVA.GROUNDTRUTH_FILE", rows, "--val"),
    ] {
      let error = #expect(throws: (any Error).self) { try OwnClasses.tuning(OwnClasses.config(out, [key, value])) }
      let words = "\(String(describing: error))"
      #expect(words.contains("check \(option): the first two columns") && !words.contains("BOX_LISTS"), "\(words)")
    }
    let missing = #expect(throws: (any Error).self) {
      try OwnClasses.tuning(OwnClasses.config(out, ["AVA.TRAIN_GT_BOX_LISTS", "['\(folder.path)/none.csv']"]))
    }
    #expect(!"\(String(describing: missing))".contains("BOX_LISTS"), "\(String(describing: missing))")
    let lists = #expect(throws: (any Error).self) {
      try OwnClasses.tuning(OwnClasses.config(out, ["AVA.TEST_LISTS", "['none.csv']"]))
    }
    #expect("\(String(describing: lists))".contains("AVA.TEST_LISTS"), "\(String(describing: lists))")
  }

  /// What takes an earlier file's place is a draft until the run is known to fit.
  @Test func refusedRunsReplaceNothing() throws {
    let rows = try text(OwnClasses.folder + "/train.csv")
    let (path, draft) = (folder.path + "/train.csv", folder.path + "/train.draft.csv")
    func tuning(_ own: String, overwrites: Bool = false) throws -> FineTuning {
      try writeFile(draft, own)
      return try OwnClasses.tuning(OwnClasses.config(out, ["AVA.TRAIN_GT_BOX_LISTS", "['\(path)']"])) {
        $0.drafts = [path: draft]
        $0.overwrites = overwrites
      }
    }
    _ = try tuning(rows).run()
    #expect(try text(path) == rows && !pathExists(draft))
    let fewer = rows.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
    let error = #expect(throws: FineTuningError.self) { try tuning(fewer).run() }
    #expect("\(String(describing: error))".contains("--train was "), "\(String(describing: error))")
    #expect(try text(path) == rows && pathExists(draft))
    #expect(try tuning(fewer, overwrites: true).run().isComplete)
    #expect(try text(path) == fewer)
  }
}

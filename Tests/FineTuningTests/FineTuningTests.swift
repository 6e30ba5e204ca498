import AVARecords
import Checkpoint
import Configuration
import Files
import FineTuning
import Tensors
import Runs
import TestSupport
import Testing

/// Whole fine-tunings of the demo's network on two classes of our own.
@Suite struct FineTuningTests {
  private let folder = Scratch()

  /// All tensors of a checkpoint, by name: the model's, and of one of this program's the optimizer's by number.
  private func tensors(_ path: String) throws -> [String: [Float]] {
    let file = try Checkpoint(path: path, withOptimizer: path != OwnClasses.weights)
    var result: [String: [Float]] = [:]
    for entry in file.entries { result[entry.name] = try file.tensor(entry.name).array }
    for (index, kept) in try file.optimizerState()?.parameters ?? [:] {
      for (name, tensor) in kept { result["\(index).\(name)"] = tensor.array }
    }
    return result
  }

  private func stage(_ name: String) -> Int? {
    name.hasPrefix("s") ? name.dropFirst().first.flatMap { Int("\($0)") } : nil
  }

  /// A head alone leaves every tensor of the backbone as it was, bit by bit, and is better than one that was drawn.
  @Test func headLeavesBackbone() throws {
    let result = try OwnClasses.tuning(OwnClasses.config(folder.path)).run()
    let path = try #require(result.checkpoint)
    #expect(result.isComplete && path == folder.path + "/checkpoints/checkpoint_best.pyth")
    let (found, given) = try (tensors(path), tensors(OwnClasses.weights))
    #expect(Set(found.keys) == Set(given.keys))
    for (name, values) in found where !name.hasPrefix("head.") { #expect(values == given[name], "\(name)") }
    #expect(found["head.projection.weight"]?.count == 2 * 640)
    let file = try Checkpoint(path: path)
    #expect(file.configText?.contains("NUM_CLASSES: 2") == true)
    #expect(result.scores.map(\.title) == ["before", "head"] && result.best == 1)
    let (before, after) = (result.scores[0].scores, result.scores[1].scores)
    #expect(before.classes.map(\.name) == ["low down", "all else"])
    #expect((after.map ?? 0) > (before.map ?? 1), "\(before) \(after)")
    // Done already: nothing is trained again.
    var steps = 0
    let again = try OwnClasses.tuning(OwnClasses.config(folder.path)).run(
      FineTuning.Listener(steps: { _, _, _ in steps += 1 }))
    #expect(steps == 0 && again.scores.map(\.scores) == result.scores.map(\.scores))
  }

  /// Stopped again and again, at every kind of place, it ends with the weights of one that never was; what is frozen stays as it
  /// was, and what stands behind it does not.
  @Test func stoppedIsAsNeverStopped() throws {
    let (whole, pieces) = (Scratch(), Scratch())
    func tuning(_ output: String) throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(output)) { $0.thenStages = 4 }
    }
    let expected = try tuning(whole.path).run()
    #expect(expected.isComplete && expected.phases.map(\.title) == ["head", "stages"])
    var (patience, result) = (3, nil as FineTuning.Result?)
    while result?.isComplete != true, patience < 200 {
      var left = patience
      result = try tuning(pieces.path).run(
        FineTuning.Listener(isToStop: {
          left -= 1
          return left <= 0
        }))
      patience += 3
    }
    #expect(patience > 9 && result?.isComplete == true, "\(patience)")
    #expect(result?.scores.map(\.scores) == expected.scores.map(\.scores))
    for name in ["head/epoch_00004.pyth", "stages/epoch_00002.pyth", "checkpoints/checkpoint_best.pyth"] {
      #expect(try tensors(whole.path + "/" + name) == tensors(pieces.path + "/" + name), "\(name)")
    }
    let (found, given) = try (tensors(whole.path + "/stages/epoch_00002.pyth"), tensors(OwnClasses.weights))
    for (name, values) in found {
      guard let stage = stage(name) else { continue }
      if stage <= 4 { #expect(values == given[name], "\(name)") }
    }
    #expect(found["s5.pathway0_res0.branch2.a.weight"] != given["s5.pathway0_res0.branch2.a.weight"])
    #expect(found["s5.pathway0_res0.branch2.a_bn.running_mean"] != given["s5.pathway0_res0.branch2.a_bn.running_mean"])
  }

  /// What a stopped validation has not seen is no damage: the first one of stages is judged against the head's.
  @Test func stagesStoppedInTheirFirstValidation() throws {
    let folder = Scratch()
    func tuning() throws -> FineTuning {
      try OwnClasses.tuning(OwnClasses.config(folder.path, ["SOLVER.MAX_EPOCH", "1"])) { $0.thenStages = 4 }
    }
    var isOver = false
    let listener = FineTuning.Listener(
      isToStop: { isOver }, features: { part, done, _ in isOver = isOver || part == "validation" && done == 1 })
    let stopped = try tuning().run(listener)
    #expect(isOver && !stopped.isComplete && stopped.phases.map(\.title) == ["head", "stages"])
    #expect(!pathExists(folder.path + "/stages/state.json"))
    #expect(try tuning().run().isComplete)
  }

  /// Training ends when the held-out mAP gets no better; of checkpoints the best and the last stay.
  @Test func endsEarlyAndKeepsTheBest() throws {
    var said: [String] = []
    let result = try OwnClasses.tuning(OwnClasses.config(folder.path)) {
      $0.epochs = 60
      $0.patience = 2
      $0.learningRate = 0.02
    }.run(FineTuning.Listener(say: { said.append($0) }))
    let phase = result.phases[0]
    let best = try #require(phase.bestEpoch)
    #expect(phase.epochs < 60 && phase.epochs == best + 2)
    #expect(said.contains { $0.contains("no better for 2 epochs: training ends after epoch \(phase.epochs)") })
    let kept = try listFolder(folder.path + "/head").filter { $0.hasSuffix(".pyth") }.sorted()
    #expect(kept == [best, phase.epochs].map { "epoch_\(String("0000\($0)".suffix(5))).pyth" }, "\(kept)")
    let head = try tensors(folder.path + "/head/" + kept[0])["head.projection.weight"]
    #expect(try tensors(try #require(result.checkpoint))["head.projection.weight"] == head)
  }

  /// What a run was not begun with is refused by name, and so is a state that cannot be read; features and heads stay where
  /// stages are trained otherwise.
  @Test func otherSettingsAreRefused() throws {
    let path = folder.path
    _ = try OwnClasses.tuning(OwnClasses.config(path)).run()
    func refusal(_ more: [String] = [], _ change: (inout FineTuningOptions) -> Void = { _ in }) throws -> String {
      let error = #expect(throws: FineTuningError.self) {
        try OwnClasses.tuning(OwnClasses.config(path, more), .backbone, change)
      }
      return error.map { "\($0)" } ?? ""
    }
    #expect(try refusal { $0.learningRate = 0.1 }.contains("--learning-rate was 0.002 and is 0.1"))
    #expect(try refusal(["RNG_SEED", "2"]).contains("RNG_SEED was 1 and is 2"))
    let rows = try folder.file("rows.csv", "synthtrain5_1,0902,0.1,0.1,0.5,0.9,1\n")
    #expect(try refusal(["AVA.TRAIN_GT_BOX_LISTS", "['\(rows)']"]).contains("--train was "))
    _ = try OwnClasses.tuning(OwnClasses.config(path, ["SOLVER.BASE_LR", "0.5"])) { $0.thenStages = 3 }
    try writeFile(path + "/head/state.json", "{\"identity\": {}, \"before\": []")
    #expect(try refusal().contains("state.json' is damaged: "))
    try FineTuning.forget(OwnClasses.config(path))
    _ = try OwnClasses.tuning(OwnClasses.config(path))
    #expect(!pathExists(path + "/head/state.json") && pathExists(path + "/features/train.journal"))
  }

  @Test(arguments: [
    (["MODEL.NUM_CLASSES", "80"], "expected 2, as there are classes"),
    (["MODEL.HEAD_ACT", "softmax"], "MODEL.HEAD_ACT"), (["TRAIN.DATASET", "kinetics"], "set TRAIN.DATASET ava"),
    (["TRAIN.CHECKPOINT_FILE_PATH", "''"], "give --weights FILE"),
    (
      ["MODEL.LOSS_FUNC", "contrastive_loss"],
      "the loss contrastive_loss takes 2 clips of each sample, and samples have 1"
    ),
    (["MODEL.LOSS_FUNC", "cross_entropy"], "which TRAIN.DATASET 'ava'"),
    (["SOLVER.WEIGHT_DECAY", "-1.0"], "SOLVER.WEIGHT_DECAY is -1.0, expected 0 or more"),
    (["SOLVER.LAYER_DECAY", "0.5"], "SOLVER.LAYER_DECAY is below 1, but '"), (["TASK", "ssl"], "leave TASK empty"),
    (["SOLVER.MAX_EPOCH", "0"], "SOLVER.MAX_EPOCH is 0"), (["MIXUP.ENABLE", "True"], "set MIXUP.ENABLE False"),
    (["MULTIGRID.SHORT_CYCLE", "True"], "clips have one size here -> set MULTIGRID.SHORT_CYCLE False"),
  ])
  func whatCannotBeTuned(_ more: [String], _ words: String) throws {
    let config = try OwnClasses.config(folder.path, more)
    for freezing in [Freezing.backbone, .stages(4)] {
      let error = #expect(throws: (any Error).self) { try OwnClasses.tuning(config, freezing) }
      #expect("\(String(describing: error))".contains(words), "\(String(describing: error))")
    }
  }

  /// Weights that an epoch's last step makes no numbers of are not kept, and what was kept before stays.
  @Test func noCheckpointOfWhatIsNoNumber() throws {
    let path = folder.path
    let stages = #expect(throws: (any Error).self) {
      let config = try OwnClasses.config(path, ["SOLVER.BASE_LR", "1e42", "TRAIN.BATCH_SIZE", "1000"])
      return try OwnClasses.tuning(config) { $0.thenStages = 4 }.run()
    }
    #expect(
      "\(String(describing: stages))".contains("epoch 1: after its last step '"), "\(String(describing: stages))")
    #expect(try listFolder(path + "/stages").filter { $0.hasSuffix(".pyth") }.isEmpty)
    #expect(pathExists(path + "/checkpoints/checkpoint_best.pyth") && pathExists(path + "/head/epoch_00004.pyth"))
    let other = Scratch()
    let head = #expect(throws: FineTuningError.self) {
      try OwnClasses.tuning(OwnClasses.config(other.path)) {
        ($0.learningRate, $0.batchSize) = (1e39, 1000)
      }.run()
    }
    #expect(
      "\(String(describing: head))".contains("after its last step 'head.projection."), "\(String(describing: head))")
    #expect(try listFolder(other.path + "/head").filter { $0.hasSuffix(".pyth") }.isEmpty)
  }

  /// Rows of classes that the list has not are named, wherever they stand.
  @Test func rowsOfOtherClassesAreNamed() throws {
    let rows = try folder.file("rows.csv", "synth6,0902,0.1,0.1,0.5,0.9,3,0\n")
    let train = #expect(throws: RecordError.self) {
      try OwnClasses.tuning(OwnClasses.config(folder.path, ["AVA.TRAIN_GT_BOX_LISTS", "['\(rows)']"]))
    }
    #expect(
      "\(String(describing: train))".contains("line 1")
        && "\(String(describing: train))".contains(
          "a class from 1 to 2 (--classes), or nothing, found '3' -> correct the row, or add the class to --classes"),
      "\(String(describing: train))")
    let boxes = try folder.file("boxes.csv", "synth6,0902,0.1,0.1,0.5,0.9,,1\n")
    let held = #expect(throws: FineTuningError.self) {
      try OwnClasses.tuning(OwnClasses.config(folder.path, ["AVA.GROUNDTRUTH_FILE", rows])) {
        $0.validationProposals = [boxes]
      }
    }
    #expect(
      "\(String(describing: held))".contains("has rows of class 3, expected 1 to 2"), "\(String(describing: held))")
  }

  /// Nobody is looked for before all else is known to be right: settings, weights, and rows of both files with their videos. Then
  /// the boxes that were found are read.
  @Test func peopleAreFoundLast() throws {
    let (found, other) = (folder.path + "/people.csv", try folder.file("rows.csv", "synth6,0902,0.1,0.1,0.5,0.9,3,0\n"))
    let elsewhere = try folder.file("elsewhere.csv", "nowhere,0902,0.1,0.1,0.5,0.9,1,0\n")
    var calls = 0
    func tuning(_ more: [String], thenStages: Int? = nil, overwrites: Bool = false) throws -> FineTuning {
      let findingPeople = {
        calls += 1
        let held = try readFile(OwnClasses.folder + "/val.csv", doing: "reading rows")
        let rows = String(decoding: held, as: UTF8.self).split(separator: "\n")
        try writeFile(found, rows[0].split(separator: ",").prefix(6).joined(separator: ",") + ",,0.95\n")
      }
      let change: (inout FineTuningOptions) -> Void = {
        $0.validationProposals = [found]
        $0.thenStages = thenStages
        $0.overwrites = overwrites
      }
      return try OwnClasses.tuning(
        OwnClasses.config(folder.path, more), .backbone, change, findingPeople: findingPeople)
    }
    for more in [
      ["MODEL.NUM_CLASSES", "80"], ["AVA.TRAIN_GT_BOX_LISTS", "['\(other)']"], ["AVA.GROUNDTRUTH_FILE", other],
      ["AVA.GROUNDTRUTH_FILE", elsewhere], ["MODEL.LOSS_FUNC", "cross_entropy"], ["SOLVER.WEIGHT_DECAY", "-1.0"],
      ["SOLVER.LAYER_DECAY", "0.5"],
    ] { #expect(throws: (any Error).self, "\(more)") { try tuning(more) } }
    #expect(throws: FineTuningError.self) { try tuning([], thenStages: 9) }
    #expect(calls == 0)
    let right = try tuning([])
    #expect(calls == 1 && right.notices.contains { $0.contains("and no box that is scored") }, "\(right.notices)")
    _ = try right.run()
    // What the folder has, too: other settings of a head, and of features those that a new beginning keeps.
    #expect(throws: FineTuningError.self) { try tuning(["RNG_SEED", "2"]) }
    #expect(throws: JournalError.self) { try tuning(["DATA.SAMPLING_RATE", "2"], overwrites: true) }
    #expect(calls == 1)
    // A threshold chooses boxes, and has no part in their features.
    #expect(try tuning(["AVA.DETECTION_SCORE_THRESH", "0.5"], overwrites: true).run().isComplete && calls == 2)
  }
}

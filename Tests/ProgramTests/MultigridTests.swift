import Files
import TestSupport
import Testing

/// `slowfast train` on batches of several shapes.
struct MultigridTests {
  /// Short trainings leave some phases without an epoch: these are not listed.
  @Test func phasesWithoutEpochs() {
    let (data, output) = (SmallTraining(videos: 32), Scratch())
    let result = data.train(
      "SLOW_8x4_R18_LINEAR", output.path,
      [
        "MULTIGRID.LONG_CYCLE", "True", "MULTIGRID.SHORT_CYCLE", "True", "MULTIGRID.BN_BASE_SIZE", "2",
        "SOLVER.LR_POLICY", "steps_with_relative_lrs", "SOLVER.STEPS", "[0, 1]", "SOLVER.LRS", "[1, 0.1]",
        "SOLVER.MAX_EPOCH", "2", "TRAIN.BATCH_SIZE", "2", "TASK", "", "TRAIN.EVAL_PERIOD", "100",
        "SOLVER.BASE_LR", "0.001",
      ])
    #expect(result.status == 0, "\(result.stderr)")
    let listed = result.stderr.split(separator: "\n").filter { $0.hasPrefix("multigrid, ") }
    // Each begins where the one before it ends.
    var next = 1
    for line in listed {
      let numbers = line.prefix { $0 != ":" }.split(separator: " ").compactMap { Int($0) }
      #expect(numbers.first == next && (numbers.last ?? 0) >= next, "\(listed)")
      next = (numbers.last ?? 0) + 1
    }
    #expect(next == 4 && !listed.isEmpty, "\(listed)")
  }

  /// Both cycles: 16, 8 and 8 clips of 4 frames in turn, batch norms over halves of them, then 8, 4 and 2 of 8 frames. What
  /// goes on from within a phase, or from where one ends, gives the same numbers as all at once.
  @Test func bothCyclesRunThroughAndGoOn() throws {
    let (data, whole) = (SmallTraining(videos: 32), Scratch())
    func train(_ options: [String] = []) -> Program.Result {
      data.train(
        "SLOW_8x4_R18_LINEAR", whole.path,
        [
          "MULTIGRID.LONG_CYCLE", "True", "MULTIGRID.SHORT_CYCLE", "True", "MULTIGRID.LONG_CYCLE_FACTORS",
          "[[0.5, 0.7071], [1, 1]]", "MULTIGRID.BN_BASE_SIZE", "4", "MULTIGRID.EPOCH_FACTOR", "2.0",
          "SOLVER.LR_POLICY", "steps_with_relative_lrs", "SOLVER.STEPS", "[0, 2]", "SOLVER.LRS", "[1, 0.1]",
          "SOLVER.MAX_EPOCH", "3", "SOLVER.BASE_LR", "0.001", "TRAIN.BATCH_SIZE", "2", "TASK", "", "LOG_PERIOD", "1",
          "MODEL.DETACH_FINAL_FC", "False", "SOLVER.WEIGHT_DECAY", "0.01", "BN.USE_PRECISE_STATS", "True",
          "BN.NUM_BATCHES_PRECISE", "1", "TRAIN.EVAL_PERIOD", "100",
        ], options)
    }
    let first = train()
    #expect(first.status == 0, "\(first.stderr)")
    #expect(
      first.stderr.contains(
        "multigrid, epochs 1 to 3: 16 clips of 4 frames, 16 x 16; then 8 clips of 4 frames, 23 x 23; then 8 clips of 4 "
          + "frames, 23 x 23"), "\(first.stderr)")
    #expect(first.stderr.contains("2 clips of 8 frames, 32 x 32"))
    let folder = whole.path + "/checkpoints/"
    let names = try listFolder(folder).sorted()
    #expect(names.count == 5 && names.last == "checkpoint_epoch_00006.pyth", "\(names)")
    let end = try SmallTraining.checkpoint(folder + names.last!)
    #expect(end.count > 100)

    // Four times the clips, four times the rate; the last epoch's is a tenth of the full clips'.
    let lines = try String(decoding: readFile(whole.path + "/metrics.jsonl", doing: "a test"), as: UTF8.self)
      .split(separator: "\n")
    func rates(_ epoch: Int) -> Set<String> {
      Set(
        lines.filter { $0.contains("\"train_iter\", \"epoch\": \(epoch),") }.compactMap { line in
          line.split(separator: "\"lr\": ").last?.split(separator: ",").first.map(String.init)
        })
    }
    #expect((1...6).map(rates) == [["0.004"], ["0.004"], ["0.004"], ["0.001"], ["0.001"], ["0.0001"]])

    // After the first phase's first milestone, and where the second phase begins.
    for kept in [1, 2] {
      for name in names.dropFirst(kept) { removeFile(folder + name) }
      let again = train(kept == 1 ? ["--threads", "1", "--workers", "3"] : [])
      #expect(again.status == 0 && again.stderr.contains("training goes on from"), "\(again.stderr)")
      #expect(try SmallTraining.checkpoint(folder + names.last!) == end, "after \(names[kept - 1])")
    }
  }
}

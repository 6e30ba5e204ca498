import Configuration
import Optimization
import TestSupport
import Testing
import Trainer
import VideoModels

/// What a configuration's keys say to the optimizer.
@Suite struct TrainingSettingsTests {
  private func settings(_ overrides: [String]) throws -> TrainingSettings {
    var config = Configuration.defaults
    try config.apply(overrides: overrides)
    return try TrainingSettings(config)
  }

  @Test func defaultsArePySlowFasts() throws {
    let settings = try settings([])
    #expect(settings.loss.name == "cross_entropy" && settings.method.name == "sgd" && settings.lars == nil)
    #expect(settings.clipping == .none && settings.batchSize == 64 && settings.network.dropout == 0.5)
    #expect(settings.grouping.weightDecay == 1e-4 && settings.grouping.batchNormWeightDecay == 0)
    // Half a cosine over 300 epochs.
    #expect(settings.schedule.rate(at: 0) == 0.1 && abs(settings.schedule.rate(at: 150) - 0.05) < 1e-12)
  }

  @Test func keysAreTaken() throws {
    let settings = try settings([
      "MODEL.LOSS_FUNC", "bce", "SOLVER.OPTIMIZING_METHOD", "adamw", "SOLVER.CLIP_GRAD_L2NORM", "1.0",
      "SOLVER.LR_POLICY",
      "steps_with_relative_lrs", "SOLVER.STEPS", "[0, 10]", "SOLVER.LRS", "[1, 0.1]", "SOLVER.MAX_EPOCH", "20",
      "SOLVER.WEIGHT_DECAY", "0.05", "BN.NORM_TYPE", "sub_batchnorm", "BN.NUM_SPLITS", "4", "TRAIN.BATCH_SIZE", "8",
      "MODEL.FROZEN_BN", "True",
    ])
    #expect(settings.loss.name == "bce" && settings.method.name == "adamw" && settings.clipping == .norm(1))
    #expect(settings.network.splits == 4 && settings.network.isSubBatchNorm && settings.network.freezesBatchNorm)
    #expect(abs(settings.schedule.rate(at: 10) - 0.01) < 1e-12 && settings.grouping.weightDecay == 0.05)
  }

  @Test(arguments: [
    (["SOLVER.LR_POLICY", "linear"], "SOLVER.LR_POLICY"),
    (["SOLVER.OPTIMIZING_METHOD", "sgdm"], "SOLVER.OPTIMIZING_METHOD"),
    (["MODEL.LOSS_FUNC", "bec"], "bce"), (["SOLVER.CLIP_GRAD_VAL", "-1.0"], "SOLVER.CLIP_GRAD_VAL"),
    (["BN.NORM_TYPE", "sub_batchnorm", "BN.NUM_SPLITS", "3"], "BN.NUM_SPLITS"),
    (["MODEL.DROPOUT_RATE", "1.0"], "MODEL.DROPOUT_RATE"), (["SOLVER.BETAS", "[0.9]"], "SOLVER.BETAS"),
    (["TRAIN.BATCH_SIZE", "0"], "TRAIN.BATCH_SIZE"),
  ])
  func badOnesAreNamed(_ overrides: [String], _ name: String) {
    let error = #expect(throws: (any Error).self) { try settings(overrides) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(name), "\(error.map { "\($0)" } ?? "")")
  }

  /// What would name a checkpoint that no training finds again.
  @Test func tasksAreNames() throws {
    func words(_ task: String) throws -> String? {
      var config = try Configuration.load(path: projectRoot + "/configs/demo/SLOW_8x4_R18_LINEAR.yaml")
      try config.apply(overrides: ["TASK", "'\(task)'"])
      do { try TrainingSettings.check(config) } catch { return "\(error)" }
      return nil
    }
    for (task, found) in [
      ("a/b", "one with '/'"), ("..", "one that begins with '.'"), (".a", "one that begins with '.'"),
      ("  ", "spaces alone"), (" a", "one that begins with a space"),
      (String(repeating: "ü", count: 91), "one of 182 bytes"),
    ] {
      let said = try words(task)
      #expect(said?.hasPrefix("training: TASK ") == true && said?.contains("found \(found)") == true, "\(said ?? "")")
    }
    for task in ["", "a", "a b", "a_b.c", "größe"] { #expect(try words(task) == nil) }
  }
}

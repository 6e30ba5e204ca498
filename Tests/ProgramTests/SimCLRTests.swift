import Checkpoint
import Files
import TestSupport
import Testing

/// `slowfast train` without labels, and with them on what it learned.
struct SimCLRTests {
  private let data = SmallTraining(videos: 12)
  private let pairs = ["TRAIN.BATCH_SIZE", "4", "SOLVER.MAX_EPOCH", "2", "CONTRASTIVE.MLP_DIM", "16"]

  /// Names are PySlowFast's; from the first epoch's checkpoint the second one gives the same numbers; a last layer learns on
  /// the features, which stay as they are.
  @Test func pretrainsAndIsTaken() throws {
    let (output, linear) = (Scratch(), Scratch())
    func train() -> Program.Result {
      data.train(
        "SLOW_8x4_R18_SIMCLR", output.path, pairs + ["CONTRASTIVE.BN_MLP", "True", "CONTRASTIVE.NUM_MLP_LAYERS", "3"])
    }
    let first = train()
    #expect(first.status == 0 && first.stderr.contains("8 clips a step"), "\(first.stderr)")
    let path = output.path + "/checkpoints/ssl_checkpoint_epoch_00002.pyth"
    let end = try SmallTraining.checkpoint(path)
    for name in [
      "backbone.s1.pathway0_stem.conv.weight", "backbone.s5.pathway0_res1.branch2.c_bn.running_var",
      "backbone.head.projection.projection.0.weight", "backbone.head.projection.projection.1.running_mean",
      "backbone.head.projection.projection.3.weight", "backbone.head.projection.projection.6.bias",
    ] { #expect(end[name] != nil, "\(name)") }
    #expect(
      end["backbone.head.projection.projection.0.bias"] == nil
        && end["backbone.head.projection.projection.6.weight"]?.count == 64 * 16)
    removeFile(path)
    let again = train()
    #expect(again.status == 0 && again.stderr.contains("training goes on from"), "\(again.stderr)")
    #expect(try SmallTraining.checkpoint(path) == end)

    let taken = data.train("SLOW_8x4_R18_LINEAR", linear.path, Array(pairs.prefix(4)), ["--weights", path])
    #expect(taken.status == 0, "\(taken.stderr)")
    #expect(taken.stderr.contains("of no use here: 'head.projection.projection.0.weight'"), "\(taken.stderr)")
    let learned = try SmallTraining.checkpoint(linear.path + "/checkpoints/ssl_eval_checkpoint_epoch_00002.pyth")
    let features = learned.filter {
      $0.key.hasPrefix("s") && !$0.key.contains("running") && !$0.key.contains("batches")
    }
    #expect(features.count > 50 && features.allSatisfy { end["backbone." + $0.key] == $0.value })
    #expect(learned["head.projection.bias"]?.contains { $0 != 0 } == true)
  }

  @Test(arguments: [
    (["DATA.TRAIN_CROP_NUM_TEMPORAL", "3"], "takes 2 clips of each sample, and samples have 3"),
    (["CONTRASTIVE.TYPE", "moco"], "set CONTRASTIVE.TYPE simclr"),
    (["MODEL.NUM_CLASSES", "13"], "set MODEL.NUM_CLASSES 64"), (["CONTRASTIVE.T", "0.0"], "CONTRASTIVE.T"),
    (["MODEL.LOSS_FUNC", "cross_entropy"], "set MODEL.LOSS_FUNC contrastive_loss"),
    (["MODEL.ARCH", "mvit"], "set MODEL.ARCH slow"), (["TRAIN.BATCH_SIZE", "1"], "set a larger TRAIN.BATCH_SIZE"),
    (["MIXUP.ENABLE", "True"], "set MIXUP.ENABLE False"), (["DATA.SSL_COLOR_HUE", "0.7"], "DATA.SSL_COLOR_HUE"),
  ])
  func whatCannotBeTrained(_ wrong: [String], _ words: String) {
    let result = data.train("SLOW_8x4_R18_SIMCLR", Scratch().path, pairs + wrong)
    #expect(result.status != 0 && result.stderr.contains(words), "\(result.stderr)")
  }
}

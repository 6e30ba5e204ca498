import Checkpoint
import ModelZoo
import Tensors
import TestSupport
import Testing

/// Names of other projects.
@Suite struct PeerNameTests {
  @Test(arguments: [
    ("backbone.slow.res_nl1.res_0.btnk.conv1.conv.weight", "AlphAction"),
    ("module.backbone.module.slow_res1.0.conv1.weight", "ACAR-Net"),
  ])
  func otherProjectsAreNamed(name: String, owner: String) throws {
    let checkpoint = try save([name, name.split(separator: ".")[0] + ".other.weight"].map { ($0, Tensor(zeros: [2])) })
    let text = describe(checkpoint)
    #expect(text.contains("architecture  a network of \(owner), by the tensors' names"), "\(text)")
    #expect(text.contains("have \(owner)'s names ('") && text.contains("which this program does not read -> give a"))
    #expect(!text.contains("overrides that suit"))
    for allowPartial in [false, true] {
      let reader = WeightReader(checkpoint, allowPartial: allowPartial)
      _ = reader.tensor("s1.pathway0_stem.conv.weight", [64, 3, 1, 7, 7])
      var report = reader.report
      report.hints = LoadHints(report, ArchitectureGuess(checkpoint), nil)
      let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: allowPartial) }
      let message = "\(error!)"
      #expect(message.contains("does not suit this config: its tensors have \(owner)'s names"), "\(message)")
      #expect(message.split(separator: "\n").count == 2 && !message.contains("--partial-weights"))
    }
  }

  @Test(arguments: [
    ("backbone.bottom_up.stem.conv1.weight", "Detectron2"), ("conv_rpn_fpn2_w", "Detectron"),
    ("rpn.head.cls_logits.weight", "torchvision"), ("rpn_head.rpn_cls.weight", "MMDetection"),
    ("BoxPredictor_0/ClassPredictor/weights", "TensorFlow's object detection API"),
  ])
  func detectorsOfPeopleAreToldApart(name: String, owner: String) throws {
    // With names that PySlowFast's networks have, too.
    let names = [name, "s1.pathway0_stem.conv.weight", "conv1_w"]
    let checkpoint = try save(names.map { ($0, Tensor(zeros: [2])) })
    let text = describe(checkpoint)
    #expect(text.contains("architecture  a detector in \(owner)'s form, by the tensors' names"), "\(text)")
    #expect(
      text.contains(
        "names of a detector ('\(name)'), which finds people and scores no actions -> give it as --detector"))
    #expect(!text.contains("overrides that suit") && !text.contains("config  "))
    var report = WeightReader(checkpoint).report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), nil)
    #expect("\(report.hints)".contains("--detector"), "\(report.hints)")
  }
}

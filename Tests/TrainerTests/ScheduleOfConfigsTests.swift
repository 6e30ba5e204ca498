import Configuration
import Files
import JSON
import ModelZoo
import Optimization
import TestSupport
import Testing
import Trainer

/// Every config under configs/, by its path from there.
private let shipped: [String] = {
  func files(_ folder: String) -> [String] {
    ((try? listFolder(projectRoot + "/configs/" + folder)) ?? []).flatMap { name -> [String] in
      let item = folder.isEmpty ? name : folder + "/" + name
      return isFolder(projectRoot + "/configs/" + item) ? files(item) : name.hasSuffix(".yaml") ? [item] : []
    }
  }
  return files("")
}()

private func load(_ name: String, _ overrides: [String] = []) throws -> Configuration {
  try Configuration.load(path: projectRoot + "/configs/" + name, overrides: overrides, rules: ModelRules())
}

/// What the shipped configs say of training.
@Suite struct ScheduleOfConfigsTests {
  /// Every config has settings of training, with the loss that its scores need.
  @Test func allCanTrain() throws {
    #expect(shipped.count == 113)
    for name in shipped {
      let config = try load(name)
      let settings = try TrainingSettings(config)
      let isMixed = config.literal("MIXUP.ENABLE") == "True"
      let ofClasses = isMixed ? "soft_cross_entropy" : "cross_entropy"
      let ofClips = config[.modelHeadAct] == "sigmoid" ? "bce_logit" : ofClasses
      let isContrastive = ContrastivePretraining.isNamed(by: config)
      #expect(
        settings.loss.name == (config[.detectionEnable] ? "bce" : isContrastive ? "contrastive_loss" : ofClips),
        "\(name)")
      #expect(config.literal("TRAIN.DATASET") == config.literal("TEST.DATASET"), "\(name)")
    }
  }

  /// Loss, optimizer, batch, decay and rates of a config of each kind.
  @Test(arguments: [
    ("AVA/SLOWFAST_32x2_R50_SHORT", "bce", "sgd", 64, 1e-7, [0.000125, 0.1, 0.01], [0.0, 5, 12]),
    ("AVA/c2/SLOWFAST_32x2_R101_50_50", "bce", "sgd", 16, 1e-7, [0.1, 0.05], [0, 150]),
    ("Kinetics/SLOWFAST_8x8_R50", "cross_entropy", "sgd", 64, 1e-4, [0.01, 0.05], [0, 98]),
    ("Kinetics/MVITv2_S_16x4", "soft_cross_entropy", "adamw", 16, 0.05, [1e-6, 1e-4, 1e-6], [0, 30, 200]),
    ("SSv2/MVITv2_B_32x3", "soft_cross_entropy", "sgd", 16, 1e-4, [0.0001, 0.0015], [0, 3]),
    ("Charades/SLOWFAST_16x8_R50", "bce_logit", "sgd", 16, 1e-4, [0.0375, 0.00375, 0.000375], [4, 41, 49]),
    ("ImageNet/RES_R50", "cross_entropy", "sgd", 256, 1e-4, [0.1, 0.0001], [0, 90]),
    ("masked_ssl/k400_VIT_B_16x4_FT", "soft_cross_entropy", "adamw", 1, 0.05, [1e-8, 0.0006, 1e-5], [0, 5, 75]),
    ("contrastive_ssl/finetune_ava_Slow_R50_syn8", "bce", "sgd", 64, 1e-7, [0.0005, 0.3, 0.0003], [0, 6, 31]),
    ("demo/SLOWFAST_8x4_R18_SMALL", "bce", "adamw", 16, 0.02, [0.0001, 0.003], [0, 1]),
  ])
  func recipes(
    _ name: String, _ loss: String, _ method: String, _ batch: Int, _ decay: Double, _ rates: [Double],
    _ epochs: [Double]
  ) throws {
    let settings = try TrainingSettings(load(name + ".yaml"))
    #expect(settings.loss.name == loss && settings.method.name == method && settings.batchSize == batch)
    #expect(settings.grouping.weightDecay == decay)
    for (epoch, rate) in zip(epochs, rates) {
      #expect(abs(settings.schedule.rate(at: epoch) - rate) <= 1e-12, "epoch \(epoch)")
    }
  }

  /// PySlowFast's own rates, of its own files. Those of self-supervised pretraining are not here.
  @Test(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) func pySlowFastsRates() throws {
    let path = (sharedFolder ?? "") + "/golden/training/schedules/lr.json"
    let cases = try JSONReader.read(readFile(path, doing: "reading the learning rates")).values
    var count = 0
    for golden in cases {
      let name = String(golden["config"]!.words.dropFirst("configs/".count))
      if !shipped.contains(name) { continue }
      guard case .object(let members)? = golden["overrides"] else { continue }
      var overrides = members.flatMap { [$0.name, $0.value.words] }
      // The only file of PySlowFast's that says how many machines there were, which no config says here.
      if name == "Kinetics/REV_MVIT_B_16x4_CONV.yaml" { overrides += ["NUM_SHARDS", "16"] }
      let schedule = try LearningRateSchedule(load(name, overrides))
      let (epochs, rates) = (golden["epochs"]!.doubles, golden["lr"]!.doubles)
      #expect(!epochs.isEmpty && epochs.count == rates.count)
      #expect(
        zip(epochs, rates).allSatisfy { abs(schedule.rate(at: $0) - $1) <= max(1e-12 * abs($1), 1e-17) },
        "\(name) \(overrides)")
      count += 1
    }
    #expect(count == 106)
  }
}

extension JSONValue {
  fileprivate var words: String {
    guard case .string(let words) = self else { return "" }
    return words
  }

  fileprivate var doubles: [Double] {
    values.map { value in
      guard case .number(let number) = value else { return .nan }
      return number.double
    }
  }
}

public import Configuration
internal import ModelZoo
internal import NN
public import Optimization
internal import Tensors
public import TrainingData
public import VideoModels

/// What is asked before the first step, of a training and of every part of a fine-tuning: what a step, or the end of an epoch, would
/// find otherwise.
extension TrainingSettings {
  /// Refuses what is not trained here yet.
  ///
  /// - Throws: `TrainingError.unsupported`.
  public static func check(_ config: Configuration) throws(TrainingError) {
    if let problem = fault(ofTask: config[.task]) {
      throw .unsupported(
        place: config.cite(.task),
        why: "expected a word that the names of checkpoints begin with, such as ssl, found \(problem)",
        advice: "give another TASK, or leave it out")
    }
    if config[.task] == "ssl", !ContrastivePretraining.isNamed(by: config) {
      throw .unsupported(
        place: "\(config.cite(.task)), \(config.cite(.modelModelName))",
        why: "of trainings without labels there is SimCLR alone",
        advice: "set MODEL.MODEL_NAME ContrastiveModel CONTRASTIVE.TYPE simclr, or leave TASK empty")
    }
    if config[.mixupEnable], config[.modelLossFunc] == ContrastiveLoss.name {
      throw .unsupported(
        place: config.cite(.mixupEnable), why: "clips that are compared are not mixed", advice: "set MIXUP.ENABLE False"
      )
    }
    if config[.detectionEnable] != (config[.trainDataset].lowercased() == "ava") {
      throw .unsupported(
        place: config.cite(.trainDataset), why: "boxes are trained on AVA's lists, and clips on the others'",
        advice: "set TRAIN.DATASET ava with DETECTION.ENABLE True, or another one with False")
    }
  }

  /// What keeps a word from being the beginning of a checkpoint's name: one that lies elsewhere, or that nobody finds again, is not gone
  /// on with. nil for nothing.
  private static func fault(ofTask task: String) -> String? {
    if task.isEmpty { return nil }
    if task.contains("/") { return "one with '/', which leads to another folder" }
    if task.hasPrefix(".") { return "one that begins with '.', as hidden files do" }
    if task.allSatisfy(\.isWhitespace) { return "spaces alone" }
    if task.first?.isWhitespace == true { return "one that begins with a space" }
    if task.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "one with a control character"
    }
    // A file system's names have 255 bytes, and temporary files have longer ones than checkpoints.
    return task.utf8.count > 180 ? "one of \(task.utf8.count) bytes, more than 180" : nil
  }

  /// Refuses a loss that compares with other targets than the examples have, or of another number of clips.
  ///
  /// - Parameters:
  ///   - targets: Of the examples, before they are put together; nil where nobody knows yet.
  ///   - clips: How many examples each sample becomes.
  /// - Throws: `TrainingError.clips`, `.unsupported`.
  public func check(
    _ config: Configuration, _ collation: Collation, targets: TargetKind?, clips: Int
  ) throws(TrainingError) {
    let wanted = loss.outputCount
    if wanted > 1, clips != wanted {
      throw .clips(
        loss: loss.name, expected: wanted, found: clips,
        keys: [Key.dataTrainCropNumTemporal, .dataTrainCropNumSpatial, .augNumSample].map { config.cite($0) })
    }
    guard let kind = targets.map(collation.kind), !loss.targetKinds.contains(kind) else { return }
    let isMixed = config[.mixupEnable]
    let source = "\(config.cite(.trainDataset))\(isMixed ? " with \(config.cite(.mixupEnable))" : "")"
    let (found, fitting) =
      switch kind {
      case .classes: ("one class of each clip", "cross_entropy")
      case .soft where isMixed: ("shares of several classes", "soft_cross_entropy")
      case .soft:
        (
          "several classes of each \(config[.detectionEnable] ? "box" : "clip")",
          config[.detectionEnable] ? "bce" : "bce_logit"
        )
      case .none: ("no classes", "contrastive_loss")
      }
    throw .unsupported(
      place: config.cite(.modelLossFunc), why: "this loss is not one for \(found), which \(source) has",
      advice: "set MODEL.LOSS_FUNC \(fitting)" + (isMixed && kind == .soft ? ", or MIXUP.ENABLE False" : ""))
  }

  /// Refuses a network whose parameters cannot be put into groups as the settings say. No number of it is asked for.
  ///
  /// - Throws: `OptimizationError`, `TrainingError.nothingToTrain`.
  public func check(_ model: TrainableModel) throws { _ = try groups(of: model) }

  /// A network's parameters, and the groups that the optimizer has of those that are trained.
  ///
  /// - Throws: `OptimizationError`, `TrainingError.nothingToTrain`.
  func groups(of model: TrainableModel) throws -> (parameters: [OptimizedParameter], groups: [ParameterGroup]) {
    let parameters = model.parameters.map {
      OptimizedParameter(
        name: $0.name, shape: $0.value.shape, isBatchNorm: $0.kind == .batchNorm, isTrained: $0.isTrained)
    }
    guard parameters.contains(where: \.isTrained) else { throw TrainingError.nothingToTrain }
    var grouping = grouping
    grouping.namesWithoutDecay = model.namesWithoutDecay
    return (parameters, try parameterGroups(parameters, grouping))
  }
}

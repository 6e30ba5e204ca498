import Checkpoint
import Configuration
import Kernels
import ModelZoo
import NN
import Optimization
import Tensors
import TestSupport
import Testing
import Trainer
import VideoModels

private let folder = (sharedFolder ?? "") + "/golden/training/mvitv2_s_k400"

/// The first step of PySlowFast's training of an MViT.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct MViTTrainingTests {
  private let file: Checkpoint
  private let model: TrainableModel
  private let settings: TrainingSettings

  init() throws {
    let path = folder + "/checkpoint.pyth"
    file = try Checkpoint(path: path, naming: PySlowFastNames())
    let config = try #require(Configuration(checkpointText: file.configText ?? "", path: path, rules: ModelRules()))
    settings = try TrainingSettings(config)
    let weights = WeightReader(file)
    model = try TrainableModel(
      Architecture(config), weights: weights, engine: Engine(threads: 2), settings.network)
    try weights.report.check(allowPartial: false)
    #expect(weights.report.unused.isEmpty)
  }

  /// Scores, loss and whole gradients, beside what PySlowFast recorded.
  @Test func firstGradients() throws {
    let clip = try Tensor(npyOfAnyNumbers: folder + "/step0_clip.npy")
    for index in 0..<clip.count { clip.mutableValues[index] = (clip.values[index] - 128) / 64 }
    let labels = try Tensor(npyOfAnyNumbers: folder + "/step0_labels.npy")
    let scores = try model.forward(FeatureMap(channelsFirst: clip))
    let expected = try Tensor(npyOfAnyNumbers: folder + "/step0_output.npy")
    #expect(difference(scores.array, expected.array, .absolute(2e-6)) == nil)
    let loss = try settings.loss.evaluate([scores], .soft(labels))
    #expect(abs(loss.value - 2.885_647_193_842_495) < 5e-6)
    model.clearGradients()
    model.backward(loss.gradients[0])
    let norm = model.parameters.reduce(0.0) { $0 + squares($1.gradient.array.map { Double($0) }) }.squareRoot()
    #expect(abs(norm / 5.507_935_298_059_127 - 1) < 1e-5)
    let archive = try NumberArchive(folder + "/gradients_step0.npz")
    var compared = 0
    for parameter in model.parameters {
      guard let wanted = archive[parameter.name] else { continue }
      compared += 1
      #expect(parameter.gradient.shape == wanted.shape, "\(parameter.name)")
      let apart = squares(zip(parameter.gradient.values, wanted.values).map { Double($0) - $1 }).squareRoot()
      let size = max(squares(wanted.values).squareRoot(), 1e-3 * norm)
      #expect(apart / size < 1e-4, "\(parameter.name): \(apart / size)")
    }
    #expect(compared == 15)
  }

  private func squares(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }

  /// `model_state` and the indices of `optimizer_state` go by the order of the modules.
  @Test func parametersAreInTheOrderOfTheModules() throws {
    #expect(model.parameters.map(\.name) == file.entries.filter { !$0.isOfTraining }.map(\.name))
    let parameters = model.parameters.map {
      OptimizedParameter(
        name: $0.name, shape: $0.value.shape, isBatchNorm: $0.kind == .batchNorm, isTrained: $0.isTrained)
    }
    let groups = try parameterGroups(parameters, settings.grouping)
    #expect(groups.map(\.parameters.count) == [166, 231] && groups.map(\.weightDecay) == [0.05, 0])
  }
}

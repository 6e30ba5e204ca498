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
import TrainingData
import VideoModels

private let folder = (sharedFolder ?? "") + "/golden/training"

/// Statistics of all positions of some batches together, beside PySlowFast's.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct PreciseBatchNormTests {
  @Test(arguments: [
    ("precise_bn_slowfast_k400", "slowfast_k400", 4e-6, 9e-5), ("precise_bn_c2d_sub_bn", "c2d_k400_sub_bn", 2e-5, 2e-4),
  ])
  func agrees(_ name: String, _ steps: String, _ mean: Double, _ variance: Double) throws {
    let path = "\(folder)/\(steps)/checkpoint.pyth"
    let file = try Checkpoint(path: path, naming: PySlowFastNames())
    let text = try #require(file.configText)
    let config = try #require(Configuration(checkpointText: text, path: path, rules: ModelRules()))
    let model = try TrainableModel(
      Architecture(config), weights: WeightReader(file), engine: Engine(threads: 2), TrainingSettings(config).network)
    let batches = try (0..<3).map { number in
      let clip = try Tensor(npyOfAnyNumbers: "\(folder)/\(steps)/step\(number)_clip.npy")
      for index in 0..<clip.count { clip.mutableValues[index] = (clip.values[index] - 128) / 64 }
      return TrainingBatch(clip: FeatureMap(channelsFirst: clip), targets: .none)
    }
    try model.setPreciseStatistics(batches)
    let expected = try NumberArchive("\(folder)/\(name)/running_stats.npz")
    #expect(!model.statistics.isEmpty)
    for layer in model.statistics {
      let module = layer.splits == 1 ? layer.name : "\(layer.name).split_bn"
      for (kind, found, tolerance) in [("running_mean", layer.mean, mean), ("running_var", layer.variance, variance)] {
        let wanted = try #require(expected["\(module).\(kind)"], "\(module).\(kind)")
        let worst = zip(found.array, wanted.values).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= tolerance, "\(module).\(kind): \(worst)")
      }
    }
  }
}

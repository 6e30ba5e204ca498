import Checkpoint
import Configuration
import Foundation
import Glibc
import Kernels
import ModelZoo
import NN
import RoIAlign
import Tensors
import TestSupport
import Testing
import VideoModels

private let folder = (sharedFolder ?? "") + "/golden/training"

/// The first step of PySlowFast's own training, on networks of every kind: scores, and the norm of every gradient.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GradientTests {
  private struct Case: Decodable {
    let config: String
    let overrides: [String: String]
    let loss_function: String
    let loss: [Double]
    let gradients_that_are_rounding_noise: [String]
  }

  private struct Norms: Decodable {
    let norms: [Double]
  }

  private static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test(arguments: [
    "slowfast_r50_ava", "slowfast_k400", "slow_charades", "slow_r50_ava_frozen_bn", "slow_r50_ava_clip_value",
    "c2d_k400_sub_bn", "i3d_nln_k400", "x3d_xs_k400",
  ])
  func agreesWithPySlowFast(_ name: String) throws {
    let path = "\(folder)/\(name)"
    let facts = try Self.read(Case.self, "\(path)/case.json")
    let config = try Configuration.load(
      path: projectRoot + "/" + facts.config, overrides: facts.overrides.flatMap { [$0.key, $0.value] })
    let file = try Checkpoint(path: "\(path)/checkpoint.pyth", naming: PySlowFastNames())
    let weights = WeightReader(file)
    let isSplit = facts.overrides["BN.NORM_TYPE"] == "sub_batchnorm"
    let options = TrainingOptions(
      splits: isSplit ? 2 : 1, isSubBatchNorm: isSplit, freezesBatchNorm: name.contains("frozen_bn"))
    let model = try TrainableModel(try Architecture(config), weights: weights, engine: Engine(threads: 2), options)
    #expect(weights.report.isComplete, "\(weights.report)")

    let clip = try Tensor(npyOfAnyNumbers: "\(path)/step0_clip.npy")
    for i in 0..<clip.count { clip.mutableValues[i] = (clip.values[i] - 128) / 64 }
    let boxes = model.architecture.head.scoresBoxes ? try Region.rows(of: Tensor(npy: "\(path)/step0_boxes.npy")) : []
    let found = try model.forward(FeatureMap(channelsFirst: clip), boxes)
    let expected = try Tensor(npy: "\(path)/step0_output.npy")
    #expect(difference(found.array, expected.array, .absolute(2e-5), "output") == nil)

    let labels = try Tensor(npyOfAnyNumbers: "\(path)/step0_labels.npy")
    let (loss, gradient) = Self.loss(facts.loss_function, found, labels)
    #expect(abs(loss - facts.loss[0]) < 2e-5, "\(loss), expected \(facts.loss[0])")
    model.clearGradients()
    model.backward(gradient)
    let norms = try Self.read([String: Norms].self, "\(path)/gradient_norms.json")
    let total = norms.values.reduce(0) { $0 + $1.norms[0] * $1.norms[0] }.squareRoot()
    #expect(Set(norms.keys) == Set(model.parameters.map(\.name)))
    var worst = (name: "", gap: 0.0)
    for parameter in model.parameters {
      guard let norm = norms[parameter.name]?.norms[0] else { continue }
      let own = parameter.gradient.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let gap = abs(own - norm) / max(norm, 1e-3 * total)
      if gap > worst.gap { worst = (parameter.name, gap) }
    }
    #expect(worst.gap < 1e-3, "\(worst)")
  }

  /// The losses, stated once more.
  private static func loss(_ name: String, _ output: Tensor, _ labels: Tensor) -> (Double, Tensor) {
    let (rows, classes) = (output.shape[0], output.shape[1])
    let gradient = Tensor(zeros: output.shape)
    var sum = 0.0
    for row in 0..<rows {
      let x = (0..<classes).map { Double(output.values[row * classes + $0]) }
      switch name {
      case "cross_entropy":
        let target = Int(labels.values[row])
        let total = x.reduce(0) { $0 + exp($1) }
        sum += (log(total) - x[target]) / Double(rows)
        for c in 0..<classes {
          gradient.mutableValues[row * classes + c] = Float((exp(x[c]) / total - (c == target ? 1 : 0)) / Double(rows))
        }
      default:
        for c in 0..<classes {
          let t = Double(labels.values[row * classes + c])
          let p = name == "bce" ? x[c] : 1 / (1 + exp(-x[c]))
          sum -= (t * log(p) + (1 - t) * log(1 - p)) / Double(output.count)
          let slope = name == "bce" ? (p - t) / (p * (1 - p)) : p - t
          gradient.mutableValues[row * classes + c] = Float(slope / Double(output.count))
        }
      }
    }
    return (sum, gradient)
  }
}

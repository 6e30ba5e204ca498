import Inference
import Kernels
import ModelZoo
import TestSupport
import Tensors
import Testing
import VideoModels

/// Whole networks in bfloat16 beside float32: every layer and epilogue of every family in the formats that it meets there.
@Suite(.enabled(if: KernelTable.best.supportsBFloat16, "needs AVX512-BF16"))
struct BFloat16ModelTests {
  private let bfloat16 = Engine(threads: 2, activations: .bfloat16)

  /// Rounding to 8 bits, layer after layer, moves scores by a hundredth of the largest; a wrong layer by all of it.
  private func check(_ found: Tensor, _ expected: Tensor, _ name: String) {
    let largest = expected.array.reduce(0) { max($0, abs($1)) }
    let gap = difference(found.array, expected.array, .absolute(0.06 * largest), name)
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test(arguments: FixtureCase.all) func ofTheResNets(_ item: FixtureCase) throws {
    let architecture = try Architecture(configured(item.overrides))
    func scores(_ engine: Engine) throws -> Tensor {
      let model = try loaded(architecture, engine: engine, damping: item.damping)
      let plan = try model.features(filledClip(item.input), keepingNamed: false)
      return try item.regions.map { try model.detect(plan, $0) } ?? model.classify(plan)
    }
    check(try scores(bfloat16), try scores(Engine(threads: 2)), item.name)
  }

  @Test(arguments: PyTorchVideoCase.all) func ofTheFactorised(_ item: PyTorchVideoCase) throws {
    let architecture = try Architecture(item.configuration)
    let clip = filledClip(item.input)
    let found = try loaded(architecture, engine: bfloat16).classify(clip)
    check(found, try loaded(architecture, engine: Engine(threads: 2)).classify(clip), item.name)
  }

  @Test(arguments: [[], ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"]])
  func ofX3D(more: [String]) throws {
    let architecture = try Architecture(X3DTests.configuration(more))
    let clip = filledClip([2, 3, 4, 64, 96])
    let regions = [region([0, 4, 5, 60, 50]), region([1, 30, 2, 95, 63])]
    func scores(_ engine: Engine) throws -> Tensor {
      let model = try loaded(architecture, engine: engine)
      return more.isEmpty ? try model.classify(clip) : try model.detect(model.features(clip), regions)
    }
    check(try scores(bfloat16), try scores(Engine(threads: 2)), "X3D \(more)")
  }
}

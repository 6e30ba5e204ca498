import Checkpoint
import Configuration
import Inference
import Kernels
import ModelZoo
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GoldenTests {
  static let formulaCases = [
    "slowfast_det_aligned", "slowfast_det_legacy", "slowfast_cls", "i3d_nln_cls", "c2d_cls", "slow_cls", "slow_det",
  ]

  /// The reference on weights that follow from a formula.
  @Test(arguments: formulaCases) func formulaWeights(_ name: String) throws {
    let item = try json(sharedFolder! + "/spec/golden_models.json")[name]
    let overrides = item["opts"].members.flatMap { [$0.key, $0.value.literal] }
    let architecture = try Architecture(configured(overrides))
    let tensors = requested(architecture)
    // The file counts num_batches_tracked too, one for each batch norm.
    let norms = tensors.count { $0.name.hasSuffix("running_mean") }
    #expect(tensors.count + norms == Int(item["n_tensors"].number))
    let model = try loaded(architecture)
    let found = try model.features(filledClip(item["input"].ints), keepingNamed: true)
    var compared = 0
    for stage in item["stages"].items {
      let parts = stage.items
      let name = parts[0].text.replacing("[", with: ".p").replacing("]", with: "")
      guard let setName = found.named.first(where: { $0.name == name }) else { continue }
      compared += 1
      let tensor = setName.map.channelsFirst()
      #expect(tensor.shape == parts[1].ints, "\(name)")
      let (mean, std) = statistics(tensor.array)
      let bound = 1e-4 * (1 + parts[3].number)
      #expect(abs(mean - parts[2].number) < bound, "\(name): \(mean), expected \(parts[2].number)")
      #expect(abs(std - parts[3].number) < bound + 1e-3 * std, "\(name): \(std)")
      #expect(abs(Double(tensor.array[0]) - parts[4].number) < bound, "\(name)")
      #expect(abs(Double(tensor.array.last!) - parts[5].number) < bound, "\(name)")
    }
    #expect(compared >= 5 * architecture.backbone.inputs.count)
    let boxes = item["boxes"].items.map { region($0.floats) }
    let scores = try boxes.isEmpty ? model.classify(found) : model.detect(found, boxes)
    #expect(difference(scores.array, item["output"].floats, .network, name) == nil)
  }

  static let fileCases = [
    "slow_r50_ava", "slowfast_r50_ava", "slowfast_r50_ava_aligned", "slowfast_r101_nln_ava",
    "slowfast_r101_nln_ava_caffe2", "slowfast_4x16_k400", "c2d_r50_k400", "i3d_nln_r50_k400", "x3d_xs_k400",
    "x3d_m_k400",
  ]

  /// A golden model's scores by an engine, through the project's own config, are the reference's; returns its stages.
  private func run(_ name: String, _ engine: Engine) throws -> VideoModel.Features {
    let folder = sharedFolder! + "/golden/models/\(name)"
    let item = try json(folder + "/case.json")
    let overrides = item["overrides"].members.flatMap { [$0.key, $0.value.text] }
    let file = item["checkpoint_type"].text == "caffe2" ? "checkpoint.pkl" : "checkpoint.pyth"
    let config = try Configuration.load(
      path: projectRoot + "/" + item["config"].text,
      overrides: overrides + ["TEST.CHECKPOINT_FILE_PATH", "\(folder)/\(file)"])
    let model = try LoadedModel(config, WeightOptions(), engine: engine).model
    let clip = FeatureMap(channelsFirst: try Tensor(npy: folder + "/clip.npy"))
    let found = try model.features(clip, keepingNamed: true)
    let expected = try Tensor(npy: folder + "/output.npy")
    let scores: Tensor
    if model.architecture.head.scoresBoxes {
      scores = try model.detect(found, Region.rows(of: Tensor(npy: folder + "/boxes.npy")))
    } else {
      scores = try model.classify(found)
    }
    #expect(scores.shape == expected.shape)
    let gap = difference(
      scores.array, expected.array, .network, "\(name), \(engine.planner.forced?.rawValue ?? "planned")")
    #expect(gap == nil, "\(gap ?? "")")
    return found
  }

  /// Every convolution algorithm, forced wherever it is legal.
  @Test(arguments: fileCases, [ConvolutionAlgorithm.direct, .winogradSpace, .winogradTime, .planar])
  func convolutionAlgorithms(_ name: String, _ algorithm: ConvolutionAlgorithm) throws {
    _ = try run(name, Engine(planner: ConvolutionPlanner(forced: algorithm)))
  }

  /// The reference on its own checkpoint files, stages included.
  @Test(arguments: fileCases) func checkpointFiles(_ name: String) throws {
    let folder = sharedFolder! + "/golden/models/\(name)"
    let found = try run(name, Engine())
    for (stage, values) in try json(folder + "/stages.json").members {
      guard let map = found.named.first(where: { $0.name == stage })?.map else { continue }
      let tensor = map.channelsFirst()
      #expect(tensor.shape == values["shape"].ints, "\(stage)")
      let bound = Float(1e-4 * (1 + values["std"].number))
      let ends = Array(tensor.array.prefix(8)) + Array(tensor.array.suffix(8))
      let same = difference(ends, values["first8"].floats + values["last8"].floats, .absolute(bound), stage)
      #expect(same == nil)
      #expect(abs(statistics(tensor.array).mean - values["mean"].number) < Double(bound), "\(stage)")
    }
  }
}

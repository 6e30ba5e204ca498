import Checkpoint
import Configuration
import Inference
import Kernels
import ModelZoo
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

/// MViT against the reference's scores and the tokens that it recorded after every block.
@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct MViTGoldenTests {
  /// The tokens of a stage as the reference has them, [N, tokens, C] with the class token first; what of them is there.
  private struct Stage {
    let values: [Float]
    let tokens: Int
    let channels: Int
    /// Whether all are there: of the last block the head sees the class token or the map alone.
    let isWhole: Bool
    let hasClassToken: Bool

    init?(_ features: VideoModel.Features, _ name: String, tokens count: Int) {
      func map(_ suffix: String) -> FeatureMap? {
        features.named.first { $0.name == "\(name).\(suffix)" }?.map
      }
      let (token, places) = (map("class"), map("p0"))
      guard let any = places ?? token else { return nil }
      let found = [token, places].compactMap { $0 }.flatMap { map in
        (0..<map.extent.count).flatMap { position in
          (0..<map.channels).map { map.value(position: position, channel: $0) }
        }
      }
      values = found
      channels = any.channels
      tokens = found.count / any.channels
      isWhole = tokens == count
      hasClassToken = token != nil
    }
  }

  static let formulaCases = ["mvitv1_cls", "mvitv2_cls", "mvitv2_det"]

  @Test(arguments: formulaCases, [ConvolutionAlgorithm?.none, .reference])
  func formulaWeights(_ name: String, _ algorithm: ConvolutionAlgorithm?) throws {
    let item = try json(sharedFolder! + "/spec/golden_models.json")[name]
    let overrides = item["opts"].members.flatMap { [$0.key, $0.value.literal] }
    let architecture = try Architecture(configured(overrides))
    let tensors = requested(architecture)
    #expect(tensors.count == Int(item["n_tensors"].number))
    #expect(tensors.reduce(0) { $0 + $1.shape.reduce(1, *) } == Int(item["params"].number))
    let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
    let model = try loaded(architecture, engine: engine)
    let found = try model.features(filledClip(item["input"].ints), keepingNamed: true)
    var compared = 0
    for stage in item["stages"].items {
      let parts = stage.items
      let name = parts[0].text.replacing("[0]", with: "")
      guard let tokens = Stage(found, name, tokens: parts[1].ints[1]) else { continue }
      compared += 1
      #expect(tokens.channels == parts[1].ints[2], "\(name)")
      let bound = 1e-4 * (1 + parts[3].number)
      if tokens.isWhole {
        let (mean, std) = statistics(tokens.values)
        #expect(abs(mean - parts[2].number) < bound, "\(name): \(mean), expected \(parts[2].number)")
        #expect(abs(std - parts[3].number) < bound + 1e-3 * std, "\(name): \(std)")
      }
      if tokens.hasClassToken || tokens.isWhole {
        #expect(abs(Double(tokens.values[0]) - parts[4].number) < bound, "\(name)")
      }
      if tokens.tokens > 1 { #expect(abs(Double(tokens.values.last!) - parts[5].number) < bound, "\(name)") }
    }
    #expect(compared == 6)
    let boxes = item["boxes"].items.map { region($0.floats) }
    let scores = try boxes.isEmpty ? model.classify(found) : model.detect(found, boxes)
    #expect(difference(scores.array, item["output"].floats, .network, name) == nil)
  }

  static let fileCases = [
    "mvitv1_b_16x4_k400", "mvitv1_b_16x4_resized", "mvitv1_b_32x3_k400", "mvitv2_s_k400", "mvitv2_b_k400",
    "mvitv2_s_ava",
  ]

  /// Checkpoint files through the project's own configs, on every way to compute.
  @Test(arguments: fileCases, [ConvolutionAlgorithm?.none, .direct, .reference])
  func checkpointFiles(_ name: String, _ algorithm: ConvolutionAlgorithm?) throws {
    let folder = sharedFolder! + "/golden/models/\(name)"
    let item = try json(folder + "/case.json")
    let config = try Configuration.load(
      path: projectRoot + "/" + item["config"].text,
      overrides: item["overrides"].members.flatMap { [$0.key, $0.value.text] }
        + ["TEST.CHECKPOINT_FILE_PATH", "\(folder)/checkpoint.pyth"], rules: ModelRules())
    let engine = Engine(threads: 2, planner: ConvolutionPlanner(forced: algorithm))
    let model = try LoadedModel(config, WeightOptions(), engine: engine).model
    let found = try model.features(
      FeatureMap(channelsFirst: try Tensor(npy: folder + "/clip.npy")), keepingNamed: true)
    let expected = try Tensor(npy: folder + "/output.npy")
    let scores =
      try model.architecture.head.scoresBoxes
      ? model.detect(found, Region.rows(of: Tensor(npy: folder + "/boxes.npy"))) : model.classify(found)
    #expect(scores.shape == expected.shape)
    let gap = difference(scores.array, expected.array, .network, name)
    #expect(gap == nil, "\(gap ?? "")")
    var compared = 0
    for (stage, values) in try json(folder + "/stages.json").members {
      let shape = values["shape"].ints
      guard let tokens = Stage(found, stage.replacing(".p0", with: ""), tokens: shape[1]) else { continue }
      compared += 1
      let bound = Float(1e-4 * (1 + values["std"].number))
      let (first, last) = (values["first8"].floats, values["last8"].floats)
      let hasFirst = tokens.hasClassToken || tokens.isWhole
      let ends = (hasFirst ? Array(tokens.values.prefix(8)) : []) + (tokens.tokens > 1 ? tokens.values.suffix(8) : [])
      let same = difference(
        ends, (hasFirst ? first : []) + (tokens.tokens > 1 ? last : []), .absolute(bound), "\(name) \(stage)")
      #expect(same == nil, "\(same ?? "")")
      if tokens.isWhole { #expect(abs(statistics(tokens.values).mean - values["mean"].number) < Double(bound)) }
    }
    #expect(compared == config[.mvitDepth] + 2)
  }
}

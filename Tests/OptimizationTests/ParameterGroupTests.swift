import Checkpoint
import JSON
import Optimization
import TestSupport
import Testing

private func grouped(
  _ parameters: [OptimizedParameter], _ change: (inout GroupingOptions) -> Void = { _ in }
) throws -> [ParameterGroup] {
  var options = GroupingOptions()
  options.weightDecay = 0.05
  change(&options)
  return try parameterGroups(parameters, options)
}

@Suite struct ParameterGroupTests {
  private let convolutional = [
    OptimizedParameter(name: "conv.weight", shape: [3, 2, 1, 1, 1]),
    OptimizedParameter(name: "conv.bias", shape: [3]),
    OptimizedParameter(name: "bn.weight", shape: [3], isBatchNorm: true),
    OptimizedParameter(name: "bn.bias", shape: [3], isBatchNorm: true),
    OptimizedParameter(name: "head.weight", shape: [2, 3]),
    OptimizedParameter(name: "head.bias", shape: [2]),
  ]
  private let transformer = [
    OptimizedParameter(name: "cls_token", shape: [1, 1, 3]),
    OptimizedParameter(name: "pos_embed_spatial", shape: [1, 2, 3]),
    OptimizedParameter(name: "patch_embed.proj.weight", shape: [3, 2]),
    OptimizedParameter(name: "blocks.0.attn.rel_pos_h", shape: [3, 3]),
    OptimizedParameter(name: "blocks.0.norm1.bias", shape: [3]),
    OptimizedParameter(name: "blocks.1.mlp.fc1.weight", shape: [3, 3]),
    OptimizedParameter(name: "norm.weight", shape: [3]),
    OptimizedParameter(name: "head.projection.bias", shape: [1, 2]),
  ]

  @Test func byKind() throws {
    #expect(
      try grouped(convolutional) == [
        ParameterGroup(weightDecay: 0, parameters: [2, 3]),
        ParameterGroup(weightDecay: 0.05, parameters: [0, 1, 4, 5]),
      ])
    let all = try grouped(convolutional) {
      ($0.batchNormWeightDecay, $0.hasZeroDecayFor1D, $0.isLARSOn) = (0.2, true, true)
    }
    #expect(
      all == [
        ParameterGroup(weightDecay: 0.2, appliesLARS: false, parameters: [2, 3]),
        ParameterGroup(weightDecay: 0.05, appliesLARS: true, parameters: [0, 4]),
        ParameterGroup(weightDecay: 0, appliesLARS: true, parameters: [1, 5]),
      ])
    #expect(optimizerOrder(all) == [2, 3, 0, 4, 1, 5])
  }

  @Test func namesArePartsWithoutLayerDecay() throws {
    let groups = try grouped(transformer) { $0.namesWithoutDecay = ["pos_embed", "rel_pos_h", "cls_token"] }
    #expect(
      groups == [
        ParameterGroup(weightDecay: 0.05, parameters: [2, 4, 5, 6, 7]),
        ParameterGroup(weightDecay: 0, parameters: [0, 1, 3]),
      ])
  }

  @Test func namesAreWholeWithLayerDecay() throws {
    let groups = try grouped(transformer) {
      $0.namesWithoutDecay = ["pos_embed", "rel_pos_h", "cls_token"]
      ($0.layerDecay, $0.depth) = (0.5, 2)
    }
    #expect(
      groups == [
        ParameterGroup(weightDecay: 0, layerDecay: 0.125, appliesLARS: nil, parameters: [0]),
        ParameterGroup(weightDecay: 0.05, layerDecay: 0.125, appliesLARS: nil, parameters: [1, 2]),
        ParameterGroup(weightDecay: 0.05, layerDecay: 0.25, appliesLARS: nil, parameters: [3, 4]),
        ParameterGroup(weightDecay: 0.05, layerDecay: 0.5, appliesLARS: nil, parameters: [5]),
        ParameterGroup(weightDecay: 0.05, layerDecay: 1, appliesLARS: nil, parameters: [6, 7]),
      ])
    // A bias has no decay whatever its dimensions.
    let oneDimensional = try grouped(transformer) {
      ($0.layerDecay, $0.depth, $0.hasZeroDecayFor1D) = (0.5, 2, true)
    }
    #expect(oneDimensional.filter { $0.weightDecay == 0 }.map(\.parameters) == [[4], [6, 7]])
    #expect(optimizerOrder(oneDimensional) == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func whatIsFrozenIsInNoGroup() throws {
    var frozen = convolutional
    for index in [0, 2, 3] { frozen[index].isTrained = false }
    #expect(try grouped(frozen) == [ParameterGroup(weightDecay: 0.05, parameters: [1, 4, 5])])
    #expect(try grouped([]) == [])
    var block = transformer
    block[3].isTrained = false
    #expect(
      try optimizerOrder(grouped(block) { ($0.layerDecay, $0.depth) = (0.5, 2) }) == [0, 1, 2, 4, 5, 6, 7])
  }

  @Test func whatCannotBeIsRefused() {
    for (decay, shown) in [(0.0, "0.0"), (1.5, "1.5"), (-1, "-1.0"), (.nan, "nan")] {
      #expect(
        refusal { _ = try grouped(transformer) { $0.layerDecay = decay } }
          == "SOLVER.LAYER_DECAY is \(shown), expected a number above 0 and up to 1 -> set 1 for none")
    }
    #expect(
      refusal { _ = try grouped(convolutional) { $0.layerDecay = 0.5 } }
        == "SOLVER.LAYER_DECAY is below 1, but 'bn.weight' belongs to a batch norm, which has no layer there -> set"
        + " SOLVER.LAYER_DECAY to 1, or train a network without batch norm")
    #expect(
      refusal { _ = try grouped(transformer) { ($0.layerDecay, $0.depth) = (0.5, 1) } }
        == "SOLVER.LAYER_DECAY: 'blocks.1.mlp.fc1.weight' is in none of the blocks 0 to 0 that MVIT.DEPTH says -> set"
        + " MVIT.DEPTH to the network's number of blocks")
    #expect(
      refusal { _ = try grouped(transformer) { $0.weightDecay = -0.1 } }
        == "SOLVER.WEIGHT_DECAY is -0.1, expected 0 or more -> set 0 for none")
    #expect(
      refusal { _ = try grouped(transformer) { $0.batchNormWeightDecay = .nan } }
        == "BN.WEIGHT_DECAY is nan, expected 0 or more -> set 0 for none")
  }

  static let cases = [
    "slowfast_r50_ava", "slowfast_k400", "i3d_nln_k400", "x3d_xs_k400", "mvitv2_s_k400", "slow_charades",
    "slow_r50_ava_frozen_bn", "slow_r50_ava_clip_value", "c2d_k400_sub_bn",
  ]

  /// Of whole networks: names, shapes and settings are those of the checkpoint.
  @Test(.enabled(if: hasGolden, "the shared golden cases are not here"), arguments: cases)
  func pySlowFastsOrder(_ name: String) throws {
    let golden = try readGolden(name + "/case.json")
    let checkpoint = try Checkpoint(path: trainingGolden + name + "/checkpoint.pyth")
    let settings = settings(of: try #require(checkpoint.configText))
    let names = Set(checkpoint.entries.map(\.name))
    func stem(_ name: String) -> String { name.split(separator: ".").dropLast().joined(separator: ".") }
    let parameters = checkpoint.entries.filter {
      !["running_mean", "running_var", "num_batches_tracked"].contains($0.name.split(separator: ".").last!)
    }.map {
      OptimizedParameter(
        name: $0.name, shape: $0.shape,
        isBatchNorm: names.contains(stem($0.name) + ".running_mean")
          && settings["BN.NORM_TYPE"] != "sub_batchnorm")
    }
    var options = GroupingOptions()
    options.weightDecay = Double(settings["SOLVER.WEIGHT_DECAY"]!)!
    options.batchNormWeightDecay = Double(settings["BN.WEIGHT_DECAY"]!)!
    options.hasZeroDecayFor1D = settings["SOLVER.ZERO_WD_1D_PARAM"] == "true"
    options.layerDecay = Double(settings["SOLVER.LAYER_DECAY"]!)!
    #expect(settings["MVIT.ZERO_DECAY_POS_CLS"] == "false" || settings["MODEL.ARCH"] != "mvit")
    let groups = try parameterGroups(parameters, options)
    #expect(
      difference(
        optimizerOrder(groups).map { parameters[$0].name },
        golden["optimizer_parameter_order"]!.values.map(\.string)) == nil)
    let expected = golden["parameter_groups"]!.values
    #expect(groups.map(\.parameters.count) == expected.map { $0["count"]!.int })
    #expect(groups.map(\.weightDecay) == expected.map { $0["weight_decay"]!.double })
    #expect(groups.map(\.layerDecay) == expected.map { $0["layer_decay"]!.double })
    #expect(groups.map(\.appliesLARS) == expected.map { $0["apply_LARS"]!.isTrue })
  }

  /// Scalars of sections, as "SECTION.KEY".
  private func settings(of yaml: String) -> [String: String] {
    var (result, section) = ([String: String](), "")
    for line in yaml.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.filter { $0 != " " } }
      if !line.hasPrefix(" ") { section = parts[0] }
      if line.hasPrefix("  "), !line.hasPrefix("   "), parts.count == 2 {
        result["\(section).\(parts[0])"] = parts[1]
      }
    }
    return result
  }
}

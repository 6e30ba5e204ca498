import JSON
import Optimization
import Tensors
import TestSupport
import Testing

/// Five steps of little networks by PySlowFast's own construct_optimizer.
@Suite(.enabled(if: hasGolden, "the shared golden cases are not here")) struct GoldenOptimizerTests {
  @Test func stepsAreThoseOfPySlowFast() throws {
    let cases = try readGolden("optimizers/optimizers.json").values
    #expect(cases.count == 16)
    for golden in cases { try compare(golden) }
  }

  private func compare(_ golden: JSONValue) throws {
    let name = golden["name"]!.string
    let settings = Dictionary(uniqueKeysWithValues: golden["overrides"]!.members.map { ($0.name, $0.value.string) })
    func number(_ key: String) -> Double? { settings[key].flatMap(Double.init) }
    let parameters = golden["shapes"]!.members.map {
      OptimizedParameter(name: $0.name, shape: $0.value.ints, isBatchNorm: $0.name.hasPrefix("bn."))
    }

    var grouping = GroupingOptions()
    grouping.weightDecay = number("SOLVER.WEIGHT_DECAY")!
    grouping.batchNormWeightDecay = number("BN.WEIGHT_DECAY") ?? 0
    grouping.hasZeroDecayFor1D = settings["SOLVER.ZERO_WD_1D_PARAM"] == "True"
    grouping.layerDecay = number("SOLVER.LAYER_DECAY") ?? 1
    grouping.depth = Int(number("MVIT.DEPTH") ?? 16)
    grouping.isLARSOn = settings["SOLVER.LARS_ON"] == "True"
    grouping.namesWithoutDecay = ["cls_token", "pos_embed"]
    let groups = try parameterGroups(parameters, grouping)
    for (group, expected) in zip(groups, golden["groups"]!.values) {
      #expect(group.weightDecay == expected["weight_decay"]!.double, "\(name)")
      #expect(group.layerDecay == expected["layer_decay"]!.double, "\(name)")
      let lars = expected["apply_LARS"]!
      #expect(group.appliesLARS == (lars == .null ? nil : lars.isTrue), "\(name)")
      #expect(group.parameters.map { parameters[$0].name } == expected["parameters"]!.values.map(\.string), "\(name)")
    }
    #expect(groups.count == golden["groups"]!.values.count)

    var options = MethodOptions()
    options.momentum = number("SOLVER.MOMENTUM") ?? 0.9
    options.dampening = number("SOLVER.DAMPENING") ?? 0
    options.isNesterov = settings["SOLVER.NESTEROV"] != "False"
    if let betas = settings["SOLVER.BETAS"] {
      let numbers = betas.filter { !"() ".contains($0) }.split(separator: ",").map { Double($0)! }
      options.betas = (numbers[0], numbers[1])
    }
    let optimizer = Optimizer(
      parameters, groups: groups,
      method: try optimizerMethod(named: settings["SOLVER.OPTIMIZING_METHOD"] ?? "sgd", options),
      lars: grouping.isLARSOn ? LARS() : nil)
    let clipping = try GradientClipping(
      value: number("SOLVER.CLIP_GRAD_VAL"), norm: number("SOLVER.CLIP_GRAD_L2NORM"))

    let values = parameters.map { Tensor($0.shape, golden["start"]![$0.name]!.floats) }
    for (index, step) in golden["steps"]!.values.enumerated() {
      let gradients = parameters.map { Tensor($0.shape, step["gradients"]![$0.name]!.floats) }
      let norm = clipping.apply(to: gradients, pool: onePool)
      // PySlowFast has no norm where it clips by value.
      if let expected = step["grad_norm"], expected != .null {
        #expect(relativeDifference(norm, expected.double, 1e-6, "\(name), step \(index)") == nil)
      }
      optimizer.step(values, gradients: gradients, learningRate: step["lr"]!.double, pool: onePool)
      for (parameter, value) in zip(parameters, values) {
        #expect(
          difference(
            value.array, step["weights"]![parameter.name]!.floats, .rounding,
            "\(name), step \(index), \(parameter.name)")
            == nil)
      }
    }
  }
}

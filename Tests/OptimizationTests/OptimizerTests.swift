import Foundation
import JSON
import Optimization
import Parallel
import Tensors
import TestSupport
import Testing

/// An optimizer of parameters that share a group.
private func optimizer(
  _ shapes: [[Int]], _ method: any OptimizerMethod, weightDecay: Double = 0, layerDecay: Double = 1,
  lars: LARS? = nil
) -> Optimizer {
  let parameters = shapes.enumerated().map { OptimizedParameter(name: "p\($0)", shape: $1) }
  return Optimizer(
    parameters,
    groups: [
      ParameterGroup(
        weightDecay: weightDecay, layerDecay: layerDecay, appliesLARS: true, parameters: Array(shapes.indices))
    ], method: method, lars: lars)
}

private let sgd = SGD(momentum: 0.5, dampening: 0.25, isNesterov: false)

@Suite struct OptimizerTests {
  /// One number: the gradients 1, 2 and 0 at a rate of 0.25, with numbers that float32 has exactly.
  @Test func sgdByHand() {
    func walk(_ method: SGD, weightDecay: Double = 0, layerDecay: Double = 1) -> [Float] {
      let value = Tensor([1], [8])
      let optimizer = optimizer([[1]], method, weightDecay: weightDecay, layerDecay: layerDecay)
      return ([1, 2, 0] as [Float]).map { gradient in
        optimizer.step([value], gradients: [Tensor([1], [gradient])], learningRate: 0.25, pool: onePool)
        return value.array[0]
      }
    }
    #expect(walk(SGD(momentum: 0, isNesterov: false)) == [7.75, 7.25, 7.25])
    // The buffer: 1, 2.5, 1.25.
    #expect(walk(SGD(momentum: 0.5, isNesterov: false)) == [7.75, 7.125, 6.8125])
    // Dampened from the second step on: 1, 2, 1.
    #expect(walk(sgd) == [7.75, 7.25, 7])
    // Nesterov: gradient + buffer / 2, at the first step, too.
    #expect(walk(SGD(momentum: 0.5, isNesterov: true)) == [7.625, 6.8125, 6.65625])
    // Decay of an eighth of the value: 1 + 1, 2 + 0.9375, 0.845703125.
    #expect(
      walk(SGD(momentum: 0, isNesterov: false), weightDecay: 0.125) == [7.5, 6.765625, 6.55419921875])
    #expect(walk(SGD(momentum: 0, isNesterov: false), layerDecay: 0.5) == [7.875, 7.625, 7.625])
  }

  @Test func adamByHand() {
    func walk(_ method: Adam, weightDecay: Double, _ gradients: [Float]) -> [Float] {
      let value = Tensor([1], [8])
      let optimizer = optimizer([[1]], method, weightDecay: weightDecay)
      return gradients.map { gradient in
        optimizer.step([value], gradients: [Tensor([1], [gradient])], learningRate: 0.25, pool: onePool)
        return value.array[0]
      }
    }
    let betas = (first: 0.5, second: 0.75)
    // The first step is the rate, whatever the gradient's size; then m' = (1/2 + 4/2 ...) and v' by hand:
    // m = 0.5, 0.5 x 0.5 + 0.5 x 3 = 1.75, m' = 1.75 / 0.75; v = 0.25, 0.1875 + 2.25 = 2.4375, v' = 2.4375 / 0.4375.
    let second = 7.75 - 0.25 * (1.75 / 0.75) / (2.4375 / 0.4375).squareRoot()
    let found = walk(Adam(betas: betas, isDecoupled: false), weightDecay: 0, [1, 3])
    #expect(difference(found, [7.75, Float(second)], .rounding) == nil)
    #expect(difference(walk(Adam(betas: betas, isDecoupled: true), weightDecay: 0, [1, 3]), found, .exact) == nil)
    // Decay in the gradient hides in the first step: it is the rate again. Decoupled it is 8 x 0.25 x 0.125 more.
    #expect(
      difference(walk(Adam(betas: betas, isDecoupled: false), weightDecay: 0.125, [1]), [7.75], .rounding) == nil)
    #expect(
      difference(walk(Adam(betas: betas, isDecoupled: true), weightDecay: 0.125, [1]), [7.5], .rounding) == nil)
    // A gradient of zero moves nothing.
    #expect(walk(Adam(betas: betas, isDecoupled: true), weightDecay: 0, [0]) == [8])
  }

  @Test func larsByHand() {
    func step(_ shape: [Int], _ values: [Float], _ gradients: [Float]) -> [Float] {
      let value = Tensor(shape, values)
      let optimizer = optimizer(
        [shape], SGD(momentum: 0, isNesterov: false), weightDecay: 0.5, lars: LARS(trust: 0.5, epsilon: 0))
      optimizer.step([value], gradients: [Tensor(shape, gradients)], learningRate: 1, pool: onePool)
      return value.array
    }
    // |p| = 5, |g| = 10: the factor is 0.5 x 5 / (10 + 2.5) = 0.2, of g + p / 2.
    #expect(difference(step([2, 1], [3, 4], [6, 8]), [3 - 0.2 * 7.5, 4 - 0.2 * 10], .rounding) == nil)
    // One dimension: neither factor nor decay. A value or a gradient of zeros: no decay either.
    #expect(step([2], [3, 4], [6, 8]) == [-3, -4])
    #expect(step([1, 2], [0, 0], [6, 8]) == [-6, -8])
    #expect(step([1, 2], [3, 4], [0, 0]) == [3, 4])
  }

  @Test func groupsWithoutLARSKeepTheirDecay() {
    let optimizer = Optimizer(
      [OptimizedParameter(name: "a", shape: [1, 1]), OptimizedParameter(name: "b", shape: [1, 1])],
      groups: [
        ParameterGroup(weightDecay: 0.5, appliesLARS: false, parameters: [1]),
        ParameterGroup(weightDecay: 0, appliesLARS: nil, parameters: [0]),
      ], method: SGD(momentum: 0, isNesterov: false), lars: LARS(trust: 0.25, epsilon: 0))
    let values = [Tensor([1, 1], [4]), Tensor([1, 1], [8])]
    let gradients = [Tensor([1, 1], [2]), Tensor([1, 1], [1])]
    optimizer.step(values, gradients: gradients, learningRate: 1, pool: onePool)
    // 0.25 x 4 / 2 x 2 from the first; 1 + 0.5 x 8 from the second.
    #expect(values.map { $0.array[0] } == [3, 3])
    #expect(gradients.map { $0.array[0] } == [1, 1])
  }

  static let methods: [any OptimizerMethod] = [
    SGD(), sgd, SGD(momentum: 0, isNesterov: false), Adam(isDecoupled: false), Adam(isDecoupled: true),
  ]

  /// Parameters that are cut into several pieces, and gradients that are clipped and scaled before.
  @Test(arguments: methods.indices) func threadsDoNotMatter(_ index: Int) {
    let shapes = [[3, 20_011], [7], [40_000], [2, 2]]
    func run(_ threads: Int) -> [[Float]] {
      let pool = WorkerPool(threads: threads)
      let values = shapes.enumerated().map { drawn($1, seed: UInt64($0)) }
      let optimizer = optimizer(shapes, Self.methods[index], weightDecay: 0.01, lars: LARS())
      for iteration in 0..<3 {
        let gradients = shapes.enumerated().map { drawn($1, seed: UInt64(10 + 4 * iteration + $0)) }
        GradientClipping.norm(5).apply(to: gradients, pool: pool)
        optimizer.step(values, gradients: gradients, learningRate: 0.1, pool: pool)
      }
      return values.map(\.array)
    }
    let one = run(1)
    #expect(one != shapes.enumerated().map { drawn($1, seed: UInt64($0)).array })
    for threads in [2, 3] { for (a, b) in zip(run(threads), one) { #expect(difference(a, b) == nil) } }
  }

  /// Every number goes its own way: a long parameter's are those of many short ones.
  @Test(arguments: methods.indices) func numbersAreIndependent(_ index: Int) {
    let count = 20_000
    let whole = drawn([count], seed: 1)
    let parts = whole.array.prefix(5).map { Tensor([1], [$0]) } + [Tensor([1], [whole.array[count - 1]])]
    let places = [0, 1, 2, 3, 4, count - 1]
    let long = optimizer([[count]], Self.methods[index], weightDecay: 0.1)
    let short = optimizer(parts.map(\.shape), Self.methods[index], weightDecay: 0.1)
    for iteration in 0..<3 {
      let gradient = drawn([count], seed: UInt64(5 + iteration))
      long.step([whole], gradients: [gradient], learningRate: 0.1, pool: onePool)
      short.step(
        Array(parts), gradients: places.map { Tensor([1], [gradient.array[$0]]) }, learningRate: 0.1, pool: onePool)
    }
    #expect(parts.map { $0.array[0] } == places.map { whole.array[$0] })
  }

  @Test(arguments: methods.indices) func aRunGoesOnFromItsState(_ index: Int) throws {
    let shapes = [[2, 3], [4]]
    func gradients(_ iteration: Int) -> [Tensor?] {
      shapes.enumerated().map { drawn($1, seed: UInt64(20 + 2 * iteration + $0)) }
    }
    let values = shapes.enumerated().map { drawn($1, seed: UInt64($0)) }
    let first = optimizer(shapes, Self.methods[index], weightDecay: 0.1)
    for iteration in 0..<2 {
      first.step(values, gradients: gradients(iteration), learningRate: 0.1, pool: onePool)
    }
    let saved = Dictionary(
      uniqueKeysWithValues: first.order.indices.compactMap { index in first.state(index).map { (index, $0) } })
    let second = optimizer(shapes, Self.methods[index], weightDecay: 0.1)
    try second.load(saved)
    let copies = values.map { Tensor($0.shape, $0.values) }
    // The copies of the state go on by themselves.
    first.step(values, gradients: gradients(2), learningRate: 0.1, pool: onePool)
    second.step(copies, gradients: gradients(2), learningRate: 0.1, pool: onePool)
    #expect(copies.map(\.array) == values.map(\.array))
    for index in first.order.indices {
      #expect(second.state(index)?.step == first.state(index)?.step)
      #expect(second.state(index)?.buffers.mapValues(\.array) == first.state(index)?.buffers.mapValues(\.array))
    }
  }

  @Test func stateIsNamedAsInCheckpoints() {
    func state(_ method: any OptimizerMethod, steps: Int) -> ParameterState? {
      let optimizer = optimizer([[2, 2]], method)
      for _ in 0..<steps {
        optimizer.step(
          [Tensor(zeros: [2, 2])], gradients: [Tensor([2, 2], [1, 2, 3, 4])], learningRate: 0.1, pool: onePool)
      }
      return optimizer.state(0)
    }
    #expect(state(SGD(), steps: 0) == nil)
    #expect(state(SGD(momentum: 0, isNesterov: false), steps: 1) == nil)
    let momentum = state(SGD(), steps: 1)
    #expect(momentum?.step == nil && momentum?.buffers.mapValues(\.array) == ["momentum_buffer": [1, 2, 3, 4]])
    let moments = state(Adam(betas: (0.5, 0.75), isDecoupled: true), steps: 2)
    #expect(moments?.step == 2 && moments?.buffers.mapValues(\.shape) == ["exp_avg": [2, 2], "exp_avg_sq": [2, 2]])
    #expect(moments?.buffers["exp_avg"]?.array == [0.75, 1.5, 2.25, 3])
    #expect(moments?.buffers["exp_avg_sq"]?.array == [0.4375, 1.75, 3.9375, 7])
  }

  /// As PyTorch 2.15 writes them.
  @Test func groupsAreWrittenAsInCheckpoints() {
    let parameters = (0..<3).map { OptimizedParameter(name: "p\($0)", shape: [1]) }
    let groups = [
      ParameterGroup(weightDecay: 0.5, appliesLARS: false, parameters: [2]),
      ParameterGroup(weightDecay: 0, layerDecay: 0.25, appliesLARS: nil, parameters: [0, 1]),
    ]
    let sgd = Optimizer(parameters, groups: groups, method: SGD(momentum: 0.75)).groupEntries(learningRate: 0.125)
    #expect(
      sgd[0] == [
        GroupEntry("weight_decay", .number(0.5)), GroupEntry("layer_decay", .number(1)),
        GroupEntry("apply_LARS", .flag(false)), GroupEntry("lr", .number(0.125)), GroupEntry("momentum", .number(0.75)),
        GroupEntry("dampening", .number(0)), GroupEntry("nesterov", .flag(true)), GroupEntry("maximize", .flag(false)),
        GroupEntry("foreach", .none), GroupEntry("differentiable", .flag(false)), GroupEntry("fused", .none),
        GroupEntry("params", .indices(0..<1)),
      ])
    let adam = Optimizer(parameters, groups: groups, method: Adam(isDecoupled: true)).groupEntries(learningRate: 0.125)
    #expect(
      adam[1] == [
        GroupEntry("weight_decay", .number(0)), GroupEntry("layer_decay", .number(0.25)),
        GroupEntry("lr", .number(0.03125)), GroupEntry("betas", .pair(0.9, 0.999)), GroupEntry("eps", .number(1e-8)),
        GroupEntry("amsgrad", .flag(false)), GroupEntry("maximize", .flag(false)), GroupEntry("foreach", .none),
        GroupEntry("capturable", .flag(false)), GroupEntry("differentiable", .flag(false)), GroupEntry("fused", .none),
        GroupEntry("decoupled_weight_decay", .flag(true)), GroupEntry("params", .indices(1..<3)),
      ])
    #expect(Optimizer([], groups: [], method: SGD()).groupEntries(learningRate: 1) == [])
  }

  /// A parameter without a gradient keeps its value and its count of steps.
  @Test func whatHasNoGradientStays() {
    let optimizer = optimizer([[1], [1]], Adam(isDecoupled: true), weightDecay: 0.5)
    let values = [Tensor([1], [1]), Tensor([1], [1])]
    let gradient = Tensor([1], [1])
    optimizer.step(values, gradients: [nil, gradient], learningRate: 0.1, pool: onePool)
    #expect(values[0].array == [1] && optimizer.state(0) == nil && optimizer.state(1)?.step == 1)
    optimizer.step(values, gradients: [gradient, nil], learningRate: 0.1, pool: onePool)
    #expect(values[0].array == values[1].array && optimizer.state(0)?.step == 1)
  }

  @Test func notANumberReachesOnlyItsOwn() {
    for method in Self.methods {
      let value = Tensor([3], [1, 2, 3])
      let optimizer = optimizer([[3]], method)
      optimizer.step([value], gradients: [Tensor([3], [1, .nan, 1])], learningRate: 0.1, pool: onePool)
      #expect(value.values.map(\.isNaN) == [false, true, false])
    }
    optimizer([], SGD()).step([], gradients: [], learningRate: 0.1, pool: onePool)
  }

  @Test func aStateOfAnotherOptimizerIsRefused() throws {
    let advice =
      " -> resume with the configuration that wrote the checkpoint; or take only its weights, as"
      + " TRAIN.CHECKPOINT_FILE_PATH with TRAIN.CHECKPOINT_EPOCH_RESET True and a new OUTPUT_DIR"
    let adam = optimizer([[2], [3]], Adam(isDecoupled: true))
    func moments(_ shape: [Int], step: Int?) -> ParameterState {
      ParameterState(step: step, buffers: ["exp_avg": Tensor(zeros: shape), "exp_avg_sq": Tensor(zeros: shape)])
    }
    try adam.load([1: moments([3], step: 7)])
    #expect(
      refusal { try adam.load([2: moments([3], step: 1)]) }
        == "the optimizer's state: parameter 2, but there are 2 parameters" + advice)
    #expect(
      refusal { try adam.load([0: moments([2], step: 1), 1: moments([2], step: 1)]) }
        == "the optimizer's state of parameter 1, 'p1': exp_avg of shape 2, expected 3" + advice)
    #expect(
      refusal { try adam.load([0: moments([2], step: nil)]) }
        == "the optimizer's state of parameter 0, 'p0': no step, expected the number of steps" + advice)
    #expect(refusal { try adam.load([0: moments([2], step: -1)]) }?.contains("step -1, expected") == true)
    let momentum = ParameterState(buffers: ["momentum_buffer": Tensor(zeros: [2])])
    #expect(
      refusal { try adam.load([0: momentum]) }
        == "the optimizer's state of parameter 0, 'p0': momentum_buffer, expected exp_avg and exp_avg_sq" + advice)
    #expect(
      refusal { try optimizer([[2]], SGD()).load([0: moments([2], step: 1)]) }?.contains(
        "exp_avg and exp_avg_sq, expected momentum_buffer") == true)
    #expect(
      refusal { try optimizer([[2]], SGD()).load([0: ParameterState(buffers: [:])]) }?.contains(
        "nothing, expected momentum_buffer") == true)
    let plain = optimizer([[2]], SGD(momentum: 0, isNesterov: false))
    #expect(refusal { try plain.load([0: momentum]) }?.contains("momentum_buffer, expected nothing") == true)
    try plain.load([0: ParameterState(buffers: [:])])
    // What was there is there still.
    #expect(adam.state(0) == nil && adam.state(1)?.step == 7)
  }

  @Test func methodsByName() throws {
    var options = MethodOptions()
    #expect(try optimizerMethod(named: "sgd", options) is SGD)
    for (name, isDecoupled) in [("adam", false), ("adamw", true), ("mt_adamw", true)] {
      let adam = try optimizerMethod(named: name, options) as? Adam
      #expect(adam?.isDecoupled == isDecoupled && adam?.epsilon == 1e-8)
    }
    #expect(
      refusal { _ = try optimizerMethod(named: "adamW", options) }
        == "SOLVER.OPTIMIZING_METHOD is 'adamW', expected sgd, adam or adamw -> did you mean adamw?")
    #expect(refusal { _ = try optimizerMethod(named: "lion", options) }?.hasSuffix("-> set one of them") == true)
    #expect(
      refusal { _ = try optimizerMethod(named: "LARS", options) }?.hasSuffix("-> set sgd, and SOLVER.LARS_ON True")
        == true)
    options.dampening = 0.5
    let expected =
      "SOLVER.NESTEROV is True, expected False with SOLVER.MOMENTUM 0 or with SOLVER.DAMPENING -> set SOLVER.NESTEROV False"
    #expect(refusal { _ = try optimizerMethod(named: "sgd", options) } == expected)
    (options.dampening, options.momentum) = (0, 0)
    #expect(refusal { _ = try optimizerMethod(named: "sgd", options) } == expected)
    options.isNesterov = false
    #expect(refusal { _ = try optimizerMethod(named: "sgd", options) } == nil)
    options.momentum = -1
    #expect(
      refusal { _ = try optimizerMethod(named: "sgd", options) }
        == "SOLVER.MOMENTUM is -1.0, expected 0 or more -> set 0.9, or 0 for none")
    options.betas = (0.9, 1)
    #expect(
      refusal { _ = try optimizerMethod(named: "adam", options) }
        == "SOLVER.BETAS is (0.9, 1.0), expected two numbers from 0 to below 1 -> set (0.9, 0.999)")
  }
}

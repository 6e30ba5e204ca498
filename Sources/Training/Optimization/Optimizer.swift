public import Parallel
public import Tensors
internal import Wording

/// What an optimizer keeps for a parameter between steps.
public struct ParameterState: Sendable {
  /// How many steps it has made; nil where the method does not count them. A checkpoint has it as a float32 number.
  public var step: Int?
  /// Tensors of the parameter's shape by their names in a checkpoint's `optimizer_state`: `momentum_buffer`, or `exp_avg`
  /// and `exp_avg_sq`.
  public var buffers: [String: Tensor]

  public init(step: Int? = nil, buffers: [String: Tensor]) {
    self.step = step
    self.buffers = buffers
  }
}

/// Moves the parameters of a network against their gradients.
///
/// Indices are those of a checkpoint's `optimizer_state`: they run through the groups, one after the other. Steps give the
/// same numbers whatever the number of threads. Not for two threads at once.
public final class Optimizer {
  /// The network's parameters, in its order.
  public let parameters: [OptimizedParameter]
  public let groups: [ParameterGroup]
  public let method: any OptimizerMethod
  /// Scales gradients before the method sees them; nil for none.
  public let lars: LARS?
  /// The place in ``parameters`` of each index.
  public let order: [Int]
  /// By index; nil before a parameter's first step.
  private var states: [ParameterState?]

  /// - Parameter groups: Of the parameters, from ``parameterGroups(_:_:)``.
  public init(
    _ parameters: [OptimizedParameter], groups: [ParameterGroup], method: any OptimizerMethod, lars: LARS? = nil
  ) {
    self.parameters = parameters
    self.groups = groups
    self.method = method
    self.lars = lars
    order = optimizerOrder(groups)
    states = Array(repeating: nil, count: order.count)
  }

  /// What is kept for the parameter of an index: nil before its first step, and always for a method that keeps nothing.
  ///
  /// The tensors are those that the next step changes.
  public func state(_ index: Int) -> ParameterState? { states[index] }

  /// Makes a step: changes the values in place.
  ///
  /// - Parameters:
  ///   - values: The parameters' numbers, in the parameters' order and shapes.
  ///   - gradients: The loss's gradient at each of them; nil leaves a parameter and its state alone. LARS changes them.
  ///   - learningRate: Of the schedule; each group multiplies it by its layer decay.
  public func step(_ values: [Tensor], gradients: [Tensor?], learningRate: Double, pool: WorkerPool) {
    precondition(
      values.map(\.shape) == parameters.map(\.shape) && gradients.count == values.count
        && zip(values, gradients).allSatisfy { $1 == nil || $1!.shape == $0.shape },
      "values and gradients have their parameters' shapes")
    lars?.scale(gradients, values, groups, pool)
    var settings: [StepSettings] = []
    // By place in the parameters' list: pieces count by it.
    var indices: [Int] = []
    var index = 0
    for group in groups {
      let isScaled = lars != nil && group.appliesLARS ?? true
      for place in group.parameters {
        if gradients[place] != nil {
          indices.append(index)
          settings.append(
            StepSettings(
              learningRate: learningRate * group.layerDecay,
              // LARS has added it where it scales, and drops it for parameters of one dimension.
              weightDecay: isScaled ? 0 : group.weightDecay, number: (states[index]?.step ?? 0) + 1,
              isFirst: states[index] == nil))
          prepareState(index)
        }
        index += 1
      }
    }
    let buffers = indices.map { index in method.bufferNames.map { states[index]!.buffers[$0]!.storage.pointer } }
    let places = indices.map { order[$0] }
    TensorPieces(places.map { values[$0].count }).forEach(pool) { piece in
      let (place, start) = (places[piece.tensor], piece.range.lowerBound)
      method.update(
        ParameterNumbers(
          count: piece.range.count, values: values[place].storage.pointer + start,
          gradients: UnsafePointer(gradients[place]!.storage.pointer + start),
          buffers: buffers[piece.tensor].map { $0 + start }), settings[piece.tensor])
    }
  }

  /// Makes room for what the method keeps, and counts the step.
  private func prepareState(_ index: Int) {
    if method.bufferNames.isEmpty && !method.countsSteps { return }
    let shape = parameters[order[index]].shape
    var state =
      states[index]
      ?? ParameterState(
        buffers: Dictionary(uniqueKeysWithValues: method.bufferNames.map { ($0, Tensor(zeros: shape)) }))
    if method.countsSteps { state.step = (state.step ?? 0) + 1 }
    states[index] = state
  }

  /// Takes states over, by index; parameters that are not named start anew. The tensors are copied.
  ///
  /// - Throws: `noSuchParameter` and `badState`, and then nothing has changed.
  public func load(_ loaded: [Int: ParameterState]) throws(OptimizationError) {
    var result = [ParameterState?](repeating: nil, count: order.count)
    for (index, state) in loaded.sorted(by: { $0.key < $1.key }) {
      guard order.indices.contains(index) else { throw .noSuchParameter(index: index, count: order.count) }
      result[index] = try checked(state, index)
    }
    states = result
  }

  private func checked(_ state: ParameterState, _ index: Int) throws(OptimizationError) -> ParameterState? {
    let parameter = parameters[order[index]]
    func bad(_ found: String, _ expected: String) -> OptimizationError {
      .badState(parameter: parameter.name, index: index, found: found, expected: expected)
    }
    // SGD without momentum writes an empty state.
    if state.buffers.isEmpty && method.bufferNames.isEmpty { return nil }
    guard Set(state.buffers.keys) == Set(method.bufferNames) else {
      throw bad(
        state.buffers.isEmpty ? "nothing" : series(state.buffers.keys.sorted(), "and"),
        method.bufferNames.isEmpty ? "nothing" : series(method.bufferNames, "and"))
    }
    for (name, tensor) in state.buffers.sorted(by: { $0.key < $1.key }) where tensor.shape != parameter.shape {
      throw bad("\(name) of shape \(describe(shape: tensor.shape))", describe(shape: parameter.shape))
    }
    if method.countsSteps {
      guard let step = state.step, step >= 0 else {
        throw bad(state.step.map { "step \($0)" } ?? "no step", "the number of steps")
      }
    }
    return ParameterState(
      step: method.countsSteps ? state.step : nil,
      buffers: state.buffers.mapValues { Tensor($0.shape, $0.values) })
  }
}

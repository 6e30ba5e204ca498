public import Checkpoint
internal import NN
internal import Optimization
internal import Tensors
internal import VideoModels

extension TrainingSession {
  /// Everything of the model that a checkpoint's `model_state` has, in the order of its modules: parameters, and behind those of
  /// each batch norm its running statistics, those of sub-batch norms aggregated.
  var modelState: [(name: String, tensor: Tensor)] {
    let statistics = Dictionary(model.statistics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let all = model.parameters.flatMap { parameter -> [(name: String, tensor: Tensor)] in
      let own = (parameter.name, parameter.value)
      guard parameter.name.hasSuffix(".bias"), let running = statistics[String(parameter.name.dropLast(5))] else {
        return [own]
      }
      let (mean, variance) = running.aggregated
      return [
        own, ("\(running.name).running_mean", mean), ("\(running.name).running_var", variance),
        ("\(running.name).num_batches_tracked", Tensor([], [Float(running.batches)])),
      ]
    }
    return all.map { (settings.namePrefix + $0.name, $0.tensor) }
  }

  /// What the optimizer keeps, as a checkpoint has it.
  ///
  /// - Parameter learningRate: The schedule's, of the last step.
  func optimizerState(learningRate: Double) -> OptimizerState {
    var kept: [Int: [String: Tensor]] = [:]
    for index in optimizer.order.indices {
      guard let state = optimizer.state(index) else { continue }
      var tensors = state.buffers
      if let step = state.step { tensors["step"] = Tensor([], [Float(step)]) }
      kept[index] = tensors
    }
    let groups = optimizer.groupEntries(learningRate: learningRate).map { group in
      group.map { entry -> (name: String, value: OptimizerState.Value) in
        switch entry.value {
        case .number(let number): (entry.name, .number(number))
        case .flag(let flag): (entry.name, .flag(flag))
        case .pair(let first, let second): (entry.name, .numbers([first, second]))
        case .indices(let range): (entry.name, .indices(Array(range)))
        case .none: (entry.name, .none)
        }
      }
    }
    return OptimizerState(groups: groups, parameters: kept)
  }

  /// Makes sure that all that a checkpoint would have of the network are numbers: the last step of an epoch may have made others,
  /// which no loss has been taken of.
  ///
  /// - Parameter epoch: The zero-based epoch that has just ended.
  /// - Throws: `TrainingError.weightsNotFinite`.
  public func checkWeights(epoch: Int) throws(TrainingError) {
    guard let found = model.firstUnsoundWeight else { return }
    throw .weightsNotFinite(epoch: epoch, tensor: found)
  }

  /// Writes a checkpoint that PySlowFast loads and resumes from, atomically.
  ///
  /// - Parameters:
  ///   - epoch: The zero-based epoch that has just ended.
  ///   - learningRate: Of the last step.
  ///   - configText: The whole configuration as YAML text.
  /// - Throws: `FileError`; `CheckpointError` for more than 4 GiB.
  public func save(to path: String, epoch: Int, learningRate: Double, configText: String) throws {
    try writeTorch(
      modelState, epoch: epoch, configText: configText, optimizer: optimizerState(learningRate: learningRate), to: path)
  }

  /// Takes over what the optimizer kept when a checkpoint was saved; the model's weights are those that it was built with.
  ///
  /// Decays and momentums are those of these settings, where PyTorch would take the checkpoint's.
  ///
  /// - Parameter file: Opened with its optimizer.
  /// - Returns: Whether it has anything of an optimizer; else momentums begin anew.
  /// - Throws: `CheckpointError.notResumable` for another network's or optimizer's state.
  @discardableResult
  public func resume(from file: Checkpoint) throws -> Bool {
    for running in model.statistics where file.shape("\(running.name).num_batches_tracked") != nil {
      running.batches = Int(try file.tensor("\(running.name).num_batches_tracked").array.first ?? 0)
    }
    guard let saved = try file.optimizerState() else { return false }
    func refuse(_ found: String) -> CheckpointError { .notResumable(path: file.path, found: found) }
    let sizes = saved.groups.map { group -> Int in
      if case .indices(let indices)? = group.last(where: { $0.name == "params" })?.value { indices.count } else { 0 }
    }
    let own = optimizer.groups.map(\.parameters.count)
    guard sizes == own else {
      throw refuse(
        "its groups have \(sizes) parameters, those of this network with these settings \(own) (groups hang on the"
          + " network, SOLVER.ZERO_WD_1D_PARAM, SOLVER.LAYER_DECAY and on what is frozen)")
    }
    do {
      try optimizer.load(
        saved.parameters.mapValues { kept in
          var buffers = kept
          let step = buffers.removeValue(forKey: "step")?.array.first
          return ParameterState(step: step.flatMap { Int(exactly: $0) }, buffers: buffers)
        })
    } catch {
      switch error {
      case .noSuchParameter(let index, let count):
        throw refuse("it has parameter \(index), and \(count) are trained")
      case .badState(let parameter, let index, let found, let expected):
        throw refuse("of '\(parameter)' (\(index)) it has \(found), expected \(expected)")
      default: throw error
      }
    }
    return !saved.parameters.isEmpty
  }
}

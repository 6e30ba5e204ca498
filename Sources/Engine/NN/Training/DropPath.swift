internal import Kernels
internal import Parallel
internal import Tensors

/// What a branch adds to its shortcut, in training for some items nothing, drawn at random, and for the others more, so that
/// the mean stays.
///
/// Inputs: the branch, then the shortcut. Operators of one number draw the same in one step: the tokens of a clip are several
/// maps.
///
/// Source: Huang et al., "Deep Networks with Stochastic Depth", 2016; PySlowFast's DropPath.
struct DropPath: TrainableOperator {
  /// Of adding nothing.
  let probability: Double
  let number: Int

  var name: String { "drop path \(probability)" }
  var writesSlices: Bool { true }
  var keepsItemsApart: Bool { true }
  var readsOutput: Bool { false }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].matches(inputs[1]) else {
      throw .unsuited(operation: "a \(name)", needs: "a branch and a shortcut of one shape", found: inputs)
    }
    return inputs[0]
  }

  /// Nothing is left out in evaluation.
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    add(inputs, into: output, factors: [Float](repeating: 1, count: output.batch), engine)
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  func forward(_ pass: ForwardPass) {
    add(pass.inputs, into: pass.output, factors: factors(pass.step, pass.firstItem, pass.output.batch), pass.engine)
  }

  /// What the branch of each of some items is multiplied by; drawn for all items before them, too.
  private func factors(_ step: UInt64, _ first: Int, _ items: Int) -> [Float] {
    var generator = SeededGenerator(seed: step &+ UInt64(number + 1) &* 0xd1b5_4a32_d192_ed03)
    let kept = Float(1 / (1 - probability))
    let all = (0..<first + items).map { _ in Double.random(in: 0..<1, using: &generator) < probability ? 0 : kept }
    return Array(all[first...])
  }

  private func add(_ inputs: [FeatureMap], into output: FeatureMap, factors: [Float], _ engine: Engine) {
    let (branch, shortcut) = (inputs[0], inputs[1])
    forEachLine(output, engine) { item, position in
      let (x, y) = (branch.start + position * branch.pitch, shortcut.start + position * shortcut.pitch)
      let (to, factor) = (output.start + position * output.pitch, factors[item])
      for c in 0..<output.channels { to[c] = y[c] + factor * x[c] }
    }
  }

  func backward(_ pass: BackwardPass) {
    let gradient = pass.gradient
    pass.targets[1]?.take(gradient, pass.engine)
    guard let target = pass.targets[0] else { return }
    let factors = factors(pass.step, pass.firstItem, gradient.batch)
    forEachLine(gradient, pass.engine) { item, position in
      let from = gradient.start + position * gradient.pitch
      let to = target.map.start + position * target.map.pitch
      let factor = factors[item]
      for c in 0..<gradient.channels { to[c] = (target.adds ? to[c] : 0) + factor * from[c] }
    }
  }

  /// Calls a body with the item and the number of every position.
  private func forEachLine(_ map: FeatureMap, _ engine: Engine, _ body: (_ item: Int, _ position: Int) -> Void) {
    let lines = map.extent.t * map.extent.h
    engine.pool.forEach(map.batch * lines) { line in
      for w in 0..<map.extent.w { body(line / lines, line * map.extent.w + w) }
    }
  }
}

extension Network {
  /// Adds a branch to its shortcut, in training not that of every item.
  ///
  /// - Parameters:
  ///   - probability: Of leaving the branch of an item out.
  ///   - number: Those of one number leave out the same items in a step.
  public mutating func dropPath(_ branch: Value, addedTo shortcut: Value, probability: Double, number: Int) -> Value {
    precondition(0..<1 ~= probability, "a branch is kept at times")
    return add(DropPath(probability: probability, number: number), [branch, shortcut])
  }
}

internal import Kernels
public import NN
internal import Parallel
internal import Tensors

/// The averages of a map over all frames and a head's windows, with their gradient: N, [T, H, W], C to
/// N, [1, H - window + 1, W - window + 1], C.
struct TrainedWindowAverage: TrainableOperator {
  /// The windows' side.
  let window: Int

  var name: String { "mean of frames and windows of \(window)x\(window)" }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let extent = inputs[0].extent
    guard extent.t > 0, extent.h >= window, extent.w >= window else {
      throw .tooSmall(operation: "a \(name)", input: "\(extent)")
    }
    return ValueShape(
      batch: inputs[0].batch, extent: Extent3(1, extent.h - window + 1, extent.w - window + 1),
      channels: inputs[0].channels)
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let averages = averagePool(inputs[0], window: (window, window), engine: engine)
    for position in 0..<output.positions {
      (output.start + position * output.pitch).update(
        from: averages.storage.pointer + position * output.channels, count: output.channels)
    }
  }

  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    run(inputs, into: output, engine: engine)
  }

  /// Every position gets its share of the windows that it lies in.
  func backward(_ pass: BackwardPass) {
    guard let target = pass.targets[0] else { return }
    let (map, gradient, window) = (target.map, pass.gradient, window)
    let extent = map.extent
    let (rows, columns) = (gradient.extent.h, gradient.extent.w)
    let share = 1 / Float(extent.t * window * window)
    pass.engine.pool.forEach(map.batch * extent.t * extent.h) { line in
      let (item, y) = (line / (extent.t * extent.h), line % extent.h)
      for x in 0..<extent.w {
        let to = map.start + (line * extent.w + x) * map.pitch
        if !target.adds { to.update(repeating: 0, count: map.channels) }
        for row in max(0, y - window + 1)...min(y, rows - 1) {
          for column in max(0, x - window + 1)...min(x, columns - 1) {
            let from = gradient.start + ((item * rows + row) * columns + column) * gradient.pitch
            for c in 0..<map.channels { to[c] += share * from[c] }
          }
        }
      }
    }
  }
}

extension NetworkBuilder {
  /// Adds the averages that a classification head projects, in a network that is trained.
  ///
  /// - Parameter window: The side of the windows in evaluation; nil for the whole map.
  public mutating func averages(_ map: Value, window: Int?, _ options: TrainingOptions) -> Value {
    guard options.isEvaluation, let window else { return network.globalAverage(map) }
    return network.add(TrainedWindowAverage(window: window), [map])
  }
}

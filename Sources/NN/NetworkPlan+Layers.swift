internal import Glibc
internal import Kernels
internal import Tensors

/// One operation of a plan: what it is, how it is computed, and what it costs.
public struct LayerReport: Sendable {
  public let operation: String
  /// The algorithm of a convolution, else empty.
  public let algorithm: String
  /// The output: N, T x H x W, C.
  public let output: String
  /// Multiply-adds.
  public let macs: Int
  /// Bytes of all inputs, weights and outputs, each counted once.
  public let bytes: Int
  /// 0 until the plan was run under the clock.
  public internal(set) var seconds = 0.0
}

extension NetworkPlan {
  /// Describes every operation that computes, in order.
  public func layers() -> [LayerReport] { indicesOfWork.map { layer($0) } }

  /// Runs once and times every operation.
  public func timedLayers() -> [LayerReport] {
    indicesOfWork.map { index in
      var report = layer(index)
      var start = timespec()
      var end = timespec()
      clock_gettime(CLOCK_MONOTONIC, &start)
      step(index)
      clock_gettime(CLOCK_MONOTONIC, &end)
      report.seconds = Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) * 1e-9
      return report
    }
  }

  private var indicesOfWork: [Int] {
    network.operations.indices.filter {
      switch network.operations[$0] {
      case .input, .fold, .unfold: false
      default: true
      }
    }
  }

  private func layer(_ index: Int) -> LayerReport {
    let operation = network.operations[index]
    let output = map(index)
    let touched = (operation.inputs.map(\.id) + [index]).reduce(0) { $0 + map($1).pixels * map($1).floats }
    var algorithm = ""
    var macs = 0
    var weights = 0
    var name: String
    switch operation {
    case .convolution(let convolution, let x, let residual, let relu):
      name = "conv \(convolution.shape)" + (residual == nil ? "" : " + residual") + (relu ? " + relu" : "")
      algorithm = convolution.algorithm.rawValue
      macs = convolution.shape.macs(batch: map(x.id).batch, input: map(x.id).extent)
      weights = convolution.shape.weightShape.reduce(1, *) * convolution.input.bytes / 4
    case .maxPool(let shape, _): name = "max pool \(shape.kernel) stride \(shape.stride)"
    case .concatenate: name = "concatenate"
    case .attention(let kind, let theta, let phi, _):
      name = "attention \(kind)"
      macs = 2 * map(theta.id).pixels * map(phi.id).extent.count * map(theta.id).channels
    case .input, .fold, .unfold: name = ""
    }
    return LayerReport(
      operation: name, algorithm: algorithm, output: "\(output.batch) x \(output.extent) x \(output.channels)",
      macs: macs, bytes: 4 * (touched + weights))
  }
}

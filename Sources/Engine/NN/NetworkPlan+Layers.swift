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
  /// Multiply-adds of all operations.
  public var macs: Int { layers().reduce(0) { $0 + $1.macs } }

  /// Describes every operation that computes, in order.
  public func layers() -> [LayerReport] { indicesOfWork.map { layer($0) } }

  /// Runs once and times every operation.
  public func timedLayers() -> [LayerReport] {
    let seconds = timedSteps()
    return indicesOfWork.map { index in
      var report = layer(index)
      report.seconds = seconds[index]
      return report
    }
  }

  private var indicesOfWork: [Int] {
    network.operations.indices.filter {
      switch network.operations[$0] {
      case .input, .framesToBatch, .batchToFrames: false
      default: true
      }
    }
  }

  private func layer(_ index: Int) -> LayerReport {
    let operation = network.operations[index]
    let output = layout.shapes[index]
    let touched = (operation.inputs.map(\.id) + [index]).reduce(0) {
      $0 + layout.shapes[$1].batch * layout.shapes[$1].extent.count * layout.shapes[$1].floats
    }
    var algorithm = ""
    var macs = 0
    var weights = 0
    var name: String
    switch operation {
    case .convolution(let convolution, let x, let residual, let relu):
      name = "conv \(convolution.shape)" + (residual == nil ? "" : " + residual") + (relu ? " + relu" : "")
      algorithm = self.convolution(index, convolution).algorithm.rawValue
      macs = convolution.shape.macs(batch: layout.shapes[x.id].batch, input: layout.shapes[x.id].extent)
      weights = convolution.shape.weightShape.reduce(1, *) * convolution.input.bytes / 4
    case .maxPool(let shape, _): name = "max pool \(shape.kernel) stride \(shape.stride)"
    case .concatenate: name = "concatenate"
    case .attention(let kind, let theta, let phi, let g):
      name = "attention \(kind)"
      let queries = layout.shapes[theta.id]
      // Every query meets every key twice: their product over theta's channels, and its weight for g's.
      macs =
        queries.batch * queries.extent.count * layout.shapes[phi.id].extent.count
        * (queries.channels + layout.shapes[g.id].channels)
    case .input, .framesToBatch, .batchToFrames: name = ""
    }
    return LayerReport(
      operation: name, algorithm: algorithm, output: "\(output.batch) x \(output.extent) x \(output.channels)",
      macs: macs, bytes: 4 * (touched + weights))
  }
}

internal import Kernels
internal import Tensors

/// One operator of a plan: what it is, how it is computed, and what it costs.
public struct LayerReport: Sendable {
  public let operation: String
  /// The algorithm of a convolution, else empty.
  public let algorithm: String
  /// What chose it: rule, forced, file or measured; empty where there is no convolution.
  public let chosenBy: String
  /// The output: N, T x H x W, C.
  public let output: String
  /// Multiply-adds.
  public let macs: Int
  /// Whether each of them is computed, see `Operator.doesEveryMultiplyAdd`.
  public let doesEveryMultiplyAdd: Bool
  /// Bytes of all inputs, weights and outputs, each counted once.
  public let bytes: Int
  /// 0 until the plan was run under the clock.
  public internal(set) var seconds = 0.0

  public init(
    operation: String, algorithm: String, chosenBy: String = "", output: String, macs: Int,
    doesEveryMultiplyAdd: Bool = false, bytes: Int, seconds: Double = 0
  ) {
    self.operation = operation
    self.algorithm = algorithm
    self.chosenBy = chosenBy
    self.output = output
    self.macs = macs
    self.doesEveryMultiplyAdd = doesEveryMultiplyAdd
    self.bytes = bytes
    self.seconds = seconds
  }
}

extension NetworkPlan {
  /// Multiply-adds of all operators.
  public var macs: Int { layers().reduce(0) { $0 + $1.macs } }

  /// Describes every operator that computes, in order.
  public func layers() -> [LayerReport] { indicesOfWork.map { layer($0) } }

  /// Runs once and times every operator.
  ///
  /// - Parameter bound: As for `run`; nil for what stands in `inputs`.
  public func timedLayers(_ bound: [BoundInput]? = nil) -> [LayerReport] {
    let seconds = timedSteps(bound ?? inputs.map { BoundInput($0) })
    return indicesOfWork.map { index in
      var report = layer(index)
      report.seconds = seconds[index]
      return report
    }
  }

  /// The operators that compute: neither inputs nor views.
  var indicesOfWork: [Int] {
    operators.indices.filter { index in
      guard let op = operators[index] else { return false }
      if case .view = op.aliasing { return false }
      return true
    }
  }

  func layer(_ index: Int) -> LayerReport {
    let op = operators[index]!
    let inputs = network.nodes[index].inputs.map { layout.shapes[$0.id] }
    let output = layout.shapes[index]
    let choices = measured.contains(index) ? [.measured] : op.convolutions.map(\.choice)
    return LayerReport(
      operation: op.name, algorithm: op.algorithm,
      chosenBy: Set(choices).map(\.rawValue).sorted().joined(separator: ", "), output: "\(output)",
      macs: op.multiplyAdds(inputs, output), doesEveryMultiplyAdd: op.doesEveryMultiplyAdd,
      bytes: inputs.reduce(output.bytes + op.weightBytes) { $0 + $1.bytes })
  }
}

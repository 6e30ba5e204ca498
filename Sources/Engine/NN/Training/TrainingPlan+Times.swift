internal import Clocks
internal import Kernels

extension TrainingPlan {
  /// What an operator of the network took in a run, in seconds.
  public struct LayerTime: Sendable {
    /// The operator.
    public let name: String
    /// The first parameter that it learns; empty where it learns nothing.
    public let parameter: String
    /// The shape of its first input.
    public let input: String
    public var forward = 0.0
    public var backward = 0.0
  }

  /// Runs forward and backward once, and times every operator.
  ///
  /// - Parameter loss: Fills the gradients of the outputs.
  public func timedLayers(loss: () -> Void) -> [LayerTime] {
    let nodes = network.nodes
    var times = nodes.indices.map { index in
      LayerTime(
        name: nodes[index].op?.name ?? "", parameter: operators[index]?.parameters.first?.name ?? "",
        input: nodes[index].inputs.first.map { layout.shapes[$0.id].description } ?? "")
    }
    network.engine.exclusively {
      for index in nodes.indices { times[index].forward = clocked { forward(index) } }
      loss()
      var isWritten = [Bool](repeating: false, count: nodes.count)
      for value in network.outputs { isWritten[value.id] = true }
      for index in nodes.indices.reversed() { times[index].backward = clocked { backward(index, &isWritten) } }
    }
    return zip(nodes, times).filter { $0.0.op != nil }.map(\.1)
  }
}

internal import Kernels

extension Network {
  /// The same network with operators that took over what made their inputs: see ``Operator/absorbing(_:input:)``.
  ///
  /// - Parameter keepingNamed: Whether named values stay values.
  func absorbed(keepingNamed: Bool) -> Network {
    var readers = [Int](repeating: 0, count: nodes.count)
    for node in nodes {
      for value in node.inputs { readers[value.id] += 1 }
    }
    for value in outputs + (keepingNamed ? named.map(\.value) : []) { readers[value.id] += 1 }
    var merged = nodes
    var isAbsorbed = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices {
      var number = 0
      while number < merged[index].inputs.count {
        let value = merged[index].inputs[number]
        guard let op = merged[index].op, let maker = merged[value.id].op, readers[value.id] == 1,
          let both = op.absorbing(maker, input: number)
        else {
          number += 1
          continue
        }
        var inputs = merged[index].inputs
        inputs.replaceSubrange(number...number, with: merged[value.id].inputs)
        merged[index] = Node(op: both, inputs: inputs, channels: 0)
        isAbsorbed[value.id] = true
      }
    }
    return replacing(merged, without: isAbsorbed)
  }
}

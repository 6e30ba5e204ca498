public import Kernels
internal import Tensors

// Quantization: which values of a network are integers, and the network that computes with them.
//
// - A convolution without groups whose input is what a ReLU made, or a pooling or concatenation of such, multiplies integers,
//   where its channels come in eights; unless a depthwise convolution reads it, which would else compute it itself
//   (`ConvolutionPair`). A pointwise one, which sees no padding, also multiplies what other convolutions made, and what the
//   attention of a non-local block made.
// - A first layer makes integers of pixels on the way, where it is told what these stand for and the processor is faster so.
// - A value is integers where all that read it can read them: as the input or the residual of such convolutions, or through a
//   pooling or concatenation that makes integers itself.
// - Where others read it, too, it keeps the format that it has, and is quantized once for those who want integers. So does a
//   sum with a residual that no ReLU follows.
//
// So other first layers, attention, the last maps and the head compute as they do without.
extension Network {
  /// The operators whose values may be integers, in order: those that a calibration has ranges of.
  public var quantizable: [(index: Int, operation: String)] {
    nodes.indices.compactMap { index in
      guard let op = nodes[index].op,
        op is UnpackedConvolution || op is ConvolutionOperator || op.passesIntegers || op.mayBeQuantized
      else { return nil }
      return (index, op.name)
    }
  }

  /// Whether a convolution could multiply integers, as far as that can be said without a calibration.
  public var canMultiplyIntegers: Bool {
    let convolutions = operators.compactMap { $0 as? ConvolutionOperator }
    return convolutions.contains { $0.epilogue == .relu }
      && convolutions.contains { $0.convolution.shape.canMultiplyIntegers($0.epilogue) }
  }

  /// The network with integers where it can have them, its weights packed.
  ///
  /// - Parameter pixels: What the network's inputs are, where they are pixels.
  /// - Throws: `CalibrationError` where the calibration is of another network or other weights.
  public func quantized(
    by calibration: Calibration, pixels: PixelScale? = nil
  ) throws(CalibrationError) -> Network {
    let quantized = try QuantizedNetwork(self, calibration, pixels)
    let mark = try unpackedWeightsMark()
    guard calibration.weightsMark == nil || calibration.weightsMark == mark else { throw .otherWeights }
    var result = quantized.build()
    result.weightsMark = mark
    return result
  }
}

/// The making of a quantized network.
private struct QuantizedNetwork {
  private let network: Network
  private let nodes: [Network.Node]
  private let pixels: PixelScale?
  /// By value, where it may be integers.
  private var ranges: [Calibration.Range?]
  /// By value: what its integers would stand for; nil where it cannot be integers.
  private var scales: [ChannelScales?]
  /// By value: whether no number is negative.
  private var isNonNegative: [Bool]
  /// By value: whether it is a convolution's that multiplies integers.
  private var multiplies: [Bool]
  /// By value: whether it is integers.
  private var isInteger: [Bool]
  /// By value.
  private var readers: [[(index: Int, input: Int)]]

  init(_ network: Network, _ calibration: Calibration, _ pixels: PixelScale?) throws(CalibrationError) {
    self.network = network
    self.pixels = pixels
    nodes = network.nodes
    let none = [Bool](repeating: false, count: nodes.count)
    (isNonNegative, multiplies, isInteger) = (none, none, none)
    readers = [[(index: Int, input: Int)]](repeating: [], count: nodes.count)
    ranges = [Calibration.Range?](repeating: nil, count: nodes.count)
    scales = [ChannelScales?](repeating: nil, count: nodes.count)
    try take(calibration)
    findScales()
    findReaders()
    findIntegers()
  }

  /// Gives every value its range.
  private mutating func take(_ calibration: Calibration) throws(CalibrationError) {
    let values = network.quantizable
    guard values.count == calibration.ranges.count else {
      throw .wrongCount(expected: values.count, found: calibration.ranges.count)
    }
    for (number, (value, range)) in zip(values, calibration.ranges).enumerated() {
      guard value.operation == range.operation else {
        throw .wrongOperation(number: number + 1, expected: value.operation, found: range.operation)
      }
      ranges[value.index] = range
    }
    for (index, node) in nodes.enumerated() {
      guard let op = node.op as? UnpackedConvolution, let range = ranges[index] else { continue }
      guard range.largest.count == op.shape.outChannels, range.means.count == op.shape.outChannels else {
        throw .wrongChannels(
          operation: op.name, expected: op.shape.outChannels, found: min(range.largest.count, range.means.count))
      }
    }
  }

  /// What integers would stand for, and which convolutions multiply them, from the first value to the last.
  private mutating func findScales() {
    for (index, node) in nodes.enumerated() {
      guard let range = ranges[index] else { continue }
      let inputs = node.inputs.map(\.id)
      if let op = node.op as? UnpackedConvolution {
        isNonNegative[index] = op.epilogue == .relu
        scales[index] = ChannelScales(range, isNonNegative: isNonNegative[index])
        multiplies[index] =
          op.canMultiplyIntegers && (isNonNegative[inputs[0]] || op.multipliesSigned) && scales[inputs[0]] != nil
          || pixels != nil && readsPixels(node, op)
      } else if let op = node.op, op.mayBeQuantized {
        scales[index] = ChannelScales(range, isNonNegative: false)
      } else if let op = node.op {
        let parts = inputs.compactMap { scales[$0] }
        isNonNegative[index] = inputs.allSatisfy { isNonNegative[$0] }
        if parts.count == inputs.count && isNonNegative[index] { scales[index] = op.scales(of: parts) }
      }
    }
  }

  /// Whether a convolution is a first layer that multiplies the network's inputs as integers.
  private func readsPixels(_ node: Network.Node, _ op: UnpackedConvolution) -> Bool {
    nodes[node.inputs[0].id].op == nil && !op.hasResidual && (op.epilogue == .none || op.epilogue == .relu)
      && Convolution.multipliesPixels(op.shape, network.engine)
  }

  private mutating func findReaders() {
    for (index, node) in nodes.enumerated() {
      for (input, value) in node.inputs.enumerated() { readers[value.id].append((index, input)) }
    }
    for index in nodes.indices where multiplies[index] {
      multiplies[index] = !readers[index].contains { reader, _ in
        (nodes[reader].op as? UnpackedConvolution).map { $0.shape.groups > 1 && $0.shape.groups == $0.shape.inChannels }
          ?? false
      }
    }
  }

  /// Which values are integers, from the last to the first: it depends on their readers.
  private mutating func findIntegers() {
    let outputs = Set(network.outputs.map(\.id))
    for index in nodes.indices.reversed() {
      guard scales[index] != nil, makesIntegers(index), !outputs.contains(index), !readers[index].isEmpty else {
        continue
      }
      // What further layers are added to would lose half of its steps to signs that it seldom has.
      if !isNonNegative[index], (nodes[index].op as? UnpackedConvolution)?.hasResidual == true { continue }
      isInteger[index] = readers[index].allSatisfy { reader, input in
        multiplies[reader] ? input > 0 || isNonNegative[index] || multipliesSigned(reader) : isInteger[reader]
      }
    }
  }

  private func multipliesSigned(_ index: Int) -> Bool {
    (nodes[index].op as? UnpackedConvolution)?.multipliesSigned ?? false
  }

  /// Whether what makes a value can make integers: a pooling only of integers, so that few are quantized.
  private func makesIntegers(_ index: Int) -> Bool {
    guard let op = nodes[index].op else { return false }
    if op is UnpackedConvolution { return multiplies[index] }
    return op.passesIntegers && (op.aliasing == .joinsInputs || nodes[index].inputs.allSatisfy { makesIntegers($0.id) })
  }

  /// The network itself.
  func build() -> Network {
    var result = network.withoutNodes
    var places: [Value] = []
    var quantized: [Int: Value] = [:]
    func integers(_ value: Value) -> Value {
      if isInteger[value.id] { return places[value.id] }
      if let known = quantized[value.id] { return known }
      let made = result.append(
        Network.Node(op: Quantization(), inputs: [places[value.id]], channels: 0), .uint8, scales[value.id])
      quantized[value.id] = made
      return made
    }
    for (index, node) in nodes.enumerated() {
      var op = node.op
      var inputs = node.inputs.map { places[$0.id] }
      if let convolution = op as? UnpackedConvolution {
        if multiplies[index], let pixels, readsPixels(node, convolution) {
          op = convolution.quantized(pixels, network.engine)
        } else if multiplies[index], let input = scales[node.inputs[0].id] {
          inputs[0] = integers(node.inputs[0])
          op = convolution.quantized(input, means: ranges[node.inputs[0].id]?.means, network.engine)
        } else {
          op = convolution.packed(network.formats[node.inputs[0].id], network.engine)
        }
      } else if isInteger[index] {
        inputs = node.inputs.map(integers)
      }
      places.append(
        result.append(
          Network.Node(op: op, inputs: inputs, channels: node.channels),
          isInteger[index] ? .uint8 : network.formats[index], isInteger[index] ? scales[index] : nil))
    }
    result.finish(network, places)
    return result
  }
}

public import Kernels
internal import Parallel
public import Tensors

/// A vector for every position of a map, added to each item: absolute positions.
public struct PositionEmbedding: Operator {
  /// [T x H x W, channels]
  private let table: Tensor
  private let extent: Extent3

  /// - Parameters:
  ///   - table: [T x H x W, channels].
  ///   - extent: The maps that it is for.
  public init(table: Tensor, extent: Extent3) {
    precondition(table.shape.count == 2 && table.shape[0] == extent.count, "a vector for every position")
    self.table = table
    self.extent = extent
  }

  public var name: String { "positions \(extent)" }
  public var aliasing: Aliasing { .mayOverwrite(0) }
  public var writesSlices: Bool { true }
  public var weightBytes: Int { 4 * table.count }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].extent == extent, inputs[0].channels == table.shape[1] else {
      throw .unsuited(
        operation: "an addition of positions", needs: "a map of \(extent) x \(table.shape[1])", found: inputs)
    }
    return inputs[0]
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let input = inputs[0]
    if input.format == .bfloat16 { return runReference(inputs, into: output, engine: engine) }
    let channels = output.channels
    let block = max(1, 8192 / channels)
    engine.pool.forEach((output.positions + block - 1) / block) { piece in
      for position in piece * block..<min(output.positions, (piece + 1) * block) {
        let (from, to) = (input.start + position * input.pitch, output.start + position * output.pitch)
        let vector = table.storage.pointer + position % extent.count * channels
        for c in 0..<channels { to[c] = from[c] + vector[c] }
      }
    }
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    engine.pool.forEach(output.positions) { position in
      for c in 0..<output.channels {
        let vector = table.values[position % extent.count * output.channels + c]
        output.set(inputs[0].value(position: position, channel: c) + vector, position: position, channel: c)
      }
    }
  }
}

/// A vector for every item of a batch, the same for all: a token that is no position of a map.
///
/// Inputs: a map, whose batch and format it takes. Output: N, [1, 1, 1], C.
public struct ConstantToken: Operator {
  private let vector: [Float]

  public init(_ vector: [Float]) { self.vector = vector }

  public var name: String { "token" }
  public var writesSlices: Bool { true }
  public var weightBytes: Int { 4 * vector.count }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].format == .float32 || vector.count % 2 == 0 else {
      throw .unsuited(operation: "a \(name)", needs: "an even number of channels in bfloat16", found: inputs)
    }
    return ValueShape(batch: inputs[0].batch, extent: .one, channels: vector.count)
  }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    runReference(inputs, into: output, engine: engine)
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    for item in 0..<output.batch {
      for (c, value) in vector.enumerated() { output.set(value, position: item, channel: c) }
    }
  }
}

internal import BFloat16
public import Kernels
internal import Parallel
public import Tensors

/// The mean of every channel over time, height and width, in float32: N, [1, 1, 1], C.
public struct GlobalAveragePooling: Operator, Hashable {
  public init() {}

  public var name: String { "global average pool" }

  public func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat { .float32 }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    guard inputs[0].extent.count > 0 else {
      throw .tooSmall(operation: "a global average pooling", input: "\(inputs[0].extent)")
    }
    return ValueShape(batch: inputs[0].batch, extent: .one, channels: inputs[0].channels)
  }

  /// Lines are averaged by themselves, then their means, so that the order of the sums is the same for any number of
  /// threads.
  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let input = inputs[0]
    let (lines, width) = (input.extent.t * input.extent.h, input.extent.w)
    engine.withSharedScratch(input.batch * lines * input.channels) { sums in
      engine.pool.forEach(input.batch * lines) { line in
        withLine(input, from: line * width, width) { start, pitch in
          means(start, width, pitch, input.channels, sums + line * input.channels, engine)
        }
      }
      engine.pool.forEach(input.batch) { item in
        means(
          sums + item * lines * input.channels, lines, input.channels, input.channels,
          output.start + item * output.pitch,
          engine)
      }
    }
  }

  /// Hands on some positions of a map as float32.
  private func withLine(
    _ map: FeatureMap, from first: Int, _ count: Int, _ body: (UnsafeMutablePointer<Float>, _ pitch: Int) -> Void
  ) {
    if map.format == .float32 { return body(map.start + first * map.pitch, map.pitch) }
    let channels = map.channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * channels) { floats in
      guard let start = floats.baseAddress else { return }
      for position in 0..<count {
        let (from, to) = (map.bfloat16Channels(of: first + position), start + position * channels)
        for c in 0..<channels { to[c] = float32(from[c]) }
      }
      body(start, channels)
    }
  }

  private func means(
    _ start: UnsafeMutablePointer<Float>, _ count: Int, _ pitch: Int, _ channels: Int,
    _ target: UnsafeMutablePointer<Float>, _ engine: Engine
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: count) { positions in
      for i in 0..<count { positions[i] = UnsafePointer(start + i * pitch) }
      engine.kernels.rows.mean(UnsafePointer(positions.baseAddress!), count, channels, target)
    }
  }

  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let input = inputs[0]
    let count = input.extent.count
    for item in 0..<input.batch {
      for c in 0..<input.channels {
        let sum = (0..<count).reduce(0.0) { $0 + Double(input.value(position: item * count + $1, channel: c)) }
        output.set(Float(sum / Double(count)), position: item, channel: c)
      }
    }
  }
}

extension GlobalAveragePooling: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  public func backward(_ pass: BackwardPass) {
    guard let target = pass.targets[0] else { return }
    let (map, gradient) = (target.map, pass.gradient)
    let share = 1 / Float(map.extent.count)
    pass.engine.pool.forEach(map.batch * map.extent.t * map.extent.h) { line in
      let from = gradient.start + line / (map.extent.t * map.extent.h) * gradient.pitch
      for position in line * map.extent.w..<(line + 1) * map.extent.w {
        let to = map.start + position * map.pitch
        for c in 0..<map.channels { to[c] = (target.adds ? to[c] : 0) + share * from[c] }
      }
    }
  }
}

extension Network {
  /// Adds the mean over time, height and width.
  public mutating func globalAverage(_ x: Value) -> Value { add(GlobalAveragePooling(), [x]) }
}

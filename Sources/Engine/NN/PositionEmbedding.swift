public import Kernels
internal import Parallel
public import Tensors

/// A vector for every position of a map, added to each item: absolute positions.
///
/// Maps of another height or width, where they may have that, are given vectors between the table's.
public struct PositionEmbedding: Operator {
  /// [T x H x W, channels]
  private let table: Tensor
  private let extent: Extent3
  private let resizing: PositionResizing?
  /// What the table is the sum of, where that is trained.
  private let learned: [VectorPart]

  /// - Parameters:
  ///   - table: [T x H x W, channels].
  ///   - extent: The maps that it is for.
  ///   - resizing: How it is made one for maps of other heights and widths; nil where there are none.
  public init(table: Tensor, extent: Extent3, resizing: PositionResizing? = nil) {
    precondition(table.shape.count == 2 && table.shape[0] == extent.count, "a vector for every position")
    self.table = table
    self.extent = extent
    self.resizing = resizing
    learned = []
  }

  /// Vectors that are sums: that of a position, of what each part has for its number.
  public init(_ parts: [VectorPart], channels: Int, extent: Extent3, resizing: PositionResizing? = nil) {
    table = Tensor(zeros: [extent.count, channels])
    self.extent = extent
    self.resizing = resizing
    learned = parts.kept
    VectorPart.fill(table, parts)
  }

  public var name: String { "positions \(extent)" + (resizing == nil ? "" : ", resized") }
  public var aliasing: Aliasing { .mayOverwrite(0) }
  public var writesSlices: Bool { true }
  public var weightBytes: Int { 4 * table.count }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let found = inputs[0].extent
    let suits = resizing == nil ? found == extent : found.t == extent.t && found.count > 0
    guard suits, inputs[0].channels == table.shape[1] else {
      throw .unsuited(
        operation: "an addition of positions",
        needs: resizing == nil
          ? "a map of \(extent) x \(table.shape[1])" : "a map of \(extent.t) frames x \(table.shape[1])", found: inputs)
    }
    return inputs[0]
  }

  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { output.positions * output.channels }

  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let between = Between(self, inputs[0].extent)
    engine.add(to: inputs[0], into: output) { positions, memory in
      guard let between else { return own(positions.lowerBound) }
      for position in positions {
        between.write(position, to: memory + (position - positions.lowerBound) * output.channels)
      }
      return UnsafePointer(memory)
    }
  }

  /// The table's vector of a position.
  private func own(_ position: Int) -> UnsafePointer<Float> {
    UnsafePointer(table.storage.pointer) + position * table.shape[1]
  }

  /// The vectors of a map of another extent.
  private struct Between {
    private let positions: PositionEmbedding
    private let lines: [[PositionResizing.Tap]]
    private let columns: [[PositionResizing.Tap]]

    /// nil where the table's own do.
    init?(_ positions: PositionEmbedding, _ map: Extent3) {
      let own = positions.extent
      guard let resizing = positions.resizing, map != own else { return nil }
      self.positions = positions
      lines = resizing.taps(from: own.h, to: map.h)
      columns = resizing.taps(from: own.w, to: map.w)
    }

    /// Writes the vector of a position.
    func write(_ position: Int, to sums: UnsafeMutablePointer<Float>) {
      let (own, channels) = (positions.extent, positions.table.shape[1])
      let (row, x) = (position / columns.count, position % columns.count)
      let (t, y) = (row / lines.count, row % lines.count)
      sums.update(repeating: 0, count: channels)
      for line in lines[y] {
        for column in columns[x] {
          let from = positions.own((t * own.h + line.place) * own.w + column.place)
          let weight = line.weight * column.weight
          for c in 0..<channels { sums[c] += weight * from[c] }
        }
      }
    }
  }

  /// The definition in Double.
  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let map = inputs[0].extent
    let resizing = map == extent ? nil : resizing
    let lines = resizing?.taps(from: extent.h, to: map.h)
    let columns = resizing?.taps(from: extent.w, to: map.w)
    engine.pool.forEach(output.positions) { index in
      let position = index % map.count
      let (t, y, x) = (position / (map.h * map.w), position / map.w % map.h, position % map.w)
      for c in 0..<output.channels {
        func entry(_ y: Int, _ x: Int) -> Double {
          Double(table.values[((t * extent.h + y) * extent.w + x) * output.channels + c])
        }
        var vector = 0.0
        if let lines, let columns {
          for line in lines[y] {
            for column in columns[x] {
              vector += Double(line.weight) * Double(column.weight) * entry(line.place, column.place)
            }
          }
        } else {
          vector = entry(y, x)
        }
        output.set(
          Float(Double(inputs[0].value(position: index, channel: c)) + vector), position: index, channel: c)
      }
    }
  }
}

extension PositionEmbedding: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }
  public var parameters: [Parameter] { learned.parameters }

  public func forward(_ pass: ForwardPass) {
    if !learned.isEmpty { VectorPart.fill(table, learned) }
    run(pass.inputs, into: pass.output, engine: pass.engine)
  }

  public func backward(_ pass: BackwardPass) {
    pass.targets[0]?.take(pass.gradient, pass.engine)
    if learned.parameters.contains(where: \.isTrained) { VectorPart.add(tableGradient(pass), to: learned) }
  }

  /// The items' gradients added up, and from the places of a resized map back to the table's.
  private func tableGradient(_ pass: BackwardPass) -> Tensor {
    let (gradient, channels, map) = (pass.gradient, pass.gradient.channels, pass.gradient.extent)
    let sums = Tensor(zeros: [map.count, channels])
    pass.engine.pool.forEach(map.t * map.h) { line in
      for item in 0..<gradient.batch {
        for position in line * map.w..<(line + 1) * map.w {
          let from = gradient.start + (item * map.count + position) * gradient.pitch
          let to = sums.storage.pointer + position * channels
          for c in 0..<channels { to[c] += from[c] }
        }
      }
    }
    guard let resizing, map != extent else { return sums }
    let result = Tensor(zeros: table.shape)
    let (lines, columns) = (resizing.taps(from: extent.h, to: map.h), resizing.taps(from: extent.w, to: map.w))
    for position in 0..<map.count {
      let (t, y, x) = (position / (map.h * map.w), position / map.w % map.h, position % map.w)
      let from = sums.storage.pointer + position * channels
      for line in lines[y] {
        for column in columns[x] {
          let place = (t * extent.h + line.place) * extent.w + column.place
          let (to, weight) = (result.storage.pointer + place * channels, line.weight * column.weight)
          for c in 0..<channels { to[c] += weight * from[c] }
        }
      }
    }
    return result
  }
}

/// A vector for every item of a batch, the same for all: a token that is no position of a map.
///
/// Inputs: a map, whose batch and format it takes. Output: N, [1, 1, 1], C.
public struct ConstantToken: Operator {
  private let vector: Tensor
  /// What it is the sum of, where that is trained.
  private let learned: [VectorPart]

  public init(_ vector: [Float]) {
    self.vector = Tensor([1, vector.count], vector)
    learned = []
  }

  /// The sum of the first vectors of some parts.
  public init(_ parts: [VectorPart], channels: Int) {
    vector = Tensor(zeros: [1, channels])
    learned = parts.kept
    VectorPart.fill(vector, parts)
  }

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
      for (c, value) in vector.values.enumerated() { output.set(value, position: item, channel: c) }
    }
  }
}

extension ConstantToken: TrainableOperator {
  public var parameters: [Parameter] { learned.parameters }

  public func forward(_ pass: ForwardPass) {
    if !learned.isEmpty { VectorPart.fill(vector, learned) }
    run(pass.inputs, into: pass.output, engine: pass.engine)
  }

  /// The map that it takes its batch from has no part in it.
  public func backward(_ pass: BackwardPass) {
    if let target = pass.targets[0], !target.adds { target.map.clear(pass.engine) }
    let sums = Tensor(zeros: vector.shape)
    for item in 0..<pass.gradient.batch {
      for c in 0..<vector.count { sums.mutableValues[c] += pass.gradient.value(position: item, channel: c) }
    }
    VectorPart.add(sums, to: learned)
  }
}

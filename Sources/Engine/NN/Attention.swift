internal import Glibc
public import Kernels
internal import Parallel
public import Tensors

/// The sum over all positions that a non-local block computes: y(i) = sum over j of weight(i, j) g(j), where
/// weight comes from the products theta(i) . phi(j).
///
/// Source: Wang et al., "Non-local Neural Networks", 2018, the embedded Gaussian and dot-product forms.
public enum Attention: Operator, Hashable {
  /// The products divided by the number of positions of phi.
  case dotProduct
  /// The softmax over j of the products scaled by 1 / sqrt(channels).
  case softmax
}

extension Attention {
  /// Output positions per block: whole register tiles.
  static let block = 66

  public var name: String { "attention \(self)" }
  public var writesSlices: Bool { true }
  public var mayBeQuantized: Bool { true }

  public func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat { inputs[2] }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    let (theta, phi, g) = (inputs[0], inputs[1], inputs[2])
    guard phi.batch == theta.batch && phi.channels == theta.channels && g.batch == phi.batch && g.extent == phi.extent
    else {
      throw .unsuited(
        operation: "an \(name)", needs: "phi of theta's channels and g of phi's extent", found: inputs)
    }
    return ValueShape(batch: theta.batch, extent: theta.extent, channels: g.channels)
  }

  /// Every query meets every key twice: their product over theta's channels, and its weight for g's.
  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int {
    inputs[0].positions * inputs[1].extent.count * (inputs[0].channels + inputs[2].channels)
  }

  /// - Parameters:
  ///   - inputs: theta: N, extent P, D; phi: N, extent Q, D; g: N, extent Q, D.
  ///   - output: N, extent P, D.
  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (theta, phi, g) = (inputs[0], inputs[1], inputs[2])
    let isBFloat16 = (inputs + [output]).allSatisfy { $0.format == .bfloat16 }
    let isOfOneFormat = isBFloat16 || (inputs + [output]).allSatisfy { $0.format == .float32 }
    if self == .dotProduct && isOfOneFormat && Self.takesFewerProducts(theta, phi, g) {
      return Self.runByKeys(theta, phi, g, into: output, engine)
    }
    if self == .softmax && isBFloat16 && g.channels == theta.channels && g.channels % 2 == 0 {
      return MultiHeadAttention(heads: 1).run(inputs, into: output, engine: engine)
    }
    for item in 0..<theta.batch {
      let keys = phi.extent.count
      let first = MatrixPanels.floats(depth: phi.channels, outputs: keys, .float32, engine)
      let second = MatrixPanels.floats(depth: keys, outputs: g.channels, .float32, engine)
      engine.withSharedScratch(first + second) { shared in
        let phiPanels = MatrixPanels(depth: phi.channels, outputs: keys, memory: shared, .float32, engine)
        let gPanels = MatrixPanels(depth: keys, outputs: g.channels, memory: shared + first, .float32, engine)
        engine.pool.forEach(phiPanels.panels + gPanels.panels) { piece in
          let isPhi = piece < phiPanels.panels
          let panel = isPhi ? piece : piece - phiPanels.panels
          (isPhi ? phiPanels : gPanels).fill(
            panel, from: isPhi ? phi : g, first: item * keys, positionsAreDepth: !isPhi)
        }
        let positions = theta.extent.count
        engine.pool.forEach((positions + Attention.block - 1) / Attention.block) { piece, thread in
          let range = piece * Attention.block..<min(positions, (piece + 1) * Attention.block)
          attend(item * positions + range.lowerBound, range.count, theta, phiPanels, gPanels, output, engine, thread)
        }
      }
    }
  }

  /// Computes some positions on one thread.
  private func attend(
    _ first: Int, _ count: Int, _ theta: FeatureMap, _ phi: MatrixPanels, _ g: MatrixPanels, _ output: FeatureMap,
    _ engine: Engine, _ thread: Int
  ) {
    let (depth, keys) = (phi.depth, phi.outputs)
    // Rows begin on cache lines: weights, queries and sums in float32, and a table of addresses of two floats each.
    let pitch = (keys + 15) / 16 * 16
    let wide = (max(depth, g.outputs) + 15) / 16 * 16
    let memory = engine.scratch(Attention.block * (pitch + wide + 2), thread)
    let rows = memory + Attention.block * pitch
    let table = UnsafeMutableRawPointer(rows + Attention.block * wide).bindMemory(
      to: UnsafePointer<Float>.self, capacity: Attention.block)
    if theta.format == .float32 {
      phi.multiply(
        theta.start + first * theta.pitch, pitch: theta.pitch, count: count, into: memory, outputPitch: pitch,
        table: table)
    } else {
      for i in 0..<count {
        for c in 0..<depth { rows[i * wide + c] = theta.value(position: first + i, channel: c) }
      }
      phi.multiply(rows, pitch: wide, count: count, into: memory, outputPitch: pitch, table: table)
    }
    for i in 0..<count { normalise(memory + i * pitch, count: keys, channels: depth) }
    if output.format == .float32 {
      g.multiply(
        memory, pitch: pitch, count: count, into: output.start + first * output.pitch, outputPitch: output.pitch,
        table: table)
    } else {
      g.multiply(memory, pitch: pitch, count: count, into: rows, outputPitch: wide, table: table)
      for i in 0..<count {
        for c in 0..<g.outputs { output.set(rows[i * wide + c], position: first + i, channel: c) }
      }
    }
  }

  /// Turns one row of products into weights.
  private func normalise(_ row: UnsafeMutablePointer<Float>, count: Int, channels: Int) {
    switch self {
    case .dotProduct:
      let divisor = Float(count)
      for j in 0..<count { row[j] /= divisor }
    case .softmax:
      let scale = 1 / Float(channels).squareRoot()
      var largest = -Float.infinity
      for j in 0..<count { largest = max(largest, row[j] * scale) }
      // Thousands of keys: their sum is kept in Double.
      var sum = 0.0
      for j in 0..<count {
        row[j] = expf(row[j] * scale - largest)
        sum += Double(row[j])
      }
      let total = Float(sum)
      for j in 0..<count { row[j] /= total }
    }
  }

  /// The definition in Double, position by position.
  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let (theta, phi, g) = (inputs[0], inputs[1], inputs[2])
    let positions = theta.extent.count
    let keys = phi.extent.count
    for i in 0..<theta.positions {
      let item = i / positions
      var weights = (0..<keys).map { j in
        (0..<theta.channels).reduce(0.0) { sum, c in
          sum + Double(theta.value(position: i, channel: c)) * Double(phi.value(position: item * keys + j, channel: c))
        }
      }
      switch self {
      case .dotProduct: weights = weights.map { $0 / Double(keys) }
      case .softmax:
        let scaled = weights.map { $0 / Double(theta.channels).squareRoot() }
        let largest = scaled.max() ?? 0
        let powers = scaled.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        weights = powers.map { $0 / sum }
      }
      for c in 0..<output.channels {
        let y = (0..<keys).reduce(0.0) { $0 + weights[$1] * Double(g.value(position: item * keys + $1, channel: c)) }
        output.set(Float(y), position: i, channel: c)
      }
    }
  }
}

extension Attention: TrainableOperator {
  public var keepsItemsApart: Bool { true }
  public var readsOutput: Bool { false }

  /// Computes the weights of all pairs once more, item by item: with them and the gradients by them everything is a product
  /// of matrices.
  public func backward(_ pass: BackwardPass) {
    let (theta, phi, g) = (pass.inputs[0], pass.inputs[1], pass.inputs[2])
    let (gradient, engine) = (pass.gradient, pass.engine)
    let (queries, keys) = (theta.extent.count, phi.extent.count)
    let (depth, width) = (theta.channels, g.channels)
    let pitch = (keys + 15) / 16 * 16
    let sizes = [
      MatrixPanels.floats(depth: depth, outputs: keys, .float32, engine),
      MatrixPanels.floats(depth: width, outputs: keys, .float32, engine),
      MatrixPanels.floats(depth: keys, outputs: depth, .float32, engine),
    ]
    // A row of each more, for what kernels read beyond their matrices.
    engine.withSharedScratch(sizes.reduce(0, +) + 2 * (queries + 1) * pitch) { memory in
      let weights = memory + sizes.reduce(0, +)
      let slopes = weights + (queries + 1) * pitch
      for item in 0..<theta.batch {
        let first = (queries: item * queries, keys: item * keys)
        let panels = [
          MatrixPanels(depth: depth, outputs: keys, memory: memory, .float32, engine),
          MatrixPanels(depth: width, outputs: keys, memory: memory + sizes[0], .float32, engine),
          MatrixPanels(depth: keys, outputs: depth, memory: memory + sizes[0] + sizes[1], .float32, engine),
        ]
        for (index, panel) in panels.enumerated() {
          engine.pool.forEach(panel.panels) {
            panel.fill($0, from: index == 1 ? g : phi, first: first.keys, positionsAreDepth: index == 2)
          }
        }
        engine.pool.forEach((queries + Attention.block - 1) / Attention.block) { piece, thread in
          let start = piece * Attention.block
          let count = min(Attention.block, queries - start)
          let memory = engine.scratch(2 * Attention.block + Attention.block * depth, thread)
          let table = UnsafeMutableRawPointer(memory).bindMemory(
            to: UnsafePointer<Float>.self, capacity: Attention.block)
          panels[0].multiply(
            theta.start + (first.queries + start) * theta.pitch, pitch: theta.pitch, count: count,
            into: weights + start * pitch, outputPitch: pitch, table: table)
          panels[1].multiply(
            gradient.start + (first.queries + start) * gradient.pitch, pitch: gradient.pitch, count: count,
            into: slopes + start * pitch, outputPitch: pitch, table: table)
          for row in start..<start + count {
            normalise(weights + row * pitch, count: keys, channels: depth)
            differentiate(slopes + row * pitch, weights: weights + row * pitch, count: keys, channels: depth)
          }
          guard let target = pass.targets[0] else { return }
          let rows = memory + 2 * Attention.block
          panels[2].multiply(
            slopes + start * pitch, pitch: pitch, count: count, into: rows, outputPitch: depth, table: table)
          for row in 0..<count {
            let to = target.map.start + (first.queries + start + row) * target.map.pitch
            for c in 0..<depth { to[c] = (target.adds ? to[c] : 0) + rows[row * depth + c] }
          }
        }
        for (target, left, right) in [(pass.targets[1], slopes, theta), (pass.targets[2], weights, gradient)] {
          guard let target else { continue }
          engine.transposedProduct(
            left, leftPitch: pitch, right.start + first.queries * right.pitch, rightPitch: right.pitch, count: queries,
            rows: keys, columns: right.channels, into: target.map.start + first.keys * target.map.pitch,
            pitch: target.map.pitch, adds: target.adds)
        }
      }
    }
  }

  /// Turns the gradients by one row of weights into those by the products of theta and phi.
  private func differentiate(
    _ slopes: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>, count: Int, channels: Int
  ) {
    switch self {
    case .dotProduct: for j in 0..<count { slopes[j] /= Float(count) }
    case .softmax:
      var mean = 0.0
      for j in 0..<count { mean += Double(slopes[j]) * Double(weights[j]) }
      let scale = 1 / Float(channels).squareRoot()
      for j in 0..<count { slopes[j] = weights[j] * (slopes[j] - Float(mean)) * scale }
    }
  }
}

extension Network {
  /// Adds the sum over all positions j of weight(i, j) g(j) for every position i of theta.
  public mutating func attention(_ kind: Attention, theta: Value, phi: Value, g: Value) -> Value {
    add(kind, [theta, phi, g])
  }
}

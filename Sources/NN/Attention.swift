internal import Glibc
internal import Kernels
internal import Parallel
internal import Tensors

/// The sum over all positions that a non-local block computes: y(i) = sum over j of weight(i, j) g(j), where
/// weight comes from the products theta(i) . phi(j).
///
/// Source: Wang et al., "Non-local Neural Networks", 2018, the embedded Gaussian and dot-product forms.
public enum Attention: Hashable, Sendable {
  /// The products divided by the number of positions of phi.
  case dotProduct
  /// The softmax over j of the products scaled by 1 / sqrt(channels).
  case softmax
}

extension Attention {
  /// Output positions per block: fixed, so that results do not depend on the thread count.
  private static let block = 64

  /// - Parameters:
  ///   - theta: N, extent P, D.
  ///   - phi: N, extent Q, D.
  ///   - g: N, extent Q, D.
  ///   - output: N, extent P, D.
  func run(theta: FeatureMap, phi: FeatureMap, g: FeatureMap, into output: FeatureMap, engine: Engine) {
    if [theta, phi, g, output].contains(where: { $0.format == .bfloat16 }) {
      // Products of thousands of positions: in float32, as the heads.
      let result = FeatureMap(zeros: output.batch, output.extent, channels: output.channels)
      run(theta: theta.float32(), phi: phi.float32(), g: g.float32(), into: result, engine: engine)
      for pixel in 0..<output.pixels {
        for c in 0..<output.channels { output.set(result.value(pixel: pixel, channel: c), pixel: pixel, channel: c) }
      }
      return
    }
    if engine.usesReferences { return runReference(theta: theta, phi: phi, g: g, into: output) }
    let positions = theta.extent.count
    let keys = phi.extent.count
    let blocks = (positions + Attention.block - 1) / Attention.block
    let scratch = (0..<engine.pool.threads).map { _ in Storage(count: Attention.block * keys) }
    engine.pool.forEach(theta.batch * blocks) { piece, thread in
      let item = piece / blocks
      let first = piece % blocks * Attention.block
      let rows = min(Attention.block, positions - first)
      let weights = scratch[thread].pointer
      matrixProduct(
        rows: rows, columns: keys, depth: theta.channels,
        a: theta.start + (item * positions + first) * theta.pitch, aStride: theta.pitch,
        b: phi.start + item * keys * phi.pitch, bStride: phi.pitch, bTransposed: true, c: weights, cStride: keys)
      for row in 0..<rows { normalise(weights + row * keys, count: keys, channels: theta.channels) }
      matrixProduct(
        rows: rows, columns: g.channels, depth: keys, a: weights, aStride: keys,
        b: g.start + item * keys * g.pitch, bStride: g.pitch,
        c: output.start + (item * positions + first) * output.pitch, cStride: output.pitch)
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
  func runReference(theta: FeatureMap, phi: FeatureMap, g: FeatureMap, into output: FeatureMap) {
    let positions = theta.extent.count
    let keys = phi.extent.count
    for i in 0..<theta.pixels {
      let item = i / positions
      var weights = (0..<keys).map { j in
        (0..<theta.channels).reduce(0.0) { sum, c in
          sum + Double(theta.start[i * theta.pitch + c]) * Double(phi.start[(item * keys + j) * phi.pitch + c])
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
        let y = (0..<keys).reduce(0.0) { $0 + weights[$1] * Double(g.start[(item * keys + $1) * g.pitch + c]) }
        output.start[i * output.pitch + c] = Float(y)
      }
    }
  }
}

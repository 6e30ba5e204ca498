public import CSIMD

// Winograd's minimal filtering F(2 x 2, 3 x 3) of maps in bfloat16: four outputs of nine taps from 16 products instead of 36. The
// interpolation points are 0, 1, -1 and infinity, so that inputs are only added and subtracted before they are rounded:
//
//     Bᵀ = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1]   Aᵀ = [1 1 1 0; 0 1 -1 -1]
//
// Products of pairs come at twice the rate of float32's, of which F(4 x 4, 3 x 3) takes four ninths: as many turns of the
// vector units, for a third of the error that its 36 points would have in bfloat16.
//
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.

/// Four registers: the inputs or the products of one tile along one axis.
@usableFromInline typealias Four<Vector: SIMD> = InlineArray<4, Vector> where Vector.Scalar == Float

/// Bᵀ d.
@inlinable @inline(__always)
func pairsInput<Vector: SIMD>(_ d0: Vector, _ d1: Vector, _ d2: Vector, _ d3: Vector) -> Four<Vector>
where Vector.Scalar == Float {
  [d0 - d2, d1 + d2, d2 - d1, d1 - d3]
}

/// Transforms the inputs of one tile: 4 x 4 positions become 16 points, both in bfloat16.
///
/// - Parameters:
///   - rows: [2][4][4] Where each position's channels begin; the second half belongs to the tile that comes next and is
///     fetched ahead.
///   - output: Point p begins `p * step` floats further; whole registers are written.
@inlinable @inline(__always)
public func winogradPairsInput<Unit: VectorUnit>(
  _ unit: Unit.Type, _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    let left = channels - c
    for i in 16..<32 { simd_prefetch(UnsafeRawPointer(rows[i]) + 2 * c) }
    var columns = InlineArray<4, Four<Unit.Vector>>(repeating: Four<Unit.Vector>(repeating: .zero))
    for j in 0..<4 {
      columns[j] = pairsInput(
        loadElements(unit, isBFloat16: true, left, UnsafeRawPointer(rows[j]) + 2 * c),
        loadElements(unit, isBFloat16: true, left, UnsafeRawPointer(rows[4 + j]) + 2 * c),
        loadElements(unit, isBFloat16: true, left, UnsafeRawPointer(rows[8 + j]) + 2 * c),
        loadElements(unit, isBFloat16: true, left, UnsafeRawPointer(rows[12 + j]) + 2 * c))
    }
    for i in 0..<4 {
      let t = pairsInput(columns[0][i], columns[1][i], columns[2][i], columns[3][i])
      for j in 0..<4 {
        let to = UnsafeMutableRawPointer(output + (4 * i + j) * step) + 2 * c
        storeElements(unit, isBFloat16: true, width, t[j], to)
      }
    }
    c += width
  }
}

/// Turns 16 points of products into the 2 x 2 outputs of a tile.
///
/// - Parameter products: Point p of channel c lies at `p * step + c`.
@inlinable @inline(__always)
public func winogradPairsOutput<Unit: VectorUnit>(
  _ unit: Unit.Type, _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ target: WinogradStore
) {
  switch target.kind(unit, bfloat16: true, channels) {
  case .plain: winogradPairsOutputs(unit, .plain, products, step, channels, target)
  default: winogradPairsOutputs(unit, .any, products, step, channels, target)
  }
}

/// The same.
///
/// - Parameter kind: `WinogradStore.kind`, a literal.
@inlinable @inline(__always)
func winogradPairsOutputs<Unit: VectorUnit>(
  _ unit: Unit.Type, _ kind: WinogradStore.Kind, _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int,
  _ target: WinogradStore
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    var upper = Four<Unit.Vector>(repeating: .zero)
    var lower = Four<Unit.Vector>(repeating: .zero)
    for j in 0..<4 {
      let from = products + j * step + c
      let (m1, m2) = (Unit.load(from + 4 * step), Unit.load(from + 8 * step))
      upper[j] = Unit.load(from) + m1 + m2
      lower[j] = m1 - m2 - Unit.load(from + 12 * step)
    }
    let left = channels - c
    target.store(
      unit, bfloat16: true, kind, upper[0] + upper[1] + upper[2], position: 0, channel: c, left: left)
    target.store(
      unit, bfloat16: true, kind, upper[1] - upper[2] - upper[3], position: 1, channel: c, left: left)
    target.store(
      unit, bfloat16: true, kind, lower[0] + lower[1] + lower[2], position: 2, channel: c, left: left)
    target.store(
      unit, bfloat16: true, kind, lower[1] - lower[2] - lower[3], position: 3, channel: c, left: left)
    c += width
  }
}

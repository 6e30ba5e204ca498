public import CSIMD

// Winograd's transforms of filters, `G g Gᵀ` in space and `G g` in time: of packed panels, number by number alike, some points at
// a time. In Double until the last rounding, in the same order as where weights are transformed when they are packed: the bits
// are the same.

/// Transforms filters in space to one row of points.
///
/// - Parameters:
///   - taps: [9][count] The filters' taps.
///   - count: Numbers that a tap has, a multiple of 8.
///   - row: Of points, 0 to 5.
///   - output: [6][count] Point j goes to `j * step`.
@inlinable @inline(__always)
public func winogradSpaceWeights(
  _ taps: UnsafePointer<Float>, _ count: Int, row: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  if row == 0 || row == 5 {
    let first = row == 0 ? taps : taps + 6 * count
    for index in stride(from: 0, to: count, by: 8) {
      storeRow(
        simd_load_doubles8(first + index), simd_load_doubles8(first + count + index),
        simd_load_doubles8(first + 2 * count + index), output + index, step)
    }
    return
  }
  let (outer, last, odd) = winogradFactors(pair: row < 3 ? 1 : 2)
  let middle = row % 2 == 1 ? odd : -odd
  for index in stride(from: 0, to: count, by: 8) {
    let from = taps + index
    storeRow(
      transformedColumn(from, count, outer, last, middle), transformedColumn(from + count, count, outer, last, middle),
      transformedColumn(from + 2 * count, count, outer, last, middle), output + index, step)
  }
}

/// One point of a column of three taps.
@inlinable @inline(__always)
func transformedColumn(
  _ taps: UnsafePointer<Float>, _ count: Int, _ outer: Double, _ last: Double, _ middle: Double
) -> SIMD8<Double> {
  typealias V = SIMD8<Double>
  let even = V(repeating: outer) * simd_load_doubles8(taps) + V(repeating: last) * simd_load_doubles8(taps + 6 * count)
  return even + V(repeating: middle) * simd_load_doubles8(taps + 3 * count)
}

/// Transforms filters in time to the two points 1 and 2, or 3 and 4; 0 and 5 are the first and the last tap.
///
/// - Parameters:
///   - taps: [3][count] The filters' taps.
///   - count: Numbers that a tap has, a multiple of 8.
///   - pair: 1 for the first two, 2 for the others.
///   - output: [2][count] The second one goes to `step`.
@inlinable @inline(__always)
public func winogradTimeWeights(
  _ taps: UnsafePointer<Float>, _ count: Int, pair: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let (outer, last, middle) = winogradFactors(pair: pair)
  for index in stride(from: 0, to: count, by: 8) {
    let from = taps + index
    storePair(
      simd_load_doubles8(from), simd_load_doubles8(from + count), simd_load_doubles8(from + 2 * count),
      outer, last, middle, output + index, step)
  }
}

/// What the first, the last and the middle tap count in the first of two points; in the second one the middle one is taken away.
@inlinable @inline(__always)
func winogradFactors(pair: Int) -> (outer: Double, last: Double, middle: Double) {
  let (a, b) = (0.707_106_781_186_547_5, 1.414_213_562_373_095_1)
  return pair == 1 ? (-2.0 / 3, -1.0 / 3, -2.0 / 3 * a) : (1.0 / 6, 1.0 / 3, 1.0 / 6 * b)
}

/// Rounds and writes two points of three taps.
@inlinable @inline(__always)
func storePair(
  _ g0: SIMD8<Double>, _ g1: SIMD8<Double>, _ g2: SIMD8<Double>, _ outer: Double, _ last: Double, _ middle: Double,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  typealias V = SIMD8<Double>
  let (even, odd) = (V(repeating: outer) * g0 + V(repeating: last) * g2, V(repeating: middle) * g1)
  simd_store_rounded8(output, even + odd)
  simd_store_rounded8(output + step, even - odd)
}

/// Rounds and writes a row of points, of three columns.
@inlinable @inline(__always)
func storeRow(
  _ c0: SIMD8<Double>, _ c1: SIMD8<Double>, _ c2: SIMD8<Double>, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  simd_store_rounded8(output, c0)
  let (outer1, last1, middle1) = winogradFactors(pair: 1)
  storePair(c0, c1, c2, outer1, last1, middle1, output + step, step)
  let (outer2, last2, middle2) = winogradFactors(pair: 2)
  storePair(c0, c1, c2, outer2, last2, middle2, output + 3 * step, step)
  simd_store_rounded8(output + 5 * step, c2)
}

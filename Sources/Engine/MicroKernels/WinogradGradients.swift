public import CSIMD

// The gradient of a filter by Winograd's F(4, 3). An output is y = Aᵀ [(G g) . (Bᵀ d)], so that its gradient dy gives the filter
// the gradient Gᵀ [(A dy) . (Bᵀ d)]: sums over tiles are taken of the products in the middle. For the matrices see
// `WinogradPoints`.

/// A y.
@inlinable @inline(__always)
func winogradGradient<Unit: VectorUnit>(_ unit: Unit.Type, _ y: InlineArray<4, Unit.Vector>) -> Six<Unit.Vector> {
  typealias V = Unit.Vector
  let (a, b) = (V(repeating: 0.707_106_77), V(repeating: 1.414_213_5))
  let (half, two) = (V(repeating: 0.5), V(repeating: 2))
  let even1 = Unit.multiplyAdd(y[0], half, y[2])
  let odd1 = a * Unit.multiplyAdd(y[1], half, y[3])
  let even2 = Unit.multiplyAdd(y[0], two, y[2])
  let odd2 = b * Unit.multiplyAdd(y[1], two, y[3])
  return [y[0], even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2, y[3]]
}

/// Gᵀ m.
@inlinable @inline(__always)
func winogradSums<Unit: VectorUnit>(_ unit: Unit.Type, _ m: Six<Unit.Vector>) -> InlineArray<3, Unit.Vector> {
  typealias V = Unit.Vector
  let (sum1, sum2) = (m[1] + m[2], m[3] + m[4])
  let (difference1, difference2) = (m[1] - m[2], m[3] - m[4])
  let (third, sixth) = (V(repeating: 1.0 / 3), V(repeating: 1.0 / 6))
  // c a and e b of `WinogradPoints`.
  let (odd1, odd2) = (V(repeating: -0.471_404_52), V(repeating: 0.235_702_26))
  let outer = Unit.multiplyAdd(m[0], V(repeating: -2.0 / 3), sum1)
  let last = Unit.multiplyAdd(m[5], -third, sum1)
  return [
    Unit.multiplyAdd(outer, sixth, sum2), Unit.multiplyAdd(odd1 * difference1, odd2, difference2),
    Unit.multiplyAdd(last, third, sum2),
  ]
}

/// Transforms the gradients of the outputs of one tile in space: 4 x 4 positions become 36 points.
///
/// - Parameters:
///   - rows: [2][4][4] Where each position's channels begin; the second half belongs to the tile that comes next and is
///     fetched ahead.
///   - temporary: Room for 24 registers.
///   - output: Point p of channel c goes to `p * step + c`; whole registers are written.
@inlinable @inline(__always)
public func winogradSpaceGradient<Unit: VectorUnit>(
  _ unit: Unit.Type, _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
  _ temporary: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    let left = channels - c
    for i in 16..<32 { simd_prefetch(UnsafeRawPointer(rows[i] + c)) }
    for j in 0..<4 {
      let t = winogradGradient(
        unit,
        [
          loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[j] + c)),
          loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[4 + j] + c)),
          loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[8 + j] + c)),
          loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[12 + j] + c)),
        ])
      for i in 0..<6 { store(t[i], temporary + (4 * i + j) * width) }
    }
    for i in 0..<6 {
      let from = UnsafePointer(temporary + 4 * i * width)
      let t = winogradGradient(
        unit, [Unit.load(from), Unit.load(from + width), Unit.load(from + 2 * width), Unit.load(from + 3 * width)])
      let to = output + 6 * i * step + c
      for j in 0..<6 { store(t[j], to + j * step) }
    }
    c += width
  }
}

/// Transforms the gradients of the outputs of one tile in time: 4 frames of one position become 6 points.
///
/// - Parameters:
///   - rows: [2][4] Where each frame's channels begin; the second half belongs to the tile that comes next and is fetched
///     ahead.
///   - output: Point p of channel c goes to `p * step + c`; whole registers are written.
@inlinable @inline(__always)
public func winogradTimeGradient<Unit: VectorUnit>(
  _ unit: Unit.Type, _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    let left = channels - c
    for i in 4..<8 { simd_prefetch(UnsafeRawPointer(rows[i] + c)) }
    let t = winogradGradient(
      unit,
      [
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[0] + c)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[1] + c)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[2] + c)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows[3] + c)),
      ])
    for i in 0..<6 { store(t[i], output + i * step + c) }
    c += width
  }
}

/// Turns the sums of 36 points into the gradients of nine taps.
///
/// - Parameters:
///   - sums: Point p of number c lies at `p * step + c`; whole registers are read.
///   - temporary: Room for 18 registers.
///   - output: [9][pitch], whole registers.
@inlinable @inline(__always)
public func winogradSpaceSums<Unit: VectorUnit>(
  _ unit: Unit.Type, _ sums: UnsafePointer<Float>, _ step: Int, _ count: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < count {
    for j in 0..<6 {
      let from = sums + j * step + c
      let t = winogradSums(
        unit,
        [
          Unit.load(from), Unit.load(from + 6 * step), Unit.load(from + 12 * step), Unit.load(from + 18 * step),
          Unit.load(from + 24 * step), Unit.load(from + 30 * step),
        ])
      for i in 0..<3 { store(t[i], temporary + (6 * i + j) * width) }
    }
    for i in 0..<3 {
      let from = UnsafePointer(temporary + 6 * i * width)
      let t = winogradSums(
        unit,
        [
          Unit.load(from), Unit.load(from + width), Unit.load(from + 2 * width), Unit.load(from + 3 * width),
          Unit.load(from + 4 * width), Unit.load(from + 5 * width),
        ])
      for j in 0..<3 { store(t[j], output + (3 * i + j) * pitch + c) }
    }
    c += width
  }
}

/// Turns the sums of 6 points into the gradients of three taps.
///
/// - Parameters:
///   - sums: Point p of number c lies at `p * step + c`; whole registers are read.
///   - output: [3][pitch], whole registers.
@inlinable @inline(__always)
public func winogradTimeSums<Unit: VectorUnit>(
  _ unit: Unit.Type, _ sums: UnsafePointer<Float>, _ step: Int, _ count: Int,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < count {
    let from = sums + c
    let t = winogradSums(
      unit,
      [
        Unit.load(from), Unit.load(from + step), Unit.load(from + 2 * step), Unit.load(from + 3 * step),
        Unit.load(from + 4 * step), Unit.load(from + 5 * step),
      ])
    for i in 0..<3 { store(t[i], output + i * pitch + c) }
    c += width
  }
}

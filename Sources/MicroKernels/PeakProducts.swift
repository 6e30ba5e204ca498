/// Adds products to 24 registers and touches no memory: the most that a processor's vector units can do.
///
/// 24 accumulators hide the latency of a fused multiply-add on every processor so far, and leave registers for
/// the two factors.
///
/// - Parameters:
///   - iterations: Each does 24 products of a whole register.
///   - factor: Close to 1, or the sums overflow.
/// - Returns: The sum of all lanes, so that nothing is optimised away.
@inlinable @inline(__always)
public func peakProducts<U: VectorUnit>(_ unit: U.Type, _ iterations: Int, _ factor: Float) -> Float {
  var sums = InlineArray<24, U.Vector>(repeating: .zero)
  // Different beginnings keep the compiler from seeing one register where there are 24.
  for i in 0..<24 { sums[i] = U.Vector(repeating: factor * Float(i)) }
  let a = U.Vector(repeating: factor)
  var b = U.Vector(repeating: 0.5)
  for _ in 0..<iterations {
    for i in 0..<24 { sums[i] = U.multiplyAdd(b, sums[i], a) }
    b = -b
  }
  var total = U.Vector.zero
  for i in 0..<24 { total += sums[i] }
  return total.sum()
}

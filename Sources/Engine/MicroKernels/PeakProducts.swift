/// Adds products to registers and touches no memory: the most that a processor's vector units can do.
///
/// The sums are variables and not an array: an array that the optimiser leaves in memory would measure its loads and
/// stores. No sum waits for another, so a unit with `n` of them and a latency of `l` cycles may start `n / l` products a
/// cycle.
///
/// - Parameters:
///   - sums: 12, which leaves registers for the factors among 16, or 24 where there are 32.
///   - fuses: Whether product and sum are one instruction, which adds to its sum in place. Where they are two, the sum is
///     a factor as well, or the product would be computed once for all.
///   - iterations: Each adds a product to every sum.
///   - factor: Close to 1, or the sums overflow.
/// - Returns: The largest lane's sum, so that nothing is optimised away.
@inlinable @inline(__always)
public func peakProducts<U: VectorUnit>(
  _ unit: U.Type, sums: Int, fuses: Bool, _ iterations: Int, _ factor: Float
) -> Float {
  let (a, b) = (U.Vector(repeating: factor), U.Vector(repeating: 0.5 * factor))
  var (first, second) = (TwelveSums<U>(factor), TwelveSums<U>(2 * factor))
  if sums == 12 {
    for _ in 0..<iterations { first.add(a, b, fuses) }
    return U.largestLane(first.total)
  }
  for _ in 0..<iterations {
    first.add(a, b, fuses)
    second.add(a, b, fuses)
  }
  return U.largestLane(first.total + second.total)
}

/// Twelve registers, which begin differently: equal ones would be one to the optimiser.
@usableFromInline
struct TwelveSums<U: VectorUnit> {
  @usableFromInline var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11: U.Vector

  @inlinable @inline(__always)
  init(_ start: Float) {
    s0 = U.Vector(repeating: start)
    s1 = U.Vector(repeating: start * 3)
    s2 = U.Vector(repeating: start * 5)
    s3 = U.Vector(repeating: start * 7)
    s4 = U.Vector(repeating: start * 9)
    s5 = U.Vector(repeating: start * 11)
    s6 = U.Vector(repeating: start * 13)
    s7 = U.Vector(repeating: start * 15)
    s8 = U.Vector(repeating: start * 17)
    s9 = U.Vector(repeating: start * 19)
    s10 = U.Vector(repeating: start * 21)
    s11 = U.Vector(repeating: start * 23)
  }

  @inlinable @inline(__always)
  mutating func add(_ a: U.Vector, _ b: U.Vector, _ fuses: Bool) {
    s0 = fuses ? U.accumulate(s0, a, b) : U.accumulate(b, s0, a)
    s1 = fuses ? U.accumulate(s1, a, b) : U.accumulate(b, s1, a)
    s2 = fuses ? U.accumulate(s2, a, b) : U.accumulate(b, s2, a)
    s3 = fuses ? U.accumulate(s3, a, b) : U.accumulate(b, s3, a)
    s4 = fuses ? U.accumulate(s4, a, b) : U.accumulate(b, s4, a)
    s5 = fuses ? U.accumulate(s5, a, b) : U.accumulate(b, s5, a)
    s6 = fuses ? U.accumulate(s6, a, b) : U.accumulate(b, s6, a)
    s7 = fuses ? U.accumulate(s7, a, b) : U.accumulate(b, s7, a)
    s8 = fuses ? U.accumulate(s8, a, b) : U.accumulate(b, s8, a)
    s9 = fuses ? U.accumulate(s9, a, b) : U.accumulate(b, s9, a)
    s10 = fuses ? U.accumulate(s10, a, b) : U.accumulate(b, s10, a)
    s11 = fuses ? U.accumulate(s11, a, b) : U.accumulate(b, s11, a)
  }

  @inlinable @inline(__always)
  var total: U.Vector { ((s0 + s1) + (s2 + s3) + (s4 + s5)) + ((s6 + s7) + (s8 + s9) + (s10 + s11)) }
}

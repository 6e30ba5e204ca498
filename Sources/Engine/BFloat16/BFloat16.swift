/// Rounds to bfloat16: nearest, ties to even; a NaN stays one. Denormal numbers stay what they are, which the processors' own
/// instruction takes for zeros. Integers alone and no branch, so that loops become registers of any width.
@inlinable @inline(__always)
public func bfloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  let nearest = bits &+ 0x7fff &+ (bits &>> 16 & 1)
  let isNaN = bits & 0x7fff_ffff > 0x7f80_0000
  return UInt16(truncatingIfNeeded: (isNaN ? bits | 0x40_0000 : nearest) &>> 16)
}

/// The number that a bfloat16 stands for.
@inlinable @inline(__always)
public func float32(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: bits) &<< 16) }

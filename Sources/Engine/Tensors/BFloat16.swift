/// How the numbers of a map lie in memory.
public enum ElementFormat: Sendable {
  case float32
  /// The upper half of a float32, rounded to the nearest, ties to even.
  case bfloat16

  /// Bytes of a number.
  public var bytes: Int { self == .float32 ? 4 : 2 }
}

/// Rounds to bfloat16: nearest, ties to even; a NaN stays one.
@inlinable
public func bfloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
  return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
}

/// The number that a bfloat16 stands for.
@inlinable
public func float32(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

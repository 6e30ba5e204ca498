public import CSIMD

/// A processor's vector unit as the kernels see it: how wide a register is, and how a product is added.
///
/// The kernels of this module are written once, generic over a unit. Each instruction set's module instantiates
/// them for its own unit, and is compiled with the flags that make the unit's operations single instructions.
/// Comparisons of lanes belong here, where the vector's type is known: generic code compares lane by lane. Where there is an
/// instruction for one, C's word for it is used: the compiler inlines that whatever stands around it.
/// Everything here is inlined into those modules: what this module itself emits is never called.
public protocol VectorUnit {
  /// One register of floats.
  associatedtype Vector: SIMD where Vector.Scalar == Float

  /// Adds a product to a sum, rounding once where the unit can, else twice.
  static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector
  /// Does to one float exactly what the vector form does to each lane.
  static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float
  /// Adds to a sum the products of what a float of the factors holds: one number, or two of bfloat16. What matrix products
  /// are made of, and nothing else: an epilogue computes with float32 on every unit.
  static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector
  /// The larger of two numbers in every lane; a NaN on either side wins, as it does in PyTorch's pooling.
  static func larger(_ kept: Vector, _ new: Vector) -> Vector
  /// The largest lane; where some are NaNs, anything.
  static func largestLane(_ value: Vector) -> Float
  /// Zero in every lane that is smaller; a NaN stays one, as it does in PyTorch's ReLU.
  static func relu(_ value: Vector) -> Vector
  /// What is kept in every lane whose value is above zero or NaN; zero in the others. ReLU's gradient, as in PyTorch.
  static func wherePositive(_ value: Vector, _ kept: Vector) -> Vector
  /// Each lane moved into a range; a NaN stays one.
  static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector
  /// 2^n for every lane of n + 1.5 x 2^23, n from -126 to 127; anything for a NaN.
  static func powerOfTwo(_ shifted: Vector) -> Vector
  /// Loads a register from any address.
  ///
  /// A requirement, because the standard library's generic load may be emitted as a function of its own, compiled for
  /// this instruction set under a name that the whole program shares.
  static func load(_ from: UnsafePointer<Float>) -> Vector
  /// The first `count` lanes of memory, zeros in the others; memory after them is not touched.
  static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector
  /// Writes the first `count` lanes.
  static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>)
  /// The first `count` bfloat16 numbers of memory as floats, zeros in the other lanes.
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector
  /// Rounds to bfloat16 and writes the first `count` lanes.
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer)
  /// Two registers rounded to bfloat16, lane by lane: the first one's numbers in the lower halves.
  static func pairs(_ first: Vector, _ second: Vector) -> Vector
  /// Writes as many rows of four or eight floats as a register has lanes as four or eight registers: of a column each.
  ///
  /// - Parameters:
  ///   - columns: 4 or 8, a literal.
  ///   - pitch: Floats from a row to the next, and from a register to the next.
  static func separate(
    _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int)
  /// Writes four or eight registers as rows: what `separate` undoes.
  static func interleave(
    _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int)
  /// Integers of 32 bits, whose bits the lanes are, as floats.
  static func floats(_ integers: Vector) -> Vector
  /// The first `count` bytes of memory as floats, zeros in the other lanes; a multiple of four.
  static func loadUInt8(_ count: Int, _ from: UnsafeRawPointer) -> Vector
  /// Rounds to integers from 0 to 255, ties to even, a NaN to 0, and writes the first `count` lanes; a multiple of four.
  static func storeUInt8(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer)
  /// Four whole registers, one after the other.
  static func storeUInt8(
    _ first: Vector, _ second: Vector, _ third: Vector, _ fourth: Vector, _ to: UnsafeMutableRawPointer)
  /// Writes eight rows of as many bytes as a register has lanes as rows of eight. Pitches are in bytes.
  static func interleaveUInt8(
    _ from: UnsafeRawPointer, _ pitch: Int, _ to: UnsafeMutableRawPointer, _ toPitch: Int)
}

extension VectorUnit {
  @inlinable @inline(__always)
  public static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { multiplyAdd(sum, a, b) }

  // Only kernels for bfloat16 call these, and their units have instructions for them.
  @inlinable @inline(__always)
  public static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector { fatalError("no bfloat16") }

  @inlinable @inline(__always)
  public static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    fatalError("no bfloat16")
  }

  @inlinable @inline(__always)
  public static func pairs(_ first: Vector, _ second: Vector) -> Vector { fatalError("no bfloat16") }

  @inlinable @inline(__always)
  public static func separate(
    _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int
  ) {
    for row in 0..<Vector.scalarCount {
      for column in 0..<columns { to[column * toPitch + row] = from[row * pitch + column] }
    }
  }

  @inlinable @inline(__always)
  public static func interleave(
    _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int
  ) {
    for row in 0..<Vector.scalarCount {
      for column in 0..<columns { to[row * toPitch + column] = from[column * pitch + row] }
    }
  }

  // Those for integers have units of their own, too.
  @inlinable @inline(__always)
  public static func floats(_ integers: Vector) -> Vector { fatalError("no integers") }

  @inlinable @inline(__always)
  public static func loadUInt8(_ count: Int, _ from: UnsafeRawPointer) -> Vector { fatalError("no integers") }

  @inlinable @inline(__always)
  public static func storeUInt8(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    fatalError("no integers")
  }

  @inlinable @inline(__always)
  public static func storeUInt8(
    _ first: Vector, _ second: Vector, _ third: Vector, _ fourth: Vector, _ to: UnsafeMutableRawPointer
  ) {
    let width = Vector.scalarCount
    storeUInt8(width, first, to)
    storeUInt8(width, second, to + width)
    storeUInt8(width, third, to + 2 * width)
    storeUInt8(width, fourth, to + 3 * width)
  }

  @inlinable @inline(__always)
  public static func interleaveUInt8(
    _ from: UnsafeRawPointer, _ pitch: Int, _ to: UnsafeMutableRawPointer, _ toPitch: Int
  ) {
    for row in 0..<Vector.scalarCount {
      for column in 0..<8 {
        to.storeBytes(
          of: from.load(fromByteOffset: column * pitch + row, as: UInt8.self), toByteOffset: row * toPitch + column,
          as: UInt8.self)
      }
    }
  }
}

#if arch(x86_64)
  /// 256-bit registers with fused multiply-add: x86-64-v3.
  public enum AVX2Unit: VectorUnit {
    public typealias Vector = SIMD8<Float>
  }

  /// What all units of 256-bit registers do alike. The vector's type is known here, so that lanes are compared at once.
  extension VectorUnit where Vector == SIMD8<Float> {
    @inlinable @inline(__always)
    public static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
      simd_multiply_add256(sum, a, b)
    }

    @inlinable @inline(__always)
    public static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float { sum.addingProduct(a, b) }

    @inlinable @inline(__always)
    public static func larger(_ kept: Vector, _ new: Vector) -> Vector { simd_larger256(kept, new) }

    @inlinable @inline(__always)
    public static func largestLane(_ value: Vector) -> Float { simd_largest256(value) }

    @inlinable @inline(__always)
    public static func relu(_ value: Vector) -> Vector { simd_max256(Vector.zero, value) }

    @inlinable @inline(__always)
    public static func wherePositive(_ value: Vector, _ kept: Vector) -> Vector { simd_where_positive256(value, kept) }

    @inlinable @inline(__always)
    public static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector {
      simd_clamp256(value, low, high)
    }

    @inlinable @inline(__always)
    public static func powerOfTwo(_ shifted: Vector) -> Vector { simd_power_of_two256(shifted) }

    @inlinable @inline(__always)
    public static func load(_ from: UnsafePointer<Float>) -> Vector { simd_load256u(from) }

    @inlinable @inline(__always)
    public static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector {
      simd_load256(from, Int32(truncatingIfNeeded: count))
    }

    @inlinable @inline(__always)
    public static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
      simd_store256(to, value, Int32(truncatingIfNeeded: count))
    }
  }

  /// 512-bit registers with fused multiply-add: x86-64-v4.
  public enum AVX512Unit: VectorUnit {
    public typealias Vector = SIMD16<Float>
  }

  /// What all units of 512-bit registers do alike. The vector's type is known here, so that lanes are compared at once.
  extension VectorUnit where Vector == SIMD16<Float> {
    @inlinable @inline(__always)
    public static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
      simd_multiply_add512(sum, a, b)
    }

    @inlinable @inline(__always)
    public static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float { sum.addingProduct(a, b) }

    @inlinable @inline(__always)
    public static func larger(_ kept: Vector, _ new: Vector) -> Vector { simd_larger512(kept, new) }

    @inlinable @inline(__always)
    public static func largestLane(_ value: Vector) -> Float { simd_largest512(value) }

    @inlinable @inline(__always)
    public static func relu(_ value: Vector) -> Vector { simd_max512(Vector.zero, value) }

    @inlinable @inline(__always)
    public static func wherePositive(_ value: Vector, _ kept: Vector) -> Vector { simd_where_positive512(value, kept) }

    @inlinable @inline(__always)
    public static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector {
      simd_clamp512(value, low, high)
    }

    @inlinable @inline(__always)
    public static func powerOfTwo(_ shifted: Vector) -> Vector { simd_power_of_two512(shifted) }

    @inlinable @inline(__always)
    public static func load(_ from: UnsafePointer<Float>) -> Vector { simd_load512u(from) }

    @inlinable @inline(__always)
    public static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector {
      simd_load512(from, Int32(truncatingIfNeeded: count))
    }

    @inlinable @inline(__always)
    public static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
      simd_store512(to, value, Int32(truncatingIfNeeded: count))
    }

    @inlinable @inline(__always)
    public static func separate(
      _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int
    ) {
      if columns == 8 {
        simd_separate8_512(from, pitch, to, toPitch)
      } else {
        simd_separate4_512(from, pitch, to, toPitch)
      }
    }

    @inlinable @inline(__always)
    public static func interleave(
      _ columns: Int, _ from: UnsafePointer<Float>, _ pitch: Int, _ to: UnsafeMutablePointer<Float>, _ toPitch: Int
    ) {
      if columns == 8 {
        simd_interleave8_512(from, pitch, to, toPitch)
      } else {
        simd_interleave4_512(from, pitch, to, toPitch)
      }
    }
  }
#endif

/// 128-bit registers, which every processor that Swift runs on has.
///
/// Baseline x86-64 has no fused multiply-add: there `addingProduct` would be a call into libm for every lane.
public enum PortableUnit: VectorUnit {
  public typealias Vector = SIMD4<Float>

  @inlinable @inline(__always)
  public static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    #if arch(arm64)
      sum.addingProduct(a, b)
    #else
      sum + a * b
    #endif
  }

  @inlinable @inline(__always)
  public static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float {
    #if arch(arm64)
      sum.addingProduct(a, b)
    #else
      sum + a * b
    #endif
  }

  @inlinable @inline(__always)
  public static func larger(_ kept: Vector, _ new: Vector) -> Vector {
    kept.replacing(with: new, where: (new .> kept) .| (new .!= new))
  }

  @inlinable @inline(__always)
  public static func largestLane(_ value: Vector) -> Float { max(max(value[0], value[1]), max(value[2], value[3])) }

  @inlinable @inline(__always)
  public static func relu(_ value: Vector) -> Vector { value.replacing(with: Vector.zero, where: value .< Vector.zero) }

  @inlinable @inline(__always)
  public static func wherePositive(_ value: Vector, _ kept: Vector) -> Vector {
    kept.replacing(with: Vector.zero, where: value .<= Vector.zero)
  }

  @inlinable @inline(__always)
  public static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector {
    let raised = value.replacing(with: Vector(repeating: low), where: value .< Vector(repeating: low))
    return raised.replacing(with: Vector(repeating: high), where: raised .> Vector(repeating: high))
  }

  @inlinable @inline(__always)
  public static func powerOfTwo(_ shifted: Vector) -> Vector {
    let bits = unsafeBitCast(shifted, to: SIMD4<UInt32>.self) &<< 23 &+ 0x3f80_0000
    return unsafeBitCast(bits, to: Vector.self)
  }

  @inlinable @inline(__always)
  public static func load(_ from: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(from).loadUnaligned(as: Vector.self)
  }

  @inlinable @inline(__always)
  public static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector {
    var value = Vector.zero
    for lane in 0..<count { value[lane] = from[lane] }
    return value
  }

  @inlinable @inline(__always)
  public static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
    for lane in 0..<count { to[lane] = value[lane] }
  }
}

/// Loads one register from any address.
@inlinable @inline(__always)
func load<V: SIMD>(_ pointer: UnsafePointer<Float>, as type: V.Type) -> V where V.Scalar == Float {
  UnsafeRawPointer(pointer).loadUnaligned(as: V.self)
}

/// Stores one register to any address.
@inlinable @inline(__always)
func store<V: SIMD>(_ value: V, _ pointer: UnsafeMutablePointer<Float>) where V.Scalar == Float {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: V.self)
}

/// The larger of two numbers; a NaN on either side wins.
@inlinable @inline(__always)
func larger(_ kept: Float, _ new: Float) -> Float { new > kept || new != new ? new : kept }

internal import CSIMD
internal import MicroKernels

/// 512-bit registers and memory in bfloat16: x86-64-v4 with AVX512-BF16.
///
/// The units stand here and not beside the others: a module compiled for older processors cannot even contain their
/// instructions.
enum AVX512BF16Unit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { sum.addingProduct(a, b) }

  @inline(__always)
  static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float { sum.addingProduct(a, b) }

  @inline(__always)
  static func larger(_ kept: Vector, _ new: Vector) -> Vector {
    kept.replacing(with: new, where: (new .> kept) .| (new .!= new))
  }

  @inline(__always)
  static func relu(_ value: Vector) -> Vector {
    value.replacing(with: Vector.zero, where: value .< Vector.zero)
  }

  @inline(__always)
  static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector {
    let raised = value.replacing(with: Vector(repeating: low), where: value .< Vector(repeating: low))
    return raised.replacing(with: Vector(repeating: high), where: raised .> Vector(repeating: high))
  }

  @inline(__always)
  static func powerOfTwo(_ shifted: Vector) -> Vector {
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23 &+ 0x3f80_0000
    return unsafeBitCast(bits, to: Vector.self)
  }

  @inline(__always)
  static func load(_ from: UnsafePointer<Float>) -> Vector { simd_load512u(from) }

  @inline(__always)
  static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector {
    simd_load512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
    simd_store512(to, value, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_bf16_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_bf16_512(to, value, Int32(truncatingIfNeeded: count))
  }
}

/// The same, and products of pairs: what is called a float of a factor is two bfloat16 numbers.
///
/// Source: Intel's VDPBF16PS: products and sums in float32, denormals taken for zero.
enum AVX512DotUnit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { simd_dot512(sum, a, b) }

  @inline(__always)
  static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float { sum.addingProduct(a, b) }

  @inline(__always)
  static func larger(_ kept: Vector, _ new: Vector) -> Vector {
    kept.replacing(with: new, where: (new .> kept) .| (new .!= new))
  }

  @inline(__always)
  static func relu(_ value: Vector) -> Vector {
    value.replacing(with: Vector.zero, where: value .< Vector.zero)
  }

  @inline(__always)
  static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector {
    let raised = value.replacing(with: Vector(repeating: low), where: value .< Vector(repeating: low))
    return raised.replacing(with: Vector(repeating: high), where: raised .> Vector(repeating: high))
  }

  @inline(__always)
  static func powerOfTwo(_ shifted: Vector) -> Vector {
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23 &+ 0x3f80_0000
    return unsafeBitCast(bits, to: Vector.self)
  }

  @inline(__always)
  static func load(_ from: UnsafePointer<Float>) -> Vector { simd_load512u(from) }

  @inline(__always)
  static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector {
    simd_load512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
    simd_store512(to, value, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_bf16_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_bf16_512(to, value, Int32(truncatingIfNeeded: count))
  }
}

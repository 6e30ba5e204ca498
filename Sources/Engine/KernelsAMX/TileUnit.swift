internal import CSIMD
internal import MicroKernels

/// 512-bit registers and memory in bfloat16, for what is done with sums outside of the tiles. Each module of an instruction
/// set has its own: code for it must not stand under a name that another module shares.
enum AMXUnit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_bf16_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_bf16_512(to, value, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func floats(_ integers: Vector) -> Vector { simd_floats512(integers) }

  @inline(__always)
  static func loadUInt8(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_u8_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeUInt8(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_u8_512(to, value, Int32(truncatingIfNeeded: count))
  }
}

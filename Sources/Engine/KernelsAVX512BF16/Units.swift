internal import CSIMD
internal import MicroKernels

/// 512-bit registers and memory in bfloat16: x86-64-v4 with AVX512-BF16.
///
/// The units stand here and not beside the others: a module compiled for older processors cannot even contain their
/// instructions.
enum AVX512BF16Unit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_bf16_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_bf16_512(to, value, Int32(truncatingIfNeeded: count))
  }
}

/// The same, and matrix products of pairs: what is called a float of a factor there is two bfloat16 numbers.
///
/// Source: Intel's VDPBF16PS: products and sums in float32, denormals taken for zero.
enum AVX512DotUnit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { simd_dot512(sum, a, b) }

  @inline(__always)
  static func pairs(_ first: Vector, _ second: Vector) -> Vector { simd_bf16_pairs512(first, second) }

  @inline(__always)
  static func loadBFloat16(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_bf16_512(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeBFloat16(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_bf16_512(to, value, Int32(truncatingIfNeeded: count))
  }
}

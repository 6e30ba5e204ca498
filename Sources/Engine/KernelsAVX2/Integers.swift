internal import CSIMD
public import MicroKernels

/// Products of integers of 8 bits, four to a float, on x86-64-v3 without AVX-VNNI: as products of 16 bits.
///
/// The unit stands here: a module compiled for older processors cannot even contain its instructions.
enum AVX2IntegerUnit: VectorUnit {
  typealias Vector = SIMD8<Float>

  @inline(__always)
  static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { simd_dot_widened256(sum, a, b) }

  @inline(__always)
  static func floats(_ integers: Vector) -> Vector { simd_floats256(integers) }

  @inline(__always)
  static func loadUInt8(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    simd_load_u8_256(from, Int32(truncatingIfNeeded: count))
  }

  @inline(__always)
  static func storeUInt8(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    simd_store_u8_256(to, value, Int32(truncatingIfNeeded: count))
  }
}

/// `MicroKernels.integerPanel` of 1 register.
@inline(never)
public func integerPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX2IntegerUnit.self, count: 1, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.integerPanel` of 2 registers.
@inline(never)
public func integerPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX2IntegerUnit.self, count: 2, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.quantizeRows` for this instruction set.
@inline(never)
public func quantizeRows(_ rows: QuantizedRows) {
  MicroKernels.quantizeRows(AVX2IntegerUnit.self, bfloat16: false, rows)
}

/// `MicroKernels.planarRow` of fours.
@inline(never)
public func integerPlanarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX2IntegerUnit.self, isWide: false, row) }

/// `MicroKernels.peakProducts` of fours of bytes.
@inline(never)
public func peakIntegerProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(AVX2IntegerUnit.self, sums: 12, fuses: false, iterations, factor)
}

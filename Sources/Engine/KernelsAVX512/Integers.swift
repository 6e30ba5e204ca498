internal import CSIMD
public import MicroKernels

/// Products of integers of 8 bits, four to a float, on x86-64-v4 without AVX512-VNNI: as products of 16 bits.
///
/// The unit stands here: a module compiled for older processors cannot even contain its instructions.
enum AVX512IntegerUnit: VectorUnit {
  typealias Vector = SIMD16<Float>

  @inline(__always)
  static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { simd_dot_widened512(sum, a, b) }

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

  @inline(__always)
  static func storeUInt8(
    _ first: Vector, _ second: Vector, _ third: Vector, _ fourth: Vector, _ to: UnsafeMutableRawPointer
  ) {
    simd_store_four_u8_512(to, first, second, third, fourth)
  }
}

/// `MicroKernels.integerPanel` of 1 register.
@inline(never)
public func integerPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX512IntegerUnit.self, count: 1, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.integerPanel` of 2 registers.
@inline(never)
public func integerPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX512IntegerUnit.self, count: 2, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.integerPanel` of 3 registers.
@inline(never)
public func integerPanel3(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX512IntegerUnit.self, count: 3, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.integerPanel` of 4 registers.
@inline(never)
public func integerPanel4(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(AVX512IntegerUnit.self, count: 4, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.quantizeRows` for this instruction set.
@inline(never)
public func quantizeRows(_ rows: QuantizedRows) {
  MicroKernels.quantizeRows(AVX512IntegerUnit.self, bfloat16: false, rows)
}

/// `MicroKernels.planarRow` of fours.
@inline(never)
public func integerPlanarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX512IntegerUnit.self, isWide: true, row) }

/// `MicroKernels.peakProducts` of fours of bytes.
@inline(never)
public func peakIntegerProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(AVX512IntegerUnit.self, sums: 24, fuses: false, iterations, factor)
}

internal import CSIMD
public import MicroKernels

/// 128-bit registers, and products of integers of 8 bits, four to a float.
enum PortableIntegerUnit: VectorUnit {
  typealias Vector = SIMD4<Float>

  @inline(__always)
  static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector { PortableUnit.multiplyAdd(sum, a, b) }

  @inline(__always)
  static func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float { PortableUnit.multiplyAdd(sum, a, b) }

  @inline(__always)
  static func larger(_ kept: Vector, _ new: Vector) -> Vector { PortableUnit.larger(kept, new) }

  @inline(__always)
  static func largestLane(_ value: Vector) -> Float { PortableUnit.largestLane(value) }

  @inline(__always)
  static func relu(_ value: Vector) -> Vector { PortableUnit.relu(value) }

  @inline(__always)
  static func wherePositive(_ value: Vector, _ kept: Vector) -> Vector { PortableUnit.wherePositive(value, kept) }

  @inline(__always)
  static func clamped(_ value: Vector, _ low: Float, _ high: Float) -> Vector { PortableUnit.clamped(value, low, high) }

  @inline(__always)
  static func powerOfTwo(_ shifted: Vector) -> Vector { PortableUnit.powerOfTwo(shifted) }

  @inline(__always)
  static func load(_ from: UnsafePointer<Float>) -> Vector { PortableUnit.load(from) }

  @inline(__always)
  static func loadFirst(_ count: Int, _ from: UnsafePointer<Float>) -> Vector { PortableUnit.loadFirst(count, from) }

  @inline(__always)
  static func storeFirst(_ count: Int, _ value: Vector, _ to: UnsafeMutablePointer<Float>) {
    PortableUnit.storeFirst(count, value, to)
  }

  @inline(__always)
  static func accumulate(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    #if arch(x86_64)
      simd_dot_widened128(sum, a, b)
    #else
      let factors = unsafeBitCast(a, to: SIMD4<UInt32>.self)
      let weights = unsafeBitCast(b, to: SIMD4<Int32>.self)
      var total = unsafeBitCast(sum, to: SIMD4<Int32>.self)
      for byte in 0..<UInt32(4) {
        let factor = SIMD4<Int32>(truncatingIfNeeded: (factors &>> (8 * byte)) & 255)
        total &+= factor &* ((weights &<< Int32(24 - 8 * byte)) &>> 24)
      }
      return unsafeBitCast(total, to: Vector.self)
    #endif
  }

  @inline(__always)
  static func floats(_ integers: Vector) -> Vector { Vector(unsafeBitCast(integers, to: SIMD4<Int32>.self)) }

  @inline(__always)
  static func loadUInt8(_ count: Int, _ from: UnsafeRawPointer) -> Vector {
    Vector(SIMD4<UInt32>(truncatingIfNeeded: from.loadUnaligned(as: SIMD4<UInt8>.self)))
  }

  @inline(__always)
  static func storeUInt8(_ count: Int, _ value: Vector, _ to: UnsafeMutableRawPointer) {
    // The comparison is false for a NaN.
    let positive = Vector.zero.replacing(with: value, where: value .> Vector.zero)
    let least = positive.replacing(with: Vector(repeating: 255), where: positive .> Vector(repeating: 255))
    // Adding 2^23 rounds to an integer, ties to even, which then stands in the lowest bits.
    let bits = unsafeBitCast(least + Vector(repeating: 8_388_608), to: SIMD4<UInt32>.self)
    to.storeBytes(of: SIMD4<UInt8>(truncatingIfNeeded: bits), as: SIMD4<UInt8>.self)
  }
}

/// `MicroKernels.integerPanel` of 1 register.
@inline(never)
public func integerPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(PortableIntegerUnit.self, count: 1, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.integerPanel` of 2 registers.
@inline(never)
public func integerPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.integerPanel(PortableIntegerUnit.self, count: 2, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.quantizeRows` for this instruction set.
@inline(never)
public func quantizeRows(_ rows: QuantizedRows) {
  MicroKernels.quantizeRows(PortableIntegerUnit.self, bfloat16: false, rows)
}

/// `MicroKernels.planarRow` of fours.
@inline(never)
public func integerPlanarRow(_ row: PlanarRow) { MicroKernels.planarRow(PortableIntegerUnit.self, isWide: false, row) }

/// `MicroKernels.peakProducts` of fours of bytes.
@inline(never)
public func peakIntegerProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(PortableIntegerUnit.self, sums: 12, fuses: false, iterations, factor)
}

/// A matrix times a vector, added to another one: y = y + A x.
public struct MatrixVectorProduct {
  public var rows: Int
  public var columns: Int
  /// [rows][aStride]
  public var a: UnsafePointer<Float>
  /// From a row to the next, in floats.
  public var aStride: Int
  /// [columns]
  public var x: UnsafePointer<Float>
  /// [rows]
  public var y: UnsafeMutablePointer<Float>

  public init(
    rows: Int, columns: Int, a: UnsafePointer<Float>, aStride: Int, x: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>
  ) {
    (self.rows, self.columns) = (rows, columns)
    (self.a, self.aStride, self.x, self.y) = (a, aStride, x, y)
  }
}

/// Adds a product, each row's sum in Double: of eight columns side by side one after the other, then of the eight.
///
/// A product of two floats fits a Double, so that sums are equal to the last bit on every instruction set.
@inlinable @inline(__always)
public func addMatrixVectorProduct<Unit: VectorUnit>(_ unit: Unit.Type, _ product: MatrixVectorProduct) {
  let whole = product.columns / 8 * 8
  var row = 0
  while row < product.rows {
    // Several rows at once share what is read of x. Those beyond the last are the last once more.
    let a = product.a + row * product.aStride
    let last = product.rows - 1 - row
    let a1 = a + min(1, last) * product.aStride
    let a2 = a + min(2, last) * product.aStride
    let a3 = a + min(3, last) * product.aStride
    var s0 = SIMD8<Double>.zero
    var s1 = s0
    var s2 = s0
    var s3 = s0
    var column = 0
    while column < whole {
      let x = SIMD8<Double>(load(product.x + column, as: SIMD8<Float>.self))
      s0 += x * SIMD8<Double>(load(a + column, as: SIMD8<Float>.self))
      s1 += x * SIMD8<Double>(load(a1 + column, as: SIMD8<Float>.self))
      s2 += x * SIMD8<Double>(load(a2 + column, as: SIMD8<Float>.self))
      s3 += x * SIMD8<Double>(load(a3 + column, as: SIMD8<Float>.self))
      column += 8
    }
    while column < product.columns {
      let x = Double(product.x[column])
      s0[column - whole] += x * Double(a[column])
      s1[column - whole] += x * Double(a1[column])
      s2[column - whole] += x * Double(a2[column])
      s3[column - whole] += x * Double(a3[column])
      column += 1
    }
    let y = product.y + row
    y[0] = Float(Double(y[0]) + sumOfLanes(s0))
    if last > 0 { y[1] = Float(Double(y[1]) + sumOfLanes(s1)) }
    if last > 1 { y[2] = Float(Double(y[2]) + sumOfLanes(s2)) }
    if last > 2 { y[3] = Float(Double(y[3]) + sumOfLanes(s3)) }
    row += 4
  }
}

/// In a fixed order: the standard library's own is not stated.
@inlinable @inline(__always)
func sumOfLanes(_ value: SIMD8<Double>) -> Double {
  let four = value.lowHalf + value.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

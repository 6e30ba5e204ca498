/// Pairs of rows whose products of every number with every number add up: `sums[r, c] += sum over p of left[p][r] x
/// right[p][c]`. What the gradient of a convolution's weights is made of, p being an output position.
public struct OuterProducts {
  /// [count] Where the rows lie. Up to five numbers after a left row, and up to a block of registers after a right one, are
  /// read, and count for nothing.
  public var left: UnsafePointer<UnsafePointer<Float>>
  public var right: UnsafePointer<UnsafePointer<Float>>
  public var count: Int
  /// Numbers of a left row and of a right row.
  public var rows: Int
  public var columns: Int
  /// [rows rounded up to six][pitch] What lies beyond the rows and columns is written, too.
  public var sums: UnsafeMutablePointer<Float>
  /// The columns rounded up to whole registers, at least.
  public var pitch: Int

  public init(
    left: UnsafePointer<UnsafePointer<Float>>, right: UnsafePointer<UnsafePointer<Float>>, count: Int, rows: Int,
    columns: Int, sums: UnsafeMutablePointer<Float>, pitch: Int
  ) {
    self.left = left
    self.right = right
    self.count = count
    self.rows = rows
    self.columns = columns
    self.sums = sums
    self.pitch = pitch
  }
}

/// Adds one tile: four or six rows times `count` registers of columns, pair after pair.
///
/// - Parameters:
///   - rows: 4 or 6, a literal.
///   - count: Registers, 1 to 4, a literal.
@inlinable @inline(__always)
func outerTile<Unit: VectorUnit>(
  _ unit: Unit.Type, rows: Int, count: Int, _ products: OuterProducts, row: Int, column: Int
) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  let pitch = products.pitch
  let sums = products.sums + (row * pitch + column)
  var s0 = TileColumn<V>(repeating: .zero)
  var s1 = s0
  var s2 = s0
  var s3 = s0
  for i in 0..<rows {
    let from = UnsafePointer(sums) + i * pitch
    s0[i] = Unit.load(from)
    if count > 1 { s1[i] = Unit.load(from + width) }
    if count > 2 { s2[i] = Unit.load(from + 2 * width) }
    if count > 3 { s3[i] = Unit.load(from + 3 * width) }
  }
  var pair = 0
  while pair < products.count {
    let left = products.left[pair] + row
    let right = products.right[pair] + column
    let w0 = Unit.load(right)
    let w1 = count > 1 ? Unit.load(right + width) : w0
    let w2 = count > 2 ? Unit.load(right + 2 * width) : w0
    let w3 = count > 3 ? Unit.load(right + 3 * width) : w0
    for i in 0..<rows {
      let factor = V(repeating: left[i])
      s0[i] = Unit.multiplyAdd(s0[i], factor, w0)
      if count > 1 { s1[i] = Unit.multiplyAdd(s1[i], factor, w1) }
      if count > 2 { s2[i] = Unit.multiplyAdd(s2[i], factor, w2) }
      if count > 3 { s3[i] = Unit.multiplyAdd(s3[i], factor, w3) }
    }
    pair += 1
  }
  for i in 0..<rows {
    let to = sums + i * pitch
    store(s0[i], to)
    if count > 1 { store(s1[i], to + width) }
    if count > 2 { store(s2[i], to + 2 * width) }
    if count > 3 { store(s3[i], to + 3 * width) }
  }
}

/// Adds the tiles of `count` registers of columns, from top to bottom: of six rows, and where no more than four are left, as
/// those of a network's first layers are, of four.
///
/// - Parameter count: A literal.
@inlinable @inline(__always)
func outerTiles<Unit: VectorUnit>(_ unit: Unit.Type, count: Int, _ products: OuterProducts, column: Int) {
  var row = 0
  while row + 4 < products.rows {
    outerTile(unit, rows: 6, count: count, products, row: row, column: column)
    row += 6
  }
  if row < products.rows { outerTile(unit, rows: 4, count: count, products, row: row, column: column) }
}

/// Adds the products of all pairs.
///
/// - Parameter registers: The most that a tile is wide: 2 or 4, a literal.
@inlinable @inline(__always)
public func addOuterProducts<Unit: VectorUnit>(_ unit: Unit.Type, registers: Int, _ products: OuterProducts) {
  let width = Unit.Vector.scalarCount
  var column = 0
  while column < products.columns {
    let left = (products.columns - column + width - 1) / width
    if registers == 4 && left >= 4 {
      outerTiles(unit, count: 4, products, column: column)
      column += 4 * width
    } else if registers == 4 && left == 3 {
      outerTiles(unit, count: 3, products, column: column)
      column += 3 * width
    } else if left >= 2 {
      outerTiles(unit, count: 2, products, column: column)
      column += 2 * width
    } else {
      outerTiles(unit, count: 1, products, column: column)
      column += width
    }
  }
}

/// The same of rows that were copied for it: `sums[r, c] += sum over p of left[p, r] x right[p, c]`.
public struct PackedOuterProducts {
  /// As `packTiles` makes it: tiles `leftTileStride(count)` floats apart, each [count][6].
  public var left: UnsafePointer<Float>
  /// [count][rightPitch], as `packRows` makes it.
  public var right: UnsafePointer<Float>
  /// The columns rounded up to whole registers, at least; so is `pitch`.
  public var rightPitch: Int
  public var count: Int
  public var rows: Int
  public var columns: Int
  /// [rows rounded up to six][pitch] What lies beyond the rows and columns is written, too.
  public var sums: UnsafeMutablePointer<Float>
  public var pitch: Int

  public init(
    left: UnsafePointer<Float>, right: UnsafePointer<Float>, rightPitch: Int, count: Int, rows: Int, columns: Int,
    sums: UnsafeMutablePointer<Float>, pitch: Int
  ) {
    self.left = left
    self.right = right
    self.rightPitch = rightPitch
    self.count = count
    self.rows = rows
    self.columns = columns
    self.sums = sums
    self.pitch = pitch
  }
}

/// Adds one tile: six rows times `count` registers of columns.
///
/// - Parameter count: Registers, 1 to 4, a literal.
@inlinable @inline(__always)
func packedOuterTile<Unit: VectorUnit>(
  _ unit: Unit.Type, count: Int, _ products: PackedOuterProducts, row: Int, column: Int
) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  let pitch = products.pitch
  let sums = products.sums + (row * pitch + column)
  var s0 = TileColumn<V>(repeating: .zero)
  var s1 = s0
  var s2 = s0
  var s3 = s0
  for i in 0..<6 {
    let from = UnsafePointer(sums) + i * pitch
    s0[i] = Unit.load(from)
    if count > 1 { s1[i] = Unit.load(from + width) }
    if count > 2 { s2[i] = Unit.load(from + 2 * width) }
    if count > 3 { s3[i] = Unit.load(from + 3 * width) }
  }
  var left = products.left + row / 6 * leftTileStride(products.count)
  var right = products.right + column
  for _ in 0..<products.count {
    let w0 = Unit.load(right)
    let w1 = count > 1 ? Unit.load(right + width) : w0
    let w2 = count > 2 ? Unit.load(right + 2 * width) : w0
    let w3 = count > 3 ? Unit.load(right + 3 * width) : w0
    for i in 0..<6 {
      let factor = V(repeating: left[i])
      s0[i] = Unit.multiplyAdd(s0[i], factor, w0)
      if count > 1 { s1[i] = Unit.multiplyAdd(s1[i], factor, w1) }
      if count > 2 { s2[i] = Unit.multiplyAdd(s2[i], factor, w2) }
      if count > 3 { s3[i] = Unit.multiplyAdd(s3[i], factor, w3) }
    }
    left += 6
    right += products.rightPitch
  }
  for i in 0..<6 {
    let to = sums + i * pitch
    store(s0[i], to)
    if count > 1 { store(s1[i], to + width) }
    if count > 2 { store(s2[i], to + 2 * width) }
    if count > 3 { store(s3[i], to + 3 * width) }
  }
}

/// Adds the products of all rows.
///
/// - Parameter registers: The most that a tile is wide: 2 or 4, a literal.
@inlinable @inline(__always)
public func addPackedOuterProducts<Unit: VectorUnit>(
  _ unit: Unit.Type, registers: Int, _ products: PackedOuterProducts
) {
  let width = Unit.Vector.scalarCount
  var column = 0
  while column < products.columns {
    let left = (products.columns - column + width - 1) / width
    var row = 0
    if registers == 4 && left >= 4 {
      while row < products.rows {
        packedOuterTile(unit, count: 4, products, row: row, column: column)
        row += 6
      }
      column += 4 * width
    } else if registers == 4 && left == 3 {
      while row < products.rows {
        packedOuterTile(unit, count: 3, products, row: row, column: column)
        row += 6
      }
      column += 3 * width
    } else if left >= 2 {
      while row < products.rows {
        packedOuterTile(unit, count: 2, products, row: row, column: column)
        row += 6
      }
      column += 2 * width
    } else {
      while row < products.rows {
        packedOuterTile(unit, count: 1, products, row: row, column: column)
        row += 6
      }
      column += width
    }
  }
}

/// From a tile of copied left rows to the next, in floats: what the last store of a tile writes too much stays clear of it.
@inlinable @inline(__always)
public func leftTileStride(_ count: Int) -> Int { 6 * count + 2 }

/// Rows to be copied, a number of each: `columns` from `first` on.
public struct CopiedRows {
  /// [count]
  public var from: UnsafePointer<UnsafePointer<Float>>
  public var count: Int
  public var first: Int
  public var columns: Int
  public var target: UnsafeMutablePointer<Float>

  public init(
    from: UnsafePointer<UnsafePointer<Float>>, count: Int, first: Int, columns: Int,
    target: UnsafeMutablePointer<Float>
  ) {
    self.from = from
    self.count = count
    self.first = first
    self.columns = columns
    self.target = target
  }
}

/// Copies rows as the left ones of products, six numbers of each side by side. Up to seven numbers after a row are read.
///
/// The target has a tile of `leftTileStride(count)` floats for every six columns, the last of them begun.
@inlinable @inline(__always)
public func packTiles<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: CopiedRows) {
  let stride = 4 * leftTileStride(rows.count)
  // Row by row: they come from far away, and what is read ahead is of use. Eight numbers at once: the two too many are
  // written over by the next row.
  for pair in 0..<rows.count {
    let source = UnsafeRawPointer(rows.from[pair] + rows.first)
    var to = UnsafeMutableRawPointer(rows.target + pair * 6)
    var column = 0
    while column < rows.columns {
      to.storeBytes(
        of: (source + 4 * column).loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
      column += 6
      to += stride
    }
  }
}

/// Copies rows as the right ones of products: [count][columns rounded up to whole registers], zeros beyond the columns. Denormal
/// numbers that lay there would cost a hundred cycles each.
@inlinable @inline(__always)
public func packRows<Unit: VectorUnit>(_ unit: Unit.Type, pitch: Int, _ rows: CopiedRows) {
  let width = Unit.Vector.scalarCount
  for pair in 0..<rows.count {
    let from = rows.from[pair] + rows.first
    let to = rows.target + pair * pitch
    var column = 0
    while column + width <= rows.columns {
      store(Unit.load(from + column), to + column)
      column += width
    }
    while column < pitch {
      to[column] = column < rows.columns ? from[column] : 0
      column += 1
    }
  }
}

/// Pairs of rows whose products, number by number, add up: `sums[c] += sum over p of left[p][c] x right[p][c]`. What the
/// gradient of a depthwise convolution's weights is made of.
public struct InnerProducts {
  /// [count]
  public var left: UnsafePointer<UnsafePointer<Float>>
  public var right: UnsafePointer<UnsafePointer<Float>>
  public var count: Int
  public var columns: Int
  /// [columns]
  public var sums: UnsafeMutablePointer<Float>

  public init(
    left: UnsafePointer<UnsafePointer<Float>>, right: UnsafePointer<UnsafePointer<Float>>, count: Int, columns: Int,
    sums: UnsafeMutablePointer<Float>
  ) {
    self.left = left
    self.right = right
    self.count = count
    self.columns = columns
    self.sums = sums
  }
}

@inlinable @inline(__always)
public func addInnerProducts<Unit: VectorUnit>(_ unit: Unit.Type, _ products: InnerProducts) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var column = 0
  while column < products.columns {
    let left = products.columns - column
    let to = products.sums + column
    // Two sums, that a product need not wait for the one before it.
    var even = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(to))
    var odd = V.zero
    var pair = 0
    while pair + 1 < products.count {
      even = Unit.multiplyAdd(
        even, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.left[pair] + column)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.right[pair] + column)))
      odd = Unit.multiplyAdd(
        odd, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.left[pair + 1] + column)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.right[pair + 1] + column)))
      pair += 2
    }
    if pair < products.count {
      even = Unit.multiplyAdd(
        even, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.left[pair] + column)),
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(products.right[pair] + column)))
    }
    storeElements(unit, isBFloat16: false, left, even + odd, UnsafeMutableRawPointer(to))
    column += width
  }
}

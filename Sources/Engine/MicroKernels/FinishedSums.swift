/// Sums of products that lie in memory, and their places in a block's output.
public struct SumTile {
  /// [positions, registers of outputs], `pitch` floats from one position to the next; overwritten by long epilogues.
  public var sums: UnsafeMutablePointer<Float>
  public var pitch: Int
  /// The first position of the block, and how many.
  public var position: Int
  public var positions: Int
  /// The first output channel, and how many.
  public var column: Int
  public var outputs: Int

  @inlinable @inline(__always)
  public init(
    sums: UnsafeMutablePointer<Float>, pitch: Int, position: Int, positions: Int, column: Int, outputs: Int
  ) {
    self.sums = sums
    self.pitch = pitch
    self.position = position
    self.positions = positions
    self.column = column
    self.outputs = outputs
  }
}

/// Adds bias and residual to sums, applies the block's epilogue and stores them in the output's format.
@inlinable @inline(__always)
public func finishSums<Unit: VectorUnit>(_ unit: Unit.Type, _ block: GEMMBlock, _ tile: SumTile) {
  if block.epilogue.isShort {
    if block.outputIsBFloat16 {
      storeFinished(unit, isBFloat16: true, block, tile)
    } else {
      storeFinished(unit, isBFloat16: false, block, tile)
    }
    return
  }
  addResidual(unit, block, tile)
  let width = Unit.Vector.scalarCount
  applyApart(
    unit, block.epilogue, tile.sums, registers: ((tile.positions - 1) * tile.pitch + tile.outputs + width - 1) / width)
  storeApplied(unit, block, tile)
}

/// A position's sums with bias and residual, from one register on.
@inlinable @inline(__always)
func finished<Unit: VectorUnit>(
  _ unit: Unit.Type, _ block: GEMMBlock, _ tile: SumTile, _ i: Int, _ first: Int, _ bias: Unit.Vector
) -> Unit.Vector {
  let x = Unit.load(tile.sums + (i * tile.pitch + first)) + bias
  guard let residual = block.residual else { return x }
  let row = UnsafeRawPointer(residual + (tile.position + i) * block.residualPitch)
  let (left, channel) = (tile.outputs - first, tile.column + first)
  return block.residualIsBFloat16
    ? x + loadElements(unit, isBFloat16: true, left, row + 2 * channel)
    : x + loadElements(unit, isBFloat16: false, left, row + 4 * channel)
}

/// - Parameter isBFloat16: The output's format; a literal.
@inlinable @inline(__always)
func storeFinished<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool, _ block: GEMMBlock, _ tile: SumTile) {
  let width = Unit.Vector.scalarCount
  var first = 0
  while first < tile.outputs {
    let left = tile.outputs - first
    let bias = Unit.load(block.bias + (tile.column + first))
    let output =
      UnsafeMutableRawPointer(block.output + tile.position * block.outputPitch)
      + (tile.column + first) * (isBFloat16 ? 2 : 4)
    let rectifies = block.epilogue == .relu
    for i in 0..<tile.positions {
      var x = finished(unit, block, tile, i, first, bias)
      if rectifies { x = Unit.relu(x) }
      storeElements(unit, isBFloat16: isBFloat16, left, x, output + i * (4 * block.outputPitch))
    }
    first += width
  }
}

@inlinable @inline(__always)
func addResidual<Unit: VectorUnit>(_ unit: Unit.Type, _ block: GEMMBlock, _ tile: SumTile) {
  let width = Unit.Vector.scalarCount
  var first = 0
  while first < tile.outputs {
    let bias = Unit.load(block.bias + (tile.column + first))
    for i in 0..<tile.positions {
      store(finished(unit, block, tile, i, first, bias), tile.sums + (i * tile.pitch + first))
    }
    first += width
  }
}

@inlinable @inline(__always)
func storeApplied<Unit: VectorUnit>(_ unit: Unit.Type, _ block: GEMMBlock, _ tile: SumTile) {
  for i in 0..<tile.positions {
    let row = UnsafeMutableRawPointer(block.output + (tile.position + i) * block.outputPitch)
    var first = 0
    while first < tile.outputs {
      let x = Unit.load(tile.sums + (i * tile.pitch + first))
      let (left, channel) = (tile.outputs - first, tile.column + first)
      if block.outputIsBFloat16 {
        storeElements(unit, isBFloat16: true, left, x, row + 2 * channel)
      } else {
        storeElements(unit, isBFloat16: false, left, x, row + 4 * channel)
      }
      first += Unit.Vector.scalarCount
    }
  }
}

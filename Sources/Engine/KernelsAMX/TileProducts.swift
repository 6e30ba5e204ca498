internal import CSIMD
public import MicroKernels

/// Computes a block's positions times packed weights, bfloat16 inputs, by AMX's tiles: what `MicroKernels.gemmPanel` does
/// for every panel of four registers.
///
/// 32 positions are multiplied with 32 outputs at a time: two rows of tiles by two columns, so that every tile that is
/// loaded takes part in two products. A panel's rows lie as tiles of weights want them. Products are summed in steps of at
/// most ``DotSteps/most`` tiles' depth: the weights of a step and 32 outputs stay in the first-level cache while all
/// positions pass by, and the factors of a step in the second-level cache while all outputs do. Between steps the sums lie
/// in memory.
///
/// The sum of a position takes its products in an order that does not depend on the block.
///
/// Source: Intel's TDPBF16PS: products and sums in float32, denormals taken for zero. Goto and van de Geijn, "Anatomy of
/// High-Performance Matrix Multiplication", 2008.
///
/// - Parameters:
///   - weights: Packed panels of 64 outputs [depth][columns], the first one's first.
///   - depth: Rows of a panel.
///   - firstRow: The panels' first row that is multiplied.
@inline(never)
public func dotBlock(
  _ block: GEMMBlock, _ weights: UnsafePointer<Float>, depth: Int, firstRow: Int, outputs: Int
) {
  let steps = DotSteps(block)
  let factors = Factors(block)
  let groups = (block.positions + groupPositions - 1) / groupPositions
  let together = min(outputs, mostOutputs)
  let pairs = (together + pairOutputs - 1) / pairOutputs
  let tile = groupPositions * pairOutputs
  let layout = DotMemory(
    sums: steps.count > 1 ? groups * pairs * tile : tile, copies: Factors.floats(groups: groups, tiles: steps.longest),
    tiles: 2 * groups * steps.longest)
  withUnsafeTemporaryAllocation(byteCount: layout.bytes, alignment: 64) { memory in
    let memory = memory.baseAddress.unsafelyUnwrapped
    let sums = memory.assumingMemoryBound(to: Float.self)
    let copies = (memory + 4 * layout.sums).assumingMemoryBound(to: Float.self)
    let tiles = (memory + 4 * (layout.sums + layout.copies)).assumingMemoryBound(to: FactorTile.self)
    simd_tiles_begin(Int32(truncatingIfNeeded: steps.tileRows))
    var first = 0
    while first < outputs {
      let end = min(outputs, first + mostOutputs)
      for index in 0..<steps.count {
        let step = steps[index]
        if first == 0 || steps.count > 1 { factors.prepare(step, groups, copies, tiles) }
        var column = first
        while column < end {
          let panel = column / panelOutputs * panelOutputs
          let width = min(panelOutputs, (outputs - panel + tileDepth - 1) / tileDepth * tileDepth)
          let start = weights + (panel * depth + (firstRow + step.firstRow) * width + (column - panel))
          let product = DotProduct(
            weights: start, width: width, matrices: block.parts, matrixRows: steps.rows, secondRow: step.firstRows,
            count: step.tiles,
            hasRight: column - panel + tileDepth < width, isFirst: index == 0, isLast: index == steps.count - 1)
          let pair = (column - first) / pairOutputs
          for group in 0..<groups {
            let position = group * groupPositions
            let positions = min(groupPositions, block.positions - position)
            let at = steps.count > 1 ? sums + (pair * groups + group) * tile : sums
            if product.isLast { prefetch(block, position, positions, column) }
            product.run(tiles + 2 * group * step.tiles, positions, at)
            if product.isLast {
              finishSums(
                AMXUnit.self, block,
                SumTile(
                  sums: at, pitch: pairOutputs, position: position, positions: positions, column: column,
                  outputs: min(pairOutputs, outputs - column)))
            }
          }
          column += pairOutputs
        }
      }
      first = end
    }
    simd_tiles_end()
  }
}

/// Asks for what the sums will be added to and where they will be stored, while they are taken.
@inline(__always)
private func prefetch(_ block: GEMMBlock, _ position: Int, _ positions: Int, _ column: Int) {
  let offset = column * (block.outputIsBFloat16 ? 2 : 4)
  let output = UnsafeRawPointer(block.output + position * block.outputPitch) + offset
  for i in 0..<positions { simd_prefetch(output + i * 4 * block.outputPitch) }
  guard let residual = block.residual else { return }
  let from = UnsafeRawPointer(residual + position * block.residualPitch) + column * (block.residualIsBFloat16 ? 2 : 4)
  for i in 0..<positions { simd_prefetch(from + i * 4 * block.residualPitch) }
}

/// Positions, and outputs, that two rows and two columns of tiles have.
private let groupPositions = 32
private let pairOutputs = 32
/// Outputs of a full panel of weights.
private let panelOutputs = 64
/// Outputs whose sums wait in memory at a time.
private let mostOutputs = 512

/// How a call's memory is divided, in floats; on cache lines.
private struct DotMemory {
  let sums: Int
  let copies: Int
  let tiles: Int

  @inline(__always)
  var bytes: Int { 4 * (sums + copies) + tiles * MemoryLayout<FactorTile>.stride }
}

/// The products of one step with 32 outputs.
private struct DotProduct {
  let weights: UnsafePointer<Float>
  /// Columns of the panel.
  let width: Int
  /// Matrices of weights, and the rows of each.
  let matrices: Int
  let matrixRows: Int
  /// Where the second tile's weights begin, from the step's first row.
  let secondRow: Int
  /// Tiles.
  let count: Int
  let hasRight: Bool
  let isFirst: Bool
  let isLast: Bool

  /// - Parameters:
  ///   - tiles: [count] pairs of upper and lower.
  ///   - sums: [32, 32]
  @inline(__always)
  func run(_ tiles: UnsafePointer<FactorTile>, _ positions: Int, _ sums: UnsafeMutablePointer<Float>) {
    let pitch = 4 * pairOutputs
    let lower = sums + tileDepth * pairOutputs
    if isFirst { simd_tiles_zero() } else { simd_tiles_load(sums, lower, pitch) }
    switch (positions > tileDepth, hasRight) {
    case (true, true): add(tiles, hasLower: true, hasRight: true)
    case (true, false): add(tiles, hasLower: true, hasRight: false)
    case (false, true): add(tiles, hasLower: false, hasRight: true)
    case (false, false): add(tiles, hasLower: false, hasRight: false)
    }
    simd_tile_store_upper_left(sums, pitch)
    simd_tile_store_upper_right(sums + tileDepth, pitch)
    simd_tile_store_lower_left(lower, pitch)
    simd_tile_store_lower_right(lower + tileDepth, pitch)
  }

  @inline(__always)
  private func add(_ tiles: UnsafePointer<FactorTile>, hasLower: Bool, hasRight: Bool) {
    for matrix in 0..<matrices {
      add(tiles, weights + matrix * matrixRows * width, hasLower: hasLower, hasRight: hasRight)
    }
  }

  @inline(__always)
  private func add(
    _ tiles: UnsafePointer<FactorTile>, _ weights: UnsafePointer<Float>, hasLower: Bool, hasRight: Bool
  ) {
    var tile = tiles
    let pitch = 4 * width
    var from = weights
    for index in 0..<count {
      simd_tile_load_upper(tile[0].start, tile[0].pitch)
      simd_tile_load_left(from, pitch)
      simd_tile_multiply_upper_left()
      if hasRight {
        simd_tile_load_right(from + tileDepth, pitch)
        simd_tile_multiply_upper_right()
      }
      if hasLower {
        simd_tile_load_lower(tile[1].start, tile[1].pitch)
        simd_tile_multiply_lower_left()
        if hasRight { simd_tile_multiply_lower_right() }
      }
      tile += 2
      from += (index == 0 ? secondRow : tileDepth) * width
    }
  }
}

internal import CSIMD
public import MicroKernels

/// Computes a block's positions times packed weights, bfloat16 inputs, by AMX's tiles: what `MicroKernels.gemmPanel` does
/// for every panel.
///
/// 32 positions are multiplied with 32 outputs at a time: two rows of tiles by two columns, so that every tile that is
/// loaded takes part in two products. A panel's rows lie as tiles of weights want them. Deep products are summed in steps of
/// ``DotSteps/most`` tiles: the weights of a step and 32 outputs stay in the first-level cache while all positions pass by, and
/// the factors of a step in the second-level cache while all outputs do. Between steps the sums lie in memory. The weights
/// that come next are fetched into the second-level cache meanwhile.
///
/// The sum of a position takes its products in an order that does not depend on the block.
///
/// Source: Intel's TDPBF16PS: products and sums in float32, denormals taken for zero. Goto and van de Geijn, "Anatomy of
/// High-Performance Matrix Multiplication", 2008.
///
/// - Parameters:
///   - weights: Packed panels of ``panelOutputs`` outputs [depth][columns], the first one's first.
///   - depth: Rows of a panel.
///   - firstRow: The panels' first row that is multiplied.
@inline(never)
public func dotBlock(
  _ block: GEMMBlock, _ weights: UnsafePointer<Float>, depth: Int, firstRow: Int, outputs: Int
) {
  multiply(integers: false, block, weights, depth: depth, firstRow: firstRow, outputs: outputs)
}

/// The same for integers of 8 bits: a float of factors and weights is four of them, and the block says how their sums become
/// outputs.
///
/// Source: Intel's TDPBUSD: sums are integers of 32 bits, so that they are exact.
@inline(never)
public func integerBlock(
  _ block: GEMMBlock, _ weights: UnsafePointer<Float>, depth: Int, firstRow: Int, outputs: Int
) {
  multiply(integers: true, block, weights, depth: depth, firstRow: firstRow, outputs: outputs)
}

/// - Parameter integers: A literal.
@inline(__always)
private func multiply(
  integers: Bool, _ block: GEMMBlock, _ weights: UnsafePointer<Float>, depth: Int, firstRow: Int, outputs: Int
) {
  let steps = DotSteps(block)
  let factors = Factors(block)
  let groups = (block.positions + groupPositions - 1) / groupPositions
  let together = min(outputs, mostOutputs)
  let pairs = (together + panelOutputs - 1) / panelOutputs
  let tile = groupPositions * panelOutputs
  let layout = DotMemory(
    sums: block.storesWholeSums ? 0 : steps.count > 1 ? groups * pairs * tile : tile,
    copies: factors.copiesNothing ? 0 : Factors.floats(groups: groups, tiles: steps.longest),
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
          let width = min(panelOutputs, (outputs - column + tileDepth - 1) / tileDepth * tileDepth)
          let start = weights + (column * depth + (firstRow + step.firstRow) * width)
          let product = DotProduct(
            integers: integers, weights: start, width: width, matrices: block.parts, matrixRows: steps.rows,
            secondRow: step.firstRows, tileRows: steps.tileRows, count: step.tiles, hasRight: width > tileDepth,
            isLast: index == steps.count - 1)
          let pair = (column - first) / panelOutputs
          for group in 0..<groups {
            let position = group * groupPositions
            if !block.storesWholeSums && column + panelOutputs < end {
              // As much of the next panel as there are products to hide it behind.
              fetch(start + depth * width, step, steps.tileRows, group, of: groups, width)
            }
            let positions = min(groupPositions, block.positions - position)
            if block.storesWholeSums {
              product.run(
                tiles + 2 * group * step.tiles, positions, block.output + (position * block.outputPitch + column),
                pitch: block.outputPitch, begins: index == 0 && block.residual == nil)
              continue
            }
            let at = steps.count > 1 ? sums + (pair * groups + group) * tile : sums
            if product.isLast { prefetch(block, position, positions, column) }
            product.run(
              tiles + 2 * group * step.tiles, positions, at, pitch: panelOutputs, begins: index == 0)
            if !product.isLast { continue }
            let sums = SumTile(
              sums: at, pitch: panelOutputs, position: position, positions: positions, column: column,
              outputs: min(panelOutputs, outputs - column))
            if integers {
              finishIntegers(block, sums)
            } else if storesRows(block, outputs: outputs - column) {
              storeRows(block, at, position: position, positions: positions, column: column)
            } else {
              finishSums(AMXUnit.self, block, sums)
            }
          }
          column += panelOutputs
        }
      }
      first = end
    }
    simd_tiles_end()
  }
}

/// Asks for a share of a step's weights in a panel.
@inline(__always)
private func fetch(
  _ panel: UnsafePointer<Float>, _ step: DotSteps.Step, _ tileRows: Int, _ group: Int, of groups: Int, _ width: Int
) {
  let lines = (step.firstRows + (step.tiles - 1) * tileRows) * width / tileDepth
  for line in lines * group / groups..<lines * (group + 1) / groups { simd_prefetch(panel + line * tileDepth) }
}

/// Asks for what the sums will be added to and where they will be stored, while they are taken.
@inline(__always)
private func prefetch(_ block: GEMMBlock, _ position: Int, _ positions: Int, _ column: Int) {
  let offset = column * (block.quantized?.outputIsUInt8 == true ? 1 : block.outputIsBFloat16 ? 2 : 4)
  let output = UnsafeRawPointer(block.output + position * block.outputPitch) + offset
  for i in 0..<positions { simd_prefetch(output + i * 4 * block.outputPitch) }
  guard let residual = block.residual else { return }
  let size = block.quantized?.residualIsUInt8 == true ? 1 : block.residualIsBFloat16 ? 2 : 4
  let from = UnsafeRawPointer(residual + position * block.residualPitch) + column * size
  for i in 0..<positions { simd_prefetch(from + i * 4 * block.residualPitch) }
}

/// Positions, and outputs, that two rows and two columns of tiles have; the outputs are a full panel of weights.
private let groupPositions = 32
public let panelOutputs = 32
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
  /// Whether factors and weights are integers; a literal.
  let integers: Bool
  let weights: UnsafePointer<Float>
  /// Columns of the panel.
  let width: Int
  /// Matrices of weights, and the rows of each.
  let matrices: Int
  let matrixRows: Int
  /// Where the second tile's weights begin, from the step's first row.
  let secondRow: Int
  /// From a later tile's weights to the next one's, in rows.
  let tileRows: Int
  /// Tiles.
  let count: Int
  let hasRight: Bool
  let isLast: Bool

  /// - Parameters:
  ///   - tiles: [count] pairs of upper and lower.
  ///   - positions: 1 to 32; of the sums whole tiles are written that have one.
  ///   - sums: [32, 32], `pitch` floats from one position to the next.
  ///   - begins: Whether the sums begin here; else they go on from what they are.
  @inline(__always)
  func run(
    _ tiles: UnsafePointer<FactorTile>, _ positions: Int, _ sums: UnsafeMutablePointer<Float>, pitch: Int, begins: Bool
  ) {
    let (hasLower, bytes) = (positions > tileDepth, 4 * pitch)
    let lower = hasLower ? sums + tileDepth * pitch : sums
    // Where there is no second one, the first one's are read.
    let right = hasRight ? tileDepth : 0
    if begins { simd_tiles_zero() } else { simd_tiles_load(sums, lower, right, bytes) }
    switch (hasLower, hasRight) {
    case (true, true): add(tiles, hasLower: true, hasRight: true)
    case (true, false): add(tiles, hasLower: true, hasRight: false)
    case (false, true): add(tiles, hasLower: false, hasRight: true)
    case (false, false): add(tiles, hasLower: false, hasRight: false)
    }
    simd_tile_store_upper_left(sums, bytes)
    if hasRight { simd_tile_store_upper_right(sums + tileDepth, bytes) }
    if hasLower {
      simd_tile_store_lower_left(lower, bytes)
      if hasRight { simd_tile_store_lower_right(lower + tileDepth, bytes) }
    }
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
      if integers { simd_tile_multiply_bytes_upper_left() } else { simd_tile_multiply_upper_left() }
      if hasRight {
        simd_tile_load_right(from + tileDepth, pitch)
        if integers { simd_tile_multiply_bytes_upper_right() } else { simd_tile_multiply_upper_right() }
      }
      if hasLower {
        simd_tile_load_lower(tile[1].start, tile[1].pitch)
        if integers { simd_tile_multiply_bytes_lower_left() } else { simd_tile_multiply_lower_left() }
        if hasRight {
          if integers { simd_tile_multiply_bytes_lower_right() } else { simd_tile_multiply_lower_right() }
        }
      }
      tile += 2
      from += (index == 0 ? secondRow : tileRows) * width
    }
  }
}

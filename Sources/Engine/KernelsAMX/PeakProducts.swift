internal import CSIMD

/// Tiles of sums that an iteration adds products to, and the products of each: 32 to each of 16 x 16 sums.
public let peakSums = 4
public let peakLanes = 16 * 16 * 32

/// Multiplies tiles that stay in their registers: the most that a processor's tile registers can do.
///
/// - Returns: A sum, so that nothing is optimised away.
@inline(never)
public func peakProducts(_ iterations: Int, _ factor: Float) -> Float {
  peakProducts(integers: false, iterations, factor)
}

/// The same of integers: twice as many.
@inline(never)
public func peakIntegerProducts(_ iterations: Int, _ factor: Float) -> Float {
  peakProducts(integers: true, iterations, factor)
}

/// - Parameter integers: A literal.
@inline(__always)
private func peakProducts(integers: Bool, _ iterations: Int, _ factor: Float) -> Float {
  withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 64) { memory in
    let tile = memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    tile.update(repeating: factor, count: 256)
    simd_tiles_begin(16)
    simd_tiles_zero()
    simd_tile_load_upper(tile, 64)
    simd_tile_load_lower(tile, 64)
    simd_tile_load_left(tile, 64)
    simd_tile_load_right(tile, 64)
    for _ in 0..<iterations {
      if integers {
        simd_tile_multiply_bytes_upper_left()
        simd_tile_multiply_bytes_upper_right()
        simd_tile_multiply_bytes_lower_left()
        simd_tile_multiply_bytes_lower_right()
      } else {
        simd_tile_multiply_upper_left()
        simd_tile_multiply_upper_right()
        simd_tile_multiply_lower_left()
        simd_tile_multiply_lower_right()
      }
    }
    simd_tile_store_upper_left(tile, 64)
    simd_tiles_end()
    return tile[0]
  }
}

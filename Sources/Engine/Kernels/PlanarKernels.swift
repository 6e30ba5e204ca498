internal import MicroKernels

/// Inner loops with positions in the lanes for one instruction set: see `MicroKernels.planarRow`.
struct PlanarKernels: Sendable {
  let row: @Sendable (PlanarRow) -> Void
  /// Writes a line's channels to planes.
  let split: @Sendable (PlanarColumns) -> Void
  /// Output channels of a tile.
  let channels: Int
  /// Output positions of a tile at most.
  let positions: Int
}

extension KernelTable {
  /// Those of products of integers.
  var planarOfIntegers: PlanarKernels {
    PlanarKernels(row: integers.planarRow, split: planar.split, channels: planar.channels, positions: planar.positions)
  }
}

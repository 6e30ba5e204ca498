internal import MicroKernels

/// First layers' inner loops for one instruction set: see `MicroKernels.planarRow`.
struct PlanarKernels: Sendable {
  let row: @Sendable (PlanarRow) -> Void
  /// Output channels of a tile.
  let channels: Int
  /// Output positions of a tile.
  let positions: Int
}

internal import MicroKernels
internal import Tensors

/// Cuts a map into Winograd's tiles, four outputs to a side, and finds their positions.
///
/// Along height and width a dilated convolution is several plain ones whose positions interleave: a tile belongs to one
/// of them, and its positions lie `dilation` apart. Along time a tile is four frames of one position.
struct WinogradTiles {
  enum Axis: Sendable { case space, time }

  let axis: Axis
  let batch: Int
  let extent: Extent3
  let dilation: Extent3
  /// Tiles along each axis; where the convolution is dilated, along each axis of one of the interleaved planes.
  private let grid: Extent3

  init(_ axis: Axis, batch: Int, extent: Extent3, dilation: Extent3) {
    self.axis = axis
    self.batch = batch
    self.extent = extent
    self.dilation = dilation
    func tiles(_ length: Int, _ dilation: Int) -> Int { ((length + dilation - 1) / dilation + 3) / 4 }
    switch axis {
    case .space:
      grid = Extent3(extent.t, tiles(extent.h, dilation.h), tiles(extent.w, dilation.w))
    case .time:
      grid = Extent3(tiles(extent.t, 1), extent.h, extent.w)
    }
  }

  var count: Int { batch * grid.count * (axis == .space ? dilation.h * dilation.w : 1) }

  /// The position of a tile's first output.
  struct TilePosition {
    let frame: Int
    let t: Int
    let h: Int
    let w: Int
  }

  /// Tiles that follow each other lie next to each other: in a row of one plane, or in a row of positions.
  func place(_ tile: Int) -> TilePosition {
    let x = tile % grid.w
    let y = tile / grid.w % grid.h
    let rest = tile / (grid.w * grid.h)
    switch axis {
    case .space:
      let phases = dilation.h * dilation.w
      let phase = rest % phases
      return TilePosition(
        frame: rest / phases, t: 0, h: phase / dilation.w + 4 * y * dilation.h,
        w: phase % dilation.w + 4 * x * dilation.w)
    case .time:
      return TilePosition(frame: rest / grid.t * extent.t, t: 4 * (rest % grid.t), h: y, w: x)
    }
  }

  /// Writes the addresses of a tile's inputs: [6][6] in space, [6] in time; zeros stand for the padding.
  func inputs(
    _ tile: Int, of map: FeatureMap, zeros: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let place = place(tile)
    let start = UnsafePointer(map.start)
    switch axis {
    case .space:
      for i in 0..<6 {
        let h = place.h + (i - 1) * dilation.h
        let line = start + ((place.frame * extent.h) + h) * extent.w * map.pitch
        for j in 0..<6 {
          let w = place.w + (j - 1) * dilation.w
          let inside = h >= 0 && h < extent.h && w >= 0 && w < extent.w
          rows[6 * i + j] = inside ? line + w * map.pitch : zeros
        }
      }
    case .time:
      let position = place.h * extent.w + place.w
      for i in 0..<6 {
        let t = place.t + i - 1
        let inside = t >= 0 && t < extent.t
        rows[i] = inside ? start + ((place.frame + t) * extent.h * extent.w + position) * map.pitch : zeros
      }
    }
  }

  /// Writes the addresses of a tile's outputs in a map: [4][4] in space, [4] in time; nil outside.
  func outputs(_ tile: Int, of map: FeatureMap, _ positions: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>) {
    let place = place(tile)
    switch axis {
    case .space:
      for i in 0..<4 {
        let h = place.h + i * dilation.h
        let line = map.start + ((place.frame * extent.h) + h) * extent.w * map.pitch
        for j in 0..<4 {
          let w = place.w + j * dilation.w
          positions[4 * i + j] = h < extent.h && w < extent.w ? line + w * map.pitch : nil
        }
      }
    case .time:
      let position = place.h * extent.w + place.w
      for i in 0..<4 {
        let t = place.t + i
        positions[i] =
          t < extent.t ? map.start + ((place.frame + t) * extent.h * extent.w + position) * map.pitch : nil
      }
    }
  }

  /// Writes the addresses of a tile's outputs in their gradient: [4][4] in space, [4] in time; zeros stand for what lies
  /// outside.
  func gradients(
    _ tile: Int, of map: FeatureMap, zeros: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let count = axis == .space ? 16 : 4
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: count) { positions in
      guard let first = positions.baseAddress else { return }
      outputs(tile, of: map, first)
      for i in 0..<count { rows[i] = first[i].map { UnsafePointer($0) } ?? zeros }
    }
  }
}

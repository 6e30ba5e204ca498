internal import MicroKernels
internal import Tensors

/// Cuts a map into Winograd's tiles, two or four outputs to a side, and finds their positions.
///
/// Along height and width a dilated convolution is several plain ones whose positions interleave: a tile belongs to one
/// of them, and its positions lie `dilation` apart. Along time a tile is four frames of one position.
struct WinogradTiles {
  enum Axis: Sendable {
    /// Height and width, F(4 x 4, 3 x 3).
    case space
    /// Height and width of maps in bfloat16, F(2 x 2, 3 x 3).
    case spacePairs
    /// F(4, 3).
    case time

    /// Outputs along an axis of a tile.
    var side: Int { self == .spacePairs ? 2 : 4 }

    /// Inputs along an axis of a tile: with its neighbours.
    var window: Int { side + 2 }

    /// The products of a tile, for a pair of channels.
    var points: Int { self == .time ? window : window * window }

    /// The outputs of a tile.
    var outputs: Int { self == .time ? side : side * side }
  }

  let axis: Axis
  let batch: Int
  let extent: Extent3
  let dilation: Extent3
  private let rows: Line
  private let columns: Line
  /// Frames, or along time fours of them.
  private let times: Int

  /// How a line of the map is cut: into the interleaved lines of a dilated convolution, and these into tiles.
  private struct Line {
    let side: Int
    let dilation: Int
    /// The first lines have a position more than the others, where the length does not divide evenly.
    let longer: Int
    /// Tiles of one of these, and of one of the others.
    let perLonger: Int
    let perShorter: Int

    init(_ length: Int, side: Int, dilation: Int) {
      self.side = side
      self.dilation = dilation
      longer = length % dilation
      perLonger = (length / dilation + side) / side
      perShorter = (length / dilation + side - 1) / side
    }

    var count: Int { longer * perLonger + (dilation - longer) * perShorter }

    /// The position of a tile's first output.
    func first(_ tile: Int) -> Int {
      let others = tile - longer * perLonger
      return others < 0
        ? tile / perLonger + tile % perLonger * side * dilation
        : longer + others / perShorter + others % perShorter * side * dilation
    }
  }

  init(_ axis: Axis, batch: Int, extent: Extent3, dilation: Extent3) {
    self.axis = axis
    self.batch = batch
    self.extent = extent
    self.dilation = dilation
    switch axis {
    case .space, .spacePairs:
      rows = Line(extent.h, side: axis.side, dilation: dilation.h)
      columns = Line(extent.w, side: axis.side, dilation: dilation.w)
      times = extent.t
    case .time:
      rows = Line(extent.h, side: 1, dilation: 1)
      columns = Line(extent.w, side: 1, dilation: 1)
      times = (extent.t + axis.side - 1) / axis.side
    }
  }

  var count: Int { batch * times * rows.count * columns.count }

  /// The position of a tile's first output.
  struct TilePosition {
    let frame: Int
    let t: Int
    let h: Int
    let w: Int
  }

  /// Tiles that follow each other lie next to each other: in a row of one plane, or in a row of positions.
  func place(_ tile: Int) -> TilePosition {
    let w = columns.first(tile % columns.count)
    let line = tile / columns.count
    let h = rows.first(line % rows.count)
    let frame = line / rows.count
    switch axis {
    case .space, .spacePairs: return TilePosition(frame: frame, t: 0, h: h, w: w)
    case .time: return TilePosition(frame: frame / times * extent.t, t: frame % times * axis.side, h: h, w: w)
    }
  }

  /// Writes the addresses of a tile's inputs: [6][6] in space, [4][4] in pairs, [6] in time; zeros stand for the padding.
  func inputs(
    _ tile: Int, of map: FeatureMap, zeros: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let place = place(tile)
    let start = UnsafePointer(map.start)
    switch axis {
    case .space, .spacePairs:
      let window = axis.window
      for i in 0..<window {
        let h = place.h + (i - 1) * dilation.h
        let line = start + ((place.frame * extent.h) + h) * extent.w * map.pitch
        for j in 0..<window {
          let w = place.w + (j - 1) * dilation.w
          let inside = h >= 0 && h < extent.h && w >= 0 && w < extent.w
          rows[window * i + j] = inside ? line + w * map.pitch : zeros
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

  /// Writes the addresses of a tile's outputs in a map: [4][4] in space, [2][2] in pairs, [4] in time; nil outside.
  func outputs(_ tile: Int, of map: FeatureMap, _ positions: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>) {
    let place = place(tile)
    switch axis {
    case .space, .spacePairs:
      let side = axis.side
      for i in 0..<side {
        let h = place.h + i * dilation.h
        let line = map.start + ((place.frame * extent.h) + h) * extent.w * map.pitch
        for j in 0..<side {
          let w = place.w + j * dilation.w
          positions[side * i + j] = h < extent.h && w < extent.w ? line + w * map.pitch : nil
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

  /// Writes the addresses of a tile's outputs in their gradient: [4][4] in space, [2][2] in pairs, [4] in time; zeros stand for what lies
  /// outside.
  func gradients(
    _ tile: Int, of map: FeatureMap, zeros: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let count = axis.outputs
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: count) { positions in
      guard let first = positions.baseAddress else { return }
      outputs(tile, of: map, first)
      for i in 0..<count { rows[i] = first[i].map { UnsafePointer($0) } ?? zeros }
    }
  }
}

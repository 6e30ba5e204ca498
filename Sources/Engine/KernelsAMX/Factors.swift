internal import MicroKernels

/// Where a tile of factors lies, and the bytes from one of its rows to the next.
struct FactorTile {
  let start: UnsafePointer<Float>
  let pitch: Int
}

/// What a block's positions see, as tiles.
///
/// They are read where they lie, where 16 positions follow each other evenly and a tap's channels divide into tiles. Else they
/// are copied.
struct Factors {
  private let rows: UnsafePointer<UnsafePointer<Float>>
  private let starts: UnsafePointer<UnsafePointer<Float>>?
  private let step: Int
  private let taps: Int
  private let channels: Int
  private let offset: Int
  private let positions: Int
  private let mayReadOn: Bool
  /// Floats of a tap's channels that a tile takes; nil where they do not divide into tiles.
  private let lanes: Int?

  @inline(__always)
  init(_ block: GEMMBlock) {
    rows = block.rows
    starts = block.starts
    step = block.step
    taps = block.taps
    channels = block.channels
    offset = block.rowOffset
    positions = block.positions
    mayReadOn = block.mayReadOn
    lanes = DotSteps.rowsOfTile(block.channels)
  }

  /// Floats that the copies of a step's tiles take: every row writes whole registers.
  @inline(__always)
  static func floats(groups: Int, tiles: Int) -> Int { 2 * tileDepth * groups * tiles * tileDepth + tileDepth }

  /// Whether all tiles are read where they lie, for certain.
  @inline(__always)
  var copiesNothing: Bool { starts != nil && readsInPlace && (mayReadOn || positions % tileDepth == 0) }

  /// Makes the tiles of a step: [groups][tiles of the step] pairs of upper and lower.
  ///
  /// - Parameter copies: `floats(groups:tiles:)` of them.
  func prepare(
    _ step: DotSteps.Step, _ groups: Int, _ copies: UnsafeMutablePointer<Float>,
    _ tiles: UnsafeMutablePointer<FactorTile>
  ) {
    let size = tileDepth * step.tiles * tileDepth
    let (tap, channel) = (step.firstRow / channels, step.firstRow % channels)
    for half in 0..<2 * groups {
      let first = half * tileDepth
      let target = tiles + (half / 2 * step.tiles * 2 + half % 2)
      if first >= positions {
        // Nobody reads it.
      } else if let starts, readsInPlace, mayReadOn || first + tileDepth <= positions {
        useTiles(step, starts + tap, channel, first, target)
      } else if readsInPlace {
        findTiles(step, tap, channel, first, copies + half * size, target)
      } else {
        copyRows(step, tap, channel, first, copies + half * size, target)
      }
    }
  }

  /// Whether tiles are found in the input.
  @inline(__always)
  private var readsInPlace: Bool { lanes != nil }

  /// Tiles of positions that are known to follow each other evenly.
  @inline(__always)
  private func useTiles(
    _ step: DotSteps.Step, _ starts: UnsafePointer<UnsafePointer<Float>>, _ channel: Int, _ first: Int,
    _ tiles: UnsafeMutablePointer<FactorTile>
  ) {
    let lanes = lanes ?? tileDepth
    var (tap, channel) = (starts, channel)
    for index in 0..<step.tiles {
      tiles[2 * index] = FactorTile(
        start: tap.pointee + (offset + channel + first * self.step), pitch: 4 * self.step)
      channel += lanes
      if channel >= channels { (tap, channel) = (tap + 1, 0) }
    }
  }

  /// Where the address of a position's channels under a tap stands, which is `shift(position)` floats too small; that of the
  /// next tap stands `nextTap` places on. Positions after the last one are the last one again.
  @inline(__always)
  private func entry(_ position: Int, _ tap: Int) -> UnsafePointer<UnsafePointer<Float>> {
    if let starts { return starts + tap }
    let position = min(position, positions - 1)
    return rows + ((position / tilePositions * taps + tap) * tilePositions + position % tilePositions)
  }

  @inline(__always)
  private func shift(_ position: Int) -> Int { offset + (starts == nil ? 0 : min(position, positions - 1) * step) }

  @inline(__always)
  private var nextTap: Int { starts == nil ? tilePositions : 1 }

  /// Where the channels of sixteen positions begin under a tap.
  private typealias Places = InlineArray<16, UnsafePointer<Float>>

  @inline(__always)
  private func findTiles(
    _ step: DotSteps.Step, _ tap: Int, _ channel: Int, _ first: Int, _ copies: UnsafeMutablePointer<Float>,
    _ tiles: UnsafeMutablePointer<FactorTile>
  ) {
    var entries = InlineArray<16, UnsafePointer<UnsafePointer<Float>>>(repeating: rows)
    var shifts = InlineArray<16, Int>(repeating: 0)
    for i in 0..<16 {
      entries[i] = entry(first + i, tap)
      shifts[i] = shift(first + i)
    }
    let lanes = lanes ?? tileDepth
    var index = 0
    var channel = channel
    while index < step.tiles {
      let count = min((channels - channel) / lanes, step.tiles - index)
      var places = Places(repeating: rows.pointee)
      for i in 0..<16 {
        places[i] = entries[i].pointee + (shifts[i] + channel)
        entries[i] += nextTap
      }
      let pitch = places[1] - places[0]
      var isEven = true
      for i in 2..<16 { isEven = isEven && places[i] == places[0] + i * pitch }
      for tile in 0..<count {
        if isEven {
          tiles[2 * index] = FactorTile(start: places[0] + tile * lanes, pitch: 4 * pitch)
        } else {
          let copy = copies + index * tileDepth * tileDepth
          for i in 0..<16 { Self.store(AMXUnit.loadFirst(lanes, places[i] + tile * lanes), copy + i * tileDepth) }
          tiles[2 * index] = FactorTile(start: copy, pitch: 4 * tileDepth)
        }
        index += 1
      }
      channel = 0
    }
  }

  /// Copies what some positions see, tap after tap.
  @inline(__always)
  private func copyRows(
    _ step: DotSteps.Step, _ tap: Int, _ channel: Int, _ first: Int, _ copies: UnsafeMutablePointer<Float>,
    _ tiles: UnsafeMutablePointer<FactorTile>
  ) {
    let pitch = step.tiles * tileDepth
    for i in 0..<min(tileDepth, positions - first) {
      var source = Source(entry: entry(first + i, tap), shift: shift(first + i), channel: channel)
      let target = copies + i * pitch
      if channels % 4 == 0 {
        if step.firstRows < tileDepth { Self.store(.zero, target) }
        copyFours(step.firstRows, &source, target)
        copyFours(pitch - tileDepth, &source, target + tileDepth)
      } else {
        copy(step.firstRows, &source, target)
        copy(pitch - tileDepth, &source, target + tileDepth)
      }
    }
    for index in 0..<step.tiles {
      tiles[2 * index] = FactorTile(start: copies + index * tileDepth, pitch: 4 * pitch)
    }
  }

  /// A place among what a position sees.
  private struct Source {
    var entry: UnsafePointer<UnsafePointer<Float>>
    let shift: Int
    var channel: Int
  }

  /// Copies some floats, with zeros after them up to a whole register.
  @inline(__always)
  private func copy(_ count: Int, _ source: inout Source, _ target: UnsafeMutablePointer<Float>) {
    var at = 0
    while at < count {
      let run = min(channels - source.channel, count - at)
      let from = source.entry.pointee + (source.shift + source.channel)
      var c = 0
      while c < run {
        let lanes = min(tileDepth, run - c)
        Self.store(AMXUnit.loadFirst(lanes, from + c), target + (at + c))
        c += tileDepth
      }
      at += run
      source.channel += run
      if source.channel == channels {
        source.entry += nextTap
        source.channel = 0
      }
    }
  }

  /// Copies some floats, a multiple of four, where channels are one, too: such stores never reach over the end of a cache
  /// line, which costs as much as several.
  @inline(__always)
  private func copyFours(_ count: Int, _ source: inout Source, _ target: UnsafeMutablePointer<Float>) {
    // After the last tap there is no address to look at.
    if count == 0 { return }
    var from = source.entry.pointee + (source.shift + source.channel)
    var left = channels - source.channel
    var at = 0
    while at < count {
      let four = UnsafeRawPointer(from).loadUnaligned(as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(target + at).storeBytes(of: four, as: SIMD4<Float>.self)
      (at, from, left) = (at + 4, from + 4, left - 4)
      if left == 0 {
        source.entry += nextTap
        if at < count { from = source.entry.pointee + source.shift }
        left = channels
      }
    }
    source.channel = channels - left
  }

  @inline(__always)
  private static func store(_ x: SIMD16<Float>, _ to: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(to).storeBytes(of: x, as: SIMD16<Float>.self)
  }
}

internal import MicroKernels
internal import Parallel
public import Tensors

/// Maps that are kept in bfloat16 and computed with in float32, on every instruction set and with the same bits on all.
extension Engine {
  /// Copies a map of bfloat16 as float32.
  ///
  /// - Parameter target: Of the same positions and channels, in float32.
  public func widen(_ map: FeatureMap, into target: FeatureMap) {
    precondition(
      map.format == .bfloat16 && target.format == .float32 && map.positions == target.positions
        && map.channels == target.channels, "a map of bfloat16 is widened into one of float32 with its shape")
    forEachBlock(map, BatchSplit()) { positions, _ in
      kernels.gradients.widenRows(
        rows(target.start + positions.lowerBound * target.pitch, target.pitch, map, positions))
    }
  }

  /// Rounds a map of float32 to bfloat16: nearest, ties to even; a NaN stays one.
  ///
  /// - Parameter target: Of the same positions and channels, in bfloat16.
  public func round(_ map: FeatureMap, into target: FeatureMap) {
    precondition(
      map.format == .float32 && target.format == .bfloat16 && map.positions == target.positions
        && map.channels == target.channels, "a map of float32 is rounded into one of bfloat16 with its shape")
    forEachBlock(target, BatchSplit()) { positions, _ in
      kernels.gradients.roundRows(
        rows(map.start + positions.lowerBound * map.pitch, map.pitch, target, positions))
    }
  }

  /// Some positions of a map of bfloat16, with those that begin at some floats.
  func rows(
    _ floats: UnsafeMutablePointer<Float>, _ pitch: Int, _ map: FeatureMap, _ positions: Range<Int>
  ) -> BFloat16Rows {
    BFloat16Rows(
      floats: floats, pitch: pitch, numbers: map.bfloat16Channels(of: positions.lowerBound), numbersPitch: map.pitch,
      positions: positions.count, channels: map.channels)
  }
}

/// Blocks of positions of maps of either format, in float32: where they lie, or copies in a thread's memory.
struct WidenedBlocks {
  private let engine: Engine
  /// Where the next copy goes.
  private var free: UnsafeMutablePointer<Float>

  init(_ memory: UnsafeMutablePointer<Float>, _ engine: Engine) { (free, self.engine) = (memory, engine) }

  /// The floats that a block's copies of some maps take.
  static func floats(_ maps: [FeatureMap?], positions: Int) -> Int {
    maps.reduce(0) { $0 + ($1?.format == .bfloat16 ? ($1!.channels * positions + 15) / 16 * 16 : 0) }
  }

  /// The numbers of some positions: from one to the next lie `pitch` floats.
  mutating func read(
    _ map: FeatureMap, _ positions: Range<Int>
  ) -> (start: UnsafeMutablePointer<Float>, pitch: Int) {
    let place = place(of: map, positions)
    if map.format == .bfloat16 {
      engine.kernels.gradients.widenRows(engine.rows(place.start, place.pitch, map, positions))
    }
    return place
  }

  /// Where the numbers of some positions are to be written, to be handed to ``finish(_:_:_:)`` then.
  mutating func place(
    of map: FeatureMap, _ positions: Range<Int>
  ) -> (start: UnsafeMutablePointer<Float>, pitch: Int) {
    guard map.format == .bfloat16 else { return (map.start + positions.lowerBound * map.pitch, map.pitch) }
    defer { free += (map.channels * positions.count + 15) / 16 * 16 }
    return (free, map.channels)
  }

  /// Rounds what was written for some positions.
  func finish(_ written: UnsafeMutablePointer<Float>, _ map: FeatureMap, _ positions: Range<Int>) {
    guard map.format == .bfloat16 else { return }
    engine.kernels.gradients.roundRows(engine.rows(written, map.channels, map, positions))
  }
}

public import BFloat16

/// Positions whose channels are in float32 on one side and in bfloat16 on the other.
public struct BFloat16Rows {
  /// Position p's channels begin at `floats + p * pitch`.
  public var floats: UnsafeMutablePointer<Float>
  public var pitch: Int
  /// Position p's channels begin at `numbers + 2 * p * numbersPitch`: the pitch counts floats.
  public var numbers: UnsafeMutablePointer<UInt16>
  public var numbersPitch: Int
  public var positions: Int
  public var channels: Int

  public init(
    floats: UnsafeMutablePointer<Float>, pitch: Int, numbers: UnsafeMutablePointer<UInt16>, numbersPitch: Int,
    positions: Int, channels: Int
  ) {
    self.floats = floats
    self.pitch = pitch
    self.numbers = numbers
    self.numbersPitch = numbersPitch
    self.positions = positions
    self.channels = channels
  }

  /// The same numbers as one position, where nothing lies between positions on either side.
  @inlinable @inline(__always)
  var joined: BFloat16Rows {
    guard pitch == channels && 2 * numbersPitch == channels else { return self }
    var rows = self
    (rows.positions, rows.channels) = (1, positions * channels)
    return rows
  }
}

/// Copies numbers of bfloat16 as float32.
@inlinable @inline(__always)
public func widenRows(_ all: BFloat16Rows) {
  let rows = all.joined
  for position in 0..<rows.positions {
    let from = rows.numbers + 2 * position * rows.numbersPitch
    let to = rows.floats + position * rows.pitch
    for c in 0..<rows.channels { to[c] = float32(from[c]) }
  }
}

/// Rounds float32 to bfloat16, with the bits of every instruction set.
@inlinable @inline(__always)
public func roundRows(_ all: BFloat16Rows) {
  let rows = all.joined
  for position in 0..<rows.positions {
    let from = rows.floats + position * rows.pitch
    let to = rows.numbers + 2 * position * rows.numbersPitch
    for c in 0..<rows.channels { to[c] = bfloat16(from[c]) }
  }
}

/// Columns of a line of input, whose channels are written to planes: neighbouring columns become neighbours in memory.
public struct PlanarColumns {
  /// The first column's channels; the next column lies `pitch` floats on.
  public var input: UnsafePointer<Float>
  public var pitch: Int
  public var columns: Int
  /// Floats of a column: channels, or pairs of them in bfloat16.
  public var channels: Int
  /// The first channel's plane from the first column on; the next plane lies `planePitch` floats on.
  public var output: UnsafeMutablePointer<Float>
  public var planePitch: Int

  public init(
    input: UnsafePointer<Float>, pitch: Int, columns: Int, channels: Int, output: UnsafeMutablePointer<Float>,
    planePitch: Int
  ) {
    self.input = input
    self.pitch = pitch
    self.columns = columns
    self.channels = channels
    self.output = output
    self.planePitch = planePitch
  }
}

/// Writes columns to planes, eight or four channels at a time where there are as many, and columns for a register.
@inlinable @inline(__always)
public func planarSplit<Unit: VectorUnit>(_ unit: Unit.Type, _ columns: PlanarColumns) {
  var channel = 0
  if columns.columns >= Unit.Vector.scalarCount {
    while channel + 8 <= columns.channels {
      separateColumns(unit, count: 8, columns, channel)
      channel += 8
    }
    if channel + 4 <= columns.channels {
      separateColumns(unit, count: 4, columns, channel)
      channel += 4
    }
  }
  while channel < columns.channels {
    var from = columns.input + channel
    let to = columns.output + channel * columns.planePitch
    for i in 0..<columns.columns {
      to[i] = from.pointee
      from += columns.pitch
    }
    channel += 1
  }
}

/// - Parameter count: How many channels, a literal.
@inlinable @inline(__always)
func separateColumns<Unit: VectorUnit>(_ unit: Unit.Type, count: Int, _ columns: PlanarColumns, _ channel: Int) {
  let (from, to) = (columns.input + channel, columns.output + channel * columns.planePitch)
  let last = columns.columns - Unit.Vector.scalarCount
  var i = 0
  while true {
    Unit.separate(count, from + i * columns.pitch, columns.pitch, to + i, columns.planePitch)
    if i == last { return }
    // The last register's columns may have been written before.
    i = min(i + Unit.Vector.scalarCount, last)
  }
}

/// Planes that are rounded to bfloat16 and written lane by lane as pairs.
public struct PlanarPairs {
  public var first: UnsafePointer<Float>
  /// Nil for zeros.
  public var second: UnsafePointer<Float>?
  public var output: UnsafeMutablePointer<Float>
  /// A multiple of a register's.
  public var count: Int

  public init(
    first: UnsafePointer<Float>, second: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, count: Int
  ) {
    self.first = first
    self.second = second
    self.output = output
    self.count = count
  }
}

/// Writes pairs of planes.
@inlinable @inline(__always)
public func planarPairs<Unit: VectorUnit>(_ unit: Unit.Type, _ planes: PlanarPairs) {
  var i = 0
  while i < planes.count {
    let second = planes.second.map { Unit.load($0 + i) } ?? .zero
    store(Unit.pairs(Unit.load(planes.first + i), second), planes.output + i)
    i += Unit.Vector.scalarCount
  }
}

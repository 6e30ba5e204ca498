/// Rows of sums that are divided: `output[r, c] = sums[r, c] / divisors[r] + added[r, c]`.
public struct ScaledSums {
  /// [rows, channels], `pitch` floats from one row to the next.
  public var sums: UnsafePointer<Float>
  public var pitch: Int
  /// [rows]
  public var divisors: UnsafePointer<Float>
  /// In the output's format, `addedPitch` floats from one row to the next; nil for nothing.
  public var added: UnsafePointer<Float>?
  public var addedPitch: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  public var rows: Int
  public var channels: Int

  public init(
    sums: UnsafePointer<Float>, pitch: Int, divisors: UnsafePointer<Float>, added: UnsafePointer<Float>?,
    addedPitch: Int, output: UnsafeMutablePointer<Float>, outputPitch: Int, rows: Int, channels: Int
  ) {
    self.sums = sums
    self.pitch = pitch
    self.divisors = divisors
    self.added = added
    self.addedPitch = addedPitch
    self.output = output
    self.outputPitch = outputPitch
    self.rows = rows
    self.channels = channels
  }
}

/// Divides rows of sums.
///
/// - Parameter isBFloat16: Whether the output, and what is added, is bfloat16; a literal.
@inlinable @inline(__always)
public func scaleSums<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool = false, _ rows: ScaledSums) {
  let size = isBFloat16 ? 2 : 4
  for row in 0..<rows.rows {
    let factor = Unit.Vector(repeating: 1 / rows.divisors[row])
    let from = UnsafeRawPointer(rows.sums + row * rows.pitch)
    let to = UnsafeMutableRawPointer(rows.output + row * rows.outputPitch)
    var channel = 0
    while channel < rows.channels {
      let left = rows.channels - channel
      var x = loadElements(unit, isBFloat16: false, left, from + 4 * channel) * factor
      if let added = rows.added {
        let own = UnsafeRawPointer(added + row * rows.addedPitch) + size * channel
        x += loadElements(unit, isBFloat16: isBFloat16, left, own)
      }
      storeElements(unit, isBFloat16: isBFloat16, left, x, to + size * channel)
      channel += Unit.Vector.scalarCount
    }
  }
}

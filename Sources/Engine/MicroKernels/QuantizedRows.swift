/// Positions whose channels become integers of 8 bits: `output[p, c] = input[p, c] x factors[c] + zero`, rounded, 0 to 255.
public struct QuantizedRows {
  /// Position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  /// [channels rounded up to whole registers]
  public var factors: UnsafePointer<Float>
  public var positions: Int
  /// A multiple of four.
  public var channels: Int
  public var zero: Float
  public var inputIsBFloat16: Bool

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    factors: UnsafePointer<Float>, positions: Int, channels: Int, zero: Float, inputIsBFloat16: Bool
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.factors = factors
    self.positions = positions
    self.channels = channels
    self.zero = zero
    self.inputIsBFloat16 = inputIsBFloat16
  }
}

/// Quantizes rows.
///
/// - Parameter bfloat16: Whether the input may be bfloat16; a literal.
@inlinable @inline(__always)
public func quantizeRows<Unit: VectorUnit>(_ unit: Unit.Type, bfloat16: Bool, _ rows: QuantizedRows) {
  if bfloat16 && rows.inputIsBFloat16 {
    quantize(unit, isBFloat16: true, rows)
  } else {
    quantize(unit, isBFloat16: false, rows)
  }
}

@inlinable @inline(__always)
func quantize<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool, _ rows: QuantizedRows) {
  let width = Unit.Vector.scalarCount
  let size = isBFloat16 ? 2 : 4
  let zero = Unit.Vector(repeating: rows.zero)
  for position in 0..<rows.positions {
    let from = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let to = UnsafeMutableRawPointer(rows.output + position * rows.outputPitch)
    var channel = 0
    while channel < rows.channels {
      let left = min(width, rows.channels - channel)
      let x = loadElements(unit, isBFloat16: isBFloat16, left, from + channel * size)
      Unit.storeUInt8(left, Unit.multiplyAdd(zero, x, Unit.load(rows.factors + channel)), to + channel)
      channel += width
    }
  }
}

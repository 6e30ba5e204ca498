/// Positions to which vectors are added: `output[p, c] = input[p, c] + vectors[p, c]`.
public struct AddedRows {
  /// Position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// May be the input itself.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  /// [positions, channels], float32 whatever input and output are.
  public var vectors: UnsafePointer<Float>
  public var positions: Int
  public var channels: Int

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    vectors: UnsafePointer<Float>, positions: Int, channels: Int
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.vectors = vectors
    self.positions = positions
    self.channels = channels
  }
}

/// Adds vectors to positions, in float32 until the store.
///
/// - Parameter isBFloat16: Whether input and output are bfloat16; a literal.
@inlinable @inline(__always)
public func addRows<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool = false, _ rows: AddedRows) {
  let (width, size) = (Unit.Vector.scalarCount, isBFloat16 ? 2 : 4)
  let whole = rows.channels / width * width
  for position in 0..<rows.positions {
    let from = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let to = UnsafeMutableRawPointer(rows.output + position * rows.outputPitch)
    let vector = UnsafeRawPointer(rows.vectors + position * rows.channels)
    var channel = 0
    // A constant count needs no mask.
    while channel < whole {
      addRegister(unit, isBFloat16: isBFloat16, width, from + channel * size, vector + channel * 4, to + channel * size)
      channel += width
    }
    if whole < rows.channels {
      addRegister(
        unit, isBFloat16: isBFloat16, rows.channels - whole, from + whole * size, vector + whole * 4, to + whole * size)
    }
  }
}

@inlinable @inline(__always)
func addRegister<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ count: Int, _ from: UnsafeRawPointer, _ vector: UnsafeRawPointer,
  _ to: UnsafeMutableRawPointer
) {
  let sum =
    loadElements(unit, isBFloat16: isBFloat16, count, from) + loadElements(unit, isBFloat16: false, count, vector)
  storeElements(unit, isBFloat16: isBFloat16, count, sum, to)
}

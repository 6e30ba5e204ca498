/// Positions whose channels are normalised in groups: `output[p, g, c] = (input[p, g, c] - mean) / std * weight[c] +
/// bias[c]`, with the mean and the std of group g of position p.
public struct NormalizedRows {
  /// Position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// May be the input itself.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  /// [channels of a group]
  public var weight: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var positions: Int
  public var groups: Int
  /// Channels of a group.
  public var channels: Int
  /// Added to the variance.
  public var epsilon: Float

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, positions: Int, groups: Int, channels: Int, epsilon: Float
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.weight = weight
    self.bias = bias
    self.positions = positions
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }
}

/// Computes normalised rows: the mean first, then the variance around it, for numbers far from zero.
///
/// - Parameter isBFloat16: Whether input and output are bfloat16; a literal.
@inlinable @inline(__always)
public func normalizeRows<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool = false, _ rows: NormalizedRows) {
  let size = isBFloat16 ? 2 : 4
  for position in 0..<rows.positions {
    for group in 0..<rows.groups {
      let offset = group * rows.channels * size
      normalizeRow(
        unit, isBFloat16: isBFloat16, UnsafeRawPointer(rows.input + position * rows.inputPitch) + offset,
        UnsafeMutableRawPointer(rows.output + position * rows.outputPitch) + offset, rows)
    }
  }
}

@inlinable @inline(__always)
func normalizeRow<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ rows: NormalizedRows
) {
  typealias V = Unit.Vector
  let (width, size) = (V.scalarCount, isBFloat16 ? 2 : 4)
  let whole = rows.channels / width * width
  let rest = rows.channels - whole
  let last = rest == 0 ? V.zero : loadElements(unit, isBFloat16: isBFloat16, rest, from + whole * size)
  var sums = V.zero
  var channel = 0
  while channel < whole {
    sums += loadElements(unit, isBFloat16: isBFloat16, width, from + channel * size)
    channel += width
  }
  // Lanes beyond the channels are zero.
  let mean = total(sums + last) / Float(rows.channels)
  var squares = V.zero
  channel = 0
  while channel < whole {
    let x = loadElements(unit, isBFloat16: isBFloat16, width, from + channel * size) - V(repeating: mean)
    squares = Unit.multiplyAdd(squares, x, x)
    channel += width
  }
  var square = total(squares)
  for lane in 0..<rest {
    let x = last[lane] - mean
    square += x * x
  }
  let factor = 1 / (square / Float(rows.channels) + rows.epsilon).squareRoot()
  channel = 0
  // A constant count needs no mask.
  while channel < whole {
    normalizeRegister(unit, isBFloat16: isBFloat16, width, mean, factor, from, to, channel, rows)
    channel += width
  }
  if rest > 0 { normalizeRegister(unit, isBFloat16: isBFloat16, rest, mean, factor, from, to, whole, rows) }
}

/// A register of a row, from a channel on.
@inlinable @inline(__always)
func normalizeRegister<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ count: Int, _ mean: Float, _ factor: Float, _ from: UnsafeRawPointer,
  _ to: UnsafeMutableRawPointer, _ channel: Int, _ rows: NormalizedRows
) {
  typealias V = Unit.Vector
  let size = isBFloat16 ? 2 : 4
  let x = loadElements(unit, isBFloat16: isBFloat16, count, from + channel * size) - V(repeating: mean)
  let weight = loadElements(unit, isBFloat16: false, count, UnsafeRawPointer(rows.weight + channel))
  let bias = loadElements(unit, isBFloat16: false, count, UnsafeRawPointer(rows.bias + channel))
  storeElements(
    unit, isBFloat16: isBFloat16, count, Unit.multiplyAdd(bias, x * V(repeating: factor), weight), to + channel * size)
}

/// The sum of a register's lanes, by halves.
@inlinable @inline(__always)
func total<V: SIMD>(_ vector: V) -> Float where V.Scalar == Float {
  var sums = vector
  var width = V.scalarCount / 2
  while width > 0 {
    for lane in 0..<width { sums[lane] += sums[lane + width] }
    width /= 2
  }
  return sums[0]
}

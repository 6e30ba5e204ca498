/// The gradients before positions whose channels were normalised in groups, as ``NormalizedRows`` are, and what they add to
/// those of weight and bias: with `x` the normalised input, `target (+)= (g w - mean(g w) - x mean(g w x)) / std`,
/// `weightSums += g x` and `biasSums += g`, over all positions and groups.
public struct NormalizedRowGradients {
  /// What the normalisation read: position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// By what it made.
  public var gradient: UnsafePointer<Float>
  public var gradientPitch: Int
  /// May be the gradient; nil where nobody asks for it.
  public var target: UnsafeMutablePointer<Float>?
  public var targetPitch: Int
  /// Whether the target keeps what it holds.
  public var adds: Bool
  /// [channels of a group]
  public var weight: UnsafePointer<Float>
  public var weightSums: UnsafeMutablePointer<Float>
  public var biasSums: UnsafeMutablePointer<Float>
  public var positions: Int
  public var groups: Int
  /// Channels of a group.
  public var channels: Int
  /// Added to the variance.
  public var epsilon: Float

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, gradient: UnsafePointer<Float>, gradientPitch: Int,
    target: UnsafeMutablePointer<Float>?, targetPitch: Int, adds: Bool, weight: UnsafePointer<Float>,
    weightSums: UnsafeMutablePointer<Float>, biasSums: UnsafeMutablePointer<Float>, positions: Int, groups: Int,
    channels: Int, epsilon: Float
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.gradient = gradient
    self.gradientPitch = gradientPitch
    self.target = target
    self.targetPitch = targetPitch
    self.adds = adds
    self.weight = weight
    self.weightSums = weightSums
    self.biasSums = biasSums
    self.positions = positions
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }
}

/// Computes them; mean and variance are taken of the input again.
@inlinable @inline(__always)
public func normalizedRowGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: NormalizedRowGradients) {
  for position in 0..<rows.positions {
    for group in 0..<rows.groups {
      let offset = group * rows.channels
      normalizedRowGradient(
        unit, UnsafeRawPointer(rows.input + (position * rows.inputPitch + offset)),
        UnsafeRawPointer(rows.gradient + (position * rows.gradientPitch + offset)),
        rows.target.map { UnsafeMutableRawPointer($0 + (position * rows.targetPitch + offset)) }, rows)
    }
  }
}

@inlinable @inline(__always)
func normalizedRowGradient<Unit: VectorUnit>(
  _ unit: Unit.Type, _ input: UnsafeRawPointer, _ gradient: UnsafeRawPointer, _ target: UnsafeMutableRawPointer?,
  _ rows: NormalizedRowGradients
) {
  typealias V = Unit.Vector
  let (width, count) = (V.scalarCount, rows.channels)
  let whole = count / width * width
  let rest = count - whole
  let last = rest == 0 ? V.zero : loadElements(unit, isBFloat16: false, rest, input + 4 * whole)
  var sums = V.zero
  var channel = 0
  while channel < whole {
    sums += loadElements(unit, isBFloat16: false, width, input + 4 * channel)
    channel += width
  }
  // Lanes beyond the channels are zero.
  let mean = total(sums + last) / Float(count)
  var squares = V.zero
  channel = 0
  while channel < whole {
    let x = loadElements(unit, isBFloat16: false, width, input + 4 * channel) - V(repeating: mean)
    squares = Unit.multiplyAdd(squares, x, x)
    channel += width
  }
  var square = total(squares)
  for lane in 0..<rest {
    let x = last[lane] - mean
    square += x * x
  }
  let factor = 1 / (square / Float(count) + rows.epsilon).squareRoot()
  var slopes = V.zero
  var products = V.zero
  channel = 0
  while channel < count {
    let left = count - channel
    let x =
      (loadElements(unit, isBFloat16: false, left, input + 4 * channel) - V(repeating: mean)) * V(repeating: factor)
    // Zero beyond the channels, whatever x is there.
    let g = loadElements(unit, isBFloat16: false, left, gradient + 4 * channel)
    let slope = g * loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.weight + channel))
    slopes += slope
    products = Unit.multiplyAdd(products, slope, x)
    let weightSums = UnsafeMutableRawPointer(rows.weightSums + channel)
    let biasSums = UnsafeMutableRawPointer(rows.biasSums + channel)
    let sum = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(weightSums))
    storeElements(unit, isBFloat16: false, left, Unit.multiplyAdd(sum, g, x), weightSums)
    storeElements(
      unit, isBFloat16: false, left, loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(biasSums)) + g,
      biasSums)
    channel += width
  }
  guard let target else { return }
  let shift = V(repeating: total(slopes) / Float(count))
  let share = V(repeating: total(products) / Float(count) * factor)
  channel = 0
  while channel < count {
    let left = count - channel
    let x = loadElements(unit, isBFloat16: false, left, input + 4 * channel) - V(repeating: mean)
    let g = loadElements(unit, isBFloat16: false, left, gradient + 4 * channel)
    let weight = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.weight + channel))
    var slope = (g * weight - shift - x * share) * V(repeating: factor)
    if rows.adds { slope += loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(target + 4 * channel)) }
    storeElements(unit, isBFloat16: false, left, slope, target + 4 * channel)
    channel += width
  }
}

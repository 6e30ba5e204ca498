/// What is applied to a finished sum, as kernels have it: they branch on it once a register.
///
/// A new one needs its line in ``applyApart(_:_:_:registers:)`` and in `Kernels.Epilogue.code`, or neither compiles.
public enum EpilogueCode {
  case identity, relu, relu6, swish, sigmoid, hardSwish, hardSigmoid, gelu

  /// Whether it takes one instruction at most: tiles apply such an epilogue between the last product and the store, the
  /// others in a function of their own.
  @inlinable @inline(__always)
  public var isShort: Bool { self == .identity || self == .relu }
}

/// Applies an epilogue to a register as a tile is stored: a short one at once, another in a function of its own, for
/// which the code around it would be too long.
@inlinable @inline(__always)
func appliedInTile<Unit: VectorUnit>(_ unit: Unit.Type, _ epilogue: EpilogueCode, _ x: Unit.Vector) -> Unit.Vector {
  if epilogue.isShort { return epilogue == .relu ? Unit.relu(x) : x }
  return appliedApart(unit, epilogue, x)
}

@inlinable @inline(__always)
func appliedApart<Unit: VectorUnit>(_ unit: Unit.Type, _ epilogue: EpilogueCode, _ x: Unit.Vector) -> Unit.Vector {
  var value = x
  withUnsafeMutablePointer(to: &value) {
    applyApart(unit, epilogue, UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self), registers: 1)
  }
  return value
}

/// Applies an epilogue to a register.
@inlinable @inline(__always)
func applied<Unit: VectorUnit>(_ unit: Unit.Type, _ epilogue: EpilogueCode, _ x: Unit.Vector) -> Unit.Vector {
  switch epilogue {
  case .identity: return x
  case .relu: return Unit.relu(x)
  case .relu6: return Unit.clamped(x, 0, 6)
  case .swish: return x * sigmoid(unit, x)
  case .sigmoid: return sigmoid(unit, x)
  case .hardSwish: return x * hardSigmoid(unit, x)
  case .hardSigmoid: return hardSigmoid(unit, x)
  case .gelu: return appliedApart(unit, epilogue, x)
  }
}

/// Applies an epilogue to registers that lie one after the other in memory, in place.
///
/// A function of its own: long epilogues would make the code around them too long. It is given memory and not a register,
/// which a call would hand over in quarters, to be computed with as such. Each epilogue has its function again, with a loop
/// written out: into one that is too long the compiler inlines nothing more, whatever it is told, and it calls closures.
@inlinable @inline(__always)
func applyApart<Unit: VectorUnit>(
  _ unit: Unit.Type, _ epilogue: EpilogueCode, _ values: UnsafeMutablePointer<Float>, registers: Int
) {
  let end = values + registers * Unit.Vector.scalarCount
  switch epilogue {
  case .identity: return
  case .relu: applyReLU(unit, values, end)
  case .relu6: applyReLU6(unit, values, end)
  case .swish: applySwish(unit, values, end)
  case .sigmoid: applySigmoid(unit, values, end)
  case .hardSwish: applyHardSwish(unit, values, end)
  case .hardSigmoid: applyHardSigmoid(unit, values, end)
  case .gelu: applyGELU(unit, values, end)
  }
}

@inlinable @inline(never)
func applyReLU<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(Unit.relu(x), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applyReLU6<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(Unit.clamped(x, 0, 6), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applySwish<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(x * sigmoid(unit, x), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applySigmoid<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(sigmoid(unit, x), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applyHardSwish<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(x * hardSigmoid(unit, x), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applyHardSigmoid<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(hardSigmoid(unit, x), at)
    at += Unit.Vector.scalarCount
  }
}

@inlinable @inline(never)
func applyGELU<Unit: VectorUnit>(
  _ unit: Unit.Type, _ values: UnsafeMutablePointer<Float>, _ end: UnsafeMutablePointer<Float>
) {
  var at = values
  while at < end {
    let x = Unit.load(at)
    store(gelu(unit, x), at)
    at += Unit.Vector.scalarCount
  }
}

/// 1 / (1 + exp(-x)); a NaN stays one.
@inlinable @inline(__always)
func sigmoid<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
  let one = Unit.Vector(repeating: 1)
  return one / (one + exponential(unit, Unit.Vector.zero - x))
}

/// min(max(x + 3, 0), 6) / 6; a NaN stays one.
@inlinable @inline(__always)
func hardSigmoid<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
  Unit.clamped(x + Unit.Vector(repeating: 3), 0, 6) / Unit.Vector(repeating: 6)
}

/// x (1 + erf(x / sqrt 2)) / 2 to 2e-7, above 1 to 2e-7 of its size; a NaN stays one.
///
/// Which is max(x, 0) - |x| q(|x|), q(x) being half of erfc(x / sqrt 2): exp(-x^2 / 2) times a polynomial of
/// t = 1 / (1 + 0.28 x), fitted so that the result is right to 4e-9.
@inlinable @inline(__always)
func gelu<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
  typealias V = Unit.Vector
  let positive = Unit.relu(x)
  // Beyond 14 the second term is nothing; with infinity it would be no number.
  let size = Unit.clamped(positive + Unit.relu(V.zero - x), 0, 14)
  return positive - size * halfErfc(unit, size).tail
}

/// Half of erfc(x / sqrt 2) for x from 0 to 14, and exp(-x^2 / 2).
@inlinable @inline(__always)
func halfErfc<Unit: VectorUnit>(_ unit: Unit.Type, _ size: Unit.Vector) -> (tail: Unit.Vector, power: Unit.Vector) {
  typealias V = Unit.Vector
  let t = V(repeating: 1) / Unit.multiplyAdd(V(repeating: 1), size, V(repeating: 0.28))
  var p = V(repeating: -0.107_554_715)
  p = Unit.multiplyAdd(V(repeating: 0.396_989_325), p, t)
  p = Unit.multiplyAdd(V(repeating: -0.248_516_948), p, t)
  p = Unit.multiplyAdd(V(repeating: 0.278_181_602), p, t)
  p = Unit.multiplyAdd(V(repeating: 0.063_791_726), p, t)
  p = Unit.multiplyAdd(V(repeating: 0.117_108_961), p, t)
  let power = exponential(unit, size * size * V(repeating: -0.5))
  return (p * t * power, power)
}

/// exp(x) to 2 units in the last place; below -87 and above 88 as there; a NaN stays one.
///
/// exp(x) = 2^n exp(r) with n the integer next to x / ln 2 and |r| at most ln 2 / 2, exp(r) by its series to the sixth
/// power, whose next term is below 1.2e-7 of it.
@inlinable @inline(__always)
func exponential<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
  typealias V = Unit.Vector
  let x = Unit.clamped(x, -87, 88)
  // Adding 1.5 x 2^23 rounds to an integer, which then stands in the lowest bits.
  let shifted = Unit.multiplyAdd(V(repeating: 12_582_912), x, V(repeating: 1.442_695_04))
  let n = shifted - V(repeating: 12_582_912)
  // ln 2 in two parts: the first has few bits, so that its products with n are exact.
  var r = Unit.multiplyAdd(x, n, V(repeating: -0.693_359_375))
  r = Unit.multiplyAdd(r, n, V(repeating: 2.121_944_4e-4))
  var p = V(repeating: 1.0 / 720)
  p = Unit.multiplyAdd(V(repeating: 1.0 / 120), p, r)
  p = Unit.multiplyAdd(V(repeating: 1.0 / 24), p, r)
  p = Unit.multiplyAdd(V(repeating: 1.0 / 6), p, r)
  p = Unit.multiplyAdd(V(repeating: 0.5), p, r)
  p = Unit.multiplyAdd(V(repeating: 1), p, r)
  p = Unit.multiplyAdd(V(repeating: 1), p, r)
  return p * Unit.powerOfTwo(shifted)
}

/// Positions whose channels are scaled and passed through an epilogue: `output[p, c] = epilogue(input[p, c] * scale[c])`.
public struct ScaledRows {
  /// Position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// May be the input itself.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  /// [channels], or nil for 1.
  public var scale: UnsafePointer<Float>?
  public var positions: Int
  public var channels: Int
  public var epilogue: EpilogueCode

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    scale: UnsafePointer<Float>?, positions: Int, channels: Int, epilogue: EpilogueCode
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.scale = scale
    self.positions = positions
    self.channels = channels
    self.epilogue = epilogue
  }
}

/// Computes scaled rows.
///
/// - Parameter isBFloat16: Whether input and output are bfloat16; a literal.
@inlinable @inline(__always)
public func scaleRows<Unit: VectorUnit>(_ unit: Unit.Type, isBFloat16: Bool = false, _ rows: ScaledRows) {
  let width = Unit.Vector.scalarCount
  let size = isBFloat16 ? 2 : 4
  for position in 0..<rows.positions {
    let from = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let to = UnsafeMutableRawPointer(rows.output + position * rows.outputPitch)
    var channel = 0
    while channel < rows.channels {
      let left = rows.channels - channel
      var x = loadElements(unit, isBFloat16: isBFloat16, left, from + channel * size)
      if let scale = rows.scale { x *= loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(scale + channel)) }
      storeElements(unit, isBFloat16: isBFloat16, left, applied(unit, rows.epilogue, x), to + channel * size)
      channel += width
    }
  }
}

/// Gradients before a function of every number: `target (+)= gradient * f'(input + other)`.
public struct FunctionGradients {
  /// What the function read: position p's channels begin at `input + p * inputPitch` floats.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// What was added to it first; nil for nothing.
  public var other: UnsafePointer<Float>?
  public var otherPitch: Int
  public var gradient: UnsafePointer<Float>
  public var gradientPitch: Int
  /// May be the gradient.
  public var target: UnsafeMutablePointer<Float>
  public var targetPitch: Int
  /// Whether the target keeps what it holds.
  public var adds: Bool
  public var positions: Int
  public var channels: Int
  public var epilogue: EpilogueCode

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, other: UnsafePointer<Float>?, otherPitch: Int,
    gradient: UnsafePointer<Float>, gradientPitch: Int, target: UnsafeMutablePointer<Float>, targetPitch: Int,
    adds: Bool, positions: Int, channels: Int, epilogue: EpilogueCode
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.other = other
    self.otherPitch = otherPitch
    self.gradient = gradient
    self.gradientPitch = gradientPitch
    self.target = target
    self.targetPitch = targetPitch
    self.adds = adds
    self.positions = positions
    self.channels = channels
    self.epilogue = epilogue
  }
}

/// Computes them.
@inlinable @inline(__always)
public func functionGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: FunctionGradients) {
  switch rows.epilogue {
  case .identity: differentiateRows(unit, IdentitySlope.self, rows)
  case .relu: differentiateRows(unit, ReLUSlope.self, rows)
  case .relu6: differentiateRows(unit, ReLU6Slope.self, rows)
  case .swish: differentiateRows(unit, SwishSlope.self, rows)
  case .sigmoid: differentiateRows(unit, SigmoidSlope.self, rows)
  case .hardSwish: differentiateRows(unit, HardSwishSlope.self, rows)
  case .hardSigmoid: differentiateRows(unit, HardSigmoidSlope.self, rows)
  case .gelu: differentiateRows(unit, GELUSlope.self, rows)
  }
}

/// A function of its own for each slope, as epilogues have.
@inlinable @inline(never)
func differentiateRows<Unit: VectorUnit, Function: Slope>(
  _ unit: Unit.Type, _ slope: Function.Type, _ rows: FunctionGradients
) {
  for position in 0..<rows.positions {
    let input = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let gradient = UnsafeRawPointer(rows.gradient + position * rows.gradientPitch)
    let target = UnsafeMutableRawPointer(rows.target + position * rows.targetPitch)
    var channel = 0
    while channel < rows.channels {
      let left = rows.channels - channel
      var x = loadElements(unit, isBFloat16: false, left, input + 4 * channel)
      if let other = rows.other {
        x += loadElements(
          unit, isBFloat16: false, left, UnsafeRawPointer(other + (position * rows.otherPitch + channel)))
      }
      var g = loadElements(unit, isBFloat16: false, left, gradient + 4 * channel) * Function.slope(unit, x)
      if rows.adds { g += loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(target + 4 * channel)) }
      storeElements(unit, isBFloat16: false, left, g, target + 4 * channel)
      channel += Unit.Vector.scalarCount
    }
  }
}

/// The derivative of an epilogue; where there is none, PyTorch's choice.
@usableFromInline
protocol Slope {
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector
}

@usableFromInline
enum IdentitySlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    Unit.Vector(repeating: 1)
  }
}

@usableFromInline
enum ReLUSlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    Unit.wherePositive(x, Unit.Vector(repeating: 1))
  }
}

@usableFromInline
enum ReLU6Slope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    Unit.wherePositive(x, Unit.wherePositive(Unit.Vector(repeating: 6) - x, Unit.Vector(repeating: 1)))
  }
}

@usableFromInline
enum SwishSlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    // Beyond 80 the slope is 1 or nothing; with infinity it would be no number.
    let x = Unit.clamped(x, -80, 80)
    let s = sigmoid(unit, x)
    let one = Unit.Vector(repeating: 1)
    return s * Unit.multiplyAdd(one, x, one - s)
  }
}

@usableFromInline
enum SigmoidSlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    // Of the side where it is small: 1 - s would be rounded away on the other.
    let s = sigmoid(unit, Unit.Vector.zero - (Unit.relu(x) + Unit.relu(Unit.Vector.zero - x)))
    return s * (Unit.Vector(repeating: 1) - s)
  }
}

@usableFromInline
enum HardSwishSlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    typealias V = Unit.Vector
    let (one, three) = (V(repeating: 1), V(repeating: 3))
    // (2 x + 3) / 6 from -3 to 3, and 1 from there on.
    let below = Unit.wherePositive(three - x, one)
    let between = Unit.wherePositive(three - x, (x + x + three) / V(repeating: 6))
    return Unit.wherePositive(x + three, between + one - below)
  }
}

@usableFromInline
enum HardSigmoidSlope: Slope {
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    let three = Unit.Vector(repeating: 3)
    return Unit.wherePositive(
      x + three, Unit.wherePositive(three - x, Unit.Vector(repeating: 1) / Unit.Vector(repeating: 6)))
  }
}

@usableFromInline
enum GELUSlope: Slope {
  /// (1 + erf(x / sqrt 2)) / 2 + x exp(-x^2 / 2) / sqrt(2 pi).
  @inlinable @inline(__always)
  static func slope<Unit: VectorUnit>(_ unit: Unit.Type, _ x: Unit.Vector) -> Unit.Vector {
    typealias V = Unit.Vector
    // Beyond 13 it is 1 or nothing; with infinity it would be no number.
    let x = Unit.clamped(x, -13, 13)
    let size = Unit.relu(x) + Unit.relu(V.zero - x)
    let (tail, power) = halfErfc(unit, size)
    let above = Unit.wherePositive(x, V(repeating: 1) - tail - tail)
    return Unit.multiplyAdd(tail + above, x * V(repeating: 0.398_942_280), power)
  }
}

/// Positions whose channels are summed: what batch normalisation's mean and variance come from.
public struct ChannelMoments {
  /// Position p's channels begin at `input + p * pitch` floats.
  public var input: UnsafePointer<Float>
  public var pitch: Int
  public var positions: Int
  public var channels: Int
  /// [channels] Subtracted first: near the mean, so that squares keep their digits.
  public var shift: UnsafePointer<Float>
  /// [channels] Get the sums of `x - shift`, and of its square.
  public var sums: UnsafeMutablePointer<Float>
  public var squares: UnsafeMutablePointer<Float>

  public init(
    input: UnsafePointer<Float>, pitch: Int, positions: Int, channels: Int, shift: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.pitch = pitch
    self.positions = positions
    self.channels = channels
    self.shift = shift
    self.sums = sums
    self.squares = squares
  }
}

@inlinable @inline(__always)
public func channelMoments<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: ChannelMoments) {
  typealias V = Unit.Vector
  var channel = 0
  while channel < rows.channels {
    let left = rows.channels - channel
    let shift = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.shift + channel))
    var sum = V.zero
    var square = V.zero
    for position in 0..<rows.positions {
      let from = UnsafeRawPointer(rows.input + (position * rows.pitch + channel))
      let x = loadElements(unit, isBFloat16: false, left, from) - shift
      sum += x
      square = Unit.multiplyAdd(square, x, x)
    }
    storeElements(unit, isBFloat16: false, left, sum, UnsafeMutableRawPointer(rows.sums + channel))
    storeElements(unit, isBFloat16: false, left, square, UnsafeMutableRawPointer(rows.squares + channel))
    channel += V.scalarCount
  }
}

/// Positions whose channels are scaled and moved: `output = epilogue(input * scale + bias + residual)`, with an epilogue of
/// nothing or ReLU.
public struct AffineRows {
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  public var residual: UnsafePointer<Float>?
  public var residualPitch: Int
  /// May be the input or the residual.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  /// [channels]
  public var scale: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var positions: Int
  public var channels: Int
  public var isRectified: Bool

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, residual: UnsafePointer<Float>?, residualPitch: Int,
    output: UnsafeMutablePointer<Float>, outputPitch: Int, scale: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    positions: Int, channels: Int, isRectified: Bool
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.residual = residual
    self.residualPitch = residualPitch
    self.output = output
    self.outputPitch = outputPitch
    self.scale = scale
    self.bias = bias
    self.positions = positions
    self.channels = channels
    self.isRectified = isRectified
  }
}

@inlinable @inline(__always)
public func affineRows<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: AffineRows) {
  for position in 0..<rows.positions {
    let from = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let to = UnsafeMutableRawPointer(rows.output + position * rows.outputPitch)
    let residual = rows.residual.map { UnsafeRawPointer($0 + position * rows.residualPitch) }
    var channel = 0
    while channel < rows.channels {
      let left = rows.channels - channel
      let scale = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.scale + channel))
      let bias = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.bias + channel))
      var x = Unit.multiplyAdd(bias, loadElements(unit, isBFloat16: false, left, from + 4 * channel), scale)
      if let residual { x += loadElements(unit, isBFloat16: false, left, residual + 4 * channel) }
      if rows.isRectified { x = Unit.relu(x) }
      storeElements(unit, isBFloat16: false, left, x, to + 4 * channel)
      channel += Unit.Vector.scalarCount
    }
  }
}

/// Gradients behind a normalisation, and their sums: `gradient = gradient where output > 0`, `sums += gradient`,
/// `products += gradient * (input - mean)`.
public struct NormalizedGradients {
  /// What the normalisation read; nil where no products are wanted.
  public var input: UnsafePointer<Float>?
  public var inputPitch: Int
  /// What a ReLU after it made; nil where there is none.
  public var output: UnsafePointer<Float>?
  public var outputPitch: Int
  /// Zero where the output is, afterwards.
  public var gradient: UnsafeMutablePointer<Float>
  public var gradientPitch: Int
  /// [channels]
  public var mean: UnsafePointer<Float>
  public var sums: UnsafeMutablePointer<Float>
  public var products: UnsafeMutablePointer<Float>
  public var positions: Int
  public var channels: Int

  public init(
    input: UnsafePointer<Float>?, inputPitch: Int, output: UnsafePointer<Float>?, outputPitch: Int,
    gradient: UnsafeMutablePointer<Float>, gradientPitch: Int, mean: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>, positions: Int, channels: Int
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.gradient = gradient
    self.gradientPitch = gradientPitch
    self.mean = mean
    self.sums = sums
    self.products = products
    self.positions = positions
    self.channels = channels
  }
}

@inlinable @inline(__always)
public func normalizedGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: NormalizedGradients) {
  typealias V = Unit.Vector
  var channel = 0
  while channel < rows.channels {
    let left = rows.channels - channel
    let mean = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(rows.mean + channel))
    var sum = V.zero
    var product = V.zero
    for position in 0..<rows.positions {
      let at = UnsafeMutableRawPointer(rows.gradient + (position * rows.gradientPitch + channel))
      var gradient = loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(at))
      if let output = rows.output {
        let y = UnsafeRawPointer(output + (position * rows.outputPitch + channel))
        gradient = Unit.wherePositive(loadElements(unit, isBFloat16: false, left, y), gradient)
        storeElements(unit, isBFloat16: false, left, gradient, at)
      }
      sum += gradient
      if let input = rows.input {
        let from = UnsafeRawPointer(input + (position * rows.inputPitch + channel))
        product = Unit.multiplyAdd(product, gradient, loadElements(unit, isBFloat16: false, left, from) - mean)
      }
    }
    storeElements(unit, isBFloat16: false, left, sum, UnsafeMutableRawPointer(rows.sums + channel))
    storeElements(unit, isBFloat16: false, left, product, UnsafeMutableRawPointer(rows.products + channel))
    channel += V.scalarCount
  }
}

/// Gradients before a normalisation: `target (+)= scale * gradient + factor * (input - mean) + bias`.
public struct NormalizedInputGradients {
  public var gradient: UnsafePointer<Float>
  public var gradientPitch: Int
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// May be the gradient.
  public var target: UnsafeMutablePointer<Float>
  public var targetPitch: Int
  /// [channels]
  public var mean: UnsafePointer<Float>
  public var scale: UnsafePointer<Float>
  public var factor: UnsafePointer<Float>
  public var bias: UnsafePointer<Float>
  public var positions: Int
  public var channels: Int
  /// Whether the target keeps what it holds.
  public var adds: Bool

  public init(
    gradient: UnsafePointer<Float>, gradientPitch: Int, input: UnsafePointer<Float>, inputPitch: Int,
    target: UnsafeMutablePointer<Float>, targetPitch: Int, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    factor: UnsafePointer<Float>, bias: UnsafePointer<Float>, positions: Int, channels: Int, adds: Bool
  ) {
    self.gradient = gradient
    self.gradientPitch = gradientPitch
    self.input = input
    self.inputPitch = inputPitch
    self.target = target
    self.targetPitch = targetPitch
    self.mean = mean
    self.scale = scale
    self.factor = factor
    self.bias = bias
    self.positions = positions
    self.channels = channels
    self.adds = adds
  }
}

@inlinable @inline(__always)
public func normalizedInputGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: NormalizedInputGradients) {
  for position in 0..<rows.positions {
    let gradient = UnsafeRawPointer(rows.gradient + position * rows.gradientPitch)
    let input = UnsafeRawPointer(rows.input + position * rows.inputPitch)
    let target = UnsafeMutableRawPointer(rows.target + position * rows.targetPitch)
    var channel = 0
    while channel < rows.channels {
      let left = rows.channels - channel
      func vector(_ from: UnsafePointer<Float>) -> Unit.Vector {
        loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(from + channel))
      }
      let x = loadElements(unit, isBFloat16: false, left, input + 4 * channel) - vector(rows.mean)
      var sum = Unit.multiplyAdd(vector(rows.bias), x, vector(rows.factor))
      sum = Unit.multiplyAdd(
        sum, loadElements(unit, isBFloat16: false, left, gradient + 4 * channel), vector(rows.scale))
      if rows.adds { sum += loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(target + 4 * channel)) }
      storeElements(unit, isBFloat16: false, left, sum, target + 4 * channel)
      channel += Unit.Vector.scalarCount
    }
  }
}

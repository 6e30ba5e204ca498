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
  forEachRegisters(unit, of: rows.channels) { count, channel in channelMoments(unit, count: count, rows, channel) }
}

/// - Parameter count: Registers, 1 or 4, a literal; a single one may go beyond the channels.
@inlinable @inline(__always)
func channelMoments<Unit: VectorUnit>(_ unit: Unit.Type, count: Int, _ rows: ChannelMoments, _ channel: Int) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  let left = rows.channels - channel
  var shift = InlineArray<4, V>(repeating: .zero)
  var sum = shift
  var square = shift
  for i in 0..<count {
    shift[i] = loadElements(
      unit, isBFloat16: false, left - i * width, UnsafeRawPointer(rows.shift + channel + i * width))
  }
  for position in 0..<rows.positions {
    let from = UnsafeRawPointer(rows.input + (position * rows.pitch + channel))
    for i in 0..<count {
      let x = loadElements(unit, isBFloat16: false, left - i * width, from + 4 * i * width) - shift[i]
      sum[i] += x
      square[i] = Unit.multiplyAdd(square[i], x, x)
    }
  }
  for i in 0..<count {
    let at = channel + i * width
    storeElements(unit, isBFloat16: false, left - i * width, sum[i], UnsafeMutableRawPointer(rows.sums + at))
    storeElements(unit, isBFloat16: false, left - i * width, square[i], UnsafeMutableRawPointer(rows.squares + at))
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

/// Gradients behind a normalisation, and their sums: `masked = gradient where the ReLU's output is above zero`, `sums +=
/// masked`, `products += masked * (input - mean)`.
public struct NormalizedGradients {
  /// What the normalisation read.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  /// What a ReLU after it made; nil where there is none, or where `bias` is given.
  public var output: UnsafePointer<Float>?
  public var outputPitch: Int
  /// [channels] Of a ReLU that came right after `input * scale + bias`: computed once more rather than read.
  public var scale: UnsafePointer<Float>?
  public var bias: UnsafePointer<Float>?
  public var gradient: UnsafePointer<Float>
  public var gradientPitch: Int
  /// Where what is left of the gradient goes; may be the gradient; nil where nobody reads it.
  public var masked: UnsafeMutablePointer<Float>?
  public var maskedPitch: Int
  /// [channels]
  public var mean: UnsafePointer<Float>
  public var sums: UnsafeMutablePointer<Float>
  public var products: UnsafeMutablePointer<Float>
  public var positions: Int
  public var channels: Int

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafePointer<Float>?, outputPitch: Int,
    scale: UnsafePointer<Float>?, bias: UnsafePointer<Float>?, gradient: UnsafePointer<Float>, gradientPitch: Int,
    masked: UnsafeMutablePointer<Float>?, maskedPitch: Int, mean: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>, positions: Int, channels: Int
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.scale = scale
    self.bias = bias
    self.gradient = gradient
    self.gradientPitch = gradientPitch
    self.masked = masked
    self.maskedPitch = maskedPitch
    self.mean = mean
    self.sums = sums
    self.products = products
    self.positions = positions
    self.channels = channels
  }
}

@inlinable @inline(__always)
public func normalizedGradients<Unit: VectorUnit>(_ unit: Unit.Type, _ rows: NormalizedGradients) {
  forEachRegisters(unit, of: rows.channels) { count, channel in normalizedGradients(unit, count: count, rows, channel) }
}

/// - Parameter count: Registers, 1 or 4, a literal; a single one may go beyond the channels.
@inlinable @inline(__always)
func normalizedGradients<Unit: VectorUnit>(_ unit: Unit.Type, count: Int, _ rows: NormalizedGradients, _ channel: Int) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var mean = InlineArray<4, V>(repeating: .zero)
  var (scale, bias, sum, product) = (mean, mean, mean, mean)
  func vector(_ from: UnsafePointer<Float>, _ i: Int) -> V {
    loadElements(
      unit, isBFloat16: false, rows.channels - channel - i * width, UnsafeRawPointer(from + (channel + i * width)))
  }
  for i in 0..<count {
    mean[i] = vector(rows.mean, i)
    if let from = rows.scale { scale[i] = vector(from, i) }
    if let from = rows.bias { bias[i] = vector(from, i) }
  }
  for position in 0..<rows.positions {
    let from = rows.input + position * rows.inputPitch
    let gradients = rows.gradient + position * rows.gradientPitch
    for i in 0..<count {
      var gradient = vector(gradients, i)
      let x = vector(from, i)
      if rows.bias != nil {
        gradient = Unit.wherePositive(Unit.multiplyAdd(bias[i], x, scale[i]), gradient)
      } else if let output = rows.output {
        gradient = Unit.wherePositive(vector(output + position * rows.outputPitch, i), gradient)
      }
      if let masked = rows.masked {
        storeElements(
          unit, isBFloat16: false, rows.channels - channel - i * width, gradient,
          UnsafeMutableRawPointer(masked + (position * rows.maskedPitch + channel + i * width)))
      }
      sum[i] += gradient
      product[i] = Unit.multiplyAdd(product[i], gradient, x - mean[i])
    }
  }
  for i in 0..<count {
    let (at, left) = (channel + i * width, rows.channels - channel - i * width)
    storeElements(unit, isBFloat16: false, left, sum[i], UnsafeMutableRawPointer(rows.sums + at))
    storeElements(unit, isBFloat16: false, left, product[i], UnsafeMutableRawPointer(rows.products + at))
  }
}

/// Gradients before a normalisation: `target (+)= scale * gradient + factor * (input - mean) + bias`, of the gradient only what
/// a ReLU let through where `rectifiedBias` is given.
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
  /// [channels] Of a ReLU that came right after `input * scale + rectifiedBias`.
  public var rectifiedBias: UnsafePointer<Float>?
  public var positions: Int
  public var channels: Int
  /// Whether the target keeps what it holds.
  public var adds: Bool

  public init(
    gradient: UnsafePointer<Float>, gradientPitch: Int, input: UnsafePointer<Float>, inputPitch: Int,
    target: UnsafeMutablePointer<Float>, targetPitch: Int, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    factor: UnsafePointer<Float>, bias: UnsafePointer<Float>, rectifiedBias: UnsafePointer<Float>?, positions: Int,
    channels: Int, adds: Bool
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
    self.rectifiedBias = rectifiedBias
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
      let x = loadElements(unit, isBFloat16: false, left, input + 4 * channel)
      let scale = vector(rows.scale)
      var passed = loadElements(unit, isBFloat16: false, left, gradient + 4 * channel)
      if let bias = rows.rectifiedBias { passed = Unit.wherePositive(Unit.multiplyAdd(vector(bias), x, scale), passed) }
      var sum = Unit.multiplyAdd(vector(rows.bias), x - vector(rows.mean), vector(rows.factor))
      sum = Unit.multiplyAdd(sum, passed, scale)
      if rows.adds { sum += loadElements(unit, isBFloat16: false, left, UnsafeRawPointer(target + 4 * channel)) }
      storeElements(unit, isBFloat16: false, left, sum, target + 4 * channel)
      channel += Unit.Vector.scalarCount
    }
  }
}

/// Calls a body for registers of channels: for four at once, by which memory is read in longer stretches, and for what is
/// left one by one.
///
/// - Parameter body: Takes the count of registers, a literal 4 or 1, and the first channel.
@inlinable @inline(__always)
func forEachRegisters<Unit: VectorUnit>(
  _ unit: Unit.Type, of channels: Int, _ body: (_ count: Int, _ channel: Int) -> Void
) {
  let width = Unit.Vector.scalarCount
  var channel = 0
  while channel + 4 * width <= channels {
    body(4, channel)
    channel += 4 * width
  }
  while channel < channels {
    body(1, channel)
    channel += width
  }
}

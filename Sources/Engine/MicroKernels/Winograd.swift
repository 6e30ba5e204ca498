public import CSIMD

/// Winograd's minimal filtering F(4, 3): four outputs of a filter with three taps from six products instead of twelve.
///
/// The interpolation points are 0, ±1/√2, ±√2 and infinity: with the usual 0, ±1, ±2 the rounding errors are three
/// times as large, and these need fewer products. Filters are transformed by `G`, inputs by `Bᵀ`, products by `Aᵀ`:
///
///     G  = [1 0 0; -c -ca -c/2; -c ca -c/2; e eb 2e; e -eb 2e; 0 0 1]   a = 1/√2, b = √2, c = 2/3, e = 1/6
///     Bᵀ = [1 0 -5/2 0 1 0; 0 -2a -2 a 1 0; 0 2a -2 -a 1 0; 0 -b/2 -1/2 b 1 0; 0 b/2 -1/2 -b 1 0; 0 1 0 -5/2 0 1]
///     Aᵀ = [1 1 1 1 1 0; 0 a -a b -b 0; 0 1/2 1/2 2 2 0; 0 a/2 -a/2 2b -2b 1]
///
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016; the choice of points is ours.
public enum WinogradPoints {
  public static let a = 0.707_106_781_186_547_5
  public static let b = 1.414_213_562_373_095_1
}

/// Six registers: the inputs or the products of one tile along one axis.
@usableFromInline typealias Six<Vector: SIMD> = InlineArray<6, Vector> where Vector.Scalar == Float

/// Bᵀ d.
@inlinable @inline(__always)
func winogradInput<Unit: VectorUnit>(_ unit: Unit.Type, _ d: Six<Unit.Vector>) -> Six<Unit.Vector> {
  typealias V = Unit.Vector
  let (a, b) = (V(repeating: 0.707_106_77), V(repeating: 1.414_213_5))
  let middle = V(repeating: -2.5)
  let even1 = Unit.multiplyAdd(d[4], V(repeating: -2), d[2])
  let odd1 = a * Unit.multiplyAdd(d[3], V(repeating: -2), d[1])
  let even2 = Unit.multiplyAdd(d[4], V(repeating: -0.5), d[2])
  let odd2 = b * Unit.multiplyAdd(d[3], V(repeating: -0.5), d[1])
  return [
    Unit.multiplyAdd(d[0] + d[4], middle, d[2]), even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2,
    Unit.multiplyAdd(d[1] + d[5], middle, d[3]),
  ]
}

/// Aᵀ m.
@inlinable @inline(__always)
func winogradOutput<Unit: VectorUnit>(_ unit: Unit.Type, _ m: Six<Unit.Vector>) -> InlineArray<4, Unit.Vector> {
  typealias V = Unit.Vector
  let (a, b) = (V(repeating: 0.707_106_77), V(repeating: 1.414_213_5))
  let (sum1, sum2) = (m[1] + m[2], m[3] + m[4])
  let (difference1, difference2) = (a * (m[1] - m[2]), b * (m[3] - m[4]))
  let half = V(repeating: 0.5)
  let two = V(repeating: 2)
  return [
    m[0] + sum1 + sum2, difference1 + difference2, Unit.multiplyAdd(half * sum1, two, sum2),
    Unit.multiplyAdd(Unit.multiplyAdd(m[5], half, difference1), two, difference2),
  ]
}

/// Transforms the inputs of one tile in space: 6 x 6 positions become 36 points.
///
/// - Parameters:
///   - isUInt8: Whether the inputs are integers of 8 bits, which become points of bfloat16; a literal.
///   - rows: [2][6][6] Where each position's channels begin; the second half belongs to the tile that comes next and is
///     fetched ahead.
///   - temporary: Room for 36 registers.
///   - output: Point p begins `p * step` floats further; whole registers are written.
@inlinable @inline(__always)
public func winogradSpaceInput<Unit: VectorUnit>(
  _ unit: Unit.Type, isUInt8: Bool = false, _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int,
  _ temporary: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let width = Unit.Vector.scalarCount
  let size = isUInt8 ? 1 : 4
  var c = 0
  while c < channels {
    let left = channels - c
    for i in 36..<72 { simd_prefetch(UnsafeRawPointer(rows[i]) + size * c) }
    for j in 0..<6 {
      let d: Six<Unit.Vector> = [
        loadInputs(unit, isUInt8: isUInt8, left, rows[j], c),
        loadInputs(unit, isUInt8: isUInt8, left, rows[6 + j], c),
        loadInputs(unit, isUInt8: isUInt8, left, rows[12 + j], c),
        loadInputs(unit, isUInt8: isUInt8, left, rows[18 + j], c),
        loadInputs(unit, isUInt8: isUInt8, left, rows[24 + j], c),
        loadInputs(unit, isUInt8: isUInt8, left, rows[30 + j], c),
      ]
      let t = winogradInput(unit, d)
      let to = temporary + j * width
      for i in 0..<6 { store(t[i], to + i * 6 * width) }
    }
    for i in 0..<6 {
      let from = UnsafePointer(temporary + i * 6 * width)
      let d: Six<Unit.Vector> = [
        Unit.load(from), Unit.load(from + width),
        Unit.load(from + 2 * width), Unit.load(from + 3 * width),
        Unit.load(from + 4 * width), Unit.load(from + 5 * width),
      ]
      let t = winogradInput(unit, d)
      for j in 0..<6 {
        let to = UnsafeMutableRawPointer(output + (6 * i + j) * step) + (isUInt8 ? 2 : 4) * c
        storeElements(unit, isBFloat16: isUInt8, width, t[j], to)
      }
    }
    c += width
  }
}

/// Reads the first `count` channels of a position from one on, or a register of them.
@inlinable @inline(__always)
func loadInputs<Unit: VectorUnit>(
  _ unit: Unit.Type, isUInt8: Bool, _ count: Int, _ row: UnsafePointer<Float>, _ channel: Int
) -> Unit.Vector {
  let from = UnsafeRawPointer(row)
  if isUInt8 { return Unit.loadUInt8(min(count, Unit.Vector.scalarCount), from + channel) }
  return loadElements(unit, isBFloat16: false, count, from + 4 * channel)
}

/// Transforms the inputs of one tile in time: 6 frames of one position become 6 points.
///
/// - Parameters:
///   - rows: [2][6] Where each frame's channels begin; the second half belongs to the tile that comes next and is
///     fetched ahead.
///   - isBFloat16: Whether the inputs are bfloat16; a literal.
///   - pointsAreBFloat16: Whether the points become bfloat16; a literal.
///   - output: Point p begins `p * step` floats further; whole registers are written.
@inlinable @inline(__always)
public func winogradTimeInput<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool = false, pointsAreBFloat16: Bool = false,
  _ rows: UnsafePointer<UnsafePointer<Float>>,
  _ channels: Int,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  let width = Unit.Vector.scalarCount
  let size = isBFloat16 ? 2 : 4
  let (r0, r1, r2, r3, r4, r5) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5])
  var c = 0
  while c < channels {
    let left = channels - c
    for i in 6..<12 { simd_prefetch(UnsafeRawPointer(rows[i]) + c * size) }
    let d: Six<Unit.Vector> = [
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r0) + c * size),
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r1) + c * size),
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r2) + c * size),
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r3) + c * size),
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r4) + c * size),
      loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(r5) + c * size),
    ]
    let t = winogradInput(unit, d)
    for i in 0..<6 {
      let to = UnsafeMutableRawPointer(output + i * step) + c * (pointsAreBFloat16 ? 2 : 4)
      storeElements(unit, isBFloat16: pointsAreBFloat16, width, t[i], to)
    }
    c += width
  }
}

/// Where the outputs of a Winograd tile go, and what is added on the way.
public struct WinogradStore {
  /// The first channel's bias.
  public var bias: UnsafePointer<Float>
  /// [16] or [4] The first channel of each output position; nil for those outside the map.
  public var outputs: UnsafePointer<UnsafeMutablePointer<Float>?>
  /// [16] or [4] The first channel of what is added to each output position, where something is.
  public var residuals: UnsafePointer<UnsafePointer<Float>?>?
  public var epilogue: EpilogueCode
  /// Whether the output, or the residual, is bfloat16.
  public var outputIsBFloat16 = false
  public var residualIsBFloat16 = false
  /// How sums become outputs where inputs are integers, which only kernels for bfloat16 transform: from the first channel on.
  public var quantized: QuantizedOutputs?

  public init(
    bias: UnsafePointer<Float>, outputs: UnsafePointer<UnsafeMutablePointer<Float>?>,
    residuals: UnsafePointer<UnsafePointer<Float>?>?, epilogue: EpilogueCode
  ) {
    self.bias = bias
    self.outputs = outputs
    self.residuals = residuals
    self.epilogue = epilogue
  }

  /// What is stored: a literal, so that the transforms hold what that takes and no more.
  @usableFromInline
  enum Kind {
    /// Whole registers of one format; nothing is added. By far the most frequent case.
    case plain
    /// The same as integers.
    case plainIntegers
    case any
  }

  /// - Parameter bfloat16: Whether outputs or residuals may be bfloat16; a literal.
  @inlinable @inline(__always)
  func kind<Unit: VectorUnit>(_ unit: Unit.Type, bfloat16: Bool, _ channels: Int) -> Kind {
    guard channels % Unit.Vector.scalarCount == 0, residuals == nil else { return .any }
    if bfloat16, let quantized { return quantized.outputIsUInt8 ? .plainIntegers : .any }
    return epilogue.isShort && outputIsBFloat16 == bfloat16 ? .plain : .any
  }

  /// Stores a register of channels of a position.
  ///
  /// - Parameters:
  ///   - bfloat16: Whether outputs or residuals may be bfloat16; a literal.
  ///   - kind: ``kind``, a literal.
  ///   - left: Channels from this one to the last.
  @inlinable @inline(__always)
  func store<Unit: VectorUnit>(
    _ unit: Unit.Type, bfloat16: Bool, _ kind: Kind = .any, _ sum: Unit.Vector, position: Int, channel: Int, left: Int
  ) {
    guard let output = outputs[position] else { return }
    let to = UnsafeMutableRawPointer(output)
    switch kind {
    case .plain:
      let value = sum + Unit.load(bias + channel)
      storeElements(
        unit, isBFloat16: bfloat16, Unit.Vector.scalarCount, epilogue == .relu ? Unit.relu(value) : value,
        to + channel * (bfloat16 ? 2 : 4))
    case .plainIntegers:
      guard let quantized else { return }
      let value = Unit.multiplyAdd(Unit.load(bias + channel), sum, Unit.load(quantized.scales + channel))
      Unit.storeUInt8(Unit.Vector.scalarCount, value, to + channel)
    case .any:
      if bfloat16, let quantized {
        storeIntegers(unit, bfloat16: bfloat16, quantized, sum, to, position: position, channel: channel, left: left)
        return
      }
      var value = sum + Unit.load(bias + channel)
      if let residuals, let residual = residuals[position] {
        let isBFloat16 = bfloat16 && residualIsBFloat16
        value += loadElements(
          unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(residual) + channel * (isBFloat16 ? 2 : 4))
      }
      value = appliedInTile(unit, epilogue, value)
      let isBFloat16 = bfloat16 && outputIsBFloat16
      storeElements(unit, isBFloat16: isBFloat16, left, value, to + channel * (isBFloat16 ? 2 : 4))
    }
  }

  /// Stores sums of which the outputs, or what is added, may be integers: see `QuantizedOutputs`.
  @inlinable @inline(__always)
  func storeIntegers<Unit: VectorUnit>(
    _ unit: Unit.Type, bfloat16: Bool, _ quantized: QuantizedOutputs, _ sum: Unit.Vector, _ to: UnsafeMutableRawPointer,
    position: Int, channel: Int, left: Int
  ) {
    let lanes = min(left, Unit.Vector.scalarCount)
    var value = Unit.multiplyAdd(Unit.load(bias + channel), sum, Unit.load(quantized.scales + channel))
    if let residuals, let residual = residuals[position] {
      let from = UnsafeRawPointer(residual)
      let isBFloat16 = bfloat16 && residualIsBFloat16
      let added =
        quantized.residualIsUInt8
        ? Unit.loadUInt8(lanes, from + channel)
        : loadElements(unit, isBFloat16: isBFloat16, left, from + channel * (isBFloat16 ? 2 : 4))
      value = Unit.multiplyAdd(value, added, Unit.load(quantized.residualScales + channel))
    }
    if quantized.outputIsUInt8 { return Unit.storeUInt8(lanes, value, to + channel) }
    let isBFloat16 = bfloat16 && outputIsBFloat16
    storeElements(
      unit, isBFloat16: isBFloat16, left, appliedInTile(unit, epilogue, value), to + channel * (isBFloat16 ? 2 : 4))
  }
}

/// Turns 36 points of products into the 4 x 4 outputs of a tile in space.
///
/// - Parameters:
///   - bfloat16: Whether outputs or residuals may be bfloat16; a literal.
///   - products: Point p of channel c lies at `p * step + c`.
///   - temporary: Room for 24 registers.
@inlinable @inline(__always)
public func winogradSpaceOutput<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool = false, _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int,
  _ temporary: UnsafeMutablePointer<Float>, _ target: WinogradStore
) {
  switch target.kind(unit, bfloat16: bfloat16, channels) {
  case .plain: winogradSpaceOutputs(unit, bfloat16: bfloat16, .plain, products, step, channels, temporary, target)
  case .plainIntegers:
    winogradSpaceOutputs(unit, bfloat16: bfloat16, .plainIntegers, products, step, channels, temporary, target)
  case .any: winogradSpaceOutputs(unit, bfloat16: bfloat16, .any, products, step, channels, temporary, target)
  }
}

/// The same.
///
/// - Parameter kind: `WinogradStore.kind`, a literal.
@inlinable @inline(__always)
func winogradSpaceOutputs<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, _ kind: WinogradStore.Kind, _ products: UnsafePointer<Float>, _ step: Int,
  _ channels: Int,
  _ temporary: UnsafeMutablePointer<Float>, _ target: WinogradStore
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    for j in 0..<6 {
      let from = products + j * step + c
      let m: Six<Unit.Vector> = [
        Unit.load(from), Unit.load(from + 6 * step),
        Unit.load(from + 12 * step), Unit.load(from + 18 * step),
        Unit.load(from + 24 * step), Unit.load(from + 30 * step),
      ]
      let y = winogradOutput(unit, m)
      for i in 0..<4 { store(y[i], temporary + (i * 6 + j) * width) }
    }
    for i in 0..<4 {
      let from = UnsafePointer(temporary + i * 6 * width)
      let m: Six<Unit.Vector> = [
        Unit.load(from), Unit.load(from + width),
        Unit.load(from + 2 * width), Unit.load(from + 3 * width),
        Unit.load(from + 4 * width), Unit.load(from + 5 * width),
      ]
      let y = winogradOutput(unit, m)
      target.store(unit, bfloat16: bfloat16, kind, y[0], position: 4 * i, channel: c, left: channels - c)
      target.store(
        unit, bfloat16: bfloat16, kind, y[1], position: 4 * i + 1, channel: c, left: channels - c)
      target.store(
        unit, bfloat16: bfloat16, kind, y[2], position: 4 * i + 2, channel: c, left: channels - c)
      target.store(
        unit, bfloat16: bfloat16, kind, y[3], position: 4 * i + 3, channel: c, left: channels - c)
    }
    c += width
  }
}

/// Turns 6 points of products into the 4 outputs of a tile in time.
///
/// - Parameters:
///   - bfloat16: Whether outputs or residuals may be bfloat16; a literal.
///   - products: Point p of channel c lies at `p * step + c`.
@inlinable @inline(__always)
public func winogradTimeOutput<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool = false, _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int,
  _ target: WinogradStore
) {
  switch target.kind(unit, bfloat16: bfloat16, channels) {
  case .plain: winogradTimeOutputs(unit, bfloat16: bfloat16, .plain, products, step, channels, target)
  default: winogradTimeOutputs(unit, bfloat16: bfloat16, .any, products, step, channels, target)
  }
}

/// The same.
///
/// - Parameter kind: `WinogradStore.kind`, a literal.
@inlinable @inline(__always)
func winogradTimeOutputs<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, _ kind: WinogradStore.Kind, _ products: UnsafePointer<Float>, _ step: Int,
  _ channels: Int,
  _ target: WinogradStore
) {
  let width = Unit.Vector.scalarCount
  var c = 0
  while c < channels {
    let from = products + c
    let m: Six<Unit.Vector> = [
      Unit.load(from), Unit.load(from + step),
      Unit.load(from + 2 * step), Unit.load(from + 3 * step),
      Unit.load(from + 4 * step), Unit.load(from + 5 * step),
    ]
    let y = winogradOutput(unit, m)
    target.store(unit, bfloat16: bfloat16, kind, y[0], position: 0, channel: c, left: channels - c)
    target.store(unit, bfloat16: bfloat16, kind, y[1], position: 1, channel: c, left: channels - c)
    target.store(unit, bfloat16: bfloat16, kind, y[2], position: 2, channel: c, left: channels - c)
    target.store(unit, bfloat16: bfloat16, kind, y[3], position: 3, channel: c, left: channels - c)
    c += width
  }
}

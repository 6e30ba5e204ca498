public import CSIMD

/// How the sums of products of integers become outputs:
/// `sum[p, o] x scales[o] + bias[o] + residual[p, o] x residualScales[o]`.
///
/// Where outputs are integers, scales and bias are such that the result is theirs; a ReLU is what their range does then.
public struct QuantizedOutputs {
  /// [outputs rounded up to whole registers]
  public var scales: UnsafePointer<Float>
  /// The same; of no account without a residual.
  public var residualScales: UnsafePointer<Float>
  /// Whether the output, or the residual, is integers of 8 bits; else the block tells.
  public var outputIsUInt8: Bool
  public var residualIsUInt8: Bool

  public init(
    scales: UnsafePointer<Float>, residualScales: UnsafePointer<Float>, outputIsUInt8: Bool, residualIsUInt8: Bool
  ) {
    self.scales = scales
    self.residualScales = residualScales
    self.outputIsUInt8 = outputIsUInt8
    self.residualIsUInt8 = residualIsUInt8
  }

  /// The same for the outputs after some.
  public func dropFirst(_ count: Int) -> QuantizedOutputs {
    QuantizedOutputs(
      scales: scales + count, residualScales: residualScales + count, outputIsUInt8: outputIsUInt8,
      residualIsUInt8: residualIsUInt8)
  }
}

/// Makes outputs of sums of products of integers.
///
/// - Parameters:
///   - bfloat16: Whether outputs and residuals that are no integers may be bfloat16; a literal.
///   - tile: Its sums are integers of 32 bits.
@inlinable @inline(__always)
public func finishIntegers<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, _ block: GEMMBlock, _ outputs: QuantizedOutputs, _ tile: SumTile
) {
  if outputs.outputIsUInt8 {
    if block.residual == nil {
      finishIntegers(unit, bfloat16: bfloat16, writesIntegers: true, adds: false, block, outputs, tile)
    } else {
      finishIntegers(unit, bfloat16: bfloat16, writesIntegers: true, adds: true, block, outputs, tile)
    }
  } else {
    finishIntegers(unit, bfloat16: bfloat16, writesIntegers: false, adds: true, block, outputs, tile)
  }
}

@inlinable @inline(__always)
func finishIntegers<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, writesIntegers: Bool, adds: Bool, _ block: GEMMBlock, _ outputs: QuantizedOutputs,
  _ tile: SumTile
) {
  let width = Unit.Vector.scalarCount
  let (outputIsBFloat16, residualIsBFloat16) = (
    bfloat16 && block.outputIsBFloat16, bfloat16 && block.residualIsBFloat16
  )
  var first = 0
  while first < tile.outputs {
    let (left, channel) = (min(width, tile.outputs - first), tile.column + first)
    let (bias, scale) = (Unit.load(block.bias + channel), Unit.load(outputs.scales + channel))
    let output = UnsafeMutableRawPointer(block.output + tile.position * block.outputPitch)
    for i in 0..<tile.positions {
      var x = Unit.multiplyAdd(bias, Unit.floats(Unit.load(tile.sums + (i * tile.pitch + first))), scale)
      if adds, let residual = block.residual {
        let row = UnsafeRawPointer(residual + (tile.position + i) * block.residualPitch)
        let y =
          outputs.residualIsUInt8
          ? Unit.loadUInt8(left, row + channel)
          : loadElements(
            unit, isBFloat16: residualIsBFloat16, left, row + (residualIsBFloat16 ? 2 : 4) * channel)
        x = Unit.multiplyAdd(x, y, Unit.load(outputs.residualScales + channel))
      }
      let to = output + i * 4 * block.outputPitch
      if writesIntegers {
        Unit.storeUInt8(left, x, to + channel)
      } else {
        if block.epilogue == .relu { x = Unit.relu(x) }
        storeElements(
          unit, isBFloat16: outputIsBFloat16, left, x, to + (outputIsBFloat16 ? 2 : 4) * channel)
      }
    }
    first += width
  }
}

/// Where a tile of integers goes that is whole: six positions, all lanes, integers of 8 bits, and those that are added.
@usableFromInline struct WholeIntegers {
  @usableFromInline let output: UnsafeMutableRawPointer
  @usableFromInline let residual: UnsafeRawPointer?
  /// In bytes.
  @usableFromInline let outputPitch: Int
  @usableFromInline let residualPitch: Int
  @usableFromInline let bias: UnsafePointer<Float>
  @usableFromInline let scales: UnsafePointer<Float>
  @usableFromInline let residualScales: UnsafePointer<Float>

  @inlinable @inline(__always)
  init(_ block: GEMMBlock, _ outputs: QuantizedOutputs, position: Int, column: Int) {
    (outputPitch, residualPitch) = (4 * block.outputPitch, 4 * block.residualPitch)
    output = UnsafeMutableRawPointer(block.output) + (position * outputPitch + column)
    let pitch = residualPitch
    residual = block.residual.map { UnsafeRawPointer($0) + (position * pitch + column) }
    bias = block.bias + column
    scales = outputs.scales + column
    residualScales = outputs.residualScales + column
  }

  /// Asks for what the stores will touch while the sums are taken.
  @inlinable @inline(__always)
  func prefetch() {
    for i in 0..<6 {
      simd_prefetch(output + i * outputPitch)
      if let residual { simd_prefetch(residual + i * residualPitch) }
    }
  }

  /// Makes outputs of the sums of a position and stores them.
  ///
  /// - Parameters:
  ///   - count: Registers, 2 to 4, a literal: one sum each.
  ///   - adds: Whether there is a residual; a literal.
  ///   - i: The position of the six.
  @inlinable @inline(__always)
  func store<Unit: VectorUnit>(
    _ unit: Unit.Type, count: Int, adds: Bool, _ i: Int, _ s0: Unit.Vector, _ s1: Unit.Vector, _ s2: Unit.Vector,
    _ s3: Unit.Vector
  ) {
    let width = Unit.Vector.scalarCount
    let to = output + i * outputPitch
    let x0 = value(unit, adds: adds, i, s0, at: 0)
    let x1 = value(unit, adds: adds, i, s1, at: width)
    if count == 4 {
      let x2 = value(unit, adds: adds, i, s2, at: 2 * width)
      return Unit.storeUInt8(x0, x1, x2, value(unit, adds: adds, i, s3, at: 3 * width), to)
    }
    Unit.storeUInt8(width, x0, to)
    Unit.storeUInt8(width, x1, to + width)
    if count == 3 { Unit.storeUInt8(width, value(unit, adds: adds, i, s2, at: 2 * width), to + 2 * width) }
  }

  @inlinable @inline(__always)
  func value<Unit: VectorUnit>(
    _ unit: Unit.Type, adds: Bool, _ i: Int, _ sum: Unit.Vector, at first: Int
  ) -> Unit.Vector {
    let x = Unit.multiplyAdd(Unit.load(bias + first), Unit.floats(sum), Unit.load(scales + first))
    guard adds, let residual else { return x }
    let added = Unit.loadUInt8(Unit.Vector.scalarCount, residual + (i * residualPitch + first))
    return Unit.multiplyAdd(x, added, Unit.load(residualScales + first))
  }
}

/// Computes one tile of products of integers: six positions times `count` registers of output channels. A float of the
/// factors, as of the weights, is four integers.
///
/// - Parameters:
///   - count: Registers, 1 to 4, a literal.
///   - rows: [taps][6].
///   - whole: Where the tile goes; nil where its sums are wanted.
///   - sums: [6, count registers] Gets the sums, integers of 32 bits, where they are wanted.
@inlinable @inline(__always)
func integerTile<Unit: VectorUnit>(
  _ unit: Unit.Type, count: Int, _ block: GEMMBlock, _ rows: UnsafePointer<UnsafePointer<Float>>,
  _ weights: UnsafePointer<Float>, _ whole: WholeIntegers?, _ sums: UnsafeMutablePointer<Float>
) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var s0 = TileColumn<V>(repeating: .zero)
  var s1 = TileColumn<V>(repeating: .zero)
  var s2 = TileColumn<V>(repeating: .zero)
  var s3 = TileColumn<V>(repeating: .zero)
  var weight = weights
  var row = rows
  let channels = block.channels
  for _ in 0..<block.taps {
    let r0 = row[0] + block.rowOffset
    let r1 = row[1] + block.rowOffset
    let r2 = row[2] + block.rowOffset
    let r3 = row[3] + block.rowOffset
    let r4 = row[4] + block.rowOffset
    let r5 = row[5] + block.rowOffset
    if block.ahead != 0 {
      var c = 0
      while c < channels {
        simd_prefetch(r0 + (block.ahead + c))
        simd_prefetch(r1 + (block.ahead + c))
        simd_prefetch(r2 + (block.ahead + c))
        simd_prefetch(r3 + (block.ahead + c))
        simd_prefetch(r4 + (block.ahead + c))
        simd_prefetch(r5 + (block.ahead + c))
        c += 16
      }
    }
    for k in 0..<channels {
      let factors: InlineArray<6, Float> = [r0[k], r1[k], r2[k], r3[k], r4[k], r5[k]]
      let w0 = Unit.load(weight)
      let w1 = count > 1 ? Unit.load(weight + width) : w0
      let w2 = count > 2 ? Unit.load(weight + 2 * width) : w0
      let w3 = count > 3 ? Unit.load(weight + 3 * width) : w0
      for i in 0..<6 {
        let factor = V(repeating: factors[i])
        s0[i] = Unit.accumulate(s0[i], factor, w0)
        if count > 1 { s1[i] = Unit.accumulate(s1[i], factor, w1) }
        if count > 2 { s2[i] = Unit.accumulate(s2[i], factor, w2) }
        if count > 3 { s3[i] = Unit.accumulate(s3[i], factor, w3) }
      }
      weight += count * width
    }
    row += 6
  }
  if let whole {
    // Indices that are constants as they stand: sums in a loop that holds so much would live in memory.
    if whole.residual == nil {
      whole.store(unit, count: count, adds: false, 0, s0[0], s1[0], s2[0], s3[0])
      whole.store(unit, count: count, adds: false, 1, s0[1], s1[1], s2[1], s3[1])
      whole.store(unit, count: count, adds: false, 2, s0[2], s1[2], s2[2], s3[2])
      whole.store(unit, count: count, adds: false, 3, s0[3], s1[3], s2[3], s3[3])
      whole.store(unit, count: count, adds: false, 4, s0[4], s1[4], s2[4], s3[4])
      whole.store(unit, count: count, adds: false, 5, s0[5], s1[5], s2[5], s3[5])
    } else {
      whole.store(unit, count: count, adds: true, 0, s0[0], s1[0], s2[0], s3[0])
      whole.store(unit, count: count, adds: true, 1, s0[1], s1[1], s2[1], s3[1])
      whole.store(unit, count: count, adds: true, 2, s0[2], s1[2], s2[2], s3[2])
      whole.store(unit, count: count, adds: true, 3, s0[3], s1[3], s2[3], s3[3])
      whole.store(unit, count: count, adds: true, 4, s0[4], s1[4], s2[4], s3[4])
      whole.store(unit, count: count, adds: true, 5, s0[5], s1[5], s2[5], s3[5])
    }
    return
  }
  for i in 0..<6 {
    let to = sums + i * count * width
    store(s0[i], to)
    if count > 1 { store(s1[i], to + width) }
    if count > 2 { store(s2[i], to + 2 * width) }
    if count > 3 { store(s3[i], to + 3 * width) }
  }
}

/// Computes a block's positions times one panel of weights, integers of 8 bits.
///
/// - Parameters:
///   - count: Registers in the panel, a literal.
///   - bfloat16: Whether outputs and residuals may be bfloat16; a literal.
///   - weights: The panel.
///   - column: The panel's first output channel.
///   - lanes: How many lanes of the panel's last register are outputs.
@inlinable @inline(__always)
public func integerPanel<Unit: VectorUnit>(
  _ unit: Unit.Type, count: Int, bfloat16: Bool = false, _ block: GEMMBlock, _ weights: UnsafePointer<Float>,
  column: Int, lanes: Int
) {
  guard let outputs = block.quantized else { return }
  let width = Unit.Vector.scalarCount
  withUnsafeTemporaryAllocation(byteCount: 24 * count * width, alignment: 64) { memory in
    let sums = memory.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    var rows = block.rows
    var position = 0
    // A single register's sums cost less in memory than what stores them in place.
    let isOfIntegers =
      count > 1 && outputs.outputIsUInt8 && lanes == width && (block.residual == nil || outputs.residualIsUInt8)
    while position < block.positions {
      let positions = min(6, block.positions - position)
      let whole =
        isOfIntegers && positions == 6 ? WholeIntegers(block, outputs, position: position, column: column) : nil
      whole?.prefetch()
      integerTile(unit, count: count, block, rows, weights, whole, sums)
      if whole == nil {
        finishIntegers(
          unit, bfloat16: bfloat16, block, outputs,
          SumTile(
            sums: sums, pitch: count * width, position: position, positions: positions, column: column,
            outputs: (count - 1) * width + lanes))
      }
      position += 6
      rows += 6 * block.taps
    }
  }
}

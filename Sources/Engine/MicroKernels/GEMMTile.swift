public import CSIMD

/// How many positions a register tile computes at once.
///
/// Six positions times four vectors are 24 sums, and leave registers for the weights and one factor; six addresses fit
/// into the general registers of x86.
public let tilePositions = 6

/// A block of output positions times a range of output channels, as the convolutions hand it to a kernel.
///
/// `output[p, o] = epilogue(sum over taps and channels of rows[p, tap][c] x weights[tap, c, o] + bias[o] +
/// residual[p, o])`
public struct GEMMBlock {
  /// [positions / 6 rounded up][taps][6]: where each position's channels begin under each tap.
  public var rows: UnsafePointer<UnsafePointer<Float>>
  /// [taps] Where the first position's channels begin under each tap, where every position lies `step` floats after the one
  /// before it; nil where only `rows` tells. Tile registers need no table then.
  public var starts: UnsafePointer<UnsafePointer<Float>>?
  public var step = 0
  /// Whether positions after the last one may be read at `starts`, up to a multiple of 16.
  public var mayReadOn = false
  /// Added to every address of `rows` and `starts`, in floats.
  public var rowOffset = 0
  /// From a position to the one six later, in floats, where positions follow each other evenly: what is fetched ahead.
  public var ahead = 0
  /// How many matrices of weights follow each other, all multiplied with the same inputs: their products add up.
  public var parts = 1
  public var taps: Int
  /// Channels per tap.
  public var channels: Int
  /// [outputs rounded up to whole registers]
  public var bias: UnsafePointer<Float>
  /// Position p's outputs begin at `output + p * outputPitch`.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  public var residual: UnsafePointer<Float>?
  public var residualPitch = 0
  public var positions: Int
  public var epilogue = EpilogueCode.identity
  /// Whether all there is to the outputs are sums of products in float32: no bias, no epilogue, no residual but the output
  /// itself; and whether their rows, and as many rows as a multiple of 16 takes, have room for whole registers. Tile
  /// registers are stored there as they are.
  public var storesWholeSums = false
  /// Whether the output, or the residual, is bfloat16; addresses and pitches count floats all the same.
  public var outputIsBFloat16 = false
  public var residualIsBFloat16 = false
  /// How sums of products of integers become outputs; nil for other products.
  public var quantized: QuantizedOutputs?

  public init(
    rows: UnsafePointer<UnsafePointer<Float>>, taps: Int, channels: Int,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputPitch: Int, positions: Int
  ) {
    self.rows = rows
    self.taps = taps
    self.channels = channels
    self.bias = bias
    self.output = output
    self.outputPitch = outputPitch
    self.positions = positions
  }
}

/// The sums of six positions for one register of output channels.
@usableFromInline typealias TileColumn<Vector: SIMD> = InlineArray<6, Vector> where Vector.Scalar == Float

/// Computes one tile: six positions times `count` registers of output channels.
///
/// The sums of a position are taken tap by tap and channel by channel, whatever the tile is: how a convolution is cut
/// into blocks does not show in the result.
///
/// `count` and `bfloat16` are literals in every call and all of this is inlined, so what a narrower tile does not need vanishes.
/// Every index into the sums is a constant once unrolled: one dynamic index, and they would live in memory.
///
/// - Parameters:
///   - count: Registers, 1 to 4.
///   - bfloat16: Whether outputs or residuals may be bfloat16.
///   - rows: [taps][6].
///   - positions: How many of the six are stored.
///   - lanes: How many lanes of the last register are stored.
@inlinable @inline(__always)
func gemmTile<Unit: VectorUnit>(
  _ unit: Unit.Type, count: Int, bfloat16: Bool, _ block: GEMMBlock, _ rows: UnsafePointer<UnsafePointer<Float>>,
  _ weights: UnsafePointer<Float>, position: Int, column: Int, positions: Int, lanes: Int
) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  let tile = TileStore(block, bfloat16: bfloat16, position: position, column: column, positions: positions)
  tile.prefetch(floats: count * width)
  let bias = block.bias + column
  var s0 = TileColumn<V>(repeating: Unit.load(bias))
  var s1 = TileColumn<V>(repeating: count > 1 ? Unit.load(bias + width) : .zero)
  var s2 = count > 2 ? TileColumn<V>(repeating: Unit.load(bias + 2 * width)) : s0
  var s3 = count > 3 ? TileColumn<V>(repeating: Unit.load(bias + 3 * width)) : s0
  var weight = weights
  var row = rows
  let channels = block.channels
  for tap in 0..<block.parts * block.taps {
    if tap == block.taps { row = rows }
    let r0 = row[0] + block.rowOffset
    let r1 = row[1] + block.rowOffset
    let r2 = row[2] + block.rowOffset
    let r3 = row[3] + block.rowOffset
    let r4 = row[4] + block.rowOffset
    let r5 = row[5] + block.rowOffset
    var first = 0
    while first < channels {
      let end = min(first + 64, channels)
      if block.ahead != 0 {
        var c = first
        while c < end {
          simd_prefetch(r0 + (block.ahead + c))
          simd_prefetch(r1 + (block.ahead + c))
          simd_prefetch(r2 + (block.ahead + c))
          simd_prefetch(r3 + (block.ahead + c))
          simd_prefetch(r4 + (block.ahead + c))
          simd_prefetch(r5 + (block.ahead + c))
          c += 16
        }
      }
      var k = first
      // A single register of outputs would leave the units waiting for their own sums: odd channels get their own.
      if count == 1 {
        while k + 1 < end {
          let factors: InlineArray<6, Float> = [r0[k], r1[k], r2[k], r3[k], r4[k], r5[k]]
          let odd: InlineArray<6, Float> = [r0[k + 1], r1[k + 1], r2[k + 1], r3[k + 1], r4[k + 1], r5[k + 1]]
          let w0 = Unit.load(weight)
          let w1 = Unit.load(weight + width)
          for i in 0..<6 {
            s0[i] = Unit.accumulate(s0[i], V(repeating: factors[i]), w0)
            s1[i] = Unit.accumulate(s1[i], V(repeating: odd[i]), w1)
          }
          weight += 2 * width
          k += 2
        }
      }
      while k < end {
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
        k += 1
      }
      first = end
    }
    row += 6
  }
  if count == 1 {
    for i in 0..<6 { s0[i] += s1[i] }
  }
  if positions == 6 && lanes == width && tile.isOfOneFormat(bfloat16: bfloat16) {
    if tile.epilogue.isShort {
      tile.storeWhole(unit, bfloat16: bfloat16, s0, at: 0)
      if count > 1 { tile.storeWhole(unit, bfloat16: bfloat16, s1, at: width) }
      if count > 2 { tile.storeWhole(unit, bfloat16: bfloat16, s2, at: 2 * width) }
      if count > 3 { tile.storeWhole(unit, bfloat16: bfloat16, s3, at: 3 * width) }
    } else {
      tile.storeWholeApart(unit, bfloat16: bfloat16, s0, at: 0)
      if count > 1 { tile.storeWholeApart(unit, bfloat16: bfloat16, s1, at: width) }
      if count > 2 { tile.storeWholeApart(unit, bfloat16: bfloat16, s2, at: 2 * width) }
      if count > 3 { tile.storeWholeApart(unit, bfloat16: bfloat16, s3, at: 3 * width) }
    }
    return
  }
  tile.store(unit, bfloat16: bfloat16, s0, at: 0, lanes: count == 1 ? lanes : width)
  if count > 1 { tile.store(unit, bfloat16: bfloat16, s1, at: width, lanes: count == 2 ? lanes : width) }
  if count > 2 { tile.store(unit, bfloat16: bfloat16, s2, at: 2 * width, lanes: count == 3 ? lanes : width) }
  if count > 3 { tile.store(unit, bfloat16: bfloat16, s3, at: 3 * width, lanes: lanes) }
}

/// Finishes and stores one register of each of six positions, whose sums lie one after the other, with a long epilogue: a
/// function of its own, for the code of the tile would be too long. Where few products are summed, calls cost as much as
/// they do: one is for all six positions.
@inlinable @inline(never)
func storeSums<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, _ tile: TileStore, _ sums: UnsafeMutablePointer<Float>, at offset: Int
) {
  let width = Unit.Vector.scalarCount
  let size = bfloat16 ? 2 : 4
  if let residual = tile.residual {
    for i in 0..<6 {
      let from = residual + (size * offset + i * tile.residualPitch)
      let sum = Unit.load(sums + i * width) + loadElements(unit, isBFloat16: bfloat16, width, from)
      MicroKernels.store(sum, sums + i * width)
    }
  }
  applyApart(unit, tile.epilogue, sums, registers: 6)
  let to = tile.output + size * offset
  for i in 0..<6 {
    storeElements(unit, isBFloat16: bfloat16, width, Unit.load(sums + i * width), to + i * tile.outputPitch)
  }
}

/// Where a tile's sums go, and what is added on the way.
@usableFromInline struct TileStore {
  @usableFromInline let output: UnsafeMutableRawPointer
  @usableFromInline let residual: UnsafeRawPointer?
  /// In bytes.
  @usableFromInline let outputPitch: Int
  @usableFromInline let residualPitch: Int
  @usableFromInline let outputSize: Int
  @usableFromInline let residualSize: Int
  @usableFromInline let epilogue: EpilogueCode
  @usableFromInline let positions: Int

  @inlinable @inline(__always)
  init(_ block: GEMMBlock, bfloat16: Bool, position: Int, column: Int, positions: Int) {
    outputSize = bfloat16 && block.outputIsBFloat16 ? 2 : 4
    residualSize = bfloat16 && block.residualIsBFloat16 ? 2 : 4
    outputPitch = 4 * block.outputPitch
    residualPitch = 4 * block.residualPitch
    output = UnsafeMutableRawPointer(block.output) + (position * outputPitch + column * outputSize)
    let size = residualSize
    let pitch = residualPitch
    residual = block.residual.map { UnsafeRawPointer($0) + (position * pitch + column * size) }
    epilogue = block.epilogue
    self.positions = positions
  }

  /// Asks for what the stores will touch while the sums are taken.
  @inlinable @inline(__always)
  func prefetch(floats: Int) {
    for i in 0..<positions {
      var byte = 0
      while byte < floats * outputSize {
        simd_prefetch(output + (i * outputPitch + byte))
        byte += 64
      }
      guard let residual else { continue }
      byte = 0
      while byte < floats * residualSize {
        simd_prefetch(residual + (i * residualPitch + byte))
        byte += 64
      }
    }
  }

  /// Whether all that the tile stores and adds is bfloat16, or all of it float32.
  @inlinable @inline(__always)
  func isOfOneFormat(bfloat16: Bool) -> Bool {
    !bfloat16 || (outputSize == 2 && (residual == nil || residualSize == 2))
  }

  /// Finishes and stores one register of each of six positions, with all its lanes, in one format and with a short
  /// epilogue: nearly all registers are such, and this is short enough to stand in the tile.
  ///
  /// - Parameter bfloat16: The format; a literal.
  @inlinable @inline(__always)
  func storeWhole<Unit: VectorUnit>(
    _ unit: Unit.Type, bfloat16: Bool, _ sums: TileColumn<Unit.Vector>, at offset: Int
  ) {
    let width = Unit.Vector.scalarCount
    let size = bfloat16 ? 2 : 4
    let to = output + size * offset
    if let residual {
      let from = residual + size * offset
      for i in 0..<6 {
        let value = sums[i] + loadElements(unit, isBFloat16: bfloat16, width, from + i * residualPitch)
        let finished = epilogue == .relu ? Unit.relu(value) : value
        storeElements(unit, isBFloat16: bfloat16, width, finished, to + i * outputPitch)
      }
    } else {
      for i in 0..<6 {
        let finished = epilogue == .relu ? Unit.relu(sums[i]) : sums[i]
        storeElements(unit, isBFloat16: bfloat16, width, finished, to + i * outputPitch)
      }
    }
  }

  /// What ``storeWhole(_:bfloat16:_:at:)`` does, for long epilogues.
  @inlinable @inline(__always)
  func storeWholeApart<Unit: VectorUnit>(
    _ unit: Unit.Type, bfloat16: Bool, _ sums: TileColumn<Unit.Vector>, at offset: Int
  ) {
    var sums = sums
    withUnsafeMutablePointer(to: &sums) {
      let memory = UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self)
      storeSums(unit, bfloat16: bfloat16, self, memory, at: offset)
    }
  }

  /// Finishes and stores one register of each position.
  ///
  /// A tile of fewer than six positions has computed its last one several times, and stores it as often: to the same
  /// place, the same numbers, after all that is added to them was read.
  @inlinable @inline(__always)
  func store<Unit: VectorUnit>(
    _ unit: Unit.Type, bfloat16: Bool, _ sums: TileColumn<Unit.Vector>, at offset: Int, lanes: Int
  ) {
    var values = sums
    let last = positions - 1
    if let residual {
      let from = residual + offset * residualSize
      if bfloat16 && residualSize == 2 {
        for i in 0..<6 { values[i] += Unit.loadBFloat16(lanes, from + min(i, last) * residualPitch) }
      } else {
        let floats = from.assumingMemoryBound(to: Float.self)
        let pitch = residualPitch / 4
        if lanes == Unit.Vector.scalarCount {
          for i in 0..<6 { values[i] += Unit.load(floats + min(i, last) * pitch) }
        } else {
          for i in 0..<6 { values[i] += Unit.loadFirst(lanes, floats + min(i, last) * pitch) }
        }
      }
    }
    if epilogue == .relu {
      for i in 0..<6 { values[i] = Unit.relu(values[i]) }
    } else if !epilogue.isShort {
      withUnsafeMutablePointer(to: &values) {
        applyApart(unit, epilogue, UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self), registers: 6)
      }
    }
    let to = output + offset * outputSize
    if bfloat16 && outputSize == 2 {
      for i in 0..<6 { Unit.storeBFloat16(lanes, values[i], to + min(i, last) * outputPitch) }
    } else {
      let floats = to.assumingMemoryBound(to: Float.self)
      let pitch = outputPitch / 4
      if lanes == Unit.Vector.scalarCount {
        for i in 0..<6 { MicroKernels.store(values[i], floats + min(i, last) * pitch) }
      } else {
        for i in 0..<6 { Unit.storeFirst(lanes, values[i], floats + min(i, last) * pitch) }
      }
    }
  }
}

/// The first `count` numbers of memory, or a whole register's where there are as many.
@inlinable @inline(__always)
func loadElements<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ count: Int, _ from: UnsafeRawPointer
) -> Unit.Vector {
  let lanes = min(count, Unit.Vector.scalarCount)
  if isBFloat16 { return Unit.loadBFloat16(lanes, from) }
  let floats = from.assumingMemoryBound(to: Float.self)
  return lanes == Unit.Vector.scalarCount ? Unit.load(floats) : Unit.loadFirst(lanes, floats)
}

/// Writes the first `count` lanes, or all of them where there are as many.
@inlinable @inline(__always)
func storeElements<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool, _ count: Int, _ value: Unit.Vector, _ to: UnsafeMutableRawPointer
) {
  let lanes = min(count, Unit.Vector.scalarCount)
  if isBFloat16 { return Unit.storeBFloat16(lanes, value, to) }
  let floats = to.assumingMemoryBound(to: Float.self)
  if lanes == Unit.Vector.scalarCount { store(value, floats) } else { Unit.storeFirst(lanes, value, floats) }
}

/// Computes a block's positions times one panel of weights.
///
/// - Parameters:
///   - count: Registers in the panel, a literal.
///   - weights: The panel.
///   - column: The panel's first output channel.
///   - lanes: How many lanes of the panel's last register are outputs.
@inlinable @inline(__always)
public func gemmPanel<Unit: VectorUnit>(
  _ unit: Unit.Type, count: Int, bfloat16: Bool = false, _ block: GEMMBlock, _ weights: UnsafePointer<Float>,
  column: Int, lanes: Int
) {
  var rows = block.rows
  var position = 0
  while position < block.positions {
    gemmTile(
      unit, count: count, bfloat16: bfloat16, block, rows, weights, position: position, column: column,
      positions: min(6, block.positions - position),
      lanes: lanes)
    position += 6
    rows += 6 * block.taps
  }
}

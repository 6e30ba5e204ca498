internal import MicroKernels
public import Tensors

/// A matrix [depth, outputs] that is packed while a network runs, to be multiplied by the convolutions' kernels.
///
/// It views memory of the caller: `MatrixPanels.floats` says how much.
public struct MatrixPanels: Sendable {
  public let depth: Int
  public let outputs: Int
  /// Of the matrix and what it is multiplied with; in bfloat16 two rows stand in one, the first one in the lower halves.
  public let format: ElementFormat
  /// Rows of floats; in bfloat16 as many as fill tiles, where there are tile registers.
  private let rows: Int
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Float>
  private let kernels: GEMMKernels

  private static func rows(_ depth: Int, _ format: ElementFormat, fillTiles: Bool, _ engine: Engine) -> Int {
    guard format == .bfloat16 else { return depth }
    let pairs = (depth + 1) / 2
    return fillTiles && engine.kernels.multipliesTiles ? (pairs + 15) / 16 * 16 : pairs
  }

  /// How many numbers the factors have at least, those that are no factors being zeros.
  public var paddedDepth: Int { format == .bfloat16 ? 2 * rows : rows }

  /// The floats that a packed matrix takes, zeros for its bias among them.
  public static func floats(
    depth: Int, outputs: Int, _ format: ElementFormat, fillTiles: Bool = false, _ engine: Engine
  ) -> Int {
    engine.kernels.gemm.padded(outputs) * (rows(depth, format, fillTiles: fillTiles, engine) + 1)
  }

  /// - Parameters:
  ///   - memory: `floats(depth:outputs:_:fillTiles:_:)` of them.
  ///   - format: bfloat16 only where the engine's kernels have it.
  ///   - fillTiles: Whether the factors have zeros after them, so that tile registers read them where they lie.
  public init(
    depth: Int, outputs: Int, memory: UnsafeMutablePointer<Float>, _ format: ElementFormat,
    fillTiles: Bool = false, _ engine: Engine
  ) {
    self.depth = depth
    self.outputs = outputs
    self.memory = memory
    self.format = format
    rows = Self.rows(depth, format, fillTiles: fillTiles, engine)
    kernels = engine.kernels.products(format)
    (memory + kernels.padded(outputs) * rows).update(repeating: 0, count: kernels.padded(outputs))
  }

  /// How many panels there are to fill.
  public var panels: Int { (outputs + kernels.panel - 1) / kernels.panel }

  /// Fills one panel from rows of a map: element [d, o] is channel o of position `first + d`, or channel d of position
  /// `first + o`.
  ///
  /// - Parameters:
  ///   - positionsAreDepth: Which of the two.
  public func fill(_ panel: Int, from map: FeatureMap, first: Int, positionsAreDepth: Bool) {
    let start = panel * kernels.panel
    let count = min(kernels.panel, outputs - start)
    let width = kernels.padded(count)
    let target = memory + start * depth
    for d in 0..<depth {
      let row = target + d * width
      for o in 0..<count {
        row[o] =
          positionsAreDepth
          ? map.value(position: first + d, channel: start + o) : map.value(position: first + start + o, channel: d)
      }
      for o in count..<width { row[o] = 0 }
    }
  }

  /// Fills one panel from rows that lie anywhere.
  ///
  /// - Parameter row: Where the numbers [outputs] of a row of the matrix lie, in its format.
  public func fill(_ panel: Int, rows row: (Int) -> UnsafePointer<Float>) {
    let start = panel * kernels.panel
    let count = min(kernels.panel, outputs - start)
    let width = kernels.padded(count)
    let target = memory + start * rows
    for d in 0..<rows {
      if 2 * d >= depth && format == .bfloat16 {
        (target + d * width).update(repeating: 0, count: count)
      } else if format == .bfloat16 {
        fillPair(
          target + d * width, count, Self.numbers(row(2 * d)) + start,
          2 * d + 1 < depth ? Self.numbers(row(2 * d + 1)) + start : nil)
      } else {
        (target + d * width).update(from: row(d) + start, count: count)
      }
      (target + (d * width + count)).update(repeating: 0, count: width - count)
    }
  }

  private static func numbers(_ address: UnsafePointer<Float>) -> UnsafePointer<UInt16> {
    UnsafeRawPointer(address).assumingMemoryBound(to: UInt16.self)
  }

  /// Puts two rows of bfloat16 numbers into one, zeros where there is no second one.
  private func fillPair(
    _ target: UnsafeMutablePointer<Float>, _ count: Int, _ low: UnsafePointer<UInt16>, _ high: UnsafePointer<UInt16>?
  ) {
    let pairs = UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt32.self)
    if let high {
      for o in 0..<count { pairs[o] = UInt32(high[o]) << 16 | UInt32(low[o]) }
    } else {
      for o in 0..<count { pairs[o] = UInt32(low[o]) }
    }
  }

  /// Fills one panel from columns that lie anywhere.
  ///
  /// - Parameter column: Where the numbers [depth] of a column of the matrix lie, in its format; in bfloat16 an even
  ///   number.
  func fill(_ panel: Int, columns column: (Int) -> UnsafePointer<Float>) {
    let start = panel * kernels.panel
    let count = min(kernels.panel, outputs - start)
    let width = kernels.padded(count)
    let target = memory + start * rows
    for o in 0..<count {
      let from = column(start + o)
      for d in 0..<rows { target[d * width + o] = from[d] }
    }
    for o in count..<width { for d in 0..<rows { target[d * width + o] = 0 } }
  }

  /// Fills one panel from columns of float32 numbers that lie anywhere, rounding them to the matrix's format.
  ///
  /// - Parameter column: Where the numbers [depth] of a column of the matrix lie; in bfloat16 an even number.
  func fill(_ panel: Int, roundedColumns column: (Int) -> UnsafePointer<Float>) {
    if format == .float32 { return fill(panel, columns: column) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows) { pairs in
      let start = UnsafePointer(pairs.baseAddress.unsafelyUnwrapped)
      fill(
        panel,
        columns: {
          let from = column($0)
          for d in 0..<rows { pairs[d] = packedPair(from[2 * d], from[2 * d + 1]) }
          return start
        })
    }
  }

  /// Multiplies rows with the matrix.
  ///
  /// - Parameters:
  ///   - factors: [count, depth] in the matrix's format, `pitch` floats from one to the next; in bfloat16 with a zero after
  ///     an odd number.
  ///   - output: [count, outputs] in float32, `outputPitch` floats from one to the next.
  ///   - adding: Whether the products are added to what the output holds.
  ///   - outputIsBFloat16: Whether the output is bfloat16, where the matrix is; nothing is added then.
  ///   - hasRoom: Whether the output's rows, and as many as a multiple of 16 takes, have room for multiples of 16 floats.
  ///   - table: Room for `count` addresses, rounded up to a multiple of 6.
  public func multiply(
    _ factors: UnsafePointer<Float>, pitch: Int, count: Int, into output: UnsafeMutablePointer<Float>, outputPitch: Int,
    adding: Bool = false, outputIsBFloat16: Bool = false, hasRoom: Bool = false,
    table: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    table[0] = factors
    if kernels.block == nil {
      for i in 0..<(count + tilePositions - 1) / tilePositions * tilePositions {
        table[i] = factors + min(i, count - 1) * pitch
      }
    }
    var block = GEMMBlock(
      rows: table, taps: 1, channels: rows, bias: memory + kernels.padded(outputs) * rows, output: output,
      outputPitch: outputPitch, positions: count)
    (block.starts, block.step) = (UnsafePointer(table), pitch)
    block.storesWholeSums = hasRoom
    block.outputIsBFloat16 = outputIsBFloat16
    if adding { (block.residual, block.residualPitch) = (UnsafePointer(output), outputPitch) }
    kernels.multiply(block, memory, outputs: outputs)
  }
}

internal import MicroKernels
public import Tensors

/// A matrix [depth, outputs] that is packed while a network runs, to be multiplied by the convolutions' kernels.
///
/// It views memory of the caller: `MatrixPanels.floats` says how much.
public struct MatrixPanels: Sendable {
  public let depth: Int
  public let outputs: Int
  nonisolated(unsafe) private let memory: UnsafeMutablePointer<Float>
  private let kernels: GEMMKernels

  /// The floats that a packed matrix takes, zeros for its bias among them.
  public static func floats(depth: Int, outputs: Int, _ engine: Engine) -> Int {
    engine.kernels.gemm.padded(outputs) * (depth + 1)
  }

  /// - Parameter memory: `floats(depth:outputs:_:)` of them.
  public init(depth: Int, outputs: Int, memory: UnsafeMutablePointer<Float>, _ engine: Engine) {
    self.depth = depth
    self.outputs = outputs
    self.memory = memory
    kernels = engine.kernels.gemm
    (memory + kernels.padded(outputs) * depth).update(repeating: 0, count: kernels.padded(outputs))
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
  /// - Parameter row: Where the numbers [outputs] of a row of the matrix lie.
  func fill(_ panel: Int, rows row: (Int) -> UnsafePointer<Float>) {
    let start = panel * kernels.panel
    let count = min(kernels.panel, outputs - start)
    let width = kernels.padded(count)
    for d in 0..<depth {
      let target = memory + (start * depth + d * width)
      target.update(from: row(d) + start, count: count)
      (target + count).update(repeating: 0, count: width - count)
    }
  }

  /// Fills one panel from columns that lie anywhere.
  ///
  /// - Parameter column: Where the numbers [depth] of a column of the matrix lie.
  func fill(_ panel: Int, columns column: (Int) -> UnsafePointer<Float>) {
    let start = panel * kernels.panel
    let count = min(kernels.panel, outputs - start)
    let width = kernels.padded(count)
    let target = memory + start * depth
    for o in 0..<count {
      let from = column(start + o)
      for d in 0..<depth { target[d * width + o] = from[d] }
    }
    for o in count..<width { for d in 0..<depth { target[d * width + o] = 0 } }
  }

  /// Multiplies rows with the matrix.
  ///
  /// - Parameters:
  ///   - rows: [count, depth], `pitch` floats from one to the next.
  ///   - output: [count, outputs], `outputPitch` floats from one to the next.
  ///   - adding: Whether the products are added to what the output holds.
  ///   - table: Room for `count` addresses, rounded up to a multiple of 6.
  public func multiply(
    _ rows: UnsafePointer<Float>, pitch: Int, count: Int, into output: UnsafeMutablePointer<Float>, outputPitch: Int,
    adding: Bool = false, table: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    for i in 0..<(count + tilePositions - 1) / tilePositions * tilePositions {
      table[i] = rows + min(i, count - 1) * pitch
    }
    var block = GEMMBlock(
      rows: table, taps: 1, channels: depth, bias: memory + kernels.padded(outputs) * depth, output: output,
      outputPitch: outputPitch, positions: count)
    if adding { (block.residual, block.residualPitch) = (UnsafePointer(output), outputPitch) }
    kernels.multiply(block, memory, outputs: outputs)
  }
}

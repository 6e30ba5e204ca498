internal import MicroKernels

/// The convolutions' inner loops for one instruction set.
///
/// Weights are packed into panels of `panel` output channels; the last panel is as narrow as whole registers allow.
struct GEMMKernels: Sendable {
  /// Computes a block of positions times one panel of weights: the panel, its first output, the lanes of its last
  /// register that are outputs.
  typealias Panel = @Sendable (GEMMBlock, UnsafePointer<Float>, Int, Int) -> Void

  /// Floats in a register.
  let lanes: Int
  /// By the number of registers in a panel, from 1.
  let panels: [Panel]
  /// Computes a block of positions times all panels: the packed panels, their rows, the first row that is multiplied, the
  /// outputs; where the processor has more than registers for that.
  typealias Block = @Sendable (GEMMBlock, UnsafePointer<Float>, Int, Int, Int) -> Void
  var block: Block?

  /// Output channels in a full panel.
  var panel: Int { lanes * panels.count }

  /// Output channels with the last register filled up.
  func padded(_ outputs: Int) -> Int { (outputs + lanes - 1) / lanes * lanes }

  /// Computes a block of positions times a range of output channels.
  ///
  /// - Parameters:
  ///   - weights: Packed panels [depth][columns], the first one's first.
  ///   - depth: Rows of a panel; nil is what the block multiplies: parts x taps x channels.
  ///   - firstRow: The panels' first row that is multiplied.
  ///   - outputs: How many output channels.
  func multiply(
    _ block: GEMMBlock, _ weights: UnsafePointer<Float>, depth: Int? = nil, firstRow: Int = 0, outputs: Int
  ) {
    let depth = depth ?? block.parts * block.taps * block.channels
    if let multiply = self.block { return multiply(block, weights, depth, firstRow, outputs) }
    var block = block
    var column = 0
    while column < outputs {
      let width = min(panel, padded(outputs - column))
      let excess = max(0, column + width - outputs)
      panels[width / lanes - 1](block, weights + (column * depth + firstRow * width), column, lanes - excess)
      column += width
      // The positions are in the cache now.
      block.ahead = 0
    }
  }
}

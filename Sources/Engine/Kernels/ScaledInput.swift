internal import MicroKernels
internal import Tensors

/// A pointwise convolution's input, scaled a block of positions at a time into the memory of the thread that reads it.
struct ScaledInput {
  private let input: FeatureMap
  private let scaling: InputScaling
  private let scale: @Sendable (ScaledRows) -> Void

  init(_ input: FeatureMap, _ scaling: InputScaling, _ engine: Engine) {
    self.input = input
    self.scaling = scaling
    scale = engine.scaledRows(input.format)
  }

  /// Scales a block.
  ///
  /// - Returns: Where its positions lie, with the last one repeated for whole tiles.
  func fill(_ positions: Range<Int>, _ engine: Engine, _ thread: Int) -> UnsafePointer<UnsafePointer<Float>> {
    let count = (positions.count + tilePositions - 1) / tilePositions * tilePositions
    var layout = ScratchLayout()
    // An address takes the room of two floats.
    let tableAt = layout.add(2 * count)
    let rowsAt = layout.add(positions.count * input.floats)
    let memory = engine.scratch.floats(layout.count, thread: thread)
    let rows = memory + rowsAt
    let table = UnsafeMutableRawPointer(memory + tableAt).bindMemory(to: UnsafePointer<Float>.self, capacity: count)
    for i in 0..<count { table[i] = UnsafePointer(rows) + min(i, positions.count - 1) * input.floats }
    // Every item has factors of its own.
    let perItem = input.extent.count
    var first = positions.lowerBound
    while first < positions.upperBound {
      let item = first / perItem
      let end = min(positions.upperBound, (item + 1) * perItem)
      scale(
        ScaledRows(
          input: input.start + first * input.pitch, inputPitch: input.pitch,
          output: rows + (first - positions.lowerBound) * input.floats, outputPitch: input.floats,
          scale: scaling.factors.start + item * scaling.factors.pitch, positions: end - first,
          channels: input.channels, epilogue: scaling.epilogue.code))
      first = end
    }
    return UnsafePointer(table)
  }
}

internal import CSIMD
public import MicroKernels

/// Whether `storeRows` can finish 32 outputs from one on: whole ones in bfloat16, after nothing or a ReLU.
@inline(__always)
func storesRows(_ block: GEMMBlock, outputs: Int) -> Bool {
  outputs >= panelOutputs && block.outputIsBFloat16 && (block.epilogue == .identity || block.epilogue == .relu)
    && (block.residual == nil || block.residualIsBFloat16)
}

/// Adds bias and residual to sums [positions, 32], rectifies them where asked, and stores them in bfloat16, 64 bytes of a
/// position at once: what `MicroKernels.finishSums` does in halves.
@inline(__always)
func storeRows(
  _ block: GEMMBlock, _ sums: UnsafePointer<Float>, position: Int, positions: Int, column: Int
) {
  let (left, right) = (AMXUnit.load(block.bias + column), AMXUnit.load(block.bias + (column + tileDepth)))
  let output = UnsafeMutableRawPointer(block.output + position * block.outputPitch) + 2 * column
  let residual = block.residual.map { UnsafeRawPointer($0 + position * block.residualPitch) + 2 * column }
  let rectifies = block.epilogue == .relu
  for i in 0..<positions {
    var x = AMXUnit.load(sums + i * panelOutputs) + left
    var y = AMXUnit.load(sums + (i * panelOutputs + tileDepth)) + right
    if let residual {
      let from = residual + i * 4 * block.residualPitch
      x += simd_load_bf16_512(from, 16)
      y += simd_load_bf16_512(from + 32, 16)
    }
    if rectifies { (x, y) = (AMXUnit.relu(x), AMXUnit.relu(y)) }
    simd_store_two_bf16_512(output + i * 4 * block.outputPitch, x, y)
  }
}

/// Adds bias and residual to sums that lie in memory, applies the epilogue and stores them: what `dotBlock` does with its own.
@inline(never)
public func finish(_ block: GEMMBlock, _ tile: SumTile) { finishSums(AMXUnit.self, block, tile) }

/// Makes outputs of sums of products of integers. Whole ones of 32 channels that are integers themselves, after nothing or a
/// residual of such, are what nearly all layers store: 32 bytes of a position at once.
@inline(__always)
func finishIntegers(_ block: GEMMBlock, _ tile: SumTile) {
  guard let outputs = block.quantized else { return }
  if tile.outputs == panelOutputs, outputs.outputIsUInt8, block.residual == nil || outputs.residualIsUInt8 {
    storeIntegers(block, outputs, tile)
  } else {
    finishIntegers(AMXUnit.self, bfloat16: true, block, outputs, tile)
  }
}

@inline(__always)
private func storeIntegers(_ block: GEMMBlock, _ outputs: QuantizedOutputs, _ tile: SumTile) {
  let (left, right) = (tile.column, tile.column + tileDepth)
  let bias = (AMXUnit.load(block.bias + left), AMXUnit.load(block.bias + right))
  let scales = (AMXUnit.load(outputs.scales + left), AMXUnit.load(outputs.scales + right))
  let output = UnsafeMutableRawPointer(block.output + tile.position * block.outputPitch) + left
  guard let residual = block.residual else {
    for i in 0..<tile.positions {
      let sums = tile.sums + i * tile.pitch
      let x = simd_multiply_add512(bias.0, simd_floats512(AMXUnit.load(sums)), scales.0)
      let y = simd_multiply_add512(bias.1, simd_floats512(AMXUnit.load(sums + tileDepth)), scales.1)
      simd_store_two_u8_512(output + i * 4 * block.outputPitch, x, y)
    }
    return
  }
  let factors = (AMXUnit.load(outputs.residualScales + left), AMXUnit.load(outputs.residualScales + right))
  let from = UnsafeRawPointer(residual + tile.position * block.residualPitch) + left
  for i in 0..<tile.positions {
    let sums = tile.sums + i * tile.pitch
    let row = from + i * 4 * block.residualPitch
    var x = simd_multiply_add512(bias.0, simd_floats512(AMXUnit.load(sums)), scales.0)
    var y = simd_multiply_add512(bias.1, simd_floats512(AMXUnit.load(sums + tileDepth)), scales.1)
    x = simd_multiply_add512(x, simd_load_u8_512(row, 16), factors.0)
    y = simd_multiply_add512(y, simd_load_u8_512(row + 16, 16), factors.1)
    simd_store_two_u8_512(output + i * 4 * block.outputPitch, x, y)
  }
}

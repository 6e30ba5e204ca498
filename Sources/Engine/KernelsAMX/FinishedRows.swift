internal import CSIMD
internal import MicroKernels

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

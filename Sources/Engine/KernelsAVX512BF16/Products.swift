public import MicroKernels

/// `MicroKernels.productPanel` of 1 register, bfloat16 inputs.
@inline(never)
public func dotPanel1(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512DotUnit.self, count: 1, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 1 register, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func productPanel1(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512HalfUnit.self, count: 1, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 2 registers, bfloat16 inputs.
@inline(never)
public func dotPanel2(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512DotUnit.self, count: 2, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 2 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func productPanel2(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512HalfUnit.self, count: 2, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 3 registers, bfloat16 inputs.
@inline(never)
public func dotPanel3(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512DotUnit.self, count: 3, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 3 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func productPanel3(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512HalfUnit.self, count: 3, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 4 registers, bfloat16 inputs.
@inline(never)
public func dotPanel4(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512DotUnit.self, count: 4, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 4 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func productPanel4(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512HalfUnit.self, count: 4, halves: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.peakProducts` of pairs.
@inline(never)
public func peakProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(AVX512DotUnit.self, sums: 24, fuses: true, iterations, factor)
}

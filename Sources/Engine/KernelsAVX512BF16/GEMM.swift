public import MicroKernels

/// `MicroKernels.gemmPanel` of 1 register, bfloat16 inputs.
@inline(never)
public func dotPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512DotUnit.self, count: 1, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 1 register, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func gemmPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512BF16Unit.self, count: 1, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 2 registers, bfloat16 inputs.
@inline(never)
public func dotPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512DotUnit.self, count: 2, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 2 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func gemmPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512BF16Unit.self, count: 2, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 3 registers, bfloat16 inputs.
@inline(never)
public func dotPanel3(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512DotUnit.self, count: 3, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 3 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func gemmPanel3(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512BF16Unit.self, count: 3, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 4 registers, bfloat16 inputs.
@inline(never)
public func dotPanel4(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512DotUnit.self, count: 4, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 4 registers, float32 inputs, bfloat16 outputs where asked.
@inline(never)
public func gemmPanel4(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512BF16Unit.self, count: 4, bfloat16: true, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.peakProducts` of pairs.
@inline(never)
public func peakProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(AVX512DotUnit.self, sums: 24, fuses: true, iterations, factor)
}

public import MicroKernels

/// `MicroKernels.productPanel` of 1 register for this instruction set.
@inline(never)
public func productPanel1(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512Unit.self, count: 1, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 2 registers for this instruction set.
@inline(never)
public func productPanel2(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512Unit.self, count: 2, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 3 registers for this instruction set.
@inline(never)
public func productPanel3(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512Unit.self, count: 3, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.productPanel` of 4 registers for this instruction set.
@inline(never)
public func productPanel4(_ block: ProductBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.productPanel(AVX512Unit.self, count: 4, block, weights, column: column, lanes: lanes)
}

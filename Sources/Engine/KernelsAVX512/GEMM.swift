public import MicroKernels

/// `MicroKernels.gemmPanel` of 1 register for this instruction set.
@inline(never)
public func gemmPanel1(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512Unit.self, count: 1, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 2 registers for this instruction set.
@inline(never)
public func gemmPanel2(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512Unit.self, count: 2, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 3 registers for this instruction set.
@inline(never)
public func gemmPanel3(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512Unit.self, count: 3, block, weights, column: column, lanes: lanes)
}

/// `MicroKernels.gemmPanel` of 4 registers for this instruction set.
@inline(never)
public func gemmPanel4(_ block: GEMMBlock, _ weights: UnsafePointer<Float>, _ column: Int, _ lanes: Int) {
  MicroKernels.gemmPanel(AVX512Unit.self, count: 4, block, weights, column: column, lanes: lanes)
}

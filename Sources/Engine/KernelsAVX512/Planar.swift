public import MicroKernels

/// `MicroKernels.planarRow` for this instruction set.
@inline(never)
public func planarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX512Unit.self, isWide: true, row) }

/// `MicroKernels.planarSplit` for this instruction set.
@inline(never)
public func planarSplit(_ columns: PlanarColumns) { MicroKernels.planarSplit(AVX512Unit.self, columns) }

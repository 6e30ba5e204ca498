public import MicroKernels

/// `MicroKernels.planarRow` for this instruction set.
@inline(never)
public func planarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX2Unit.self, isWide: false, row) }

/// `MicroKernels.planarSplit` for this instruction set.
@inline(never)
public func planarSplit(_ columns: PlanarColumns) { MicroKernels.planarSplit(AVX2Unit.self, columns) }

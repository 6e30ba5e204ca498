public import MicroKernels

/// `MicroKernels.planarRow` for this instruction set.
@inline(never)
public func planarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX2Unit.self, isWide: false, row) }

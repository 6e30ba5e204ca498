public import MicroKernels

/// `MicroKernels.planarRow` of pairs.
@inline(never)
public func planarRow(_ row: PlanarRow) { MicroKernels.planarRow(AVX512DotUnit.self, isWide: true, row) }

/// `MicroKernels.planarPairs` for this instruction set.
@inline(never)
public func planarPairs(_ planes: PlanarPairs) { MicroKernels.planarPairs(AVX512DotUnit.self, planes) }

public import MicroKernels

/// `MicroKernels.scaleRows` for this instruction set.
@inline(never)
public func scaleRows(_ rows: ScaledRows) { MicroKernels.scaleRows(AVX2Unit.self, rows) }

public import MicroKernels

/// `MicroKernels.normalizeRows` for this instruction set.
@inline(never)
public func normalizeRows(_ rows: NormalizedRows) { MicroKernels.normalizeRows(AVX2Unit.self, rows) }

public import MicroKernels

/// `MicroKernels.scaleRows` for this instruction set, of bfloat16 numbers.
@inline(never)
public func scaleRows(_ rows: ScaledRows) { MicroKernels.scaleRows(AVX512BF16Unit.self, isBFloat16: true, rows) }

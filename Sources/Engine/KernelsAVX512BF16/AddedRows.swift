public import MicroKernels

/// `MicroKernels.addRows` for this instruction set, of bfloat16 numbers.
@inline(never)
public func addRows(_ rows: AddedRows) { MicroKernels.addRows(AVX512BF16Unit.self, isBFloat16: true, rows) }

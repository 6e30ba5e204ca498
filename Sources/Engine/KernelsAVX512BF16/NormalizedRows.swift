public import MicroKernels

/// `MicroKernels.normalizeRows` for this instruction set, of bfloat16 numbers.
@inline(never)
public func normalizeRows(_ rows: NormalizedRows) {
  MicroKernels.normalizeRows(AVX512BF16Unit.self, isBFloat16: true, rows)
}

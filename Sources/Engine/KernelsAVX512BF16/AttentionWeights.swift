public import MicroKernels

/// `MicroKernels.attentionWeights` for this instruction set, of weights in bfloat16.
@inline(never)
public func attentionWeights(_ block: AttentionWeights) {
  MicroKernels.attentionWeights(AVX512BF16Unit.self, isBFloat16: true, block)
}

/// `MicroKernels.scaleSums` for this instruction set, of outputs in bfloat16.
@inline(never)
public func scaleSums(_ rows: ScaledSums) { MicroKernels.scaleSums(AVX512BF16Unit.self, isBFloat16: true, rows) }

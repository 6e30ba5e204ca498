public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set, of bfloat16 lines.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) {
  MicroKernels.depthwiseSplit(AVX512BF16Unit.self, inputIsBFloat16: true, line)
}

/// `MicroKernels.depthwiseLine` for this instruction set, whose outputs may be bfloat16.
@inline(never)
public func depthwiseLine(_ block: DepthwiseBlock) {
  MicroKernels.depthwiseLine(AVX512BF16Unit.self, bfloat16: true, block)
}

public import MicroKernels

/// `MicroKernels.depthwiseColumns` for this instruction set, of bfloat16 inputs.
@inline(never)
public func depthwiseColumns(_ block: DepthwiseBlock) {
  MicroKernels.depthwiseColumns(AVX512BF16Unit.self, inputIsBFloat16: true, bfloat16: true, block)
}

/// The same of float32 inputs, whose outputs may be bfloat16.
@inline(never)
public func depthwiseColumnsOfFloats(_ block: DepthwiseBlock) {
  MicroKernels.depthwiseColumns(AVX512BF16Unit.self, bfloat16: true, block)
}

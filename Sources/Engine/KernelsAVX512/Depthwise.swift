public import MicroKernels

/// `MicroKernels.depthwiseColumns` for this instruction set.
@inline(never)
public func depthwiseColumns(_ block: DepthwiseBlock) { MicroKernels.depthwiseColumns(AVX512Unit.self, block) }

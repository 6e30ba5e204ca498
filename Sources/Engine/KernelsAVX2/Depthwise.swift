public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) { MicroKernels.depthwiseSplit(AVX2Unit.self, line) }

/// `MicroKernels.depthwiseLine` for this instruction set.
@inline(never)
public func depthwiseLine(_ block: DepthwiseBlock) { MicroKernels.depthwiseLine(AVX2Unit.self, block) }

public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) { MicroKernels.depthwiseSplit(PortableUnit.self, line) }

/// `MicroKernels.depthwiseLine` for this instruction set.
@inline(never)
public func depthwiseLine(_ block: DepthwiseBlock) { MicroKernels.depthwiseLine(PortableUnit.self, block) }

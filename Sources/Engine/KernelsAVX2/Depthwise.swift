public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) { MicroKernels.depthwiseSplit(AVX2Unit.self, line) }

/// `MicroKernels.depthwiseLines` for this instruction set.
@inline(never)
public func depthwiseLines(_ block: DepthwiseBlock, _ outputs: UnsafePointer<DepthwiseOutput>, _ count: Int) {
  MicroKernels.depthwiseLines(AVX2Unit.self, block, outputs, count)
}

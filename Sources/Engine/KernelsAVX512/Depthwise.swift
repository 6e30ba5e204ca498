public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) { MicroKernels.depthwiseSplit(AVX512Unit.self, line) }

/// `MicroKernels.depthwiseLines` for this instruction set.
@inline(never)
public func depthwiseLines(_ block: DepthwiseBlock, _ outputs: UnsafePointer<DepthwiseOutput>, _ count: Int) {
  MicroKernels.depthwiseLines(AVX512Unit.self, block, outputs, count)
}

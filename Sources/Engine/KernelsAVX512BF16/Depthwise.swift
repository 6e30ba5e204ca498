public import MicroKernels

/// `MicroKernels.depthwiseSplit` for this instruction set, of bfloat16 lines.
@inline(never)
public func depthwiseSplit(_ line: DepthwiseLine) {
  MicroKernels.depthwiseSplit(AVX512BF16Unit.self, inputIsBFloat16: true, line)
}

/// `MicroKernels.depthwiseLines` for this instruction set, whose outputs may be bfloat16.
@inline(never)
public func depthwiseLines(_ block: DepthwiseBlock, _ outputs: UnsafePointer<DepthwiseOutput>, _ count: Int) {
  MicroKernels.depthwiseLines(AVX512BF16Unit.self, bfloat16: true, block, outputs, count)
}

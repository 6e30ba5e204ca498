internal import MicroKernels

/// `MicroKernels.alignBins` for this instruction set.
@inline(never)
public func alignBins(
  _ features: UnsafePointer<Float>, _ channels: Int, _ bins: Int,
  _ rowStarts: UnsafePointer<Int>, _ rowOffsets: UnsafePointer<Int>, _ rowWeights: UnsafePointer<Float>,
  _ columnStarts: UnsafePointer<Int>, _ columnOffsets: UnsafePointer<Int>, _ columnWeights: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int, _ takesMaximum: Bool
) {
  MicroKernels.alignBins(
    AVX512Unit.self, features, channels, bins, rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets,
    columnWeights, output, pitch, takesMaximum)
}

/// `MicroKernels.peakProducts` for this instruction set.
@inline(never)
public func peakProducts(_ iterations: Int, _ factor: Float) -> Float {
  MicroKernels.peakProducts(AVX512Unit.self, sums: 24, fuses: true, iterations, factor)
}

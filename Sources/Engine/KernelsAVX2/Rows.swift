internal import MicroKernels

/// `MicroKernels.largestPixel` for this instruction set.
@inline(never)
public func largestPixel(
  _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.largestPixel(AVX2Unit.self, pixels, count, channels, output)
}

internal import MicroKernels

/// `MicroKernels.largestPixel` for this instruction set, of bfloat16 numbers.
@inline(never)
public func largestPixel(
  _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.largestPixel(AVX512HalfUnit.self, isHalf: true, pixels, count, channels, output)
}

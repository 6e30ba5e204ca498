internal import MicroKernels

/// `MicroKernels.maxOverPositions` for this instruction set, of bfloat16 numbers.
@inline(never)
public func maxOverPositions(
  _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.maxOverPositions(AVX512BF16Unit.self, isBFloat16: true, positions, count, channels, output)
}

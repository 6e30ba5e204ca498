internal import MicroKernels

/// `MicroKernels.maxOverPositions` for this instruction set.
@inline(never)
public func maxOverPositions(
  _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.maxOverPositions(AVX2Unit.self, positions, count, channels, output)
}

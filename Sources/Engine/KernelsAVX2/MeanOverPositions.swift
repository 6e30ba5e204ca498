internal import MicroKernels

/// `MicroKernels.meanOverPositions` for this instruction set.
@inline(never)
public func meanOverPositions(
  _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.meanOverPositions(AVX2Unit.self, positions, count, channels, output)
}

internal import MicroKernels

/// `MicroKernels.winogradSpaceGradient` for this instruction set.
@inline(never)
public func winogradSpaceGradient(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradSpaceGradient(AVX512Unit.self, rows, channels, temporary, output, step)
}

/// `MicroKernels.winogradTimeGradient` for this instruction set.
@inline(never)
public func winogradTimeGradient(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradTimeGradient(AVX512Unit.self, rows, channels, output, step)
}

/// `MicroKernels.winogradSpaceSums` for this instruction set.
@inline(never)
public func winogradSpaceSums(
  _ sums: UnsafePointer<Float>, _ step: Int, _ count: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int
) {
  MicroKernels.winogradSpaceSums(AVX512Unit.self, sums, step, count, temporary, output, pitch)
}

/// `MicroKernels.winogradTimeSums` for this instruction set.
@inline(never)
public func winogradTimeSums(
  _ sums: UnsafePointer<Float>, _ step: Int, _ count: Int, _ output: UnsafeMutablePointer<Float>, _ pitch: Int
) {
  MicroKernels.winogradTimeSums(AVX512Unit.self, sums, step, count, output, pitch)
}

public import MicroKernels

/// `MicroKernels.winogradSpaceInput` for this instruction set.
@inline(never)
public func winogradSpaceInput(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradSpaceInput(AVX2Unit.self, rows, channels, temporary, output, step)
}

/// `MicroKernels.winogradTimeInput` for this instruction set.
@inline(never)
public func winogradTimeInput(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradTimeInput(AVX2Unit.self, rows, channels, output, step)
}

/// `MicroKernels.winogradSpaceOutput` for this instruction set.
@inline(never)
public func winogradSpaceOutput(
  _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ target: WinogradStore
) {
  MicroKernels.winogradSpaceOutput(AVX2Unit.self, products, step, channels, temporary, target)
}

/// `MicroKernels.winogradTimeOutput` for this instruction set.
@inline(never)
public func winogradTimeOutput(
  _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ target: WinogradStore
) {
  MicroKernels.winogradTimeOutput(AVX2Unit.self, products, step, channels, target)
}

/// `MicroKernels.winogradSpaceWeights` for this instruction set.
@inline(never)
public func winogradSpaceWeights(
  _ taps: UnsafePointer<Float>, _ count: Int, row: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradSpaceWeights(taps, count, row: row, output, step)
}

/// `MicroKernels.winogradTimeWeights` for this instruction set.
@inline(never)
public func winogradTimeWeights(
  _ taps: UnsafePointer<Float>, _ count: Int, pair: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradTimeWeights(taps, count, pair: pair, output, step)
}

public import MicroKernels

/// `MicroKernels.winogradPairsInput` for this instruction set.
@inline(never)
public func winogradPairsInput(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradPairsInput(AVX512BF16Unit.self, rows, channels, output, step)
}

/// `MicroKernels.winogradPairsOutput` for this instruction set.
@inline(never)
public func winogradPairsOutput(
  _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ target: WinogradStore
) {
  MicroKernels.winogradPairsOutput(AVX512BF16Unit.self, products, step, channels, target)
}

/// `MicroKernels.winogradSpaceInput` for this instruction set, of integers.
@inline(never)
public func winogradIntegersInput(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradSpaceInput(AVX512BF16IntegerUnit.self, isUInt8: true, rows, channels, temporary, output, step)
}

/// `MicroKernels.winogradTimeInput` for this instruction set, bfloat16 in memory.
@inline(never)
public func winogradTimeInput(
  _ rows: UnsafePointer<UnsafePointer<Float>>, _ channels: Int, _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  MicroKernels.winogradTimeInput(
    AVX512BF16Unit.self, isBFloat16: true, pointsAreBFloat16: true, rows, channels, output, step)
}

/// `MicroKernels.winogradSpaceOutput` for this instruction set, bfloat16 or integers in memory.
@inline(never)
public func winogradSpaceOutput(
  _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ temporary: UnsafeMutablePointer<Float>,
  _ target: WinogradStore
) {
  MicroKernels.winogradSpaceOutput(
    AVX512BF16IntegerUnit.self, bfloat16: true, products, step, channels, temporary, target)
}

/// `MicroKernels.winogradTimeOutput` for this instruction set, bfloat16 in memory.
@inline(never)
public func winogradTimeOutput(
  _ products: UnsafePointer<Float>, _ step: Int, _ channels: Int, _ target: WinogradStore
) {
  MicroKernels.winogradTimeOutput(AVX512BF16Unit.self, bfloat16: true, products, step, channels, target)
}

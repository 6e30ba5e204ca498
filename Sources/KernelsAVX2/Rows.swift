internal import MicroKernels

/// `MicroKernels.largestPixel` for this instruction set.
@inline(never)
public func largestPixel(
  _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.largestPixel(AVX2Unit.self, pixels, count, channels, output)
}

/// `MicroKernels.meanPixel` for this instruction set.
@inline(never)
public func meanPixel(
  _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.meanPixel(AVX2Unit.self, pixels, count, channels, output)
}

/// `MicroKernels.addRow` for this instruction set.
@inline(never)
public func addRow(
  _ target: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, _ count: Int, _ rectifies: Bool
) {
  MicroKernels.addRow(AVX2Unit.self, target, addend, count, rectifies)
}
